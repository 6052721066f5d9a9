/* query.h - prepares a checked query: it only reads, and we learn what. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/store.h"

struct read {
	struct str table, column; /* column may be "" (count(*)) */
};

#define READS_MAX 256

struct reads {
	size_t n;
	struct read list[READS_MAX];
};

/*
 * Prepares one SELECT that may read tables and call the functions of the
 * allow-list, and nothing else (-EPERM with what it tried). Reads through a
 * view count as reads of the view. Texts live in the arena.
 */
int query_prepare(struct store *s, struct arena *a, struct str sql,
		  struct stmt **ret, struct reads *ret_reads, struct err *e);

#endif
