/* mutant.h - a query changed in one place, to test its examples. */
#ifndef CATALOG_MUTANT_H
#define CATALOG_MUTANT_H

#include "base/str.h"

struct arena;

struct mutant {
	struct str what; /* what was changed, and where */
	struct str sql;
	int line; /* of the change, from 0 */
};

/*
 * Every change listed in data/schema/control.md, each once; columns are the
 * names of those of the tables that the query reads.
 */
size_t mutants_make(struct arena *a, struct str sql, const struct str *columns,
		    size_t n_columns, struct mutant **ret);

#endif
