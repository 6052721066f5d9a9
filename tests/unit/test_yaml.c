/* test_yaml.c - every complaint about a data file, with its place. */
#include "catalog/yaml.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "catalog/catalog.h"
#include "unit.h"

struct wrong {
	const char *text;
	const char *want; /* the first complaint */
};

static void
complain(struct buf *b, const struct diags *d)
{
	buf_reset(b);
	diags_print(d, NULL, NULL, b);
}

/* The first line of what is said about it begins as wanted. */
static void
expect(const struct diags *d, const char *want)
{
	auto_buf b = { 0 };

	buf_init(&b, 100000);
	complain(&b, d);
	struct str line = str_until(buf_view(&b), '\n');
	if (!str_starts(line, want))
		fail_msg("wanted '%s', got '%.*s'", want, STR_ARG(line));
}

static const struct wrong tree_faults[] = {
	{ "", "f:1:1: the file is empty" },
	{ "a: [1, 2", "f:2:1: YAML: while parsing a flow sequence" },
	{ "a: 1\n\tb: 2\n", "f:2:1: YAML: while scanning" },
	{ "a: 'b", "f:1:6: YAML: while scanning a quoted scalar" },
	{ "a: \xff\xfe\n", "f:1:1: not readable as UTF-8" },
	{ "a: 1\nb: 2\na: 3\n",
	  "f:3:1: key 'a' appears twice, first in line 1" },
	{ "a: &x 1\n", "f:1:4: anchors (&) are not allowed" },
	{ "a: *x\n", "f:1:4: aliases (*) are not allowed" },
	{ "a: !!binary aGk=\n", "f:1:4: tags (!) are not allowed" },
	{ "a: {<<: {b: 1}}\n", "f:1:5: merge keys are not allowed" },
	{ "? [a, b]\n: c\n",
	  "f:1:3: a list or map cannot be a key; expected a name" },
	{ "a: \"\\x07\"\n", "f:1:4: character U+7 is not allowed in text" },
	{ "a: \"\\0\"\n", "f:1:4: character U+0 is not allowed in text" },
	{ "a: \"\\x85\"\n", "f:1:4: character U+85 is not allowed in text" },
	{ "a: \"\\u202e\"\n", "f:1:4: character U+202e is not allowed" },
	{ "a: \"\\u2066\"\n", "f:1:4: character U+2066 is not allowed" },
	{ "a: 1\n---\nb: 2\n", "f:2:1: a second document in one file" },
	{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]",
	  "f:1:17: nested deeper than 16 levels" },
};

static void
tree_complaints(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tree_faults); i++) {
		auto_arena *a = arena_new();
		struct diags d;

		diags_init(&d, a);
		(void)yaml_parse(a, STR("f"), str_c(tree_faults[i].text), &d);
		expect(&d, tree_faults[i].want);
	}
}

static void
goes_on_after_an_error(void **state)
{
	auto_arena *a = arena_new();
	struct diags d;

	(void)state;
	diags_init(&d, a);
	struct yaml *y = yaml_parse(
		a, STR("f"), STR("a: &x 1\nb: 2\nb: {c: [1, 2]}\nd: !y 4\n"),
		&d);
	assert_non_null(y);
	assert_int_equal(d.n_errors, 3);
	assert_true(str_is(yaml_find(y, "a")->text, "1"));
	assert_true(str_is(yaml_find(y, "b")->text, "2"));
	assert_true(str_is(yaml_find(y, "d")->text, "4"));
	assert_null(yaml_find(y, "c"));
}

static void
bounds(void **state)
{
	auto_arena *a = arena_new();
	struct diags d;
	auto_buf b = { 0 };

	(void)state;
	buf_init(&b, YAML_SIZE_MAX * 2);
	diags_init(&d, a);
	for (int i = 0; i < YAML_NODES_MAX + 2; i++)
		buf_c(&b, "- 1\n");
	assert_null(yaml_parse(a, STR("f"), buf_view(&b), &d));
	expect(&d, "f:50000:3: more than 50000 values in a file");

	diags_init(&d, a);
	buf_reset(&b);
	for (int i = 0; i < YAML_KEYS_MAX + 2; i++)
		buf_fmt(&b, "k%d: 1\n", i);
	assert_null(yaml_parse(a, STR("f"), buf_view(&b), &d));
	expect(&d, "f:1001:1: more than 1000 keys in a map");

	diags_init(&d, a);
	while (b.len <= YAML_SIZE_MAX)
		buf_c(&b, "# a comment that makes the file long\n");
	assert_null(yaml_parse(a, STR("f"), buf_view(&b), &d));
	expect(&d, "f:1:1: larger than 1048576 bytes");
}

