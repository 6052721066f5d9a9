/* shadow.h - /etc/shadow, without ever handing out a password field. */
#ifndef LINUX_SHADOW_H
#define LINUX_SHADOW_H

#include "base/str.h"

/* What may be known of a password: not the field, not the hash. */
struct shadow_state {
	bool set;	       /* a hash is there, locked or not */
	bool empty;	       /* the field is empty: no password is asked */
	bool locked;	       /* ! or * in front: no password fits */
	const char *algorithm; /* "" when there is none */
};

/* NULL fields are -1. Days are since 1970. */
struct shadow_entry {
	struct shadow_state state;
	int64_t changed, max_days, expires;
};

struct shadow_state shadow_state_of(struct str field);

/* The entry of a user in the text of the file; false if there is none. */
bool shadow_find(struct str text, struct str user, struct shadow_entry *ret);

#endif
