/* store.h - one organisation's directory and its databases. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/moment.h"
#include "base/str.h"

struct arena;
struct contract;
struct err;
struct store;
struct stmt;

/*
 * DIR/yamori.db is schema main, DIR/facts.db is facts, DIR/feeds.db is feeds;
 * the built-in catalog is the read-only schema catalog. secret.db is opened
 * apart (store_open_secret) and never attached to the others.
 *
 * SQLite's codes do not leave this folder. They become: -EBUSY locked by
 * another process, -EROFS read-only, -ENOSPC disk full, -EBADMSG damaged,
 * -EACCES no permission, -EEXIST a constraint, -EINVAL a wrong statement,
 * -EPERM refused by a guard or a trigger, -EIO anything else.
 */
enum store_mode {
	STORE_READ,   /* a directory that is there; nothing is written, unless
			 its tables are older than we are or facts.db or
			 feeds.db is missing: these are made first */
	STORE_WRITE,  /* a directory that is there */
	STORE_CREATE, /* makes it; -EEXIST when it holds an organisation */
};

int store_open(const char *dir, enum store_mode mode, struct store **ret,
	       struct err *e);
int store_open_secret(const char *dir, enum store_mode mode, struct store **ret,
		      struct err *e);

/* Only the catalog and the functions, in memory: for examples and messages. */
int store_open_memory(struct store **ret, struct err *e);

void store_close(struct store *s); /* NULL is fine; rolls back */

const char *store_dir(const struct store *s); /* "" for memory */
const struct zone *store_zone(const struct store *s);
void store_zone_set(struct store *s, const struct zone *z); /* borrowed */

/*
 * Statements. SQL text is constant or comes from a checked control; values
 * are always bound. Columns and parameters: columns count from 0, parameters
 * from 1, as in SQLite.
 */
int stmt_prepare(struct store *s, struct str sql, struct stmt **ret,
		 struct err *e);
void stmt_free(struct stmt *st);		/* NULL is fine */
int stmt_reset(struct stmt *st, struct err *e); /* also clears bindings */

void stmt_bind_int(struct stmt *st, int at, int64_t v);
void stmt_bind_str(struct stmt *st, int at, struct str v);  /* copied */
void stmt_bind_c(struct stmt *st, int at, const char *v);   /* NULL = NULL */
void stmt_bind_blob(struct stmt *st, int at, struct str v); /* copied */
void stmt_bind_null(struct stmt *st, int at);

/* Position of a parameter like ":now", or 0 when it does not occur. */
int stmt_param(struct stmt *st, const char *name);
int stmt_n_params(struct stmt *st);
const char *stmt_param_name(struct stmt *st, int at);

/* 1 = a row is there, 0 = done, negative = failed. */
int stmt_step(struct stmt *st, struct err *e);

int stmt_n_cols(struct stmt *st);
const char *stmt_col_name(struct stmt *st, int col);
bool stmt_is_null(struct stmt *st, int col);
bool stmt_is_int(struct stmt *st, int col);

enum stmt_type { STMT_NULL, STMT_INT, STMT_REAL, STMT_TEXT, STMT_BLOB };
enum stmt_type stmt_type(struct stmt *st, int col); /* before reading it */
int64_t stmt_int(struct stmt *st, int col);
double stmt_real(struct stmt *st, int col);
struct str stmt_str(struct stmt *st, int col); /* until the next step */

static inline void
stmt_cleanup(struct stmt **st)
{
	stmt_free(*st);
}
#define auto_stmt CLEANUP(stmt_cleanup) struct stmt

static inline void
store_cleanup(struct store **s)
{
	store_close(*s);
}
#define auto_store CLEANUP(store_cleanup) struct store

/*
 * One statement with bound values, run to its end. The kinds string has one
 * letter a value: i int64_t, s struct str, c const char *, b struct str as
 * blob, n no value (NULL). Returns the number of rows changed.
 */
int store_run(struct store *s, struct err *e, const char *sql,
	      const char *kinds, ...);
int store_run_v(struct store *s, struct err *e, const char *sql,
		const char *kinds, va_list ap);

/* The first column of the first row; 1 = found, 0 = none, negative. */
int store_get_int(struct store *s, int64_t *ret, struct err *e, const char *sql,
		  const char *kinds, ...);
int store_get_str(struct store *s, struct arena *a, struct str *ret,
		  struct err *e, const char *sql, const char *kinds, ...);

/* Several statements without values, from a file of ours. */
int store_script(struct store *s, struct str sql, struct err *e);

/* Transactions do not nest. */
int store_begin(struct store *s, struct err *e);      /* to write, at once */
int store_begin_read(struct store *s, struct err *e); /* one snapshot */
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s); /* nothing happens outside one */
bool store_in_transaction(const struct store *s);

/*
 * For the journal alone: while a guard is set, in_change() is 1, change_seq()
 * is its seq, and the triggers of journaled tables call touch for each row
 * they see written; without one these triggers abort.
 */
struct guard {
	int64_t seq;
	void (*touch)(struct guard *g, struct str table, struct str key);
};

void store_guard_set(struct store *s, struct guard *g); /* NULL = none */
bool store_guarded(const struct store *s);

/*
 * Bytes for new ids and salts, from the system's generator. After a seed was
 * given they follow from it instead: for an organisation that is made up and
 * should come out the same each time. Keys are never taken from here.
 */
void store_random(struct store *s, void *p, size_t len);
void store_random_seed(struct store *s, struct str seed);

/* Text of an SQL identifier in double quotes. */
struct str store_quote_name(struct arena *a, struct str name);

/* SHA-256 of the built-in catalog, as hex; for results and packs. */
struct str store_catalog_hash(const struct store *s);

#endif
