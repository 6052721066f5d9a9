/* next.c - the few things worth doing first. */
#include "check/next.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "store/store.h"

#define DEFAULT_MINUTES 60

static int64_t
minutes_of(const struct control *c)
{
	struct duration d;
	struct err e = { 0 };

	if (c->effort.len == 0 || duration_parse(c->effort, &d, &e) < 0)
		return DEFAULT_MINUTES;
	int64_t minutes = duration_us(&d) / (60 * MOMENT_SEC);
	return minutes < 1 ? 1 : minutes;
}

static bool
can_be_done(const struct control_result *r)
{
	if (r->result == RESULT_FAIL)
		return true;
	return r->result == RESULT_UNKNOWN &&
	       (r->reason.why == WHY_NEEDS_PERSON ||
		r->reason.why == WHY_NEEDS_LEDGER) &&
	       r->control->complete;
}

/* Larger is better; a failure weighs as much as three open questions. */
static double
worth(const struct control_result *r)
{
	int impact = r->control->impact > 0 ? r->control->impact : 1;
	double weight = r->result == RESULT_FAIL ? 3.0 : 1.0;

	/* Half an hour more or less matters little beside the impact. */
	return weight * impact * impact /
	       (30.0 + (double)minutes_of(r->control));
}

static bool
is_chosen(const struct next *n, const struct control_result *r)
{
	for (size_t i = 0; i < n->n; i++) {
		if (n->things[i] == r)
			return true;
	}
	return false;
}

static int
is_postponed(struct store *s, const struct control *c, struct str today,
	     struct err *e)
{
	int64_t n = 0;

	return store_get_int(s, &n, e,
			     "SELECT 1 FROM postponed WHERE control = ? "
			     "AND until_on >= ?",
			     "ss", c->id, today);
}

int
next_choose(struct store *s, const struct check_run *run, struct next *ret,
	    struct err *e)
{
	auto_arena *a = arena_new();
	struct str today = on_print(a, days_of_at(run->at, store_zone(s)));
	bool money = false;

	*ret = (struct next){ 0 };
	while (ret->n < NEXT_MAX) {
		const struct control_result *best = NULL;

		for (size_t i = 0; i < run->n_results; i++) {
			const struct control_result *r = &run->results[i];

			if (!can_be_done(r) || is_chosen(ret, r) ||
			    (money && r->control->costs_money) ||
			    (best != NULL && worth(r) <= worth(best)))
				continue;
			int later = is_postponed(s, r->control, today, e);
			if (later < 0)
				return later;
			if (later == 0)
				best = r;
		}
		if (best == NULL)
			break;
		money = money || best->control->costs_money;
		ret->minutes[ret->n] = minutes_of(best->control);
		ret->things[ret->n++] = best;
	}
	return 0;
}
