/* asof.c - how it stood at the end of a past day, from the history kept. */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "check/private.h"

/*
 * Facts count for about a week. A control that no run judged for longer was
 * unknown by then, whatever the last run had said.
 */
#define GAP_US (8 * MOMENT_DAY)

struct past {
	struct store *store;
	struct arena *arena;
	const struct policy *policy;
	int64_t end; /* the first instant of the next day */
	struct check_run *run;
};

/* Retired ones too: they have names. */
static int
hosts_load(struct past *p, struct err *e)
{
	auto_stmt *st = NULL;
	struct check_host *hosts;
	int64_t n = 0;
	int r;

	if (store_get_int(p->store, &n, e, "SELECT count(*) FROM host_entry",
			  "") < 0 ||
	    stmt_prepare(p->store,
			 STR("SELECT host_id, name, platform FROM host_entry "
			     "ORDER BY host_id"),
			 &st, e) < 0)
		return e->code;
	hosts = ARENA_ARRAY(p->arena, (size_t)n, struct check_host);
	while ((r = stmt_step(st, e)) > 0 && p->run->n_hosts < (size_t)n)
		hosts[p->run->n_hosts++] = (struct check_host){
			str_copy(p->arena, stmt_str(st, 0)),
			str_copy(p->arena, stmt_str(st, 1)),
			str_copy(p->arena, stmt_str(st, 2)),
		};
	p->run->hosts = hosts;
	return r < 0 ? r : 0;
}

/* When a run last judged this control by then; 0 = never. */
static int
judged_at(struct past *p, const struct control *c, int64_t *ret, struct err *e)
{
	struct str level = str_fmt(p->arena, "level %s", level_names[c->level]);

	return store_get_int(p->store, ret, e,
			     "SELECT coalesce(max(at), 0) FROM check_run "
			     "WHERE at < ? "
			     "AND scope IN ('all', 'changed', ?, ?, ?, ?)",
			     "issss", p->end, c->id, c->area, c->pack, level);
}

/* "host_share:0123456789abcdef:NAME" speaks of that host, if we know it. */
static struct str
host_of(const struct past *p, struct str subject)
{
	struct str id = str_until(str_after(subject, ':'), ':');
	const struct check_host *h = check_host_find(p->run, id);

	return h ? h->id : (struct str){ NULL, 0 };
}

static int
subject_take(struct past *p, struct control_result *r, struct stmt *st,
	     struct err *e)
{
	struct subject_result sub = { 0 };

	if (!result_parse(stmt_str(st, 1), &sub.result))
		return err_set(e, -EBADMSG,
			       "the history of '%.*s' holds a result that "
			       "does not exist",
			       STR_ARG(r->control->id));
	sub.subject = str_copy(p->arena, stmt_str(st, 0));
	sub.host_id = host_of(p, sub.subject);
	sub.reason = reason_parse(p->arena, stmt_str(st, 3));
	if (!stmt_is_null(st, 4))
		sub.detail = str_copy(p->arena, stmt_str(st, 4));
	r->counts[sub.result]++;
	if (r->n_subjects == r->cap) {
		size_t more = r->cap == 0 ? 8 : r->cap * 2;
		struct subject_result *bigger = ARENA_ARRAY(
			p->arena, more, struct subject_result);

		if (r->n_subjects > 0)
			memcpy(bigger, r->subjects,
			       r->n_subjects * sizeof(*bigger));
		r->subjects = bigger;
		r->cap = more;
	}
	r->subjects[r->n_subjects++] = sub;
	return 0;
}

/* The control's own line of the history is the one without a subject. */
static int
control_take(struct past *p, struct control_result *r, struct stmt *st,
	     struct err *e)
{
	if (!result_parse(stmt_str(st, 1), &r->result) ||
	    !basis_parse(stmt_str(st, 2), &r->basis))
		return err_set(e, -EBADMSG,
			       "the history of '%.*s' holds a result that "
			       "does not exist",
			       STR_ARG(r->control->id));
	r->reason = reason_parse(p->arena, stmt_str(st, 3));
	r->facts_at = stmt_int(st, 5);
	return 0;
}

