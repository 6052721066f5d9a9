/* test_fs_fault.c - each call to the system fails once, the n-th of all */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"

/* The linker leads the calls of base/fs here (--wrap). */
int __real_open64(const char *path, int flags, ...);
ssize_t __real_write(int fd, const void *p, size_t len);
int __real_fsync(int fd);
int __real_rename(const char *from, const char *to);
int __wrap_open64(const char *path, int flags, ...);
ssize_t __wrap_write(int fd, const void *p, size_t len);
int __wrap_fsync(int fd);
int __wrap_rename(const char *from, const char *to);

static int until_fault = -1; /* calls that still go well; -1 = all do */
static int n_calls;
static bool is_short; /* each write takes one byte */

static bool
fails(int code)
{
	n_calls++;
	if (until_fault < 0 || until_fault-- > 0)
		return false;
	until_fault = -1;
	errno = code;
	return true;
}

int
__wrap_open64(const char *path, int flags, ...)
{
	va_list ap;

	va_start(ap, flags);
	mode_t mode = (flags & O_CREAT) ? va_arg(ap, mode_t) : 0;
	va_end(ap);
	return fails(EMFILE) ? -1 : __real_open64(path, flags, mode);
}

ssize_t
__wrap_write(int fd, const void *p, size_t len)
{
	if (fails(ENOSPC))
		return -1;
	return __real_write(fd, p, is_short && len > 1 ? 1 : len);
}

int
__wrap_fsync(int fd)
{
	return fails(EIO) ? -1 : __real_fsync(fd);
}

int
__wrap_rename(const char *from, const char *to)
{
	return fails(EROFS) ? -1 : __real_rename(from, to);
}

static void
folder_holds(struct arena *a, const char *dir, size_t n)
{
	struct err e = { 0 };
	struct str *names;
	size_t found;

	assert_int_equal(fs_list(a, dir, 100, &names, &found, &e), 0);
	assert_int_equal(found, n);
}

/* Whatever fails, the old or the new text is there, whole, and alone. */
static void
test_write_atomic(void **state UNUSED)
{
	auto_arena *a = arena_new();
	char dir[] = "/tmp/yamori-fault-XXXXXX";
	struct err e = { 0 };
	struct str text;
	int failed = 0;

	assert_non_null(mkdtemp(dir));
	const char *path = str_fmt(a, "%s/file", dir).p;
	assert_int_equal(fs_write_atomic(path, STR("old"), 0600, &e), 0);
	n_calls = 0;
	assert_int_equal(fs_write_atomic(path, STR("old"), 0600, &e), 0);
	int all = n_calls;
	assert_true(all >= 5); /* open, write, fsync, rename, open, fsync */

	for (int n = 0; n < all; n++) {
		e = (struct err){ 0 };
		until_fault = n;
		int r = fs_write_atomic(path, STR("new"), 0600, &e);
		until_fault = -1;
		assert_true(r < 0 && e.code == r);
		failed++;
		assert_int_equal(fs_read(a, path, 100, &text, &e), 0);
		assert_true(str_is(text, "old") || str_is(text, "new"));
		folder_holds(a, dir, 1);
		e = (struct err){ 0 };
		assert_int_equal(fs_write_atomic(path, STR("old"), 0600, &e),
				 0);
	}
	assert_int_equal(failed, all);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_short_writes(void **state UNUSED)
{
	auto_arena *a = arena_new();
	char dir[] = "/tmp/yamori-fault-XXXXXX";
	struct err e = { 0 };
	struct str text;

	assert_non_null(mkdtemp(dir));
	const char *path = str_fmt(a, "%s/file", dir).p;
	is_short = true;
	int r = fs_write_atomic(path, STR("in small pieces"), 0600, &e);
	is_short = false;
	assert_int_equal(r, 0);
	assert_int_equal(fs_read(a, path, 100, &text, &e), 0);
	assert_true(str_is(text, "in small pieces"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void
test_read(void **state UNUSED)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct str text;

	until_fault = 0;
	assert_int_equal(fs_read(a, "/proc/self/stat", 4096, &text, &e),
			 -EMFILE);
	until_fault = -1;
	assert_int_equal(fs_read(a, "/proc/self/stat", 4, &text, &e), -EFBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_atomic),
		cmocka_unit_test(test_short_writes),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
