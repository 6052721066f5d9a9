/* test_moment.c - instants, civil dates and durations */
#include "unit.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"

/* 2026-11-21T12:00+09:00 */
#define NOON INT64_C(1795230000000000)

static void
test_days(void **state)
{
	(void)state;
	struct civil c;

	assert_int_equal(days_of_civil(1970, 1, 1), 0);
	assert_int_equal(days_of_civil(2000, 3, 1), 11017);
	assert_int_equal(days_of_civil(1, 1, 1), -719162);
	assert_int_equal(days_of_civil(9999, 12, 31), 2932896);
	/* There and back for each day of 1200 years, one after the other. */
	int64_t d = days_of_civil(1500, 1, 1);
	for (int year = 1500; year < 2700; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int day = 1; day <= month_days(year, month);
			     day++, d++) {
				assert_int_equal(
					days_of_civil(year, month, day), d);
				civil_of_days(d, &c);
				assert_true(c.year == year &&
					    c.month == month && c.day == day);
			}
		}
	}
	assert_int_equal(month_days(1900, 2), 28);
	assert_int_equal(month_days(2000, 2), 29);
	assert_int_equal(weekday_of_days(0), 4);
	assert_int_equal(weekday_of_days(-1), 3);
	assert_int_equal(weekday_of_days(-5), 6);
	assert_int_equal(weekday_of_days(days_of_civil(2026, 11, 21)), 6);
}

static void
test_at_parse(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t at; /* -1: refused */
	} cases[] = {
		{ "2026-11-21T12:00+09:00", NOON },
		{ "2026-11-21T12:00", NOON },
		{ "2026-11-21 12:00:00", NOON },
		{ "2026-11-21T03:00Z", NOON },
		{ "2026-11-21T03:00:00.000Z", NOON },
		{ "2026-11-20T22:00-05:00", NOON },
		{ "2026-11-21T12:00:00+0900", NOON },
		{ "2026-11-21T12:00+09", NOON },
		{ " 2026-11-21T12:00\n", NOON },
		{ "2026-11-21T12:00:00.5", NOON + 500000 },
		{ "2026-11-21T12:00:00.1234567", NOON + 123456 },
		{ "2026-11-21", NOON - 12 * 3600 * MOMENT_SEC },
		{ "1969-12-31T23:59:59Z", -1000000 },
		{ "2026-11-21T24:00", -1 },
		{ "2026-11-21T12:60", -1 },
		{ "2026-11-21T12", -1 },
		{ "2026-11-21T12:00:61", -1 },
		{ "2026-11-21T12:00:00.", -1 },
		{ "2026-11-21T12:00+1", -1 },
		{ "2026-11-21T12:00+16:00", -1 },
		{ "2026-11-21T12:00Zx", -1 },
		{ "2026-02-29", -1 },
		{ "2026-13-01", -1 },
		{ "2026-00-10", -1 },
		{ "2026-1-1", -1 },
		{ "0000-01-01", -1 },
		{ "", -1 },
		{ "now", -1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		int64_t at = -1;
		int r = at_parse(str_c(cases[i].text), zone_tokyo, &at, &e);

		if (at != cases[i].at || (r < 0) != (at == -1))
			fail_msg("'%s': %lld", cases[i].text, (long long)at);
	}
}

static void
test_print(void **state)
{
	(void)state;
	auto_arena *a = arena_new();

	assert_string_equal(at_print(a, NOON, zone_tokyo).p,
			    "2026-11-21T12:00:00+09:00");
	assert_string_equal(at_print(a, NOON + 1, zone_utc).p,
			    "2026-11-21T03:00:00.000001+00:00");
	assert_string_equal(at_print(a, -1, zone_utc).p,
			    "1969-12-31T23:59:59.999999+00:00");
	assert_string_equal(at_print_short(a, NOON, zone_tokyo).p,
			    "2026-11-21 12:00");
	assert_string_equal(on_print(a, days_of_civil(987, 6, 5)).p,
			    "0987-06-05");
	/* A fact may hold any number. */
	assert_string_equal(at_print(a, INT64_MAX, zone_tokyo).p,
			    "9999-12-31T23:59:59.999999+09:00");
	assert_string_equal(at_print(a, INT64_MIN, zone_utc).p,
			    "0001-01-01T00:00:00+00:00");
	assert_int_equal(days_of_at(INT64_MAX, zone_tokyo),
			 days_of_civil(9999, 12, 31));
	assert_int_equal(days_of_at(NOON - 12 * 3600 * MOMENT_SEC, zone_tokyo),
			 days_of_civil(2026, 11, 21));
	assert_int_equal(
		days_of_at(NOON - 12 * 3600 * MOMENT_SEC - 1, zone_tokyo),
		days_of_civil(2026, 11, 20));
}

static struct duration
duration(const char *text)
{
	struct duration d = { 0 };
	struct err e = { 0 };

	assert_int_equal(duration_parse(str_c(text), &d, &e), 0);
	return d;
}

