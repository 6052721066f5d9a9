/* test_sandbox.c - what is not promised fails, what is promised works */
#include "unit.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/sandbox.h"

/* Scratch folder of this run, with the file "own" in it. */
struct place {
	char dir[64], own[80], new_file[80];
};

static bool
act_read(const struct place *p)
{
	(void)p;
	auto_fd int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static bool
act_read_own(const struct place *p)
{
	auto_fd int fd = open(p->own, O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static bool
act_list(const struct place *p)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct str *names;
	size_t n;

	(void)p;
	return fs_list(a, "/etc", 100000, &names, &n, &e) == 0;
}

static bool
act_stat(const struct place *p)
{
	struct stat st;

	(void)p;
	return stat("/etc/passwd", &st) == 0;
}

static bool
act_make(const struct place *p)
{
	auto_fd int fd = open(p->new_file, O_WRONLY | O_CREAT | O_CLOEXEC,
			      0600);
	return fd >= 0 && unlink(p->new_file) == 0;
}

static bool
act_write_elsewhere(const struct place *p)
{
	(void)p;
	auto_fd int fd = open("/dev/shm/.yamori-test", O_WRONLY | O_CREAT,
			      0600);
	return fd >= 0 && unlink("/dev/shm/.yamori-test") == 0;
}

static bool
act_inet(const struct place *p)
{
	struct sockaddr_in to = { .sin_family = AF_INET };

	(void)p;
	auto_fd int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof(to)) == 0;
}

static bool
act_unix(const struct place *p)
{
	(void)p;
	auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd >= 0;
}

static bool
act_fork(const struct place *p)
{
	int status;
	pid_t pid = fork();

	(void)p;
	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

/* Works when the process ends with 0, which /bin/true does. */
static bool
act_exec(const struct place *p)
{
	(void)p;
	(void)execl("/bin/true", "true", (char *)NULL);
	return false;
}

static bool
act_signal(const struct place *p)
{
	(void)p;
	return kill(getppid(), 0) == 0;
}

static bool
act_exec_memory(const struct place *p)
{
	(void)p;
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
act_trace(const struct place *p)
{
	(void)p;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool
act_raise_limit(const struct place *p)
{
	struct rlimit l = { 1, 1 };

	(void)p;
	return setrlimit(RLIMIT_NOFILE, &l) == 0;
}

/* Into a process that is not below our own rules. */
static bool
act_look(const struct place *p)
{
	char path[40], target[256];

	(void)p;
	(void)snprintf(path, sizeof(path), "/proc/%ld/fd/1", (long)getppid());
	return readlink(path, target, sizeof(target)) > 0;
}

/* What every process does. */
static bool
act_usual(const struct place *p)
{
	struct timespec ts = { 0, 1000 };
	char *m = malloc(4 << 20);
	int fds[2];
	struct stat st;
	char c = 'x';

	(void)p;
	if (m == NULL || pipe2(fds, O_CLOEXEC) < 0)
		return false;
	memset(m, 1, 4 << 20);
	free(m);
	return write(fds[1], &c, 1) == 1 && read(fds[0], &c, 1) == 1 &&
	       fstat(fds[0], &st) == 0 && nanosleep(&ts, NULL) == 0 &&
	       clock_gettime(CLOCK_REALTIME, &ts) == 0 && getpid() > 0;
}

struct act {
	const char *name;
	bool (*run)(const struct place *);
};

static const struct act acts[] = {
	{ "usual", act_usual },
	{ "read", act_read },
	{ "read own", act_read_own },
	{ "list", act_list },
	{ "stat", act_stat },
	{ "make", act_make },
	{ "write elsewhere", act_write_elsewhere },
	{ "inet", act_inet },
	{ "unix", act_unix },
	{ "fork", act_fork },
	{ "exec", act_exec },
	{ "signal", act_signal },
	{ "exec memory", act_exec_memory },
	{ "trace", act_trace },
	{ "raise limit", act_raise_limit },
	{ "look", act_look },
};

/* Whether the act works in a process that entered s (NULL: entered none). */
static bool
works(const struct sandbox *s, const struct act *act, const struct place *p)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = { 0 };

		if (s != NULL && sandbox_enter(s, &e) < 0)
			_exit(2);
		_exit(act->run(p) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_true(WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status) == 0;
}

static void
expect(const struct sandbox *s, const char *names, const struct place *p)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		char quoted[40];

		(void)snprintf(quoted, sizeof(quoted), ",%s,", acts[i].name);
		bool want = strstr(names, quoted) != NULL;
		if (works(s, &acts[i], p) != want)
			fail_msg("'%s' under '%s': not %s", acts[i].name,
				 s ? s->promises : "nothing",
				 want ? "possible" : "refused");
	}
}

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));
	struct err e = { 0 };

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof(p->dir), "/tmp/yamori-sandbox-%ld",
		       (long)getpid());
	(void)snprintf(p->own, sizeof(p->own), "%s/own", p->dir);
	(void)snprintf(p->new_file, sizeof(p->new_file), "%s/new", p->dir);
	assert_int_equal(mkdir(p->dir, 0700), 0);
	assert_int_equal(fs_write_atomic(p->own, STR("x"), 0600, &e), 0);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	(void)unlink(p->own);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
	return 0;
}

