/* adopt.h - files of the organisation's own that count beside the built-in. */
#ifndef POLICY_ADOPT_H
#define POLICY_ADOPT_H

#include "catalog/catalog.h"

struct store;

/*
 * The catalog in force: the built-in one with the adopted controls laid
 * over it. An adopted file that can no longer be read is an error.
 */
int catalog_in_force(struct arena *a, struct store *s, struct catalog **ret,
		     struct err *e);

/* Keeps the text as adopted, approved by somebody; journaled. */
int adopt_save(struct store *s, const struct control *k, struct str text,
	       struct str by, struct err *e);
int adopt_drop(struct store *s, struct str id, struct str by, struct err *e);

/*
 * Names of files below DIR/local/ that differ from what was adopted, or were
 * never adopted; they are not used.
 */
int adopt_strays(struct store *s, struct arena *a, struct str **ret,
		 size_t *ret_n, struct err *e);

#endif
