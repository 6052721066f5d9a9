/* test_lint.c - the catalog is whole; its queries do what examples say. */
#include "catalog/lint.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "unit.h"

struct state {
	struct arena *a;
	struct catalog *c;
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
	if (catalog_read(a, STR("data"), &d, &s->c, &e) < 0)
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
expect_none(const struct diags *d)
{
	auto_buf b = { 0 };

	buf_init(&b, (size_t)1 << 20);
	diags_print(d, NULL, NULL, &b);
	if (d->n_errors > 0)
		fprintf(stderr, "%.*s", STR_ARG(buf_view(&b)));
	assert_int_equal(d->n_errors, 0);
}

static void
links_of_the_catalog(void **state)
{
	const struct state *s = *state;
	auto_arena *a = arena_new();
	struct diags d;

	diags_init(&d, a);
	lint_links(a, s->c, &d);
	expect_none(&d);
}

static void
examples_of_the_catalog(void **state)
{
	const struct state *s = *state;
	auto_arena *a = arena_new();
	struct lint_scope scope = { .depth = LINT_EXAMPLES };
	struct lint_counts n;
	struct err e = { 0 };
	struct diags d;

	diags_init(&d, a);
	assert_int_equal(lint_queries(a, s->c, &scope, &d, &n, &e), 0);
	expect_none(&d);
	assert_true(n.n_queries > 0 && n.n_examples > 2 * n.n_queries);
}

static void
mutants_of_basic_controls(void **state)
{
	const struct state *s = *state;
	auto_arena *a = arena_new();
	struct lint_scope scope = { .depth = LINT_MUTANTS, .basic_only = true };
	struct lint_counts n;
	struct err e = { 0 };
	struct diags d;

	diags_init(&d, a);
	assert_int_equal(lint_queries(a, s->c, &scope, &d, &n, &e), 0);
	print_message("%zu queries, %zu examples, %zu mutants, %zu survive\n",
		      n.n_queries, n.n_examples, n.n_mutants, n.n_survivors);
	expect_none(&d);
	assert_true(n.n_mutants > 10 * n.n_queries);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_of_the_catalog),
		cmocka_unit_test(examples_of_the_catalog),
		cmocka_unit_test(mutants_of_basic_controls),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
