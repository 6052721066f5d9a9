/* fs_linux.c - what must survive a power cut, on POSIX systems. */
#include "base/fs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

int
fs_mkdirs(const char *path, unsigned mode, struct err *e)
{
	auto_arena *a = arena_new();
	char *p = str_to_c(a, str_c(path));

	for (size_t i = 1;; i++) {
		if (p[i] != '/' && p[i] != '\0')
			continue;

		char kept = p[i];
		p[i] = '\0';
		if (mkdir(p, mode) < 0 && errno != EEXIST)
			return err_sys(e, "cannot make folder '%s'", p);
		p[i] = kept;
		if (kept == '\0')
			return 0;
	}
}

int
fs_owner(const char *path, uint32_t *ret_uid, struct err *e)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(e, "cannot examine '%s'", path);
	*ret_uid = st.st_uid;
	return 0;
}

static int
dir_sync(const char *path, struct err *e)
{
	auto_arena *a = arena_new();
	char *dir = str_to_c(a, str_c(path));
	char *slash = strrchr(dir, '/');
	const char *name = ".";

	if (slash != NULL) {
		slash[slash == dir ? 1 : 0] = '\0';
		name = dir;
	}
	auto_fd int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0)
		return err_sys(e, "cannot sync folder '%s'", name);
	return 0;
}

int
fs_write_atomic(const char *path, struct str data, unsigned mode, struct err *e)
{
	auto_arena *a = arena_new();
	char *tmp = str_to_c(a, str_fmt(a, "%s.tmp-%ld", path, (long)getpid()));
	auto_fd int fd = open(
		tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
		mode);
	if (fd < 0)
		return err_sys(e, "cannot write '%s'", path);

	if (fs_write_full(fd, data.p, data.len) < 0 || fsync(fd) < 0 ||
	    rename(tmp, path) < 0) {
		(void)err_sys(e, "cannot write '%s'", path);
		(void)unlink(tmp); /* the old file is still whole */
		return e->code;
	}
	return dir_sync(path, e);
}
