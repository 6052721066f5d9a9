/* proc_linux.c - runs another program with bounded time and output. */
#include "base/proc.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

static const char *
program_find(struct arena *a, const char *name)
{
	static const char *const folders[] = { "/usr/sbin", "/usr/bin", "/sbin",
					       "/bin" };

	if (strchr(name, '/') != NULL)
		return access(name, X_OK) == 0 ? name : NULL;
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		const char *path = str_fmt(a, "%s/%s", folders[i], name).p;

		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

NORETURN static void
child(const char *path, const char *const argv[], int out)
{
	static const char *const env[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
					   "LC_ALL=C", NULL };
	int null = open("/dev/null", O_RDWR);

	/* In a sandbox that may not write, complaints go nowhere as well. */
	if (null < 0)
		null = open("/dev/null", O_RDONLY);
	if (null < 0 || setsid() < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(127);
	/* execve takes pointers to char but changes nothing. */
	union {
		const char *const *in;
		char *const *out;
	} args = { argv }, vars = { env };
	(void)execve(path, args.out, vars.out);
	_exit(127);
}

static int64_t
clock_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* Reads until the end of output or a limit; the code of what stopped it. */
static int
drain(int fd, const struct proc_limits *limits, struct buf *out)
{
	int64_t deadline = clock_us() + limits->time_us;
	char chunk[16384];

	for (;;) {
		int64_t left = deadline - clock_us();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int n = left > 0 ? poll(&p, 1, (int)(left / 1000) + 1) : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -ETIMEDOUT;
		ssize_t len = read(fd, chunk, sizeof(chunk));
		if (len < 0 && errno == EINTR)
			continue;
		if (len <= 0)
			return 0;
		buf_add(out, chunk, (size_t)len);
		if (out->bad)
			return -EFBIG;
	}
}

static void
child_end(pid_t pid, bool stop, int *ret_exit)
{
	int status = 0;

	if (stop)
		(void)kill(-pid, SIGKILL); /* it may be gone already */
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	*ret_exit = WIFEXITED(status) ? WEXITSTATUS(status)
				      : 128 + WTERMSIG(status);
}

int
proc_run(struct arena *a, const char *const argv[],
	 const struct proc_limits *limits, struct str *ret, int *ret_exit,
	 struct err *e)
{
	const char *path = program_find(a, argv[0]);
	int pipe_fd[2];

	if (path == NULL)
		return err_set(e, -ENOENT, "'%s' is not installed", argv[0]);
	if (pipe2(pipe_fd, O_CLOEXEC) < 0)
		return err_sys(e, "cannot run '%s'", argv[0]);

	auto_fd int in = pipe_fd[0];
	auto_fd int out = pipe_fd[1];
	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, "cannot run '%s'", argv[0]);
	if (pid == 0)
		child(path, argv, out);
	fd_close(&out);

	auto_buf b = { 0 };
	buf_init(&b, limits->output_max);
	int stopped = drain(in, limits, &b);
	child_end(pid, stopped < 0, ret_exit);
	if (stopped == -ETIMEDOUT)
		return err_set(e, stopped, "'%s' took longer than %lld s",
			       argv[0], (long long)(limits->time_us / 1000000));
	if (stopped < 0)
		return err_set(e, stopped, "'%s' printed more than %zu bytes",
			       argv[0], limits->output_max);
	*ret = str_copy(a, buf_view(&b));
	return 0;
}
