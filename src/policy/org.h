/* org.h - the organisation itself: made once, changed by journaled acts. */
#ifndef POLICY_ORG_H
#define POLICY_ORG_H

#include "catalog/catalog.h"

struct store;

struct org_new {
	struct str name;
	int64_t size;
	enum level level;
	struct str zone;
	struct str lang;
	const int64_t *answer; /* by position in catalog->answers */
	size_t n_roles;
	const struct str *roles, *holders; /* role id, name of the person */
};

/* Writes the first entry; the directory was just made (STORE_CREATE). */
int org_create(struct store *s, const struct catalog *cat,
	       const struct org_new *o, struct err *e);

#endif
