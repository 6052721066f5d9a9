/* change.h - the only way to change what the journal keeps. */
#ifndef JOURNAL_CHANGE_H
#define JOURNAL_CHANGE_H

#include "base/str.h"
#include "tables/contract.h"

struct change;
struct err;
struct store;

/*
 * A change is one write transaction and one journal entry. What is not
 * committed is rolled back by change_free. Journaled tables (journal.h) can
 * be written in no other way: their triggers abort outside a change, and
 * inside one they tell which rows were written. The content of these rows
 * (the after-image) becomes fields of the entry without the caller's help:
 *
 *	row:TABLE:KEY         JSON of the columns of class plain, sorted by
 *	                      name; `null` = the row was deleted
 *	row:TABLE:KEY.COLUMN  JSON of a column of class personal or level3, so
 *	                      that it can be erased alone
 *
 * kind is a word like "policy.set"; subject is a random id or a control's
 * name, never a person's. The actor is who runs this process (os:NAME via
 * cli) unless change_actor says otherwise; the entry holds a random id for
 * these words, and the table journal_actor the words, as personal data.
 */
int change_begin(struct store *s, const char *kind, struct str subject,
		 struct change **ret, struct err *e);
void change_actor(struct change *c, struct str actor);
struct str change_actor_get(const struct change *c);

/*
 * The entry's seq, known from the start, for the rows' change_seq; in SQL it
 * is change_seq().
 */
int64_t change_seq(const struct change *c);
int64_t change_at(const struct change *c);
struct store *change_store(const struct change *c);

#define CHANGE_VALUE_MAX ((size_t)8 * 1024 * 1024)
#define CHANGE_FIELDS_MAX ((size_t)1000 * 1000)

/*
 * A field of the entry's body; personal ones can be erased alone. A fault
 * (a name twice, no UTF-8, too large) is kept and told by the commit. Names
 * of fields are not secret: they stay when the value is erased.
 */
void change_field(struct change *c, const char *field, struct str value);
void change_field_personal(struct change *c, const char *field,
			   struct str value);
void change_field_class(struct change *c, const char *field,
			enum data_class class, struct str value);
void change_field_int(struct change *c, const char *field, int64_t value);

/*
 * Runs one INSERT, UPDATE or DELETE on the row of `table` whose key is
 * `key`, and keeps the row's after-image. kinds as in store_run. Returns
 * the number of rows changed. Statements that write many rows may be run
 * with store_run as well: the triggers see each row.
 */
int change_run(struct change *c, struct err *e, const char *table,
	       struct str key, const char *sql, const char *kinds, ...);

/*
 * Writes the entry and commits; nothing of it is there when this fails.
 * -EBUSY, -EROFS and so on as in store.h.
 */
int change_commit(struct change *c, struct err *e);
void change_free(struct change *c); /* NULL is fine */

static inline void
change_cleanup(struct change **c)
{
	change_free(*c);
}
#define auto_change CLEANUP(change_cleanup) struct change

#endif
