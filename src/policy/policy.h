/* policy.h - what this organisation chose: answers, values, exclusions. */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "catalog/catalog.h"

struct store;

struct policy_value {
	struct str name;  /* CONTROL.PARAMETER */
	struct str value; /* as bound, like struct parameter.def */
};

struct policy_exclude {
	struct str control, reason;
};

struct policy {
	const struct catalog *catalog;
	struct str org_name;
	enum level level;
	int64_t size;	    /* people */
	struct str answers; /* JSON object as kept */
	int64_t seq;	    /* journal seq of the last change */
	size_t n_values, n_excludes;
	struct policy_value *values;	 /* sorted by name */
	struct policy_exclude *excludes; /* sorted by control */
	size_t n_answers;
	int64_t *answer; /* by position in catalog->answers */
};

/* Borrowed pieces live in the arena; the catalog must outlive it. */
int policy_load(struct store *s, struct arena *a, const struct catalog *cat,
		struct policy **ret, struct err *e);

/* A policy of defaults only: for examples and before `init`. */
struct policy *policy_default(struct arena *a, const struct catalog *cat);

/* The value in force; p == NULL when neither chosen nor a default. */
struct str policy_value(const struct policy *p, const struct control *c,
			const struct parameter *param);

/* Of a name used in a sentence or query of c: its own parameter or a use. */
struct str policy_bound(const struct policy *p, const struct control *c,
			struct str name, const struct parameter **ret_param);

/* "logs.retention_firewall.retention" for parts written in C; the name must
 * exist (a test resolves every one). */
struct str policy_named(const struct policy *p, const char *name);

enum applies {
	APPLIES,
	APPLIES_NOT_LEVEL,    /* of a level above the organisation's */
	APPLIES_NOT_ANSWER,   /* they have no such thing */
	APPLIES_NOT_EXCLUDED, /* by a decision, with its reason */
};

/* ret_reason: the answer's id, the level's name, or the person's words. */
enum applies policy_applies(const struct policy *p, const struct control *c,
			    struct str *ret_reason);

/* The sentence of the regulation with the values in force in it. */
struct str policy_sentence(struct arena *a, const struct policy *p,
			   const struct control *c, bool ja);

/* A value as a person reads it: "3年", "3 years", "A、B及びC". */
struct str policy_print(struct arena *a, const struct parameter *param,
			struct str value, bool ja);

#endif