/* Each act is possible here at all; otherwise the rest proves nothing. */
static void
test_without(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(acts); i++) {
		if (!works(NULL, &acts[i], *state))
			print_message("not possible here anyway: %s\n",
				      acts[i].name);
	}
	assert_true(works(NULL, &acts[1], *state));
	assert_true(works(NULL, &acts[7], *state));
	assert_true(works(NULL, &acts[10], *state));
}

static void
test_promises(void **state)
{
	static const struct {
		const char *promises, *works;
	} cases[] = {
		{ "stdio", ",usual," },
		{ "stdio rpath", ",usual,read,read own,list,stat," },
		{ "stdio wpath", ",usual,read,read own,list,stat,make,"
				 "write elsewhere," },
		{ "stdio inet", ",usual,inet," },
		{ "stdio unix", ",usual,unix," },
		{ "stdio proc", ",usual,fork,signal," },
		{ "stdio rpath exec", ",usual,read,read own,list,stat,exec,"
				      "exec memory,raise limit," },
		{ "stdio rpath look", ",usual,read,read own,list,stat,look," },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct sandbox s = { .promises = cases[i].promises };

		expect(&s, cases[i].works, *state);
	}
}

static void
test_paths(void **state)
{
	const struct place *p = *state;
	const struct sandbox_path paths[] = { { p->dir, "rw" },
					      { "/does/not/exist", "r" },
					      { 0 } };
	struct sandbox s = { .promises = "stdio wpath", .paths = paths };
	struct err e = { 0 };
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(sandbox_enter(&s, &e) == 1 ? 1 : 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WEXITSTATUS(status) == 1)
		skip(); /* a kernel without Landlock */
	/* Landlock leaves looking at files alone. */
	expect(&s, ",usual,read own,make,stat,", p);
}

/* Runs f in a process of its own under s; its wait status. */
static int
under(const struct sandbox *s, void (*f)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct err e = { 0 };

		if (sandbox_enter(s, &e) < 0)
			_exit(99);
		f();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
take_memory(void)
{
	for (int i = 0; i < 64; i++) {
		volatile char *p = malloc(8 << 20);

		if (p == NULL)
			_exit(7);
		p[0] = 1;
	}
}

static void
spin(void)
{
	for (volatile uint64_t i = 0;; i++)
		;
}

static void
grow_file(void)
{
	char block[4096] = { 0 };
	int fd = memfd_create("grow", 0);

	if (fd < 0)
		_exit(8); /* refused by the filter, as it should be */
	_exit(write(fd, block, sizeof(block)) < 0 && errno == EFBIG ? 7 : 1);
}

static void
do_abort(void)
{
	abort();
}

static void
test_limits(void **state)
{
	(void)state;
	struct sandbox s = { .promises = "stdio", .memory = 128 << 20 };
	int status;

#ifndef YAMORI_SANITIZED
	assert_int_equal(WEXITSTATUS(under(&s, take_memory)), 7);
#endif
	s.memory = 0;
	assert_int_equal(under(&s, take_memory), 0);
	assert_int_equal(WEXITSTATUS(under(&s, grow_file)), 8);
	s.cpu_s = 1;
	status = under(&s, spin);
	assert_true(WIFSIGNALED(status));
	/* A bug still ends the process. */
	status = under(&s, do_abort);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void
write_file(void)
{
	char block[4096] = { 0 };

	/* 9 was opened before */
	_exit(write(9, block, sizeof(block)) < 0 && errno == EFBIG ? 7 : 1);
}

static void
test_file_size(void **state)
{
	const struct place *p = *state;
	struct sandbox s = { .promises = "stdio", .file_size = -1 };
	int fd = open(p->own, O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0 && dup2(fd, 9) == 9);
	assert_int_equal(WEXITSTATUS(under(&s, write_file)), 7);
	s.file_size = 0;
	assert_int_equal(WEXITSTATUS(under(&s, write_file)), 1);
	(void)close(fd);
	(void)close(9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without),
		cmocka_unit_test(test_promises),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_file_size),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
