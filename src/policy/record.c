/* record.c - what people say about measures: declarations, waivers. */
#include "policy/record.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "journal/change.h"
#include "store/store.h"

#define WORDS_MAX 4000

/* A word given for ever would never be looked at again. */
static int
until_check(struct store *s, struct str until_on, const char *longest,
	    struct err *e)
{
	int64_t today = days_of_at(moment_now(), store_zone(s));
	struct duration d;
	int64_t until, last;

	if (on_parse(until_on, &until, e) < 0 ||
	    duration_parse(str_c(longest), &d, e) < 0 ||
	    on_add(today, &d, &last, e) < 0)
		return e->code;
	if (until < today)
		return err_set(e, -ERANGE, "%.*s is in the past",
			       STR_ARG(until_on));
	if (until > last)
		return err_set(e, -ERANGE,
			       "%.*s is too far away: at most %s from today",
			       STR_ARG(until_on), longest);
	return 0;
}

static int
words_check(struct str s, struct err *e)
{
	if (s.len > WORDS_MAX || !str_utf8_ok(s))
		return err_set(e, -EINVAL,
			       "the words are longer than %d bytes or not "
			       "UTF-8",
			       WORDS_MAX);
	return 0;
}

int
declaration_save(struct store *s, const struct declaration_new *d,
		 struct err *e)
{
	auto_change *c = NULL;

	if (str_trim(d->by).len == 0)
		return err_set(e, -EINVAL,
			       "the name of who declares it is missing");
	if (until_check(s, d->until_on, "2y", e) < 0 ||
	    words_check(d->by, e) < 0 || words_check(d->sentence, e) < 0)
		return e->code;
	if (change_begin(s, "declaration.save", d->control, &c, e) < 0)
		return e->code;
	if (change_run(c, e, "declaration", d->control,
		       "INSERT OR REPLACE INTO declaration(control, answer, "
		       "sentence, declared_by, declared_at, until_on, "
		       "change_seq) VALUES(?, ?, ?, ?, ?, ?, ?)",
		       "ssssisi", d->control, d->answer, d->sentence, d->by,
		       moment_now(), d->until_on, change_seq(c)) < 0)
		return e->code;
	return change_commit(c, e);
}

int
declaration_withdraw(struct store *s, struct str control, struct err *e)
{
	auto_change *c = NULL;

	if (change_begin(s, "declaration.withdraw", control, &c, e) < 0)
		return e->code;
	int n = change_run(c, e, "declaration", control,
			   "DELETE FROM declaration WHERE control = ?", "s",
			   control);
	if (n < 0)
		return n;
	if (n == 0)
		return err_set(e, -ENOENT, "nobody declared anything on '%.*s'",
			       STR_ARG(control));
	return change_commit(c, e);
}

int
finding_waive(struct store *s, struct str id, struct str until_on,
	      struct str reason, struct str by, struct err *e)
{
	auto_change *c = NULL;

	if (str_trim(reason).len == 0)
		return err_set(e, -EINVAL, "the reason is missing");
	if (until_check(s, until_on, "1y", e) < 0 ||
	    words_check(reason, e) < 0 || words_check(by, e) < 0)
		return e->code;
	if (change_begin(s, "finding.waive", id, &c, e) < 0)
		return e->code;
	int n = change_run(c, e, "finding", id,
			   "UPDATE finding SET waived_until_on = ?, "
			   "waive_reason = ?, waived_by = ?, change_seq = ? "
			   "WHERE id = ? AND state = 'open'",
			   "sssis", until_on, reason, by, change_seq(c), id);
	if (n < 0)
		return n;
	if (n == 0)
		return err_set(e, -ENOENT, "there is no open finding '%.*s'",
			       STR_ARG(id));
	return change_commit(c, e);
}

int
control_postpone(struct store *s, struct str control, struct str until_on,
		 struct err *e)
{
	auto_change *c = NULL;

	if (until_check(s, until_on, "1y", e) < 0 ||
	    change_begin(s, "control.postpone", control, &c, e) < 0)
		return e->code;
	if (change_run(c, e, "postponed", control,
		       "INSERT OR REPLACE INTO postponed(control, until_on, "
		       "change_seq) VALUES(?, ?, ?)",
		       "ssi", control, until_on, change_seq(c)) < 0)
		return e->code;
	return change_commit(c, e);
}
