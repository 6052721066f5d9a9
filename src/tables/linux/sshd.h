/* sshd.h - the configuration of the SSH server, asked for or read. */
#ifndef LINUX_SSHD_H
#define LINUX_SSHD_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

struct sshd_config {
	struct str text; /* "key value" lines outside Match; the first counts */
	bool asked;	 /* told by sshd -T, else read from the files */
	int64_t n_match; /* Match blocks in the files */
	int64_t n_included;
};

/*
 * -ENOENT: no server is installed. As root the server is asked; otherwise,
 * or when it does not answer, the files are read with their Include lines.
 */
int sshd_load(struct scan *s, struct sshd_config *ret, struct err *e);

/* The first value of a key, any case; false when it is not set. */
bool sshd_get(const struct sshd_config *c, const char *key, struct str *ret);

/* All values of a key joined by sep. */
struct str sshd_all(struct arena *a, const struct sshd_config *c,
		    const char *key, const char *sep);

/* "120", "2m", "1h30m": seconds. */
bool sshd_seconds(struct str s, int64_t *ret);

#endif
