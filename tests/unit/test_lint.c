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

/* A control that is right beside the real catalog. */
static const char *const good[] = {
	"id: a.b",
	"status: complete",
	"title: {ja: だ, en: t}",
	"text: {ja: 'だ{p}{q}', en: '{p} {q}'}",
	"why: {ja: だ, en: t}",
	"fix: {ja: だ, en: t}",
	"attack: {ja: だ, en: t}",
	"level: basic",
	"strength: must",
	"kind: query",
	"pack: logs",
	"applies_when: {telework: true, size_min: 10}",
	"effort: 20min",
	"impact: 2",
	"done_by: system_admin",
	"also_by: [ciso]",
	"subject: host",
	"rechecks: [access.lockout_general]",
	"sources: [{doc: ipa-rules, at: '1'}]",
	"covers: [ipa1:access.account.one_per_person]",
	"primary: [ipa1:access.account.one_per_person]",
	("parameters: {p: {type: duration, default: 3y, label: {ja: だ, en: "
	 "t}}}"),
	"use: {q: access.lockout_general.threshold}",
	"needs: [later]",
	"assess: SELECT 1 AS subject, :p AS ok, :q AS detail",
	"examples: [{name: n, pass: [x], fail: [y], unknown: [z]}]",
};

static const struct {
	const char *line;
	const char *want; /* part of the first complaint; NULL = none */
} link_faults[] = {
	{ "none", NULL },
	{ "pack: nothing", "there is no pack 'nothing'" },
	{ "done_by: nobody", "there is no role 'nobody'" },
	{ "also_by: [nobody]", "there is no role 'nobody'" },
	{ "sources: [{doc: x, at: '1'}]", "there is no source document 'x'" },
	{ "rechecks: [a.c]", "'rechecks' names no control: 'a.c'" },
	{ "needs: [asset]", "'needs' names a ledger: 'asset'" },
	{ "applies_when: {x: true}", "'applies_when' asks for 'x'" },
	{ "applies_when: {size: true}", "'size' is answered by a number" },
	{ "applies_when: {telework_min: 1}",
	  "'telework' is answered by yes or no" },
	{ "covers: [ipa1:access.account.one_per_person, ipa1:x]",
	  "there is no requirement 'ipa1:x'" },
	{ "primary: [ipa1:y]", "'ipa1:y' is primary but not in 'covers'" },
	{ "use: {q: access.lockout_general.x}",
	  "there is no parameter 'access.lockout_general.x'" },
	{ "use: {q: access.none.x}", "there is no parameter 'access.none.x'" },
	{ "text: {ja: 'だ{p}', en: 'x'}",
	  "parameter 'p' is not in the sentence (text.en)" },
	{ "text: {ja: 'だ{p}{z}', en: '{p}'}",
	  "{z} in text.ja is no parameter here" },
	{ "why: {ja: t, en: t}", "why.ja is not Japanese" },
	{ "fix: {ja: だ, en: だ}", "fix.en is not English" },
	{ "assess: SELECT 1 AS subject, 1 AS ok, ':p' AS detail",
	  "parameter 'p' is not used in the query" },
	{ "examples: [{name: n, fail: [y], unknown: [z]}]",
	  "no example gives pass" },
	{ "examples: [{name: n, pass: [y], unknown: [z]}]",
	  "no example gives fail" },
	{ "examples: [{name: n, pass: [y], fail: [z]}]",
	  "no example gives unknown" },
};

static void
links_of_one_control(void **state)
{
	const struct state *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(link_faults); i++) {
		auto_arena *a = arena_new();
		auto_buf b = { 0 };
		struct str key = str_until(str_c(link_faults[i].line), ':');
		struct str text = STR("");
		struct diags d;

		for (size_t j = 0; j < ARRAY_LEN(good); j++) {
			bool same = str_eq(str_until(str_c(good[j]), ':'), key);

			text = str_fmt(a, "%.*s%s\n", STR_ARG(text),
				       same ? link_faults[i].line : good[j]);
		}
		buf_init(&b, 10000);
		diags_init(&d, a);
		const struct control *k = control_read(a, STR("f"), text, &d);
		assert_non_null(k);
		assert_int_equal(d.n_errors, 0);
		lint_control_links(a, s->c, k, &d);
		diags_print(&d, NULL, NULL, &b);
		if (link_faults[i].want == NULL
			    ? b.len > 0
			    : !str_has(str_until(buf_view(&b), '\n'),
				       link_faults[i].want))
			fail_msg("'%s': %s", link_faults[i].line, b.p);
	}
}

