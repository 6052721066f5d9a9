/* test_str.c - text as pointer and length */
#include "unit.h"

#include "base/arena.h"
#include "base/str.h"

static void
is(struct str s, const char *want)
{
	if (!str_is(s, want))
		fail_msg("'%.*s', not '%s'", STR_ARG(s), want);
}

static void
test_compare(void **state)
{
	(void)state;
	assert_true(str_eq(STR("ab"), STR("ab")));
	assert_false(str_eq(STR("ab"), STR("abc")));
	assert_true(str_eq((struct str){ NULL, 0 }, STR("")));
	assert_true(str_is(str_c(NULL), ""));
	assert_true(str_is_nocase(STR("AbC-あ"), "aBc-あ"));
	assert_false(str_is_nocase(STR("ab"), "abc"));
	assert_false(str_is_nocase(STR("@"), "`"));
	assert_true(str_cmp(STR("a"), STR("b")) < 0);
	assert_true(str_cmp(STR("ab"), STR("a")) > 0);
	assert_true(str_cmp(STR("a"), STR("\xff")) < 0);
	assert_int_equal(str_cmp(STR("a\0b"), STR("a\0b")), 0);
	assert_true(str_cmp(STR("a\0b"), STR("a\0c")) < 0);
}

static void
test_find(void **state)
{
	(void)state;
	struct str s = STR("key=value=x");

	assert_true(str_starts(s, "key") && !str_starts(s, "value"));
	assert_true(str_starts(s, "") && !str_starts(STR("k"), "key"));
	assert_true(str_ends(s, "=x") && !str_ends(STR("x"), "=x"));
	assert_true(str_has(s, "value") && !str_has(s, "valuex"));
	assert_int_equal(str_find(s, '='), 3);
	assert_int_equal(str_find(s, '!'), STR_NONE);
	assert_int_equal(str_find(STR(""), 'x'), STR_NONE);
	assert_int_equal(str_find_c(s, "=x"), 9);
	assert_int_equal(str_find_c(STR("ab"), "abc"), STR_NONE);
	assert_int_equal(str_find_c(STR("ab"), ""), 0);
	is(str_until(s, '='), "key");
	is(str_after(s, '='), "value=x");
	is(str_until(s, '!'), "key=value=x");
	is(str_after(s, '!'), "");
	is(str_from(s, 10), "x");
	is(str_from(s, 99), "");
	is(str_first(s, 3), "key");
	is(str_first(s, 99), "key=value=x");
}

static void
test_trim(void **state)
{
	(void)state;
	is(str_trim(STR(" \t\r\n a b \v\f")), "a b");
	is(str_trim(STR("   ")), "");
	is(str_trim(STR("　a")), "　a"); /* ASCII only */
	is(str_unquote(STR("\"a b\"")), "a b");
	is(str_unquote(STR("'a'")), "a");
	is(str_unquote(STR("'a\"")), "'a\"");
	is(str_unquote(STR("\"")), "\"");
	is(str_unquote(STR("''")), "");
}

static void
test_next(void **state)
{
	(void)state;
	struct str rest = STR("a,,b,"), s;
	const char *const fields[] = { "a", "", "b", "" };

	for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
		assert_true(str_next(&rest, ',', &s));
		is(s, fields[i]);
	}
	assert_false(str_next(&rest, ',', &s));

	rest = STR("one\r\n\ntwo\r");
	const char *const lines[] = { "one", "", "two" };
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		assert_true(str_next_line(&rest, &s));
		is(s, lines[i]);
	}
	assert_false(str_next_line(&rest, &s));
	rest = STR("");
	assert_false(str_next_line(&rest, &s));

	rest = STR("  a \t b\n");
	assert_true(str_next_word(&rest, &s));
	is(s, "a");
	assert_true(str_next_word(&rest, &s));
	is(s, "b");
	assert_false(str_next_word(&rest, &s));
	assert_false(str_next_word(&rest, &s));
}

static void
test_utf8(void **state)
{
	(void)state;
	static const char *const good[] = {
		"", "a", "é", "あ", "𠮷", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf"
	};
	static const char *const bad[] = {
		"\x80",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xf0\x80\x80\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xe3\x81",
		"a\xff",
		"\xe3\x81\x41",
	};
	auto_arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(str_utf8_ok(str_c(good[i])));
		is(str_scrub(a, str_c(good[i])), good[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_false(str_utf8_ok(str_c(bad[i])));
		assert_true(str_utf8_ok(str_scrub(a, str_c(bad[i]))));
	}
	is(str_scrub(a, STR("あ\xff\x41\xe3\x81")), "あ\ufffdA\ufffd\ufffd");
	assert_true(str_eq(str_scrub(a, STR("a\0b")), STR("a\0b")));
}

static void
test_cut(void **state)
{
	(void)state;
	struct str s = STR("aあ𠮷");

	is(str_cut(s, 99), "aあ𠮷");
	is(str_cut(s, 8), "aあ𠮷");
	is(str_cut(s, 7), "aあ");
	is(str_cut(s, 4), "aあ");
	is(str_cut(s, 3), "a");
	is(str_cut(s, 0), "");
	is(str_cut(STR("\x80\x80\x80"), 2), "");
}

static void
test_width(void **state)
{
	(void)state;
	assert_int_equal(str_width(STR("abc")), 3);
	assert_int_equal(str_width(STR("家守")), 4);
	assert_int_equal(str_width(STR("ﾔﾓﾘ")), 3);
	assert_int_equal(str_width(STR("ヤモリー、（）")), 14);
	assert_int_equal(str_width(STR("か\u3099")), 2);
	assert_int_equal(str_width(STR("𠮷")), 2);
	assert_int_equal(str_width(STR("")), 0);
}

static void
test_make(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	struct str s = str_fmt(a, "%s-%d", "x", 7);

	is(s, "x-7");
	assert_string_equal(s.p, "x-7");
	assert_string_equal(str_to_c(a, str_first(STR("abcdef"), 3)), "abc");
	struct str copy = str_copy(a, s);
	is(copy, "x-7");
	assert_ptr_not_equal(copy.p, s.p);
	assert_int_equal(copy.p[copy.len], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare), cmocka_unit_test(test_find),
		cmocka_unit_test(test_trim),	cmocka_unit_test(test_next),
		cmocka_unit_test(test_utf8),	cmocka_unit_test(test_cut),
		cmocka_unit_test(test_width),	cmocka_unit_test(test_make),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
