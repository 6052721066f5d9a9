/* runner.h - a process that runs programs for one that may not. */
#ifndef FACTS_RUNNER_H
#define FACTS_RUNNER_H

#include "base/str.h"

struct arena;
struct err;

/*
 * Starts it; *ret_fd is where it is asked. It ends when that is closed. Only
 * the questions that table files ask are run, whoever asks: the probe reads
 * what anybody may have written, so it is not to choose a program.
 */
int runner_start(int *ret_fd, struct err *e);

/* As proc_run, with the limits of a table's question; ctx is an int *fd. */
int runner_exec(void *ctx, struct arena *a, const char *const argv[],
		struct str *ret, int *ret_exit, struct err *e);

/* Is this a question a table file asks? */
bool runner_allows(const char *const argv[]);

#endif
