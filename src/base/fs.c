/* fs.c - files: whole reads, writes that survive a power cut, folders. */
#include "base/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"

#ifndef O_CLOEXEC
#define O_CLOEXEC 0
#endif
#ifndef O_NONBLOCK
#define O_NONBLOCK 0
#endif
#ifndef O_BINARY
#define O_BINARY 0
#endif

void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd); /* nothing is buffered here */
	*fd = -1;
	errno = saved;
}

/* As much as one call takes on every system. */
static unsigned
part(size_t len)
{
	return (unsigned)(len < INT_MAX ? len : INT_MAX);
}

ssize_t
fs_read_full(int fd, void *p, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = read(fd, (char *)p + done, part(len - done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
fs_write_full(int fd, const void *p, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = write(fd, (const char *)p + done, part(len - done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return 0;
}

int
fs_read(struct arena *a, const char *path, size_t max, struct str *ret,
	struct err *e)
{
	auto_fd int fd = open(path,
			      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_BINARY);
	if (fd < 0)
		return err_sys(e, "cannot open '%s'", path);

	/* /proc says size 0, so read until the end and grow. */
	size_t cap = 4096;
	size_t len = 0;
	char *p = arena_alloc(a, cap + 1);
	for (;;) {
		ssize_t n = fs_read_full(fd, p + len, cap - len);

		if (n < 0)
			return err_sys(e, "cannot read '%s'", path);
		len += (size_t)n;
		if (len > max)
			return err_set(e, -EFBIG,
				       "'%s' is larger than %zu bytes", path,
				       max);
		if (len < cap)
			break;
		char *bigger = arena_alloc(a, cap * 4 + 1);
		memcpy(bigger, p, len);
		p = bigger;
		cap *= 4;
	}
	p[len] = '\0';
	*ret = (struct str){ p, len };
	return 0;
}

bool
fs_exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

static int
name_cmp(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void
dir_close(DIR **d)
{
	int saved = errno;

	if (*d != NULL)
		(void)closedir(*d); /* it was only read */
	errno = saved;
}

int
fs_list(struct arena *a, const char *path, size_t max, struct str **ret,
	size_t *ret_n, struct err *e)
{
	CLEANUP(dir_close) DIR *d = opendir(path);
	if (d == NULL)
		return err_sys(e, "cannot list '%s'", path);

	size_t n = 0, cap = 64;
	struct str *names = ARENA_ARRAY(a, cap, struct str);
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(d);
		if (entry == NULL && errno != 0)
			return err_sys(e, "cannot list '%s'", path);
		if (entry == NULL)
			break;
		if (strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (n == max)
			return err_set(e, -E2BIG,
				       "'%s' has more than %zu entries", path,
				       max);
		if (n == cap) {
			struct str *more = ARENA_ARRAY(a, cap * 2, struct str);

			memcpy(more, names, n * sizeof(*names));
			names = more;
			cap *= 2;
		}
		names[n++] = str_copy(a, str_c(entry->d_name));
	}
	qsort(names, n, sizeof(*names), name_cmp);
	*ret = names;
	*ret_n = n;
	return 0;
}

struct str
fs_join(struct arena *a, struct str dir, struct str name)
{
	while (dir.len > 1 && dir.p[dir.len - 1] == '/')
		dir.len--;
	while (name.len > 0 && name.p[0] == '/')
		name = str_from(name, 1);
	return str_fmt(a, "%.*s%s%.*s", STR_ARG(dir),
		       dir.len == 1 && dir.p[0] == '/' ? "" : "/",
		       STR_ARG(name));
}
