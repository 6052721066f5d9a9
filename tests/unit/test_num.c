/* test_num.c - numbers from text */
#include "unit.h"

#include "base/err.h"
#include "base/num.h"

static void
test_decimal(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool ok;
		int64_t n;
	} cases[] = {
		{ "0", true, 0 },
		{ "-0", true, 0 },
		{ " 42\n", true, 42 },
		{ "007", true, 7 },
		{ "-42", true, -42 },
		{ "9223372036854775807", true, INT64_MAX },
		{ "9223372036854775808", false, 0 },
		{ "-9223372036854775808", true, INT64_MIN },
		{ "-9223372036854775809", false, 0 },
		{ "99999999999999999999", false, 0 },
		{ "", false, 0 },
		{ "-", false, 0 },
		{ "+1", false, 0 },
		{ "1 2", false, 0 },
		{ "0x10", false, 0 },
		{ "1a", false, 0 },
		{ "- 1", false, 0 },
		{ "１", false, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t n = 0;

		if (num_try(str_c(cases[i].text), &n) != cases[i].ok ||
		    n != cases[i].n)
			fail_msg("'%s': %lld", cases[i].text, (long long)n);
	}
}

static void
test_bases(void **state)
{
	(void)state;
	uint64_t n = 0;

	assert_true(num_try_hex(STR("fFfFfFfFfFfFfFfF"), &n));
	assert_true(n == UINT64_MAX);
	assert_false(num_try_hex(STR("10000000000000000"), &n));
	assert_false(num_try_hex(STR("0x1"), &n));
	assert_false(num_try_hex(STR("g"), &n));
	assert_true(num_try_octal(STR("0755"), &n));
	assert_int_equal(n, 0755);
	assert_false(num_try_octal(STR("8"), &n));
	assert_false(num_try_octal(STR(""), &n));
}

static void
test_parse(void **state)
{
	(void)state;
	struct err e = { 0 };
	int64_t n = 5;

	assert_int_equal(num_parse(STR("x"), &n, &e), -EINVAL);
	assert_int_equal(num_parse_range(STR("11"), 1, 10, &n, &e), -ERANGE);
	assert_int_equal(num_parse_range(STR("0"), 1, 10, &n, &e), -ERANGE);
	assert_int_equal(n, 5); /* written on success only */
	assert_int_equal(num_parse_range(STR("10"), 1, 10, &n, &e), 0);
	assert_int_equal(n, 10);
}

static void
test_arithmetic(void **state)
{
	(void)state;
	int64_t n = 5;

	assert_false(num_add(INT64_MAX, 1, &n));
	assert_false(num_mul(INT64_MIN, -1, &n));
	assert_int_equal(n, 5);
	assert_true(num_add(INT64_MAX, -1, &n));
	assert_int_equal(n, INT64_MAX - 1);
	assert_true(num_mul(-3, 4, &n));
	assert_int_equal(n, -12);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_bases),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_arithmetic),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
