/* test_mutant.c - changes of a query, and faults that lint must see. */
#include "catalog/mutant.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "catalog/lint.h"
#include "catalog/sql.h"
#include "unit.h"

static const struct str columns[] = { { "a", 1 }, { "b", 1 } };

/* The SQL of every mutant, one a line, sorted by the order of making. */
static void
expect(const char *sql, const char *want)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct mutant *list;

	buf_init(&b, 100000);
	buf_c(&b, ""); /* text even when nothing follows */
	size_t n = mutants_make(a, str_c(sql), columns, ARRAY_LEN(columns),
				&list);
	for (size_t i = 0; i < n; i++) {
		struct str rest = list[i].sql, word;
		bool first = true;

		while (str_next_word(&rest, &word)) {
			buf_c(&b, first ? "" : " ");
			buf_str(&b, word);
			first = false;
		}
		buf_char(&b, '\n');
	}
	assert_string_equal(b.p, want);
}

static void
comparisons(void **state)
{
	(void)state;
	expect("SELECT x < y", "SELECT x <= y\nSELECT x > y\n");
	expect("SELECT x = y", "SELECT x <> y\n");
	expect("SELECT x <> y", "SELECT x = y\n");
	expect("SELECT x IS NULL", "SELECT x IS NOT NULL\n");
	expect("SELECT x IS NOT NULL", "SELECT x IS NULL\n");
	expect("SELECT x NOT IN (y)", "SELECT x IN (y)\n");
	expect("SELECT x LIKE y", "SELECT x NOT LIKE y\n");
	expect("SELECT NOT x", "SELECT x\n");
}

static void
values(void **state)
{
	(void)state;
	expect("SELECT 'x'", "SELECT 'mutant'\n");
	expect("SELECT 'mutant'", ""); /* nothing changes */
	expect("SELECT 7", "SELECT 8\n");
	expect("SELECT x LIMIT 1", "");
	expect("SELECT a", "SELECT NULL\n");
	expect("SELECT t.a", "SELECT NULL\n");
	expect("SELECT a(x), x AS b, 'it''s' AS detail, a.x", "");
	expect("SELECT min(x), all_true(y)",
	       "SELECT max(x), all_true(y)\nSELECT min(x), any_true(y)\n");
	expect("SELECT x FROM s LEFT JOIN t USING (x)",
	       "SELECT x FROM s JOIN t USING (x)\n");
}

static void
conditions(void **state)
{
	(void)state;
	expect("SELECT x AND y OR z", "SELECT x OR z\nSELECT y OR z\n"
				      "SELECT x AND y\n");
	expect("SELECT x BETWEEN y AND z", "SELECT x NOT BETWEEN y AND z\n");
	expect("SELECT f(x AND y), z", "SELECT f(x ), z\nSELECT f( y), z\n");
	expect("SELECT x FROM t WHERE y", "SELECT x FROM t WHERE 1\n");
	expect("SELECT x FROM t WHERE y AND z",
	       "SELECT x FROM t WHERE y\nSELECT x FROM t WHERE z\n");
	expect("SELECT CASE WHEN x THEN y END",
	       "SELECT CASE WHEN 1 THEN y END\n"
	       "SELECT CASE WHEN 0 THEN y END\n");
	expect("SELECT CASE WHEN x OR y THEN z END",
	       "SELECT CASE WHEN x THEN z END\n"
	       "SELECT CASE WHEN y THEN z END\n");
}

static void
odd_texts(void **state)
{
	(void)state;
	expect("", "");
	expect("'", "'mutant'\n");
	expect("SELECT x -- a < b", "");
	expect("SELECT /* a < b */ x", "");
	expect("AND", "\n");
	expect(") END )", "");
	expect("BETWEEN", "NOT BETWEEN\n");
	expect("WHERE", "");
	expect("\xff\x01", "");
}

/* A control that is right; cases replace its query or its examples. */
#define QUERY                                                                  \
	"SELECT 'host:' || host_id AS subject, enabled = 1 AS ok,\n"           \
	"    engine AS detail, host_id\n"                                      \
	"  FROM host_firewall WHERE profile = :profile\n"