static void
scalars(void **state)
{
	static const struct {
		const char *text;
		enum yaml_scalar want;
	} cases[] = {
		{ "12", YAML_IS_INT },
		{ "-3", YAML_IS_INT },
		{ "0", YAML_IS_INT },
		{ "012", YAML_IS_TEXT },
		{ "+1", YAML_IS_TEXT },
		{ "9.0", YAML_IS_REAL },
		{ "1.2.3", YAML_IS_TEXT },
		{ "1.", YAML_IS_TEXT },
		{ "true", YAML_IS_BOOL },
		{ "yes", YAML_IS_TEXT },
		{ "on", YAML_IS_TEXT },
		{ "null", YAML_IS_NULL },
		{ "~", YAML_IS_NULL },
		{ "''", YAML_IS_TEXT },
		{ "'12'", YAML_IS_TEXT },
		{ "2026-11-21", YAML_IS_TEXT },
		{ "0x10", YAML_IS_TEXT },
		{ "1e3", YAML_IS_TEXT },
		{ "-", YAML_IS_TEXT },
		{ "1234567890123456789", YAML_IS_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena *a = arena_new();
		struct diags d;

		diags_init(&d, a);
		const struct yaml *y = yaml_parse(
			a, STR("f"), str_fmt(a, "[%s]", cases[i].text), &d);
		if (str_is(str_c(cases[i].text), "-"))
			continue; /* no scalar in a flow list */
		assert_non_null(y);
		if (y->items[0]->scalar != cases[i].want)
			fail_msg("'%s' is %d", cases[i].text,
				 (int)y->items[0]->scalar);
	}
}

static void
as_json(void **state)
{
	auto_arena *a = arena_new();
	struct diags d;
	auto_buf b = { 0 };

	(void)state;
	buf_init(&b, 1000);
	diags_init(&d, a);
	yaml_json(yaml_parse(a, STR("f"),
			     STR("[{a: 1, b: '1', c: null}, x\"y, 8.9, true]"),
			     &d),
		  &b);
	assert_string_equal(b.p, "[{\"a\":1,\"b\":\"1\",\"c\":null},"
				 "\"x\\\"y\",8.9,true]");
}

/* A whole control; each case below replaces one of its lines. */
static const char *const good[] = {
	"id: a.b",
	"status: complete",
	"title: {ja: だ, en: t}",
	"text: {ja: '{p}', en: '{p}'}",
	"why: {ja: だ, en: t}",
	"fix: {ja: だ, en: t}",
	"attack: {ja: だ, en: t}",
	"level: basic",
	"strength: must",
	"kind: query",
	"pack: logs",
	"applies_when: {telework: true, size_min: 10}",
	"effort: 20min",
	"costs_money: false",
	"impact: 2",
	"done_by: system_admin",
	"subject: host",
	"every: ':p'",
	"on_event: {within: 1d, of: lost}",
	"sources: [{doc: ipa-rules, at: '1'}]",
	"covers: [ipa1:a]",
	"primary: [ipa1:a]",
	"parameters: {p: {type: duration, default: 3y, min: 1mo, max: 10y, "
	"label: {ja: だ, en: t}}}",
	"use: {q: c.d.e}",
	"needs: []",
	"assess: SELECT 1",
	"examples: [{name: n, given: {t: [{c: 1}]}, policy: {p: 5y}, "
	"now: 2026-11-21T12:00+09:00, pass: ['x:1']}]",
};

static struct str
control_text(struct arena *a, const char *line)
{
	struct str key = str_until(str_c(line), ':');
	struct str all = STR("");

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		bool same = str_eq(str_until(str_c(good[i]), ':'), key);

		all = str_fmt(a, "%.*s%s\n", STR_ARG(all),
			      same ? line : good[i]);
	}
	return all;
}

