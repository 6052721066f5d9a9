/* check.c - a run over the controls asked for. */
#include "check/check.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "check/private.h"

bool
check_in_scope(const struct check_scope *scope, const struct policy *p,
	       const struct control *c)
{
	if (scope->control.p != NULL)
		return str_eq(scope->control, c->id);
	if (scope->area.p != NULL && !str_eq(scope->area, c->area))
		return false;
	if (scope->pack.p != NULL && !str_eq(scope->pack, c->pack))
		return false;
	if (scope->level >= 0)
		return (int)c->level == scope->level;
	return scope->all_levels || c->level <= p->level;
}

static bool
reads_any(const struct control_result *r, const struct check_scope *scope)
{
	struct str rest = r->tables, table;

	if (scope->n_tables == 0)
		return true;
	while (str_next(&rest, ',', &table)) {
		for (size_t i = 0; i < scope->n_tables; i++) {
			if (str_eq(table, scope->tables[i]))
				return true;
		}
	}
	return false;
}

static void
run_count(struct check_run *run, const struct control_result *r)
{
	run->counts[r->result]++;
	if (r->facts_at > 0 &&
	    (run->facts_at == 0 || r->facts_at < run->facts_at))
		run->facts_at = r->facts_at;
}

static void
evaluate_all(struct scene *sc, const struct check_scope *scope,
	     struct check_run *run)
{
	const struct catalog *cat = sc->policy->catalog;

	run->results = ARENA_ARRAY(sc->arena, cat->n_controls,
				   struct control_result);
	for (size_t i = 0; i < cat->n_controls; i++) {
		struct control_result *r = &run->results[run->n_results];

		if (!check_in_scope(scope, sc->policy, &cat->controls[i]))
			continue;
		r->control = &cat->controls[i];
		control_assess(sc, scope, r);
		if (!reads_any(r, scope)) {
			*r = (struct control_result){ 0 };
			continue;
		}
		run->n_results++;
		run_count(run, r);
	}
}

int
check_evaluate(struct store *s, struct arena *a, const struct policy *p,
	       const struct check_scope *scope, struct check_run **ret,
	       struct err *e)
{
	struct check_run *run = ARENA_NEW(a, struct check_run);
	struct scene sc = {
		.store = s, .arena = a, .policy = p, .now = moment_now()
	};

	sc.today = on_print(a, days_of_at(sc.now, store_zone(s)));
	if (check_tables(s, p->catalog, e) < 0 ||
	    store_begin_read(s, e) < 0)
		return e->code;
	if (scene_load(&sc, e) < 0) {
		store_rollback(s);
		return e->code;
	}
	run->at = sc.now;
	run->policy = p;
	run->hosts = sc.hosts;
	run->n_hosts = sc.n_hosts;
	evaluate_all(&sc, scope, run);
	store_rollback(s); /* nothing was written */
	if (run->n_results == 0 && scope->n_tables == 0)
		return err_set(e, -ENOENT, "no measure is meant by that");
	*ret = run;
	return 0;
}

const struct check_host *
check_host_find(const struct check_run *run, struct str id)
{
	for (size_t i = 0; i < run->n_hosts; i++) {
		if (str_eq(run->hosts[i].id, id))
			return &run->hosts[i];
	}
	return NULL;
}
