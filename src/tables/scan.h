/* scan.h - runs table files against a world and into a sink. */
#ifndef TABLES_SCAN_H
#define TABLES_SCAN_H

#include "tables/sink.h"
#include "tables/table.h"

struct arena;
struct shared;

/* Where scan_* calls get their answers. Results go into the arena. */
struct world {
	int (*file)(void *ctx, struct arena *a, const char *path, size_t max,
		    struct str *ret, struct err *e);
	int (*dir)(void *ctx, struct arena *a, const char *path,
		   struct str **ret, size_t *ret_n, struct err *e);
	int (*link)(void *ctx, struct arena *a, const char *path,
		    struct str *ret, struct err *e);
	int (*stat)(void *ctx, struct arena *a, const char *path,
		    struct scan_stat *ret, struct err *e);
	int (*exec)(void *ctx, struct arena *a, const char *const argv[],
		    struct str *ret, int *ret_exit, struct err *e);
	int (*call)(void *ctx, struct arena *a, const char *name,
		    struct str *ret, struct err *e);
	int (*reg)(void *ctx, struct arena *a, const char *key,
		   struct reg_key *ret, struct err *e); /* NULL = none */
	int (*walk)(void *ctx, const char *root, scan_visit *visit,
		    void *visit_ctx, struct scan_walked *ret, struct err *e);
	void *ctx;
	struct shared *shared; /* see world_share; NULL = nothing is shared */
	bool as_root;
	int64_t now; /* instant; 0 = the clock */
};

/* This machine. root is "/" or a folder seen as the machine's root. */
void world_live(struct world *w);

/*
 * Lets the tables of one run share what was costly to find out (one walk for
 * all tables about files). The arena must outlive the run.
 */
void world_share(struct world *w, struct arena *a);

/* A recorded machine below dir; the string must outlive the world. */
void world_recorded(struct world *w, struct arena *a, const char *dir);

/*
 * Runs one table. What the table itself cannot tell ends up in the sink as
 * cannot; the return value is negative only when the sink failed.
 */
int scan_table(const struct table *t, const struct world *w, struct sink *k,
	       struct err *e);

const struct table *table_find(struct str name);

#endif
