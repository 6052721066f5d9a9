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

static void
run_count(struct check_run *run, const struct control_result *r)
{
	run->counts[r->result]++;
	if (r->facts_at > 0 &&
	    (run->facts_at == 0 || r->facts_at < run->facts_at))
		run->facts_at = r->facts_at;
}

static void
judge(struct scene *sc, const struct check_scope *scope, struct check_run *run,
      const struct control *c)
{
	struct control_result *r = &run->results[run->n_results++];

	r->control = c;
	control_assess(sc, scope, r);
	run_count(run, r);
}

static void
evaluate_all(struct scene *sc, const struct check_scope *scope,
	     struct check_run *run)
{
	const struct catalog *cat = sc->policy->catalog;

	for (size_t i = 0; i < cat->n_controls; i++) {
		if (check_in_scope(scope, sc->policy, &cat->controls[i]))
			judge(sc, scope, run, &cat->controls[i]);
	}
}

/* The last result of a control. */
struct state {
	struct str control, reads;
	enum result result;
	int64_t facts_at;
};

static int
states_load(struct scene *sc, struct state **ret, size_t *ret_n, struct err *e)
{
	auto_stmt *st = NULL;
	int64_t max = 0;
	size_t n = 0;
	int r;

	if (store_get_int(sc->store, &max, e,
			  "SELECT count(*) FROM control_state", "") < 0 ||
	    stmt_prepare(sc->store,
			 STR("SELECT control, reads, result, "
			     "coalesce(facts_at, 0) FROM control_state "
			     "ORDER BY control"),
			 &st, e) < 0)
		return e->code;
	struct state *list = ARENA_ARRAY(sc->arena, (size_t)max + 1,
					 struct state);
	while ((r = stmt_step(st, e)) > 0 && n < (size_t)max) {
		if (!result_parse(stmt_str(st, 2), &list[n].result))
			continue; /* of a newer program: it is judged anew */
		list[n].control = str_copy(sc->arena, stmt_str(st, 0));
		list[n].reads = str_copy(sc->arena, stmt_str(st, 1));
		list[n++].facts_at = stmt_int(st, 3);
	}
	*ret = list;
	*ret_n = n;
	return r < 0 ? r : 0;
}

static int
state_cmp(const void *a, const void *b)
{
	const struct state *x = a, *y = b;

	return str_cmp(x->control, y->control);
}

/* Its result stands; only its facts may be newer. */
static void
leave(struct scene *sc, struct check_run *run, const struct state *st)
{
	struct control_result as_it_was = { .result = st->result,
					    .facts_at = st->facts_at };

	if (st->facts_at > 0) {
		as_it_was.facts_at = scene_facts_at(sc, st->reads);
		if (as_it_was.facts_at != st->facts_at)
			run->moved[run->n_moved++] = (struct moved){
				st->control, as_it_was.facts_at
			};
	}
	run_count(run, &as_it_was);
}

static int
evaluate_changed(struct scene *sc, const struct check_scope *scope,
		 struct check_run *run, struct err *e)
{
	const struct catalog *cat = sc->policy->catalog;
	struct memory memory;
	struct changes ch;
	struct state *states = NULL;
	size_t n = 0;

	if (memory_load(sc, scope, &memory, e) < 0)
		return e->code;
	ch.all = !memory.usable;
	if (!ch.all && changes_load(sc, &memory.seen, &ch, e) < 0)
		return e->code;
	if (ch.all) {
		evaluate_all(sc, scope, run);
		return 0;
	}
	if (states_load(sc, &states, &n, e) < 0)
		return e->code;
	run->changed_only = true;
	run->moved = ARENA_ARRAY(sc->arena, cat->n_controls, struct moved);
	for (size_t i = 0; i < cat->n_controls; i++) {
		const struct control *c = &cat->controls[i];
		const struct state key = { .control = c->id };

		if (!check_in_scope(scope, sc->policy, c))
			continue;
		const struct state *st = n == 0 ? NULL
						: bsearch(&key, states, n,
							  sizeof(key),
							  state_cmp);
		if (st == NULL || st->result == RESULT_ERROR ||
		    changes_touch(&ch, c, st->reads))
			judge(sc, scope, run, c);
		else
			leave(sc, run, st);
	}
	return 0;
}

static int
evaluate(struct store *s, struct arena *a, const struct policy *p,
	 const struct check_scope *scope, bool changed, struct check_run **ret,
	 struct err *e)
{
	struct check_run *run = ARENA_NEW(a, struct check_run);
	struct scene sc = {
		.store = s, .arena = a, .policy = p, .now = moment_now()
	};
	int r;

	sc.today = on_print(a, days_of_at(sc.now, store_zone(s)));
	if (check_tables(s, p->catalog, e) < 0 || store_begin_read(s, e) < 0)
		return e->code;
	if (scene_load(&sc, e) < 0 || seen_load(&sc, &run->seen, e) < 0) {
		store_rollback(s);
		return e->code;
	}
	run->at = sc.now;
	run->policy = p;
	run->hosts = sc.hosts;
	run->n_hosts = sc.n_hosts;
	run->results = ARENA_ARRAY(a, p->catalog->n_controls,
				   struct control_result);
	if (changed) {
		r = evaluate_changed(&sc, scope, run, e);
	} else {
		evaluate_all(&sc, scope, run);
		r = 0;
	}
	store_rollback(s); /* nothing was written */
	if (r < 0)
		return r;
	if (run->n_results == 0 && !changed)
		return err_set(e, -ENOENT, "no measure is meant by that");
	*ret = run;
	return 0;
}

int
check_evaluate(struct store *s, struct arena *a, const struct policy *p,
	       const struct check_scope *scope, struct check_run **ret,
	       struct err *e)
{
	return evaluate(s, a, p, scope, false, ret, e);
}

int
check_changed(struct store *s, struct arena *a, const struct policy *p,
	      const struct check_scope *scope, struct check_run **ret,
	      struct err *e)
{
	assert(check_is_whole(scope));
	return evaluate(s, a, p, scope, true, ret, e);
}

bool
check_is_whole(const struct check_scope *scope)
{
	return scope->control.p == NULL && scope->area.p == NULL &&
	       scope->pack.p == NULL && scope->level < 0;
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
