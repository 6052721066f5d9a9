/* bench.h - runs a control's query over the rows of one example. */
#ifndef CATALOG_BENCH_H
#define CATALOG_BENCH_H

#include "catalog/catalog.h"

struct arena;
struct diags;
struct err;
struct reads;
struct store;

enum table_kind {
	TABLE_FACT,
	TABLE_LEDGER,
	TABLE_BASE, /* host, os_eol, contracts of the organisation */
};

enum cell_type {
	CELL_TEXT,
	CELL_INT,
	CELL_REAL,
	CELL_BOOL,
	CELL_INSTANT,
	CELL_DATE,
};

struct table_col {
	struct str name;
	enum cell_type type;
};

struct table_shape {
	struct str name;
	enum table_kind kind;
	unsigned platforms; /* of facts: PLATFORM_* */
	bool shared;	    /* has a view NAME_distinct beside it */
	size_t n_cols;
	struct table_col *cols;
};

/* Everything a query may read: contracts, ledgers and base tables. */
struct tables {
	size_t n;
	struct table_shape *list;
};

struct tables *tables_of(struct arena *a, const struct catalog *c);
const struct table_shape *tables_find(const struct tables *t, struct str name);

/* Makes them in main of a store in memory, those of reads or all (NULL). */
int tables_create(struct store *s, const struct tables *t,
		  const struct reads *reads, struct err *e);

/* The words of an error, in English. */
struct str err_words(struct arena *a, const struct err *e);

/* What is bound to a :name. */
struct binding {
	struct str name;
	const struct parameter *parameter;
	struct str value; /* as bound; p == NULL = NULL */
};

/*
 * Parameters and uses of a control with their defaults, in that order. A use
 * that leads nowhere is left out: lint_links complains about it.
 */
size_t bindings_of(struct arena *a, const struct catalog *c,
		   const struct control *k, struct binding **ret);

enum verdict {
	VERDICT_PASS,
	VERDICT_FAIL,
	VERDICT_UNKNOWN,
};

struct verdict_row {
	struct str subject;
	enum verdict verdict;
	struct str host_id; /* p == NULL = none; not set by bench_wanted */
};

struct verdicts {
	size_t n;
	struct verdict_row *rows; /* sorted by subject */
};

struct bench;

/*
 * A small database that holds what the example gives. NULL when the example
 * cannot be set up; then d says why, with its place.
 */
struct bench *bench_open(struct arena *a, const struct tables *t,
			 const struct control *k, const struct example *ex,
			 const struct reads *reads,
			 const struct binding *bindings, size_t n_bindings,
			 struct diags *d);
void bench_close(struct bench *b); /* NULL is fine */

/* Its database, for a test that asks the engine the same. */
struct store *bench_store(struct bench *b);
int64_t bench_now(const struct bench *b);

/* The values of the example; changing one changes the next run. */
struct binding *bench_bindings(struct bench *b);

/*
 * What the query says about each subject, once missing facts and empty
 * ledgers have their say: data/schema/control.md, "Examples".
 */
int bench_run(struct bench *b, struct arena *a, struct str sql,
	      struct verdicts *ret, struct err *e);

struct verdicts bench_wanted(struct arena *a, const struct example *ex);
const char *verdict_name(enum verdict v);

/* A row of NULLs in that column is among the given ones. */
bool bench_has_null(const struct bench *b, struct str table, struct str column);
bool bench_gives(const struct bench *b, struct str table);

#endif
