/* worker_linux.c - a process of our own that works for us without rights. */
#include "base/worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/fs.h"

NORETURN static void
child_exec(const char *const argv[], int in, int out)
{
	static const char *const env[] = { "LC_ALL=C", NULL };
	int null = open("/dev/null", O_WRONLY);

	if (null < 0 || setsid() < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 ||
	    dup2(null, 2) < 0)
		_exit(127);
	/* execve takes pointers to char but changes nothing. */
	union {
		const char *const *in;
		char *const *out;
	} args = { argv }, vars = { env };
	(void)execve(argv[0], args.out, vars.out);
	_exit(127);
}

int
worker_start(const char *const argv[], int input, struct worker *ret,
	     struct err *e)
{
	int to[2] = { -1, -1 }, from[2];

	if (input < 0 && pipe2(to, O_CLOEXEC) < 0)
		return err_sys(e, "cannot run '%s'", argv[0]);
	auto_fd int to_read = to[0];
	auto_fd int to_write = to[1];
	if (pipe2(from, O_CLOEXEC) < 0)
		return err_sys(e, "cannot run '%s'", argv[0]);
	auto_fd int from_read = from[0];
	auto_fd int from_write = from[1];

	pid_t pid = fork();
	if (pid < 0)
		return err_sys(e, "cannot run '%s'", argv[0]);
	if (pid == 0)
		child_exec(argv, input < 0 ? to_read : input, from_write);
	*ret = (struct worker){ pid, fd_steal(&to_write),
				fd_steal(&from_read) };
	return 0;
}

void
worker_end(struct worker *w)
{
	fd_close(&w->in);
	fd_close(&w->out);
	(void)kill(w->pid, SIGKILL); /* it may be gone already */
	while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
