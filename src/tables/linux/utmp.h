/* utmp.h - the binary records of wtmp, btmp and lastlog. */
#ifndef LINUX_UTMP_H
#define LINUX_UTMP_H

#include "base/str.h"

enum utmp_kind {
	UTMP_BOOT = 2,
	UTMP_LOGIN = 6, /* a prompt; in btmp: an attempt */
	UTMP_USER = 7,	/* someone is logged in */
	UTMP_DEAD = 8,
};

struct utmp_record {
	int kind; /* enum utmp_kind, or another number */
	struct str user, line, host;
	int64_t at;
};

/* Reads records one after the other; hermetic. */
struct utmp {
	struct str rest;
	size_t record_len; /* 384 bytes, or 400 on 64-bit ARM and others */
	size_t n_bad;	   /* records that make no sense, and a cut last one */
};

/* False when the text is no utmp file at all (neither length fits). */
bool utmp_init(struct utmp *u, struct str text);
bool utmp_next(struct utmp *u, struct utmp_record *ret);

/* The time of last log-in of a uid, or 0; lastlog is indexed by uid. */
int64_t lastlog_at(struct str text, int64_t uid);

#endif