#define EXAMPLES                                                               \
	"  - name: both\n"                                                     \
	"    given:\n"                                                         \
	"      host_firewall:\n"                                               \
	"        - {host_id: a, profile: ip, enabled: true}\n"                 \
	"        - {host_id: b, profile: ip, enabled: false}\n"                \
	"        - {host_id: c, profile: ip}\n"                                \
	"        - {host_id: d, profile: ip6, enabled: true}\n"                \
	"    pass: ['host:a']\n"                                               \
	"    fail: ['host:b']\n"                                               \
	"    unknown: ['host:c']\n"

static struct str
control_text(struct arena *a, const char *query, const char *examples)
{
	struct str sql = str_c(query), line, block = STR("");

	while (str_next_line(&sql, &line))
		block = str_fmt(a, "%.*s  %.*s\n", STR_ARG(block),
				STR_ARG(line));
	return str_fmt(a,
		       "id: a.b\nstatus: complete\ntitle: {ja: だ, en: t}\n"
		       "text: {ja: 'だ{profile}', en: '{profile}'}\n"
		       "why: {ja: だ, en: t}\nfix: {ja: だ, en: t}\n"
		       "attack: {ja: だ, en: t}\nlevel: basic\nstrength: must\n"
		       "kind: query\npack: logs\neffort: 20min\nimpact: 2\n"
		       "done_by: system_admin\nsubject: host\nsources: []\n"
		       "covers: []\nprimary: []\n"
		       "parameters: {profile: {type: text, default: ip, "
		       "label: {ja: だ, en: t}}}\n"
		       "assess: |\n%.*sexamples:\n%s",
		       STR_ARG(block), examples);
}

static void
lint(const char *query, const char *examples, const char *want)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct catalog none = { 0 };
	struct lint_counts n;
	struct err e = { 0 };
	struct diags d;

	buf_init(&b, 100000);
	diags_init(&d, a);
	const struct control *k = control_read(
		a, STR("f"), control_text(a, query, examples), &d);
	assert_non_null(k);
	assert_int_equal(d.n_errors, 0);
	assert_int_equal(lint_control(a, &none, k, LINT_MUTANTS, &d, &n, &e),
			 0);
	diags_print(&d, NULL, NULL, &b);
	if (want == NULL)
		want = "";
	if (!str_starts(buf_view(&b), want) || (want[0] == '\0' && b.len > 0))
		fail_msg("wanted '%s', got '%s'", want, b.p);
}

static void
good_control(void **state)
{
	(void)state;
	lint(QUERY, EXAMPLES, NULL);
}

static void
queries_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "SELECT 1", "f:21:1: a.b: the query gives no column "
			      "'subject'" },
		{ "SELECT 1 AS subject, 1 AS ok FROM nowhere",
		  "f:21:1: a.b: no such table: nowhere" },
		{ "DELETE FROM host_firewall",
		  "f:21:1: a.b: a query may not use 'anything but reading'" },
		{ "SELECT 1 AS subject, random() AS ok, 1 AS detail",
		  "f:21:1: a.b: a query may not use 'random'" },
		{ "SELECT 1 AS subject, date('now') AS ok, 1 AS detail",
		  "f:21:1: a.b: a query may not use 'date'" },
		{ "SELECT 1 AS subject, CURRENT_DATE AS ok, 1 AS detail",
		  "f:21:1: a.b: a query may not use 'current_date'" },
		{ "SELECT name AS subject, 1 AS ok, 1 AS detail "
		  "FROM sqlite_master",
		  "f:21:1: a.b: a query may not use 'sqlite_master'" },
		{ "SELECT 1 AS subject, 1 AS ok, 1 AS detail; SELECT 2",
		  "f:21:1: a.b: only one statement is allowed" },
		{ "SELECT host_id AS subject, 1 AS ok, 1 AS detail "
		  "FROM host_firewall",
		  "f:21:1: a.b: the query gives no column 'host_id'" },
		{ "SELECT 1 AS subject, :x AS ok, 1 AS detail",
		  "f:21:1: a.b: there is no parameter ':x'" },
		{ "SELECT 1 AS subject,\n1 AS ok, 1 AS detail\n"
		  "FROM host_password_policy\nWHERE first_seen_at\n"
		  "   > :today",
		  "f:25:1: a.b: an instant (_at) is compared with a date" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		lint(cases[i][0], EXAMPLES, cases[i][1]);
}