/* "KEY:" alone means null. New keys stand at the end, in line 28. */
static const struct wrong control_faults[] = {
	{ "id: b", "f:1:5: expected an id like area.name, found 'b'" },
	{ "id: A.b", "f:1:5: expected an id like area.name" },
	{ "id:", "f:1:4: 'id' is missing" },
	{ "status: done",
	  "f:2:9: 'status' is 'done'; expected one of: listed, complete" },
	{ "title: x", "f:3:8: expected title as a map, found text" },
	{ "title: {ja: x}", "f:3:8: 'en' is missing" },
	{ "title: {ja: x, en: ''}",
	  "f:3:20: expected text for 'en', found nothing" },
	{ "title: {ja: x, en: [y]}",
	  "f:3:20: expected text for 'en', found a list" },
	{ "title: {ja: x, en: y, fr: z}",
	  "f:3:23: unknown key 'fr' in title; expected one of: ja en" },
	{ "why: null", "f:5:6: 'why' is missing" },
	{ "level: low", "f:8:8: 'level' is 'low'; expected one of: basic" },
	{ "kind: sql", "f:10:7: 'kind' is 'sql'; expected one of: query" },
	{ "pack: A-B", "f:11:7: expected a name of a-z, 0-9 and _ for 'pack'" },
	{ "applies_when: [telework]",
	  "f:12:15: expected 'applies_when' as {answer: true}" },
	{ "applies_when: {telework: 1}",
	  "f:12:26: expected true or false for 'telework'" },
	{ "applies_when: {size_min: x}",
	  "f:12:26: expected a whole number from 0 to" },
	{ "effort: soon", "f:13:9: expected a duration like 90min, 14d or 3y "
			  "for 'effort', found 'soon'" },
	{ "costs_money: no",
	  "f:14:14: expected true or false for 'costs_money', found text" },
	{ "impact: 4",
	  "f:15:9: expected a whole number from 1 to 3 for 'impact'" },
	{ "every: ':x'", "f:18:8: ':x' is no duration parameter" },
	{ "every: often", "f:18:8: expected a duration" },
	{ "on_event: {on: a, before: b}",
	  "f:19:11: expected one event in 'on_event'" },
	{ "on_event: {within: 1d}",
	  "f:19:11: expected {on: EVENT}, {before: EVENT}" },
	{ "on_event: {of: lost}", "f:19:11: 'within' is missing" },
	{ "sources: x", "f:20:10: expected a list for 'sources', found text" },
	{ "sources: [{doc: x}]", "f:20:11: 'at' is missing" },
	{ "covers: [a, a]", "f:21:13: 'a' is twice in 'covers'" },
	{ "covers: [[a]]", "f:21:10: expected text in the list 'covers'" },
	{ "parameters: [p]",
	  "f:23:13: expected 'parameters' as {name: {type, ...}}" },
	{ "parameters: {now: {type: duration, default: 3y, label: {ja: x, "
	  "en: y}}}",
	  "f:23:14: 'now' cannot be the name of a parameter" },
	{ "parameters: {p: {type: duration, label: {ja: x, en: y}}}",
	  "f:23:17: 'default' is missing" },
	{ "parameters: {p: {type: duration, default: 3, label: {ja: x, "
	  "en: y}}}",
	  "f:23:43: 'p' expects a duration like 90min, 14d or 3y, not '3'" },
	{ "parameters: {p: {type: duration, default: 3y, max: 1y, label: "
	  "{ja: x, en: y}}}",
	  "f:23:43: 'p' must be from (no limit) to 1y" },
	{ "parameters: {p: {type: int, default: x, label: {ja: x, en: y}}}",
	  "f:23:38: 'p' expects a whole number, not 'x'" },
	{ "parameters: {p: {type: bool, default: 1, label: {ja: x, en: y}}}",
	  "f:23:39: 'p' is of type bool, found '1'" },
	{ "parameters: {p: {type: choice, default: c, choices: [{value: a, "
	  "ja: x, en: y}], label: {ja: x, en: y}}}",
	  "f:23:41: 'p' expects one of a, not 'c'" },
	{ "parameters: {p: {type: choice, default: c, label: {ja: x, en: y}}}",
	  "f:23:17: 'choices' belong to the type choice" },
	{ "parameters: {p: {type: text, default: c, min: 1, label: {ja: x, "
	  "en: y}}}",
	  "f:23:47: 'min' is for durations and whole numbers only" },
	{ "parameters: {p: {type: time, default: '25:00', label: {ja: x, en: "
	  "y}}}",
	  "f:23:39: 'p' expects a time like 22:00, not '25:00'" },
	{ "parameters: {p: {type: date, default: 2026-02-30, label: {ja: x, "
	  "en: y}}}",
	  "f:23:39: 'p' expects a date like 2026-11-21, not '2026-02-30'" },
	{ "parameters: {p: {type: list, default: a, label: {ja: x, en: y}}}",
	  "f:23:39: 'p' is of type list; expected a list" },
	{ "parameters: {p: {type: list, default: [[a]], label: {ja: x, en: "
	  "y}}}",
	  "f:23:39: 'p' expects a JSON list of texts or numbers" },
	{ "parameters: {p: {type: table, default: [a], label: {ja: x, en: "
	  "y}}}",
	  "f:23:40: 'p' expects a JSON list of objects" },
	{ "parameters: {p: {type: text, default: [a], label: {ja: x, en: y}}}",
	  "f:23:39: 'p' is of type text; expected a single value" },
	{ "parameters: {p: {type: duration, default: 3y, labels: x, label: "
	  "{ja: x, en: y}}}",
	  "f:23:55: expected 'labels' as {value: {ja, en}}" },
	{ "use: [x]", "f:24:6: expected 'use' as {name: area.control.name}" },
	{ "use: {q: c.d}",
	  "f:24:10: expected name: area.control.parameter in 'use'" },
	{ "use: {p: c.d.e}",
	  "f:24:10: 'p' is a parameter of this control too" },
	{ "assess:", "f:1:1: a complete query needs 'assess'" },
	{ "examples: {}",
	  "f:27:11: expected a list for 'examples', found a map" },
	{ "examples: [x]", "f:27:12: expected an example as a map" },
	{ "examples: [{name: n, given: [t], none: true}]",
	  "f:27:29: expected 'given' as {table: [rows]}" },
	{ "examples: [{name: n, given: {t: 1}, none: true}]",
	  "f:27:33: expected a list of rows for 't'" },
	{ "examples: [{name: n, given: {t: [1]}, none: true}]",
	  "f:27:34: expected a row as {column: value}" },
	{ "examples: [{name: n, given: {t: [{c: [1]}]}, none: true}]",
	  "f:27:38: expected a single value for 'c'" },
	{ "examples: [{name: n, policy: [p], none: true}]",
	  "f:27:30: expected 'policy' as {parameter: value}" },
	{ "examples: [{name: n, now: noon, none: true}]",
	  "f:27:27: expected an instant like 2026-11-21T12:00+09:00" },
	{ "examples: [{name: n}]",
	  "f:27:12: an example wants pass, fail, unknown or none: true" },
	{ "examples: [{name: n, none: true, pass: [x]}]",
	  "f:27:12: an example with 'none' wants no subjects" },
	{ "examples: [{name: n, pass: [x], fail: [x]}]",
	  "f:27:12: 'x' is wanted twice" },
	{ "examples: [{name: n, none: true}, {name: n, none: true}]",
	  "f:27:35: two examples are named 'n'" },
};

