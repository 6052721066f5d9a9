/* test_holiday.c - holidays by year, against lists made by hand */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/holiday.h"
#include "base/moment.h"

static const struct {
	int year;
	const char *days;
} years[] = {
	{ 2003, "1/1 1/13 2/11 3/21 4/29 5/3 5/5 7/21 9/15 9/23 10/13 11/3 "
		"11/23 11/24 12/23" },
	{ 2006, "1/1 1/2 1/9 2/11 3/21 4/29 5/3 5/4 5/5 7/17 9/18 9/23 "
		"10/9 11/3 11/23 12/23" },
	{ 2009, "1/1 1/12 2/11 3/20 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 "
		"9/23 10/12 11/3 11/23 12/23" },
	{ 2015, "1/1 1/12 2/11 3/21 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 "
		"9/23 10/12 11/3 11/23 12/23" },
	{ 2019, "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 "
		"8/11 8/12 9/16 9/23 10/14 10/22 11/3 11/4 11/23" },
	{ 2020, "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 "
		"7/24 8/10 9/21 9/22 11/3 11/23" },
	{ 2021, "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 "
		"8/9 9/20 9/23 11/3 11/23" },
	{ 2024, "1/1 1/8 2/11 2/12 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/15 "
		"8/11 8/12 9/16 9/22 9/23 10/14 11/3 11/4 11/23" },
	{ 2026, "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 "
		"9/21 9/22 9/23 10/12 11/3 11/23" },
	{ 2032, "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/19 8/11 9/20 "
		"9/21 9/22 10/11 11/3 11/23" },
};

static void
test_full_years(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(years); i++) {
		auto_buf b = { 0 };
		buf_init(&b, 1000);
		for (int64_t d = days_of_civil(years[i].year, 1, 1);
		     d < days_of_civil(years[i].year + 1, 1, 1); d++) {
			struct err e = { 0 };
			const char *name;
			struct civil c;
			int is = holiday_jp(d, &name, &e);

			assert_true(is >= 0);
			assert_int_equal(is, name != NULL);
			civil_of_days(d, &c);
			if (is)
				buf_fmt(&b, "%s%d/%d", b.len > 0 ? " " : "",
					c.month, c.day);
		}
		assert_string_equal(b.p, years[i].days);
	}
}

/*
 * All days from 2000 to 2050 as lines YYYY-MM-DD: the digest of what two
 * other programs that know the law agree on.
 */
static void
test_all_years(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	buf_init(&b, 100000);
	for (int64_t d = days_of_civil(HOLIDAY_YEAR_FIRST, 1, 1);
	     d <= days_of_civil(HOLIDAY_YEAR_LAST, 12, 31); d++) {
		struct err e = { 0 };
		const char *name;

		if (holiday_jp(d, &name, &e)) {
			buf_str(&b, on_print(a, d));
			buf_char(&b, '\n');
		}
	}
	assert_string_equal(hash_hex(a, hash_of_str(buf_view(&b))).p,
			    "afe5e98d4a84530beff4d6ff5c1691303aeab944a4699c93e2"
			    "3d327042c441f6");
}

static void
name_is(int year, int month, int day, const char *want)
{
	struct err e = { 0 };
	const char *name;

	assert_int_equal(holiday_jp(days_of_civil(year, month, day), &name, &e),
			 want != NULL);
	if (want != NULL)
		assert_string_equal(name, want);
}

static void
test_names(void **state)
{
	(void)state;
	name_is(2006, 4, 29, "みどりの日");
	name_is(2006, 5, 4, "国民の休日");
	name_is(2007, 4, 29, "昭和の日");
	name_is(2007, 5, 4, "みどりの日");
	name_is(2008, 5, 6, "振替休日");
	name_is(2003, 5, 4, NULL); /* a Sunday under the law of then */
	name_is(2006, 1, 2, "振替休日");
	name_is(2018, 12, 23, "天皇誕生日");
	name_is(2019, 2, 23, NULL);
	name_is(2019, 12, 23, NULL);
	name_is(2020, 2, 24, "振替休日");
	name_is(2019, 4, 30, "国民の休日");
	name_is(2019, 5, 1, "天皇の即位の日");
	name_is(2019, 10, 22, "即位礼正殿の儀の行われる日");
	name_is(2019, 10, 14, "体育の日");
	name_is(2020, 7, 24, "スポーツの日");
	name_is(2020, 10, 12, NULL);
	name_is(2015, 8, 11, NULL);
	name_is(2021, 8, 9, "振替休日");
	name_is(2026, 9, 22, "国民の休日");
}

static void
test_business_day(void **state)
{
	(void)state;
	struct err e = { 0 };
	int64_t saturday = days_of_civil(2026, 11, 21);

	assert_int_equal(business_day(saturday - 1, &e), 1);
	assert_int_equal(business_day(saturday, &e), 0);
	assert_int_equal(business_day(saturday + 1, &e), 0);
	assert_int_equal(business_day(saturday + 2, &e), 0); /* a holiday */
	assert_int_equal(business_day(saturday + 3, &e), 1);
}

static void
test_outside(void **state)
{
	(void)state;
	static const int64_t far[] = { INT64_MIN, INT64_MAX, 0 };
	const char *name = "kept";
	struct err e = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(far); i++) {
		assert_int_equal(holiday_jp(far[i], &name, &e), -ERANGE);
		assert_int_equal(business_day(far[i], &e), -ERANGE);
	}
	assert_int_equal(holiday_jp(days_of_civil(2051, 1, 1), &name, &e),
			 -ERANGE);
	assert_int_equal(holiday_jp(days_of_civil(1999, 12, 31), &name, &e),
			 -ERANGE);
	assert_string_equal(name, "kept");
	assert_int_equal(holiday_jp(days_of_civil(2050, 12, 31), &name, &e), 0);
	assert_null(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_full_years),
		cmocka_unit_test(test_all_years),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_business_day),
		cmocka_unit_test(test_outside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
