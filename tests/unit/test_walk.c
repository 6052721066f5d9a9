/* test_walk.c - the walk over files of this machine */
#include "unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "tables/linux/walk.h"

struct seen {
	int n, n_links, n_behind_closed;
	bool has_deep;
	const char *leave_out, *stop_at;
};

static enum scan_say
look(void *ctx, const struct scan_entry *entry)
{
	struct seen *s = ctx;

	s->n++;
	s->n_links += S_ISLNK(entry->st.mode);
	s->n_behind_closed += !entry->reachable;
	s->has_deep |= str_is(entry->name, "deep");
	assert_true(str_ends(entry->path, entry->name.p));
	assert_int_equal(strlen(entry->path.p), entry->path.len);
	if (s->stop_at != NULL && str_is(entry->name, s->stop_at))
		return SCAN_STOP;
	if (s->leave_out != NULL && str_is(entry->name, s->leave_out))
		return SCAN_LEAVE_OUT;
	return SCAN_ON;
}

static void
make(struct arena *a, const char *top, const char *path, mode_t mode)
{
	const char *p = str_fmt(a, "%s/%s", top, path).p;
	struct err e = { 0 };

	if (mode & 0100) {
		assert_int_equal(fs_mkdirs(p, 0755, &e), 0);
		assert_int_equal(chmod(p, mode), 0);
		return;
	}
	auto_fd int fd = open(p, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	assert_true(fd >= 0);
}

static void
remove_all(const char *top)
{
	const char *const argv[] = { "rm", "-rf", "--", top, NULL };
	pid_t pid = fork();

	if (pid == 0) {
		union {
			const char *const *in;
			char *const *out;
		} args = { argv };
		(void)execvp("rm", args.out);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_walk(void **state)
{
	auto_arena *a = arena_new();
	char top[] = "/tmp/yamori-walk-XXXXXX";
	struct scan_walked w;
	struct seen s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(top));
	make(a, top, "closed", 0700);
	make(a, top, "closed/deep", 0644);
	make(a, top, "open", 0755);
	make(a, top, "open/file", 0644);
	/* A link to the folder above must not lead round and round. */
	assert_int_equal(symlink("..", str_fmt(a, "%s/open/up", top).p), 0);

	assert_int_equal(live_walk(NULL, top, look, &s, &w, &e), 0);
	assert_int_equal(w.n_entries, 6);
	assert_int_equal(s.n, 6);
	assert_int_equal(s.n_links, 1);
	/* mkdtemp makes a folder only its owner enters. */
	assert_int_equal(s.n_behind_closed, 5);
	assert_true(s.has_deep);
	assert_int_equal(w.n_denied, 0);
	assert_false(w.stopped);

	s = (struct seen){ .leave_out = "closed" };
	assert_int_equal(chmod(top, 0755), 0);
	assert_int_equal(live_walk(NULL, top, look, &s, &w, &e), 0);
	assert_int_equal(s.n, 5);
	assert_int_equal(s.n_behind_closed, 0);
	assert_false(s.has_deep);

	s = (struct seen){ .stop_at = "open" };
	assert_int_equal(live_walk(NULL, top, look, &s, &w, &e), 0);
	assert_true(w.stopped);
	assert_true(s.n < 6);
	remove_all(top);
}

static void
test_depth(void **state)
{
	auto_arena *a = arena_new();
	char top[] = "/tmp/yamori-walk-XXXXXX";
	char *path = arena_alloc(a, 2 * (SCAN_WALK_DEPTH + 10));
	struct scan_walked w;
	struct seen s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(top));
	for (int i = 0; i < SCAN_WALK_DEPTH + 5; i++)
		memcpy(path + 2 * i, "d/", 2);
	path[2 * (SCAN_WALK_DEPTH + 5) - 1] = '\0';
	make(a, top, path, 0755);
	assert_int_equal(live_walk(NULL, top, look, &s, &w, &e), 0);
	assert_int_equal(s.n, SCAN_WALK_DEPTH + 1);
	assert_int_equal(w.n_too_deep, 1);
	remove_all(top);
}

/* Whatever lies on another file system is named, but not entered. */
static enum scan_say
look_dev(void *ctx, const struct scan_entry *entry)
{
	const struct stat *pts = ctx;

	if (str_starts(entry->path, "/dev/pts/") && pts->st_dev != 0)
		fail_msg("entered %s", entry->path.p);
	return SCAN_ON;
}

static void
test_one_file_system(void **state)
{
	struct scan_walked w;
	struct stat dev, pts;
	struct err e = { 0 };

	(void)state;
	if (stat("/dev", &dev) < 0 || stat("/dev/pts", &pts) < 0 ||
	    dev.st_dev == pts.st_dev)
		skip();
	assert_int_equal(live_walk(NULL, "/dev", look_dev, &pts, &w, &e), 0);
	assert_true(w.n_entries > 0);
}

static void
test_absent(void **state)
{
	struct scan_walked w;
	struct seen s = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(live_walk(NULL, "/nonexistent/here", look, &s, &w, &e),
			 -ENOENT);
	assert_int_equal(live_walk(NULL, "relative", look, &s, &w, &e),
			 -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_one_file_system),
		cmocka_unit_test(test_absent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
