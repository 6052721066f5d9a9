/* proc.h - runs another program with bounded time and output. */
#ifndef BASE_PROC_H
#define BASE_PROC_H

#include "base/str.h"

struct arena;
struct err;

struct proc_limits {
	int64_t time_us;
	size_t output_max;
};

/*
 * No shell, no input, environment PATH and LC_ALL=C only; standard error is
 * dropped. argv[0] with no slash is looked up in the system's folders.
 * *ret_exit is the exit code, or 128 + signal. -ENOENT when there is no such
 * program, -ETIMEDOUT and -EFBIG when it was stopped at a limit.
 */
int proc_run(struct arena *a, const char *const argv[],
	     const struct proc_limits *limits, struct str *ret, int *ret_exit,
	     struct err *e);

#endif
