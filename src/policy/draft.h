/* draft.h - changes of the policy: asked for, shown, put in force. */
#ifndef POLICY_DRAFT_H
#define POLICY_DRAFT_H

#include "policy/policy.h"

struct store;

enum draft_kind {
	DRAFT_SET,     /* a value */
	DRAFT_RESET,   /* back to the default */
	DRAFT_EXCLUDE, /* a control does not apply, with a reason */
	DRAFT_INCLUDE, /* it applies again */
};
const char *draft_kind_name(enum draft_kind k);

struct draft {
	struct str id;
	enum draft_kind kind;
	struct str name;  /* CONTROL.PARAMETER, or CONTROL */
	struct str value; /* as bound; SET only */
	struct str reason;
	struct str asked_by;
	int64_t asked_at;
};

/*
 * Checks name, value and bounds (min, max, choices) and keeps the change as
 * a draft, which moves nothing yet. -EINVAL, -ERANGE, -ENOENT say what was
 * expected.
 */
int draft_add(struct store *s, struct arena *a, const struct policy *p,
	      struct draft *d, struct err *e);

int drafts_load(struct store *s, struct arena *a, struct draft **ret,
		size_t *ret_n, struct err *e);

/*
 * Puts a draft in force, or refuses it. by must be who may approve: the
 * holder of the role ciso or president, if one is named in this
 * organisation; then it may not be who asked for it, unless nobody else
 * holds such a role (the exception is written into the journal).
 */
int draft_adopt(struct store *s, const struct draft *d, struct str by,
		struct err *e);
int draft_refuse(struct store *s, const struct draft *d, struct str by,
		 struct err *e);

/* One thing that moves when the drafts come into force. */
enum move_kind {
	MOVE_SENTENCE, /* of the regulation */
	MOVE_CHECK,    /* an automatic check */
	MOVE_DUTY,     /* a date in the calendar */
	MOVE_APPLIES,  /* a control starts or stops to apply */
};

struct move {
	enum move_kind kind;
	const struct control *control;
	struct str before, after; /* sentence, value or cadence as text */
};

/* What would be different; p itself stays as it is. */
int drafts_moves(struct arena *a, const struct policy *p,
		 const struct draft *drafts, size_t n, bool ja,
		 struct move **ret, size_t *ret_n, struct err *e);

/* The policy as it would be with the drafts in force. */
struct policy *policy_with(struct arena *a, const struct policy *p,
			   const struct draft *drafts, size_t n);

#endif