static void
control_complaints(void **state)
{
	auto_arena *a = arena_new();
	struct diags d;

	(void)state;
	diags_init(&d, a);
	const struct control *c = control_read(a, STR("f"), control_text(a, ""),
					       &d);
	if (d.n_errors > 0)
		expect(&d, "nothing");
	assert_non_null(c);
	assert_true(str_is(c->parameters[0].def, "3y"));
	assert_int_equal(c->n_conditions, 2);
	assert_int_equal(c->conditions[1].test, CONDITION_MIN);
	assert_int_equal(c->conditions[1].value, 10);
	assert_true(str_is(c->uses[0].control, "c.d"));
	assert_true(str_is(c->uses[0].parameter, "e"));

	for (size_t i = 0; i < ARRAY_LEN(control_faults); i++) {
		diags_init(&d, a);
		(void)control_read(a, STR("f"),
				   control_text(a, control_faults[i].text), &d);
		expect(&d, control_faults[i].want);
	}
}

static void
leftovers(void **state)
{
	auto_arena *a = arena_new();
	struct diags d;

	(void)state;
	diags_init(&d, a);
	(void)control_read(a, STR("f"),
			   str_fmt(a, "%.*ssource_how: x\nnonsense: y\n",
				   STR_ARG(control_text(a, ""))),
			   &d);
	expect(&d, "f:29:1: unknown key 'nonsense' in a control");
	assert_int_equal(d.n_errors, 2);
}

