/* erase.c - takes salt and value of old content away. */
#include "base/arena.h"
#include "journal/journal.h"
#include "store/store.h"

/* A later entry has the same place: no live row rests on this one. */
static int
superseded(struct store *s, const struct journal_place *p, struct err *e)
{
	auto_arena *a = arena_new();
	const char *dot = strrchr(p->field, '.');
	struct str row = str_c(p->field);
	int64_t n = 0;

	if (strncmp(p->field, "row:", 4) != 0)
		return 0;
	/* A row that was deleted leaves `null` under the row's own name. */
	if (dot != NULL)
		row = str_first(row, (size_t)(dot - p->field));
	if (store_get_int(s, &n, e,
			  "SELECT count(*) FROM main.journal_body "
			  "WHERE seq > ?1 AND (field = ?2 OR (field = ?3 "
			  "AND value = 'null' AND class = 0))",
			  "ics", p->seq, p->field, str_copy(a, row)) < 0)
		return e->code;
	if (n == 0)
		return err_set(e, -EBUSY,
			       "'%s' of entry %" PRId64 " is what the row "
			       "holds now: change the row first",
			       p->field, p->seq);
	return 0;
}

/* What the chain itself rests on stays. */
static int
erasable(struct store *s, const struct journal_place *p, struct err *e)
{
	int64_t open = 0;
	int r = store_get_int(s, &open, e,
			      "SELECT b.value IS NOT NULL AND "
			      "(j.kind NOT GLOB 'journal.*' "
			      "OR b.class > 0 OR b.field GLOB 'row:*') "
			      "FROM main.journal_body b "
			      "JOIN main.journal j ON j.seq = b.seq "
			      "WHERE b.seq = ? AND b.field = ?",
			      "ic", p->seq, p->field);

	if (r < 0)
		return r;
	if (r == 0)
		return err_set(e, -ENOENT, "entry %" PRId64 " has no '%s'",
			       p->seq, p->field);
	if (open == 0)
		return err_set(e, -EPERM,
			       "'%s' of entry %" PRId64 " is erased already or "
			       "belongs to the journal itself",
			       p->field, p->seq);
	return superseded(s, p, e);
}

static int
place_erase(struct change *c, const struct journal_place *p, struct err *e)
{
	auto_arena *a = arena_new();

	if (erasable(change_store(c), p, e) < 0)
		return e->code;
	int n = store_run(change_store(c), e,
			  "UPDATE main.journal_body SET salt = NULL, "
			  "value = NULL, erased_by = change_seq() "
			  "WHERE seq = ? AND field = ? AND value IS NOT NULL",
			  "ic", p->seq, p->field);
	if (n < 0)
		return n;
	assert(n == 1); /* erasable() has seen it */
	change_field(c, str_fmt(a, "erase:%" PRId64 ":%s", p->seq, p->field).p,
		     STR("erased"));
	return 0;
}

/* "os:NAME via cli" is NAME, too. */
static bool
is_actor(struct str who, struct str actor)
{
	struct str name = str_until(str_after(actor, ':'), ' ');

	return str_eq(who, actor) || (name.len > 0 && str_eq(who, name));
}

int
journal_erase(struct store *s, const struct journal_erase *what,
	      int64_t *ret_seq, struct err *e)
{
	auto_change *c = NULL;

	if (what->reason.len == 0)
		return err_set(e, -EINVAL, "erasing needs a reason");
	if (what->n_places == 0)
		return err_set(e, -EINVAL, "nothing to erase was named");
	if (change_begin(s, "journal.erase", STR(""), &c, e) < 0)
		return e->code;
	if (what->approved_by.len == 0 ||
	    is_actor(what->approved_by, change_actor_get(c)))
		return err_set(e, -EPERM,
			       "erasing needs the approval of another person");
	for (size_t i = 0; i < what->n_places; i++) {
		if (place_erase(c, &what->places[i], e) < 0)
			return e->code;
	}
	change_field(c, "reason", what->reason);
	change_field_personal(c, "approved_by", what->approved_by);
	if (change_commit(c, e) < 0)
		return e->code;
	*ret_seq = change_seq(c);
	/* The old pages of the log file hold the value until it is reset. */
	return store_script(s, STR("PRAGMA main.wal_checkpoint(TRUNCATE)"), e);
}
