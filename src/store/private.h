/* private.h - what the files of this folder share. */
#ifndef STORE_PRIVATE_H
#define STORE_PRIVATE_H

#include <sqlite3.h>

#include "base/hash.h"
#include "store/store.h"

#define KEPT_MAX 48

struct store {
	sqlite3 *db;
	char *dir;
	const char *file; /* NULL = yamori.db and what is attached to it */
	const struct zone *zone;
	struct str catalog_hash;
	bool in_change;		/* guard is set; what in_change() tells */
	struct guard *guard;	/* of the journal, while it writes a change */
	int64_t query_until_us; /* of query_time_limit */
	struct kept {
		char *sql;
		struct stmt *st;
		bool busy;
	} kept[KEPT_MAX]; /* statements of store_run, prepared once */
	size_t kept_next; /* the next to give way */
	bool seeded;	  /* store_random_seed was called */
	struct hash seed;
	uint64_t n_random; /* blocks taken from the seed */
};

struct stmt {
	sqlite3_stmt *st;
	struct store *store;
};

/* Turns an SQLite result into our codes and words. */
int store_err(struct store *s, int rc, struct err *e);

/* Frees what store_run keeps; before the connection is closed. */
void stmt_kept_free(struct store *s);

/* The SQL functions change_seq() and journal_touch(). */
int store_guard_register(struct store *s, struct err *e);

/* Brings one file (schema main of s) to its newest version. */
int store_migrate(struct store *s, const char *kind, struct err *e);
/* 1 = it is older; -ENOTSUP = it is newer than this program. */
int store_migrate_needed(struct store *s, const char *kind, struct err *e);

/* Makes and widens the tables of facts.db after the contracts. */
int store_facts_schema(struct store *s, struct err *e);
int store_facts_needed(struct store *s, struct err *e); /* 1 = yes */

/* Attaches the built-in catalog, read-only. */
int store_attach_catalog(struct store *s, struct err *e);

#endif
