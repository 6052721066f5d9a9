/* lint.h - whether the catalog is whole, and its queries say what they mean. */
#ifndef CATALOG_LINT_H
#define CATALOG_LINT_H

#include "catalog/catalog.h"

struct arena;
struct diags;
struct err;

/*
 * Names that lead somewhere, coverage of the requirements, parameters that
 * are used in sentence and query, both languages.
 */
void lint_links(struct arena *a, const struct catalog *c, struct diags *d);

/* The same for one file that need not be part of c. */
void lint_control_links(struct arena *a, const struct catalog *c,
			const struct control *k, struct diags *d);
void lint_ledger_links(struct arena *a, const struct catalog *c,
		       const struct ledger *g, struct diags *d);

enum lint_depth {
	LINT_QUERY,    /* the query can be prepared and compares like types */
	LINT_EXAMPLES, /* and gives what its examples want */
	LINT_MUTANTS,  /* and no change of it would go unnoticed */
};

/* Which controls are looked into; all must be read in c. */
struct lint_scope {
	enum lint_depth depth;
	struct str control; /* id, area or p == NULL for all */
	bool basic_only;
};

/*
 * Queries of controls and conditions of ledgers. Faults and surviving
 * mutants go to d as errors, with the control's id. Counts come back.
 */
struct lint_counts {
	size_t n_queries, n_examples, n_mutants, n_survivors;
};
int lint_queries(struct arena *a, const struct catalog *c,
		 const struct lint_scope *scope, struct diags *d,
		 struct lint_counts *ret, struct err *e);

/* The query of one control, which need not be part of c. */
int lint_control(struct arena *a, const struct catalog *c,
		 const struct control *k, enum lint_depth depth,
		 struct diags *d, struct lint_counts *ret, struct err *e);

#endif
