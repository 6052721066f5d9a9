/* sandbox.h - a process gives up what it does not need. */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

struct err;

struct sandbox_path {
	const char *path;   /* this file, or all below this folder */
	const char *rights; /* letters: r read, w write and make, x run */
};

/*
 * `promises` are words with blanks between; what is in none of them fails
 * with EPERM, also in every program run later:
 *   stdio  memory, clocks, reading and writing what is already open; always
 *   rpath  open for reading, list and look at files
 *   wpath  rpath, and open for writing, make, rename and remove files
 *   inet   sockets of IPv4 and IPv6
 *   unix   sockets of this machine
 *   netlink  questions to the kernel about its network
 *   clock  adjtimex, to ask how well the clock is kept (root could set it)
 *   look   look into other processes by /proc; then without Landlock, which
 *          forbids that, so `paths` must be NULL
 *   proc   make processes, wait for them and send them signals
 *   exec   run programs (they mostly need rpath too)
 * With `paths` these three path words hold only below them; one that is not
 * there is passed over. Without, everywhere.
 */
struct sandbox {
	const char *promises;
	const struct sandbox_path *paths; /* NULL, or ended by { 0 } */
	int64_t cpu_s;			  /* limits; 0 = as it is */
	int64_t memory;			  /* bytes of address space */
	int64_t file_size;		  /* bytes; -1 = write to no file */
	int64_t n_files;		  /* open at once */
};

/*
 * For this process, for ever; it must have one thread. 0, or 1 when the
 * kernel has no Landlock, so that `paths` could not be kept. A word that is
 * no promise is a bug.
 */
int sandbox_enter(const struct sandbox *s, struct err *e);

#endif