static const struct wrong ledger_faults[] = {
	{ "fields: [{name: at, type: datetime, label: {ja: x, en: y}}]",
	  "f:9:10: 'at': a datetime, and nothing else, is named ..._at" },
	{ "fields: [{name: x_at, type: text, label: {ja: x, en: y}}]",
	  "f:9:10: 'x_at': a datetime, and nothing else" },
	{ "fields: [{name: day, type: date, label: {ja: x, en: y}}]",
	  "f:9:10: 'day': a date, and nothing else, is named ..._on" },
	{ "fields: [{name: order, type: text, label: {ja: x, en: y}}]",
	  "f:9:10: a field cannot be named 'order'" },
	{ "fields: [{name: state, type: text, label: {ja: x, en: y}}]",
	  "f:9:10: a field cannot be named 'state'" },
	{ "fields: [{name: x, type: txt, label: {ja: x, en: y}}]",
	  "f:9:26: 'type' is 'txt'; expected one of: text, int" },
	{ "fields: [{name: x, type: ref, label: {ja: x, en: y}}]",
	  "f:9:10: 'to' is missing" },
	{ "fields: [{name: x, type: text, to: y, label: {ja: x, en: y}}]",
	  "f:9:10: 'to' belongs to the type ref" },
	{ "fields: [{name: x, type: choice, label: {ja: x, en: y}}]",
	  "f:9:10: 'choices' belong to the type choice" },
	{ "fields: [{name: x, type: choice, label: {ja: x, en: y}, choices: "
	  "[{value: a, ja: b, en: c}, {value: a, ja: b, en: c}]}]",
	  "f:9:93: 'a' is twice in 'choices'" },
	{ "fields: [{name: name, type: text, label: {ja: x, en: y}}, "
	  "{name: name, type: text, label: {ja: x, en: y}}]",
	  "f:9:59: two fields are named 'name'" },
	{ "key: [x]", "f:6:6: 'x' in 'key' is no single field" },
	{ "version: 0", "f:2:10: expected a whole number from 1 to 100000" },
	{ "retention: long", "f:7:12: expected a duration" },
};

static void
ledger_complaints(void **state)
{
	static const char *const lines[] = {
		"id: l",
		"version: 1",
		"title: {ja: x, en: y}",
		"purpose: {ja: x, en: y}",
		"level: basic",
		"key: [name]",
		"retention: null",
		"sources: []",
		"fields: [{name: name, type: text, label: {ja: x, en: y}}]",
		"covers: []",
	};
	auto_arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i <= ARRAY_LEN(ledger_faults); i++) {
		const char *line = i < ARRAY_LEN(ledger_faults)
					   ? ledger_faults[i].text
					   : "";
		struct str key = str_until(str_c(line), ':');
		struct str all = STR("");
		struct diags d;

		for (size_t j = 0; j < ARRAY_LEN(lines); j++)
			all = str_fmt(
				a, "%.*s%s\n", STR_ARG(all),
				str_eq(str_until(str_c(lines[j]), ':'), key)
					? line
					: lines[j]);
		diags_init(&d, a);
		(void)ledger_read(a, STR("f"), all, &d);
		if (i < ARRAY_LEN(ledger_faults))
			expect(&d, ledger_faults[i].want);
		else
			assert_int_equal(d.n_errors, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tree_complaints),
		cmocka_unit_test(goes_on_after_an_error),
		cmocka_unit_test(bounds),
		cmocka_unit_test(scalars),
		cmocka_unit_test(as_json),
		cmocka_unit_test(control_complaints),
		cmocka_unit_test(leftovers),
		cmocka_unit_test(ledger_complaints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
