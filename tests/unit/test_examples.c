/* test_examples.c - the engine says of each example what the example says. */
#include "check/check.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/moment.h"
#include "catalog/bench.h"
#include "store/query.h"
#include "store/store.h"
#include "unit.h"

struct state {
	struct arena *a;
	struct catalog *c;
	struct tables *tables;
	struct store *all;
	size_t n_examples, n_wrong;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct state *s = ARENA_NEW(a, struct state);
	struct err e = { 0 };
	struct diags d;

	s->a = a;
	diags_init(&d, a);
	if (catalog_read(a, STR("data"), &d, &s->c, &e) < 0 ||
	    store_open_memory(&s->all, &e) < 0)
		return -1;
	s->tables = tables_of(a, s->c);
	*state = s;
	return tables_create(s->all, s->tables, NULL, &e);
}

static int
teardown(void **state)
{
	struct state *s = *state;

	store_close(s->all);
	arena_free(s->a);
	return 0;
}

/* What the engine asks about hosts, as the example's given tables say it. */
static const char scene_sql[] =
	"CREATE TABLE main.host_entry AS SELECT host_id, coalesce(name, "
	"host_id) "
	"AS name, coalesce(platform, 'linux') AS platform, "
	"coalesce(state, 'active') AS state FROM main.host;"
	"CREATE TABLE main.collector_status(host_id TEXT, table_name TEXT, "
	"complete INTEGER, complete_at INTEGER, error TEXT);"
	"CREATE TABLE main.collector_cannot(host_id TEXT, table_name TEXT, "
	"column_name TEXT, reason TEXT);"
	"CREATE TABLE main.finding(control TEXT, subject TEXT, state TEXT, "
	"waived_until_on TEXT);"
	"CREATE TABLE main.declaration(control TEXT, answer TEXT, "
	"declared_by TEXT, until_on TEXT);";

static void
scene_make(struct bench *b, const struct example *ex)
{
	struct store *s = bench_store(b);
	struct err e = { 0 };

	if (store_script(s, str_c(scene_sql), &e) < 0)
		fail_msg("%s", e.text.args[0]);
	for (size_t i = 0; i < ex->n_tables; i++)
		assert_true(store_run(s, &e,
				      "INSERT INTO collector_status SELECT "
				      "host_id, ?, 1, ?, '' FROM host_entry",
				      "si", ex->tables[i].name,
				      bench_now(b)) >= 0);
}

/* All answers so that the control applies; the values of the example. */
static struct policy *
policy_make(struct arena *a, const struct catalog *c, const struct control *k,
	    struct bench *b, const struct binding *bindings, size_t n)
{
	struct policy *p = policy_default(a, c);

	p->level = LEVEL_FULL;
	for (size_t i = 0; i < k->n_conditions; i++) {
		const struct answer *q = answer_find(c,
						     k->conditions[i].answer);

		p->answer[q - c->answers] = k->conditions[i].value;
	}
	p->values = ARENA_ARRAY(a, n, struct policy_value);
	for (size_t i = 0; i < n; i++) {
		const struct binding *v = &bench_bindings(b)[i];
		struct str owner = k->id;

		if (str_eq(v->value, bindings[i].value))
			continue;
		for (size_t j = 0; j < k->n_uses; j++)
			if (str_eq(k->uses[j].name, v->name))
				owner = k->uses[j].control;

		struct policy_value set = {
			str_fmt(a, "%.*s.%.*s", STR_ARG(owner),
				STR_ARG(v->parameter->name)),
			v->value
		};
		size_t at = p->n_values++;
		while (at > 0 &&
		       str_cmp(p->values[at - 1].name, set.name) > 0) {
			p->values[at] = p->values[at - 1];
			at--;
		}
		p->values[at] = set;
	}
	return p;
}

static enum verdict
verdict_of(enum result r)
{
	if (r == RESULT_PASS)
		return VERDICT_PASS;
	return r == RESULT_FAIL ? VERDICT_FAIL : VERDICT_UNKNOWN;
}

static bool
wanted(const struct verdicts *w, const struct subject_result *r)
{
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->rows[i].subject, r->subject))
			return w->rows[i].verdict == verdict_of(r->result);
	return false;
}

static void
compare(struct state *s, struct arena *a, const struct control *k,
	const struct example *ex, const struct control_result *r)
{
	struct verdicts w = bench_wanted(a, ex);
	bool star = w.n == 1 && str_is(w.rows[0].subject, "*");
	bool good = star ? r->n_subjects == 0 && r->result == RESULT_UNKNOWN
			 : r->n_subjects == w.n;

	for (size_t i = 0; i < r->n_subjects && good; i++)
		good = wanted(&w, &r->subjects[i]);
	if (ex->none)
		good = good && r->result == RESULT_NOT_APPLICABLE;
	s->n_examples++;
	if (good)
		return;
	s->n_wrong++;
	fprintf(stderr, "%.*s: '%.*s': the engine says %s %.*s\n",
		STR_ARG(k->id), STR_ARG(ex->name), result_name(r->result),
		STR_ARG(reason_print(a, &r->reason)));
	for (size_t i = 0; i < r->n_subjects; i++)
		if (!wanted(&w, &r->subjects[i]))
			fprintf(stderr, "    %.*s %s\n",
				STR_ARG(r->subjects[i].subject),
				result_name(r->subjects[i].result));
}

static void
example(struct state *s, const struct control *k, const struct example *ex,
	const struct reads *reads)
{
	auto_arena *a = arena_new();
	struct check_scope scope = { .control = k->id,
				     .level = -1,
				     .keep_pass = true,
				     .all_levels = true };
	struct binding *bindings;
	struct check_run *run;
	struct err e = { 0 };
	struct diags d;

	diags_init(&d, a);
	size_t n = bindings_of(a, s->c, k, &bindings);
	struct bench *b = bench_open(a, s->tables, k, ex, reads, bindings, n,
				     &d);
	assert_non_null(b);
	scene_make(b, ex);
	struct policy *p = policy_make(a, s->c, k, b, bindings, n);
	assert_int_equal(
		setenv("YAMORI_NOW",
		       str_to_c(a, at_print(a, bench_now(b), zone_tokyo)), 1),
		0);
	if (check_evaluate(bench_store(b), a, p, &scope, &run, &e) < 0)
		fail_msg("%.*s: %.*s", STR_ARG(k->id),
			 STR_ARG(err_words(a, &e)));
	compare(s, a, k, ex, &run->results[0]);
	bench_close(b);
}

static void
engine_agrees(void **state)
{
	struct state *s = *state;

	for (size_t i = 0; i < s->c->n_controls; i++) {
		const struct control *k = &s->c->controls[i];
		struct reads reads;
		struct stmt *st = NULL;
		struct err e = { 0 };

		if (!k->complete || k->assess.p == NULL || k->n_needs > 0)
			continue;
		assert_int_equal(
			query_prepare(s->all, s->a, k->assess, &st, &reads, &e),
			0);
		stmt_free(st);
		for (size_t j = 0; j < k->n_examples; j++)
			example(s, k, &k->examples[j], &reads);
	}
	print_message("%zu examples\n", s->n_examples);
	assert_true(s->n_examples > 0);
	assert_int_equal(s->n_wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(engine_agrees),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
