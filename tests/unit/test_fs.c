/* test_fs.c - whole reads, atomic writes, folders, frames */
#include "unit.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/msg.h"

static const char *
at(struct arena *a, void **state, const char *name)
{
	return str_fmt(a, "%s/%s", (const char *)*state, name).p;
}

static int
setup(void **state)
{
	char *dir = strdup("/tmp/yamori-fs-XXXXXX");

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	*state = dir;
	return 0;
}

static int
teardown(void **state)
{
	char *dir = *state;

	assert_int_equal(rmdir(dir), 0); /* every test cleans up */
	free(dir);
	return 0;
}

static void
test_write_atomic(void **state)
{
	auto_arena *a = arena_new();
	const char *path = at(a, state, "file");
	struct err e = { 0 };
	struct str text, *names;
	struct stat st;
	size_t n;

	assert_int_equal(fs_write_atomic(path, STR("one"), 0600, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(fs_write_atomic(path, STR("two\0x"), 0640, &e), 0);
	assert_int_equal(fs_read(a, path, 100, &text, &e), 0);
	assert_true(str_eq(text, STR("two\0x")));
	assert_int_equal(text.p[text.len], 0);

	/* A write that fails leaves the old one, and nothing beside it. */
	struct rlimit old, small = { 4096, RLIM_INFINITY };
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	struct str big = { arena_alloc(a, 100000), 100000 };
	assert_int_equal(fs_write_atomic(path, big, 0600, &e), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(fs_list(a, *state, 100, &names, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_int_equal(fs_read(a, path, 100, &text, &e), 0);
	assert_true(str_eq(text, STR("two\0x")));

	assert_true(fs_write_atomic(at(a, state, "no/file"), STR("x"), 0600,
				    &e) < 0);
	assert_int_equal(unlink(path), 0);
}

/* The link is replaced, not what it points to. */
static void
test_write_atomic_link(void **state)
{
	auto_arena *a = arena_new();
	const char *path = at(a, state, "file"), *link = at(a, state, "link");
	struct err e = { 0 };
	struct str text;

	assert_int_equal(fs_write_atomic(path, STR("old"), 0600, &e), 0);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(fs_write_atomic(link, STR("new"), 0600, &e), 0);
	assert_int_equal(fs_read(a, path, 100, &text, &e), 0);
	assert_true(str_is(text, "old"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(unlink(link), 0);
}

static void
test_read(void **state)
{
	auto_arena *a = arena_new();
	const char *path = at(a, state, "file");
	struct str big = { arena_alloc(a, 70000), 70000 }, text;
	struct err e = { 0 };

	assert_int_equal(fs_read(a, path, 10, &text, &e), -ENOENT);
	assert_int_equal(fs_read(a, *state, 10, &text, &e), -EISDIR);
	assert_int_equal(fs_write_atomic(path, big, 0600, &e), 0);
	assert_int_equal(fs_read(a, path, 70000, &text, &e), 0);
	assert_true(str_eq(text, big));
	assert_int_equal(fs_read(a, path, 69999, &text, &e), -EFBIG);
	assert_int_equal(fs_read(a, "/dev/zero", 100000, &text, &e), -EFBIG);
	assert_int_equal(fs_write_atomic(path, STR(""), 0600, &e), 0);
	assert_int_equal(fs_read(a, path, 0, &text, &e), 0);
	assert_int_equal(text.len, 0);
	/* /proc says nothing of sizes */
	assert_int_equal(fs_read(a, "/proc/self/status", 100000, &text, &e), 0);
	assert_true(str_starts(text, "Name:"));
	assert_int_equal(unlink(path), 0);
	/* A pipe nobody writes to does not hold us. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(fs_read(a, path, 10, &text, &e), 0);
	assert_int_equal(unlink(path), 0);
}

static void
test_folders(void **state)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct str *names;
	size_t n;

	assert_int_equal(fs_mkdirs(at(a, state, "b/c/d"), 0700, &e), 0);
	assert_int_equal(fs_mkdirs(at(a, state, "b/c/d"), 0700, &e), 0);
	assert_true(fs_exists(at(a, state, "b/c/d")));
	assert_int_equal(
		fs_write_atomic(at(a, state, "b/z"), STR(""), 0600, &e), 0);
	assert_int_equal(
		fs_write_atomic(at(a, state, "b/Z"), STR(""), 0600, &e), 0);
	assert_true(fs_mkdirs(at(a, state, "b/z/q"), 0700, &e) < 0);
	assert_int_equal(fs_list(a, at(a, state, "b"), 3, &names, &n, &e), 0);
	assert_int_equal(n, 3);
	assert_true(str_is(names[0], "Z") && str_is(names[1], "c") &&
		    str_is(names[2], "z"));
	assert_int_equal(fs_list(a, at(a, state, "b"), 2, &names, &n, &e),
			 -E2BIG);
	assert_int_equal(fs_list(a, at(a, state, "q"), 2, &names, &n, &e),
			 -ENOENT);
	assert_int_equal(unlink(at(a, state, "b/z")), 0);
	assert_int_equal(unlink(at(a, state, "b/Z")), 0);
	assert_int_equal(rmdir(at(a, state, "b/c/d")), 0);
	assert_int_equal(rmdir(at(a, state, "b/c")), 0);
	assert_int_equal(rmdir(at(a, state, "b")), 0);
}

static void
test_join(void **state)
{
	(void)state;
	auto_arena *a = arena_new();

	assert_string_equal(fs_join(a, STR("/a/"), STR("/b")).p, "/a/b");
	assert_string_equal(fs_join(a, STR("/"), STR("b")).p, "/b");
	assert_string_equal(fs_join(a, STR("a"), STR("b/c")).p, "a/b/c");
}

static void
test_fd(void **state)
{
	(void)state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int taken = fd_steal(&fd);

	assert_int_equal(fd, -1);
	errno = ENOTTY;
	fd_close(&fd);
	fd_close(&taken);
	assert_int_equal(taken, -1);
	assert_int_equal(errno, ENOTTY);
}

static void
test_msg(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct msg m;
	int fds[2];
	auto_buf b = { 0 };

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	auto_fd int in = fds[0];
	auto_fd int out = fds[1];
	buf_init(&b, 1000);
	put_u8(&b, 200);
	put_i64(&b, INT64_MIN);
	put_str(&b, STR("a\0b"));
	assert_int_equal(msg_send(out, 'x', buf_view(&b), &e), 0);
	assert_int_equal(msg_send(out, 'y', STR(""), &e), 0);
	assert_int_equal(msg_send(out, 'z', STR("12345"), &e), 0);

	assert_int_equal(msg_recv(a, in, 1000, INT64_MAX, &m, &e), 1);
	assert_int_equal(m.type, 'x');
	struct reader r = { m.body, false };
	assert_int_equal(rd_u8(&r), 200);
	assert_true(rd_i64(&r) == INT64_MIN);
	assert_true(str_eq(rd_str(&r), STR("a\0b")));
	assert_true(rd_end(&r));
	assert_int_equal(rd_u8(&r), 0);
	assert_true(r.bad && !rd_end(&r));
	assert_int_equal(msg_recv(a, in, 1000, INT64_MAX, &m, &e), 1);
	assert_int_equal(m.body.len, 0);
	assert_int_equal(msg_recv(a, in, 4, INT64_MAX, &m, &e), -EBADMSG);
	assert_int_equal(read(in, (char[5]){ 0 }, 5), 5);

	assert_int_equal(msg_recv(a, in, 9, msg_clock_us() + 10000, &m, &e),
			 -ETIMEDOUT);
	assert_int_equal(write(out, "\x09\0\0\0x1", 6), 6);
	fd_close(&out);
	assert_int_equal(msg_recv(a, in, 9, INT64_MAX, &m, &e), -EBADMSG);
	assert_int_equal(msg_recv(a, in, 9, INT64_MAX, &m, &e), 0);

	/* A length that lies. */
	buf_reset(&b);
	put_i64(&b, INT64_MAX);
	r = (struct reader){ buf_view(&b), false };
	assert_int_equal(rd_str(&r).len, 0);
	assert_true(r.bad);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_atomic),
		cmocka_unit_test(test_write_atomic_link),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_folders),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_fd),
		cmocka_unit_test(test_msg),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
