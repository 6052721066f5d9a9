/* password.h - what is demanded of a new password on this machine. */
#ifndef LINUX_PASSWORD_H
#define LINUX_PASSWORD_H

#include "base/str.h"

struct err;
struct scan;

struct password_rules {
	int64_t min_length, min_classes, history;
	int64_t max_days, min_days; /* -1: never, not set */
	bool dictionary, user_check;
	bool for_root;
	bool enforced;
	struct str algorithm; /* or empty */
	const char *source;
};

/* -ENOENT: there is no PAM here. */
int password_rules_load(struct scan *s, struct password_rules *ret,
			struct err *e);

#endif
