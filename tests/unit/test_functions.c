/* test_functions.c - the SQL functions of ours */
#include "unit.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "store/functions.h"

struct db {
	sqlite3 *db;
	const struct zone *zone;
	bool in_change;
};

static int
setup(void **state)
{
	struct db *d = calloc(1, sizeof(*d));
	struct err e = { 0 };

	assert_non_null(d);
	d->zone = zone_tokyo;
	assert_int_equal(sqlite3_open(":memory:", &d->db), SQLITE_OK);
	assert_int_equal(functions_register(d->db, &d->zone, &d->in_change, &e),
			 0);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	struct db *d = *state;

	assert_int_equal(sqlite3_close(d->db), SQLITE_OK);
	free(d);
	return 0;
}

/* Text of the first column, "NULL", or "! " and the error. */
static const char *
ask(struct db *d, struct arena *a, const char *expr)
{
	const char *sql = str_fmt(a, "SELECT %s", expr).p;
	sqlite3_stmt *st;
	const char *ret;

	if (sqlite3_prepare_v2(d->db, sql, -1, &st, NULL) != SQLITE_OK)
		return str_fmt(a, "! %s", sqlite3_errmsg(d->db)).p;
	int rc = sqlite3_step(st);
	const unsigned char *text = rc == SQLITE_ROW
					    ? sqlite3_column_text(st, 0)
					    : NULL;
	if (rc != SQLITE_ROW)
		ret = str_fmt(a, "! %s", sqlite3_errmsg(d->db)).p;
	else
		ret = str_fmt(a, "%s", text ? (const char *)text : "NULL").p;
	(void)sqlite3_finalize(st);
	return ret;
}

struct ask {
	const char *expr, *want;
};

static void
all_asked(void **state, const struct ask *asks, size_t n)
{
	auto_arena *a = arena_new();

	for (size_t i = 0; i < n; i++) {
		const char *is = ask(*state, a, asks[i].expr);
		const char *want = asks[i].want;
		bool starts = want[0] == '!';

		if (starts ? strncmp(is, want, strlen(want)) != 0
			   : strcmp(is, want) != 0)
			fail_msg("%s: '%s', not '%s'", asks[i].expr, is, want);
	}
}

/* 1795230000000000 is 2026-11-21T12:00+09:00. */
static void
test_time(void **state)
{
	static const struct ask asks[] = {
		{ "at_add(1795230000000000, '1d')", "1795316400000000" },
		{ "at_add(1795230000000000, '-90min')", "1795224600000000" },
		{ "on_of(at_add(1795230000000000, '3mo'))", "2027-02-21" },
		{ "on_of(1795230000000000)", "2026-11-21" },
		{ "on_of(1795186799999999)", "2026-11-20" },
		{ "on_of(1795186800000000)", "2026-11-21" },
		{ "at_of('2026-11-21')", "1795186800000000" },
		{ "on_add('2024-01-31', '1mo')", "2024-02-29" },
		{ "on_add('2024-02-29', '1y')", "2025-02-28" },
		{ "on_add('2026-11-21', '-3y')", "2023-11-21" },
		{ "on_add('2026-11-21', '2w')", "2026-12-05" },
		{ "dur_s('1d')", "86400" },
		{ "dur_s('1mo')", "2678400" },
		{ "dur_s('-90s')", "-90" },
		{ "dur_s('1y') < dur_s('366d')", "1" },
		{ "at_add(NULL, '1d')", "NULL" },
		{ "at_add(1, NULL)", "NULL" },
		{ "on_add(NULL, '1d')", "NULL" },
		{ "on_of(NULL)", "NULL" },
		{ "at_of(NULL)", "NULL" },
		{ "dur_s(NULL)", "NULL" },
		{ "at_add('2026-11-21', '1d')",
		  "! at_add: an instant (_at, microseconds) is needed, not "
		  "the text '2026-11-21'" },
		{ "on_of('2026-11-21')", "! on_of: an instant" },
		{ "on_of(1.5)", "! on_of: an instant (_at, microseconds) is "
				"needed, not the number '1.5'" },
		{ "on_add(1795230000000000, '1d')",
		  "! on_add: a date (_on, YYYY-MM-DD) is needed, not the "
		  "number '1795230000000000'" },
		{ "at_of(1795230000000000)", "! at_of: a date" },
		{ "at_of('2026-02-30')",
		  "! at_of: '2026-02-30' is not a date" },
		{ "at_of('tomorrow')", "! at_of: 'tomorrow' is not a date" },
		{ "on_add('2026-11-21', '3h')",
		  "! on_add: a date is moved by d, w, mo or y, not by '3h'" },
		{ "on_add('2026-11-21', '3 years')",
		  "! on_add: '3 years' is not a duration" },
		{ "on_add('2026-11-21', 3)",
		  "! on_add: duration: a text is needed, not the number '3'" },
		{ "dur_s('--3y')", "! dur_s: '--3y' is not a duration" },
		{ "at_add(x'00', '1d')",
		  "! at_add: an instant (_at, "
		  "microseconds) is needed, not a blob" },
		{ "at_add(9223372036854775807, '1d')", "! at_add: the time is "
						       "out of range" },
		{ "on_of(9223372036854775807)", "! on_of: the time is out" },
		{ "on_add('9999-12-31', '1d')", "! on_add: the date is out" },
		{ "at_add(1)", "! wrong number of arguments" },
	};

	all_asked(state, asks, ARRAY_LEN(asks));
}

