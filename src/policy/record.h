/* record.h - what people say about measures: declarations, waivers. */
#ifndef POLICY_RECORD_H
#define POLICY_RECORD_H

#include "base/str.h"

struct err;
struct store;

struct declaration_new {
	struct str control;
	struct str answer;   /* yes, no or unknown */
	struct str sentence; /* what is so, in their words */
	struct str by;	     /* name of the person */
	struct str until_on; /* YYYY-MM-DD, at most two years ahead */
};

/* Replaces an earlier declaration on the same control. */
int declaration_save(struct store *s, const struct declaration_new *d,
		     struct err *e);
int declaration_withdraw(struct store *s, struct str control, struct err *e);

/* An open finding is accepted until a day, for a reason. */
int finding_waive(struct store *s, struct str id, struct str until_on,
		  struct str reason, struct str by, struct err *e);

/* Keeps a measure out of the next three things until a day. */
int control_postpone(struct store *s, struct str control, struct str until_on,
		     struct err *e);

#endif