static void
test_add(void **state)
{
	(void)state;
	static const char *const on[][3] = {
		{ "2026-01-31", "1mo", "2026-02-28" },
		{ "2024-01-31", "1mo", "2024-02-29" },
		{ "2026-03-31", "-1mo", "2026-02-28" },
		{ "2024-02-29", "12mo", "2025-02-28" },
		{ "2024-02-29", "4y", "2028-02-29" },
		{ "2026-11-21", "2mo", "2027-01-21" },
		{ "2026-01-15", "-1mo", "2025-12-15" },
		{ "2026-01-15", "-25mo", "2023-12-15" },
		{ "2026-11-21", "8w", "2027-01-16" },
		{ "2026-11-21", "-14d", "2026-11-07" },
		{ "2026-11-21", "0d", "2026-11-21" },
		{ "2026-11-21", "48h", "2026-11-23" },
	};

	for (size_t i = 0; i < ARRAY_LEN(on); i++) {
		auto_arena *a = arena_new();
		struct duration d = duration(on[i][1]);
		struct err e = { 0 };
		int64_t days;

		assert_int_equal(on_parse(str_c(on[i][0]), &days, &e), 0);
		assert_int_equal(on_add(days, &d, &days, &e), 0);
		assert_string_equal(on_print(a, days).p, on[i][2]);
	}

	struct duration month = duration("1mo"), y = duration("8000y");
	struct err e = { 0 };
	int64_t at = 7;
	assert_int_equal(at_add(NOON, &month, zone_tokyo, &at, &e), 0);
	assert_int_equal(at, NOON + 30 * MOMENT_DAY);
	at = 7;
	assert_int_equal(at_add(NOON, &y, zone_tokyo, &at, &e), -ERANGE);
	assert_int_equal(at_add(INT64_MAX, &month, zone_tokyo, &at, &e),
			 -ERANGE);
	assert_int_equal(at, 7);
}

static void
test_duration(void **state)
{
	(void)state;
	static const char *const rising[] = {
		"-1y", "-90s", "0s", "1s",   "59s",  "1min", "90min", "2h",
		"23h", "1d",   "6d", "1w",   "30d",  "1mo",  "32d",   "8w",
		"2mo", "11mo", "1y", "366d", "13mo", "3y",   "10y",   "120mo",
	};
	static const char *const bad[] = {
		"",
		"3",
		"y",
		"3 y",
		"+3y",
		"--3y",
		"3years",
		"1.5h",
		"3Y",
		"1000001d",
		"99999999999999999999d",
		"3mon",
		"-",
		"mo",
	};
	struct duration d;

	for (size_t i = 1; i < ARRAY_LEN(rising); i++) {
		struct duration x = duration(rising[i - 1]);
		struct duration z = duration(rising[i]);
		bool same = i == ARRAY_LEN(rising) - 1;

		if (same ? duration_us(&x) != duration_us(&z)
			 : duration_us(&x) >= duration_us(&z))
			fail_msg("%s %s", rising[i - 1], rising[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err e = { 0 };

		if (duration_parse(str_c(bad[i]), &d, &e) == 0)
			fail_msg("'%s'", bad[i]);
	}
	d = duration(" -12mo ");
	assert_int_equal(d.n, -12);
	assert_string_equal(d.unit, "mo");
	d = duration("1000000y");
	assert_int_equal(duration_us(&d), INT64_MAX);
	d = duration("-1000000y");
	assert_int_equal(duration_us(&d), INT64_MIN);
}

/* A zone with a summer time, made by hand: +1 h, +2 h from 1000 s on. */
static void
test_zone(void **state)
{
	(void)state;
	static const int64_t from_at[] = { 1000 * MOMENT_SEC,
					   2000000 * MOMENT_SEC };
	static const int32_t offset[] = { 7200, 3600 };
	const struct zone z = { "made", 2, from_at, offset, 3600 };

	assert_int_equal(zone_offset(&z, 0), 3600);
	assert_int_equal(zone_offset(&z, 1000 * MOMENT_SEC - 1), 3600);
	assert_int_equal(zone_offset(&z, 1000 * MOMENT_SEC), 7200);
	assert_int_equal(zone_offset(&z, 3000000 * MOMENT_SEC), 3600);
	/* A day later by the calendar is an hour less. */
	struct duration day = duration("1d");
	struct err e = { 0 };
	int64_t at = 0;
	assert_int_equal(at_add(0, &day, &z, &at, &e), 0);
	assert_int_equal(at, MOMENT_DAY - 3600 * MOMENT_SEC);
	struct civil c = civil_of(5000 * MOMENT_SEC, &z);
	assert_int_equal(at_of_civil(&c, &z), 5000 * MOMENT_SEC);
}

static void
test_zone_load(void **state)
{
	(void)state;
	auto_arena *a = arena_new();
	const struct zone *z;
	struct err e = { 0 };

	assert_int_equal(zone_load(a, "Asia/Tokyo", &z, &e), 0);
	assert_ptr_equal(z, zone_tokyo);
	assert_int_equal(zone_load(a, "../etc/passwd", &z, &e), -EINVAL);
	assert_int_equal(zone_load(a, "/etc/localtime", &z, &e), -EINVAL);
	assert_true(zone_load(a, "No/Such", &z, &e) < 0);
	if (zone_load(a, "Europe/Berlin", &z, &e) < 0)
		skip(); /* a machine without zone files */
	assert_int_equal(zone_offset(z, NOON), 3600);
	assert_int_equal(zone_offset(z, NOON - 120 * MOMENT_DAY), 7200);
}

static void
test_now(void **state)
{
	(void)state;
	assert_int_equal(setenv("YAMORI_NOW", "2026-11-21T12:00+09:00", 1), 0);
	assert_int_equal(moment_now(), NOON);
	assert_int_equal(setenv("YAMORI_NOW", "rubbish", 1), 0);
	assert_true(moment_now() != NOON);
	assert_int_equal(unsetenv("YAMORI_NOW"), 0);
	int64_t a = moment_now();
	assert_true(a > INT64_C(1700000000000000) && moment_now() >= a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_days),
		cmocka_unit_test(test_at_parse),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_add),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_zone_load),
		cmocka_unit_test(test_now),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
