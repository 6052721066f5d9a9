/* os_linux.c - the collector on another system: recorded machines only. */
#include "agent/windows/os.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"

struct os_file {
	char *path, *tmp;
	int fd;
};

void
os_begin(struct arena *a UNUSED, int *argc UNUSED, char ***argv UNUSED)
{
}

void
os_end(void)
{
}

bool
os_speaks_japanese(void)
{
	const char *lang = getenv("LANG");

	return lang != NULL && strncmp(lang, "ja", 2) == 0;
}

void
os_print(struct arena *a UNUSED, bool to_errors, struct str text)
{
	/* There is nobody else to tell. */
	(void)fs_write_full(to_errors ? STDERR_FILENO : STDOUT_FILENO, text.p,
			    text.len);
}

struct str
os_folder(struct arena *a UNUSED)
{
	return STR("./");
}

int
os_read(struct arena *a, const char *path, size_t max, struct str *ret,
	struct err *e)
{
	return fs_read(a, path, max, ret, e);
}

int
os_file_new(struct arena *a, const char *path, struct os_file **ret,
	    struct err *e)
{
	struct os_file *f = ARENA_NEW(a, struct os_file);

	f->path = str_to_c(a, str_c(path));
	f->tmp = str_to_c(a, str_fmt(a, "%s.tmp", path));
	f->fd = open(f->tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (f->fd < 0)
		return err_sys(e, "cannot write '%s'", path);
	*ret = f;
	return 0;
}

int
os_file_put(void *file, struct str bytes, struct err *e)
{
	struct os_file *f = file;

	if (fs_write_full(f->fd, bytes.p, bytes.len) < 0)
		return err_sys(e, "cannot write '%s'", f->path);
	return 0;
}

int
os_file_end(struct os_file *f, struct err *e)
{
	int r = fsync(f->fd);

	fd_close(&f->fd);
	if (r < 0 || rename(f->tmp, f->path) < 0)
		return err_sys(e, "cannot write '%s'", f->path);
	return 0;
}

void
os_file_drop(struct os_file *f)
{
	fd_close(&f->fd);
	(void)unlink(f->tmp); /* half a file is none */
}
