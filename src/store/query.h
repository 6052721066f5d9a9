/* query.h - prepares a checked query: it only reads, and we learn what. */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "store/store.h"

struct read {
	struct str table, column; /* column may be "" (count(*)) */
};

#define READS_MAX 512

struct reads {
	size_t n;
	struct read list[READS_MAX];
};

/*
 * Prepares one SELECT that may read tables and call the functions of the
 * allow-list, and nothing else (-EPERM with what it tried). Texts live in the
 * arena. What a view reads counts as read too, beside the view itself, and so
 * does what stands in WITH; names of WITH may occur among the tables.
 */
int query_prepare(struct store *s, struct arena *a, struct str sql,
		  struct stmt **ret, struct reads *ret_reads, struct err *e);

/*
 * For SQL that is not ours. may_read is asked for each table and view, and
 * for each table inside the views; without it none may be read. SQLite's own
 * tables never may; json_each and json_tree always may.
 */
struct query_rules {
	bool (*may_read)(const void *ctx, struct str table, struct str column);
	const void *ctx;
};

int query_prepare_foreign(struct store *s, struct arena *a, struct str sql,
			  const struct query_rules *rules, struct stmt **ret,
			  struct reads *ret_reads, struct err *e);

/*
 * From now on a statement of this connection that still runs after time_us
 * fails with -ETIMEDOUT; 0 = no end. For a control of ours.
 */
void query_time_limit(struct store *s, int64_t time_us);

/*
 * Takes from this connection, for ever, what a query of a stranger could
 * misuse: the length of values, the depth and size of statements, attaching,
 * writing, memory over max_memory bytes (for the whole process).
 */
int query_confine(struct store *s, int64_t max_memory, struct err *e);

#endif
