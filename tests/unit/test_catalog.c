/* test_catalog.c - the data files are understood whole, and counted. */
#include "catalog/catalog.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "unit.h"

#define N_CONTROLS 793
#define N_REQUIREMENTS 1073
#define N_LEDGERS 65

struct state {
	struct arena *a;
	struct diags d;
	struct catalog *c;
};

static int
setup(void **state)
{
	struct arena *a = arena_new();
	struct state *s = ARENA_NEW(a, struct state);
	struct err e = { 0 };

	s->a = a;
	diags_init(&s->d, a);
	if (catalog_read(a, STR("data"), &s->d, &s->c, &e) < 0)
		return -1;
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct state *s = *state;

	arena_free(s->a);
	return 0;
}

static void
nothing_is_wrong(void **state)
{
	const struct state *s = *state;
	auto_buf b;

	buf_init(&b, 100000);
	diags_print(&s->d, NULL, NULL, &b);
	if (s->d.n_errors > 0)
		fprintf(stderr, "%.*s", STR_ARG(buf_view(&b)));
	assert_int_equal(s->d.n_errors, 0);
}

static void
counts(void **state)
{
	const struct catalog *c = ((const struct state *)*state)->c;

	assert_int_equal(c->n_controls, N_CONTROLS);
	assert_int_equal(c->n_requirements, N_REQUIREMENTS);
	assert_int_equal(c->n_ledgers, N_LEDGERS);
	assert_int_equal(c->n_answers, 10);
}

static void
found_by_name(void **state)
{
	const struct catalog *c = ((const struct state *)*state)->c;
	const struct control *k =
		control_find(c, STR("access.lockout_general"));
	const struct control *of = NULL;

	assert_non_null(k);
	assert_null(control_find(c, STR("access.lockout")));
	assert_non_null(ledger_find(c, STR("asset")));
	assert_non_null(pack_find(c, k->pack));
	assert_non_null(role_find(c, k->done_by));

	const struct parameter *p = catalog_parameter(
		c, STR("access.lockout_general.threshold"), &of);
	assert_non_null(p);
	assert_ptr_equal(of, k);
	assert_true(str_is(p->def, "10"));
	assert_null(catalog_parameter(c, STR("access.lockout_general."), NULL));
	assert_null(catalog_parameter(c, STR("access"), NULL));
	assert_null(catalog_parameter(c, STR(""), NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wrong),
		cmocka_unit_test(counts),
		cmocka_unit_test(found_by_name),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