static void
test_zone(void **state)
{
	struct db *d = *state;
	auto_arena *a = arena_new();
	const char *expr = "on_of(1795186800000000)";

	assert_string_equal(ask(d, a, expr), "2026-11-21");
	d->zone = zone_utc;
	assert_string_equal(ask(d, a, expr), "2026-11-20");
	d->zone = zone_tokyo;
}

static void
test_values(void **state)
{
	static const struct ask asks[] = {
		{ "version_cmp('dpkg', '1.0~rc1', '1.0')", "-1" },
		{ "version_cmp('rpm', '1.0^1', '1.0')", "1" },
		{ "version_cmp('semver', '1.2.0', '1.2')", "0" },
		{ "version_cmp('windows', '10.0.9', '10.0.10')", "-1" },
		{ "version_cmp('windows', 'unknown', '10.0.10')", "NULL" },
		{ "version_cmp('dpkg', '', '1')", "NULL" },
		{ "version_cmp('dpkg', NULL, '1')", "NULL" },
		{ "version_cmp('deb', '1', '1')",
		  "! version_cmp: 'deb' is none of dpkg" },
		{ "version_cmp('dpkg', 1.2, '1')",
		  "! version_cmp: a text is needed, not the number '1.2'" },
		{ "in_cidr('10.1.2.3', '10.0.0.0/8')", "1" },
		{ "in_cidr('11.1.2.3', '10.0.0.0/8')", "0" },
		{ "in_cidr('::ffff:10.1.2.3', '10.0.0.0/8')", "1" },
		{ "in_cidr('fe80::1%eth0', 'fe80::/10')", "1" },
		{ "in_cidr('somewhere', '10.0.0.0/8')", "NULL" },
		{ "in_cidr('10.1.2.3', 'any')", "NULL" },
		{ "in_cidr(NULL, '10.0.0.0/8')", "NULL" },
		{ "in_cidr(10, '10.0.0.0/8')", "! in_cidr: a text" },
		{ "norm('　ﾊﾟｿｺﾝ  Ｎｏ１ ')", "パソコン no1" },
		{ "norm(NULL)", "NULL" },
		{ "norm(7)", "! norm: a text is needed" },
		{ "jp_holiday('2026-09-22')", "1" },
		{ "jp_holiday('2026-09-24')", "0" },
		{ "jp_holiday('2051-01-01')", "NULL" },
		{ "jp_holiday(NULL)", "NULL" },
		{ "jp_holiday(20000)", "! jp_holiday: a date" },
		{ "jp_holiday_name('2026-09-22')", "国民の休日" },
		{ "jp_holiday_name('2026-09-24')", "NULL" },
		{ "business_day('2026-11-20')", "1" },
		{ "business_day('2026-11-21')", "0" },
		{ "business_day('2026-11-23')", "0" },
		{ "business_day('1999-11-24')", "NULL" },
		{ "business_day('24.11.2026')", "! business_day: " },
		{ "in_change()", "0" },
	};

	all_asked(state, asks, ARRAY_LEN(asks));
}

#define OVER(list) " FROM (SELECT NULL AS x WHERE 0 " list ")"
#define T "UNION ALL SELECT 1 "
#define F "UNION ALL SELECT 0 "
#define N "UNION ALL SELECT NULL "

static void
test_three_valued(void **state)
{
	static const struct ask asks[] = {
		{ "all_true(x)" OVER(""), "1" },
		{ "any_true(x)" OVER(""), "0" },
		{ "all_true(x)" OVER(T T), "1" },
		{ "all_true(x)" OVER(T N), "NULL" },
		{ "all_true(x)" OVER(N F T), "0" },
		{ "all_true(x)" OVER(N), "NULL" },
		{ "any_true(x)" OVER(F F), "0" },
		{ "any_true(x)" OVER(F N), "NULL" },
		{ "any_true(x)" OVER(N F T), "1" },
		{ "any_true(x)" OVER(N), "NULL" },
		{ "any_true(x) FILTER (WHERE x = 1)" OVER(F N), "0" },
		{ "all_true(x) FILTER (WHERE x = 1)" OVER(F N), "1" },
		{ "all_true(x)" OVER("UNION ALL SELECT 'yes' "),
		  "! all_true, any_true: a condition is needed" },
		/* rows leave the window again */
		{ "group_concat(ifnull(y, 'n')) FROM (SELECT any_true(x) OVER "
		  "(ROWS 1 PRECEDING) AS y" OVER(T N F F T) ")",
		  "1,1,n,0,1" },
	};

	all_asked(state, asks, ARRAY_LEN(asks));
}

/* Deterministic: an index over them is allowed; innocuous: in a view. */
static void
test_flags(void **state)
{
	struct db *d = *state;
	int was;

	(void)sqlite3_db_config(d->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &was);
	assert_int_equal(
		sqlite3_exec(d->db,
			     "CREATE TABLE t(x);"
			     "CREATE INDEX i ON t(norm(x));"
			     "CREATE INDEX j ON t(on_add(x, '1d'));"
			     "CREATE VIEW v AS SELECT all_true(x) AS y FROM t;"
			     "SELECT * FROM v",
			     NULL, NULL, NULL),
		SQLITE_OK);
}

static void
test_in_change(void **state)
{
	struct db *d = *state;
	auto_arena *a = arena_new();

	d->in_change = true;
	assert_string_equal(ask(d, a, "in_change()"), "1");
	d->in_change = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_zone),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_three_valued),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_in_change),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