/* What is compared with what, as far as tokens tell. */
static void
instants_and_dates(void **state)
{
	static const char *const bad[] = {
		"x.a_at < y.b_on",	 "on_of(:now) = first_seen_at",
		"a_at >= '2026-11-21'",	 ":now < on_add(:today, '1d')",
		"at_of(:today) <> b_on", "a_at NOT BETWEEN b_on AND c_on",
		"a_at IS NOT b_on",
	};
	static const char *const good[] = {
		"x.a_at < y.b_at",	 "on_of(a_at) = b_on",
		"b_on >= '2026-11-21'",	 ":now < at_add(a_at, '1d')",
		"at_of(:today) <> a_at", "b_on IS NULL",
		"a_at = 'x2026-11-21'",	 "f(a_at, b_on) = 1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad) + ARRAY_LEN(good); i++) {
		auto_arena *a = arena_new();
		auto_buf b = { 0 };
		bool is_bad = i < ARRAY_LEN(bad);
		const char *sql = is_bad ? bad[i] : good[i - ARRAY_LEN(bad)];
		struct catalog none = { 0 };
		struct lint_counts n;
		struct err e = { 0 };
		struct diags d;

		buf_init(&b, 100000);
		diags_init(&d, a);
		const struct control *k = control_read(
			a, STR("f"), control_text(a, sql, EXAMPLES), &d);
		assert_int_equal(
			lint_control(a, &none, k, LINT_QUERY, &d, &n, &e), 0);
		diags_print(&d, NULL, NULL, &b);
		if (str_has(buf_view(&b), "is compared with") != is_bad)
			fail_msg("'%s': %s", sql, b.p);
	}
}

static void
examples_refused(void **state)
{
	static const char *const cases[][2] = {
		{ "  - {name: x, given: {nothing: []}, none: true}\n",
		  "f:25:23: there is no table 'nothing'" },
		{ "  - {name: x, given: {host_firewall: [{host_id: a, no: 1}]}"
		  ", none: true}\n",
		  "f:25:56: 'host_firewall' has no column 'no'" },
		{ "  - {name: x, given: {host_firewall: [{profile: a}]}, "
		  "none: true}\n",
		  "f:25:23: a row of 'host_firewall' needs a host_id" },
		{ "  - {name: x, given: {host_firewall: [{host_id: a, enabled: "
		  "2}]}, none: true}\n",
		  "f:25:61: expected true or false for 'enabled', found '2'" },
		{ "  - {name: x, given: {host_firewall: [{host_id: a, n_rules: "
		  "'2'}]}, none: true}\n",
		  "f:25:61: expected a whole number for 'n_rules'" },
		{ "  - {name: x, given: {host_firewall: [{host_id: a, "
		  "first_seen_at: soon}]}, none: true}\n",
		  "f:25:67: expected an instant like" },
		{ "  - {name: x, policy: {y: 1}, given: {host_firewall: []}, "
		  "none: true}\n",
		  "f:25:5: 'policy' names 'y', which is no parameter here" },
		{ "  - {name: x, given: {host_firewall: [{host_id: a, profile: "
		  "ip, enabled: true}]}, fail: ['host:a']}\n",
		  "f:25:5: a.b: 'host:a' should be fail\n"
		  "f:25:5: a.b: 'host:a' is pass\n" },
		{ "  - {name: x, given: {host: [{host_id: a, platform: linux}]}"
		  ", none: true}\n", /* not collected */
		  "f:25:5: a.b: 'host:a' is unknown\n" },
		{ "  - {name: x, given: {host: [{host_id: a, state: retired}], "
		  "host_system: []}, unknown: ['host:a']}\n",
		  "f:25:5: a.b: 'host:a' should be unknown\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		lint(QUERY, cases[i][0], cases[i][1]);
}

static void
survivors(void **state)
{
	(void)state;
	/* Nobody has the other profile, so the condition is never needed. */
	lint(QUERY,
	     "  - {name: x, given: {host_firewall: [{host_id: a, profile: ip, "
	     "enabled: true}, {host_id: b, profile: ip, enabled: false}, "
	     "{host_id: c, profile: ip}]}, pass: ['host:a'], fail: "
	     "['host:b'], unknown: ['host:c']}\n",
	     "f:23:1: a.b: no example notices: WHERE profile = :profile -> 1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons),
		cmocka_unit_test(values),
		cmocka_unit_test(conditions),
		cmocka_unit_test(odd_texts),
		cmocka_unit_test(good_control),
		cmocka_unit_test(queries_refused),
		cmocka_unit_test(instants_and_dates),
		cmocka_unit_test(examples_refused),
		cmocka_unit_test(survivors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
