/* change.h - the only way to change what the journal keeps. */
#ifndef JOURNAL_CHANGE_H
#define JOURNAL_CHANGE_H

#include "base/str.h"

struct change;
struct err;
struct store;

/*
 * A change is one write transaction and one journal entry. What is not
 * committed is rolled back by change_free. kind is a word like
 * "policy.set"; subject is a random id or a control's name, never a
 * person's. The actor is who runs this process (os:NAME via cli) unless
 * change_actor says otherwise.
 */
int change_begin(struct store *s, const char *kind, struct str subject,
		 struct change **ret, struct err *e);
void change_actor(struct change *c, struct str actor);

/* The entry's seq, known from the start, for the rows' change_seq. */
int64_t change_seq(const struct change *c);

/* A field of the entry's body; personal ones can be erased alone. */
void change_field(struct change *c, const char *field, struct str value);
void change_field_personal(struct change *c, const char *field,
			   struct str value);

/*
 * Runs one INSERT, UPDATE or DELETE on the row of `table` whose key is
 * `key`, and keeps the row's after-image. kinds as in store_run. Returns
 * the number of rows changed.
 */
int change_run(struct change *c, struct err *e, const char *table,
	       struct str key, const char *sql, const char *kinds, ...);

/* Writes the entry and commits; nothing of it is there when this fails. */
int change_commit(struct change *c, struct err *e);
void change_free(struct change *c); /* NULL is fine */

static inline void
change_cleanup(struct change **c)
{
	change_free(*c);
}
#define auto_change CLEANUP(change_cleanup) struct change

#endif