/* The same requirement in the first place twice, then nowhere. */
static void
coverage(void **state)
{
	const struct state *s = *state;
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct control *k = &s->c->controls[0];
	struct str *was = k->primary;
	size_t n = k->n_primary;
	struct diags d;

	buf_init(&b, 10000);
	diags_init(&d, a);
	k->primary = ARENA_ARRAY(a, n + 1, struct str);
	k->primary[0] = s->c->controls[1].primary[0];
	k->n_primary = 1;
	lint_links(a, s->c, &d);
	k->primary = was;
	k->n_primary = n;
	diags_print(&d, NULL, NULL, &b);
	assert_true(str_has(buf_view(&b), "is primary in 2 controls"));
	assert_true(str_has(buf_view(&b), "is primary in 0 controls"));
}

static void
translations(void **state)
{
	struct state *s = *state;
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct catalog c = *s->c;
	struct diags d;
	struct catalog_message list[] = {
		{ STR("%s and %d"), STR("%2$dと%1$s") },
		{ STR("100%% of %s"), STR("全部") },
		{ STR("more %s"), STR("%sと%s") },
		{ STR("place %s"), STR("%2$s") },
		{ STR("end\n"), STR("終わり") },
	};

	buf_init(&b, 10000);
	diags_init(&d, a);
	c.messages = list;
	c.n_messages = ARRAY_LEN(list);
	lint_links(a, &c, &d);
	diags_print(&d, NULL, NULL, &b);
	assert_int_equal(d.n_errors, 3);
	assert_true(str_has(buf_view(&b), "'more %s' has too many"));
	assert_true(str_has(buf_view(&b), "'place %s' has too many"));
	assert_true(str_has(buf_view(&b), "'end\n' ends differently"));
}

static void
links_of_one_ledger(void **state)
{
	static const char *const cases[][2] = {
		{ "id: host_user", "'host_user' is the name of a fact" },
		{ "approvers: [x]", "there is no role 'x'" },
		{ "sources: [{doc: x, at: '1'}]",
		  "there is no source document 'x'" },
		{ "fields: [{name: n, type: text, label: {ja: x, en: y}}, "
		  "{name: r, type: ref, to: no, label: {ja: x, en: y}}]",
		  "'r' refers to no ledger: 'no'" },
		{ "id: incident\nfields: [{name: n, type: text, label: {ja: x, "
		  "en: y}}, {name: action, type: text, many: true, label: {ja: "
		  "x, en: y}}]",
		  "'action' need a table 'incident_action', which is there" },
	};
	static const char *const lines[] = {
		"id: l",
		"version: 1",
		"title: {ja: x, en: y}",
		"purpose: {ja: x, en: y}",
		"level: basic",
		"key: [n]",
		"sources: []",
		"covers: []",
		"approvers: []",
		"fields: [{name: n, type: text, label: {ja: x, en: y}}]",
	};
	const struct state *s = *state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena *a = arena_new();
		auto_buf b = { 0 };
		struct str text = STR(""), rest = str_c(cases[i][0]), line;
		struct diags d;

		for (size_t j = 0; j < ARRAY_LEN(lines); j++) {
			struct str key = str_until(str_c(lines[j]), ':');
			struct str all = str_c(cases[i][0]);
			bool given = false;

			while (str_next_line(&all, &line))
				given = given ||
					str_eq(str_until(line, ':'), key);
			if (!given)
				text = str_fmt(a, "%.*s%s\n", STR_ARG(text),
					       lines[j]);
		}
		while (str_next_line(&rest, &line))
			text = str_fmt(a, "%.*s%.*s\n", STR_ARG(text),
				       STR_ARG(line));
		buf_init(&b, 10000);
		diags_init(&d, a);
		const struct ledger *g = ledger_read(a, STR("f"), text, &d);
		assert_non_null(g);
		lint_ledger_links(a, s->c, g, &d);
		diags_print(&d, NULL, NULL, &b);
		if (!str_has(buf_view(&b), cases[i][1]))
			fail_msg("wanted '%s': %s", cases[i][1],
				 b.p != NULL ? b.p : "");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(links_of_the_catalog),
		cmocka_unit_test(links_of_one_control),
		cmocka_unit_test(links_of_one_ledger),
		cmocka_unit_test(coverage),
		cmocka_unit_test(translations),
		cmocka_unit_test(examples_of_the_catalog),
		cmocka_unit_test(mutants_of_basic_controls),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
