/* worker.h - a process of our own that works for us without rights. */
#ifndef BASE_WORKER_H
#define BASE_WORKER_H

#include <sys/types.h>

struct err;

struct worker {
	pid_t pid;
	int in;	 /* we write; -1 when its input was given */
	int out; /* we read */
};

/*
 * Starts argv (argv[0] is a path, mostly our own program) with no
 * environment but LC_ALL=C, its errors dropped. A new program, because a
 * fork that goes on would share memory and SQLite's locks with us. Its
 * input is `input` (which stays ours), or a pipe when that is -1.
 */
int worker_start(const char *const argv[], int input, struct worker *ret,
		 struct err *e);

/* Kills it if it still runs, and waits for it. */
void worker_end(struct worker *w);

#endif
