/* test_norm.c - one spelling for what people read as the same text */
#include "unit.h"

#include "base/arena.h"
#include "base/norm.h"

static void
test_text(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "ＡＢＣ　１２３", "abc 123" },
		{ "ﾊﾟｿｺﾝ", "パソコン" },
		{ "ハ\u309aソコン", "パソコン" },
		{ "ｶﾞｷﾞ", "ガギ" },
		{ "㈱家守", "(株)家守" },
		{ "①㌔", "1キロ" },
		{ "Straße", "strasse" },
		{ "İ", "i\u0307" },
		{ "  Two \t\r\n words  ", "two words" },
		{ "\u3000全角　空白\u3000", "全角 空白" },
		{ "葛\U000e0100城", "葛城" },
		{ "zero\u200bwidth", "zerowidth" },
		{ "é", "é" },
		{ "e\u0301", "é" },
		{ "q\u0323\u0307", "q\u0323\u0307" },
		{ "q\u0307\u0323", "q\u0323\u0307" },
		{ "", "" },
		{ " \t", "" },
		{ "a\x01\x62", "a b" },
		{ "\xff", "\ufffd" },
		{ "が\xe3\x81", "が\ufffd\ufffd" },
		{ "\xed\xa0\x80x", "\ufffd\ufffd\ufffdx" },
		{ "サーバー", "サーバー" },
	};
	auto_arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct str is = norm_text(a, str_c(cases[i][0]));
		struct str again = norm_text(a, is);

		assert_string_equal(str_to_c(a, is), cases[i][1]);
		assert_true(str_eq(is, again));
	}
}

/* The worst that one character and a run of marks can make. */
static void
test_bounds(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	size_t n = 200000;
	char *p = arena_alloc(a, n * 4 + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		memcpy(p + len, "\xef\xb7\xba", 3); /* U+FDFA */
		len += 3;
	}
	struct str is = norm_text(a, (struct str){ p, len });
	assert_true(is.len > len * 5 && is.len <= len * NORM_GROWTH);

	p[0] = 'x';
	len = 1;
	for (size_t i = 0; i < n; i++) {
		/* of two classes in turn: each has to be sorted */
		memcpy(p + len, i % 2 ? "\xcc\xa3" : "\xcc\x87", 2);
		len += 2;
	}
	is = norm_text(a, (struct str){ p, len });
	assert_int_equal(is.len, 1 + 30 * 2);
}

static void
test_next(void **state)
{
	(void)state;
	static const struct {
		size_t bytes, n;
		enum norm_class class;
	} want[] = {
		{ 6, 1, NORM_CJK },   /* ガ from two of half width */
		{ 3, 1, NORM_CJK },   /* 家 */
		{ 3, 1, NORM_OTHER }, /* ・ */
		{ 3, 1, NORM_WORD },  /* Ａ */
		{ 1, 1, NORM_WORD },  /* 7 */
		{ 1, 1, NORM_OTHER }, /* - */
		{ 3, 3, NORM_OTHER }, /* ㈱ = (株) */
		{ 3, 1, NORM_WORD },  /* e and its accent */
		{ 1, 1, NORM_OTHER }, /* a stray byte */
	};
	struct str rest = STR("ｶﾞ家・Ａ7-㈱e\u0301\xfe");
	int32_t out[NORM_CLUSTER];
	enum norm_class class;
	size_t n;

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		size_t before = rest.len;

		assert_true(norm_next(&rest, out, &n, &class));
		assert_int_equal(before - rest.len, want[i].bytes);
		assert_int_equal(n, want[i].n);
		assert_int_equal(class, want[i].class);
	}
	assert_false(norm_next(&rest, out, &n, &class));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_next),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
