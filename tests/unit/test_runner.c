/* test_runner.c - what is run for the probe, and what is not */
#include "unit.h"

#include <glob.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "facts/runner.h"

static bool
allows(struct arena *a, const char *line)
{
	const char *argv[64] = { 0 };
	struct str rest = str_c(line), word;

	for (size_t n = 0; n < 63 && str_next_word(&rest, &word); n++)
		argv[n] = str_to_c(a, word);
	return runner_allows(argv);
}

/* The recordings hold what table files ask, with % for each slash. */
static void
test_recorded(void **state)
{
	auto_arena *a = arena_new();
	glob_t g;
	(void)state;

	assert_int_equal(glob("tests/golden/tables/*/*/@exec/*", 0, NULL, &g),
			 0);
	assert_true(g.gl_pathc > 40);
	for (size_t i = 0; i < g.gl_pathc; i++) {
		const char *name = strrchr(g.gl_pathv[i], '/') + 1;

		if (str_ends(str_c(name), ".exit"))
			continue;
		if (!allows(a, name))
			fail_msg("'%s' is asked by a table and refused", name);
	}
	globfree(&g);
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"sh -c id",
		"apt",
		"apt update",
		"apt list --upgradable -o APT::Update::Pre-Invoke::=id",
		"apt-config dump -c /tmp/x",
		"journalctl --no-pager -q -o json --rotate",
		"journalctl --vacuum-time=1s",
		"nft flush ruleset",
		"nft -j list ruleset -f /tmp/x",
		"rpm -qa --qf x --pipe id",
		"rpm -e bash",
		"sshd",
		"sshd -T -f /tmp/x",
		"systemctl stop ssh.socket",
		"zfs destroy tank",
		"/tmp/sshd -T",
	};
	auto_arena *a = arena_new();
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		if (allows(a, bad[i]))
			fail_msg("'%s' is run", bad[i]);
	}
	assert_true(allows(a, "sshd -T"));
	assert_true(allows(a, "zfs get -H -o value encryption tank/data"));
}

static void
test_run(void **state)
{
	static const char *const shell[] = { "sh", "-c", "id", NULL };
	static const char *const none[] = { "apcaccess", "status", NULL };
	static const char *const apt[] = { "apt-config", "dump", NULL };
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct str said;
	int code = -1;
	auto_fd int fd = -1;
	(void)state;

	assert_int_equal(runner_start(&fd, &e), 0);
	assert_int_equal(runner_exec(&fd, a, shell, &said, &code, &e), -EPERM);
	if (access("/sbin/apcaccess", X_OK) < 0)
		assert_int_equal(runner_exec(&fd, a, none, &said, &code, &e),
				 -ENOENT);
	if (access("/usr/bin/apt-config", X_OK) == 0) {
		assert_int_equal(runner_exec(&fd, a, apt, &said, &code, &e), 0);
		assert_int_equal(code, 0);
		assert_true(str_has(said, "APT::Architecture"));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
