/* fs.h - files: whole reads, writes that survive a power cut, folders. */
#ifndef BASE_FS_H
#define BASE_FS_H

#include <sys/types.h>

#include "base/str.h"

struct arena;
struct err;

#define FS_SMALL_MAX ((size_t)8 * 1024 * 1024)

/*
 * Reads a regular file or a /proc entry whole; over max is -EFBIG. The
 * result has a NUL behind its last byte. A link as last part is followed.
 */
int fs_read(struct arena *a, const char *path, size_t max, struct str *ret,
	    struct err *e);

/* Reads until the end or until len bytes are there; negative = errno set. */
ssize_t fs_read_full(int fd, void *p, size_t len);
int fs_write_full(int fd, const void *p, size_t len); /* 0, or -1 and errno */

/*
 * Temporary file beside it, fsync, rename, fsync of the folder: after a
 * power cut the old or the new content is there, whole.
 */
int fs_write_atomic(const char *path, struct str data, unsigned mode,
		    struct err *e);

/* Makes the folder and its parents; one that is there is fine. */
int fs_mkdirs(const char *path, unsigned mode, struct err *e);

bool fs_exists(const char *path);
int fs_owner(const char *path, uint32_t *ret_uid, struct err *e);

/* Names in a folder, sorted bytewise, without . and ..; at most max. */
int fs_list(struct arena *a, const char *path, size_t max, struct str **ret,
	    size_t *ret_n, struct err *e);

struct str fs_join(struct arena *a, struct str dir, struct str name);

void fd_close(int *fd); /* keeps errno; -1 is fine */
static inline int
fd_steal(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}
#define auto_fd CLEANUP(fd_close) /* auto_fd int fd = ... */

#endif
