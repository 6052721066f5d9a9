/* walk.c - walks over a file system of this machine. */
#include "tables/linux/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/moment.h"

#define PATH_LEN 4096
#define CHUNK 32768 /* bytes of names asked for at once */

struct walk {
	struct arena *arena;
	scan_visit *visit;
	void *visit_ctx;
	struct scan_walked *walked;
	uint64_t dev;
	char path[PATH_LEN];
	char *chunk[SCAN_WALK_DEPTH]; /* by depth; made when first needed */
};

static bool
entry_stat(int dir, const char *name, struct scan_stat *ret)
{
	struct statx x;

	/* Cached answers do, and no network is asked. */
	if (statx(dir, name,
		  AT_SYMLINK_NOFOLLOW | AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		  STATX_TYPE | STATX_MODE | STATX_UID | STATX_GID | STATX_SIZE |
			  STATX_MTIME,
		  &x) < 0)
		return false;
	*ret = (struct scan_stat){
		.mode = x.stx_mode,
		.uid = x.stx_uid,
		.gid = x.stx_gid,
		.size = (int64_t)x.stx_size,
		.modified_at = x.stx_mtime.tv_sec * MOMENT_SEC,
		.dev = makedev(x.stx_dev_major, x.stx_dev_minor),
	};
	return true;
}

/* Relative to the folder above and never through a link: nobody can lead the
 * walk elsewhere by swapping a folder for a link meanwhile. */
static int
folder_open(int parent, const char *name)
{
	int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC |
		    O_NONBLOCK;
	int fd = openat(parent, name, flags | O_NOATIME);

	return fd < 0 && errno == EPERM ? openat(parent, name, flags) : fd;
}

static void folder_walk(struct walk *w, int fd, size_t len, bool reachable,
			int depth);

/* fd is the folder that holds the entry, or AT_FDCWD for the root. */
static void
entry_walk(struct walk *w, int fd, const char *name,
	   const struct scan_entry *entry, int depth)
{
	const struct scan_stat *st = &entry->st;

	w->walked->n_entries++;
	enum scan_say say = w->visit(w->visit_ctx, entry);
	w->walked->stopped = say == SCAN_STOP;
	if (say != SCAN_ON || !S_ISDIR(st->mode) || st->dev != w->dev)
		return;
	if (depth == SCAN_WALK_DEPTH) {
		w->walked->n_too_deep++;
		return;
	}
	auto_fd int sub = folder_open(fd, name);
	if (sub < 0) {
		w->walked->n_denied += errno == EACCES || errno == EPERM;
		return;
	}
	folder_walk(w, sub, entry->path.len, entry->reachable && (st->mode & 1),
		    depth);
}

static void
name_walk(struct walk *w, int fd, size_t len, const char *name, bool reachable,
	  int depth)
{
	size_t n = strlen(name);
	struct scan_entry entry = { .reachable = reachable };

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return;
	if (len + 1 + n >= PATH_LEN) {
		w->walked->n_too_deep++;
		return;
	}
	if (!entry_stat(fd, name, &entry.st))
		return; /* it vanished */
	if (len == 0 || w->path[len - 1] != '/')
		w->path[len++] = '/';
	memcpy(w->path + len, name, n + 1);
	entry.path = (struct str){ w->path, len + n };
	entry.name = (struct str){ w->path + len, n };
	entry_walk(w, fd, name, &entry, depth + 1);
}

static void
folder_walk(struct walk *w, int fd, size_t len, bool reachable, int depth)
{
	if (w->chunk[depth] == NULL)
		w->chunk[depth] = arena_alloc(w->arena, CHUNK);
	char *chunk = w->chunk[depth];

	for (;;) {
		ssize_t n = getdents64(fd, chunk, CHUNK);

		if (n <= 0)
			return; /* the end, or a folder removed meanwhile */
		for (ssize_t at = 0; at < n;) {
			const void *p = chunk + at;
			const struct dirent64 *d = p;

			name_walk(w, fd, len, d->d_name, reachable, depth);
			if (w->walked->stopped)
				return;
			at += d->d_reclen;
		}
	}
}

int
live_walk(void *ctx UNUSED, const char *root, scan_visit *visit,
	  void *visit_ctx, struct scan_walked *ret, struct err *e)
{
	auto_arena *a = arena_new();
	struct walk *w = ARENA_NEW(a, struct walk);
	struct scan_entry entry = { .reachable = true };
	struct str path = str_c(root);

	if (path.len == 0 || path.p[0] != '/' || path.len >= PATH_LEN)
		return err_set(e, -EINVAL, "'%s' is no place to walk", root);
	if (!entry_stat(AT_FDCWD, root, &entry.st))
		return err_sys(e, "cannot examine '%s'", root);

	*ret = (struct scan_walked){ 0 };
	w->arena = a;
	w->visit = visit;
	w->visit_ctx = visit_ctx;
	w->walked = ret;
	w->dev = entry.st.dev;
	memcpy(w->path, path.p, path.len + 1);
	entry.path = (struct str){ w->path, path.len };
	entry.name = entry.path;
	entry_walk(w, AT_FDCWD, root, &entry, 0);
	return 0;
}