/* 1 = the history knows it, 0 = it was never judged by then. */
static int
history_read(struct past *p, struct control_result *r, struct err *e)
{
	auto_stmt *st = NULL;
	int found = 0, rc;

	/* The order of writing counts: a clock may have been set back. */
	if (stmt_prepare(p->store,
			 STR("SELECT subject, to_result, basis, reason, "
			     "detail, coalesce(facts_at, 0), max(rowid) "
			     "FROM result_history "
			     "WHERE control = ? AND at < ? "
			     "GROUP BY subject ORDER BY subject"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, r->control->id);
	stmt_bind_int(st, 2, p->end);
	while ((rc = stmt_step(st, e)) > 0) {
		if (stmt_is_null(st, 1))
			continue; /* fine by then, or gone */
		if (stmt_str(st, 0).len > 0)
			rc = subject_take(p, r, st, e);
		else
			rc = control_take(p, r, st, e);
		if (rc < 0)
			return rc;
		found = 1;
	}
	return rc < 0 ? rc : found;
}

static void
not_checked(struct past *p, struct control_result *r, int64_t last)
{
	struct str on = str_c("");

	if (last > 0)
		on = on_print(p->arena, days_of_at(last, store_zone(p->store)));
	*r = (struct control_result){
		.control = r->control,
		.result = RESULT_UNKNOWN,
		.reason = { WHY_NOT_CHECKED, str_c(""), on },
	};
}

static int
past_read(struct past *p, const struct check_scope *scope,
	  const struct control *c, struct err *e)
{
	struct check_run *run = p->run;
	struct control_result *r = &run->results[run->n_results];
	int64_t last = 0;

	*r = (struct control_result){ .control = c };
	int found = history_read(p, r, e);
	if (found < 0 || judged_at(p, c, &last, e) < 0)
		return e->code;
	if (found == 0 && !check_in_scope(scope, p->policy, c))
		return 0;
	if (found == 0 || last < p->end - GAP_US)
		not_checked(p, r, found == 0 ? 0 : last);
	r->counts[RESULT_PASS] = COUNT_NOT_KEPT;
	run->n_results++;
	run->counts[r->result]++;
	if (r->facts_at > 0 &&
	    (run->facts_at == 0 || r->facts_at < run->facts_at))
		run->facts_at = r->facts_at;
	return 0;
}

static int
all_read(struct past *p, const struct check_scope *scope, struct err *e)
{
	const struct catalog *cat = p->policy->catalog;
	struct check_scope any = *scope; /* what was judged then is shown */

	any.all_levels = true;
	p->run->results = ARENA_ARRAY(p->arena, cat->n_controls,
				      struct control_result);
	if (hosts_load(p, e) < 0)
		return e->code;
	for (size_t i = 0; i < cat->n_controls; i++) {
		if (check_in_scope(&any, p->policy, &cat->controls[i]) &&
		    past_read(p, scope, &cat->controls[i], e) < 0)
			return e->code;
	}
	if (p->run->n_results == 0)
		return err_set(e, -ENOENT, "no measure is meant by that");
	return 0;
}

int
check_as_of(struct store *s, struct arena *a, const struct policy *policy,
	    const struct check_scope *scope, int64_t day,
	    struct check_run **ret, struct err *e)
{
	struct check_run *run = ARENA_NEW(a, struct check_run);
	struct past p = {
		.store = s,
		.arena = a,
		.policy = policy,
		.end = at_of_days(day + 1, store_zone(s)),
		.run = run,
	};

	run->at = p.end - 1;
	run->as_of_on = on_print(a, day);
	run->policy = policy;
	if (store_begin_read(s, e) < 0)
		return e->code;
	int r = all_read(&p, scope, e);
	store_rollback(s); /* nothing was written */
	if (r < 0)
		return r;
	*ret = run;
	return 0;
}
