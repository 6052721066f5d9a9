/* test_query.c - a query only reads, and we learn what */
#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/query.h"

static int
setup(void **state)
{
	struct store *s;
	struct err e = { 0 };

	assert_int_equal(store_open_memory(&s, &e), 0);
	assert_int_equal(
		store_script(s,
			     STR("CREATE TABLE fact_all(id, x, gone_at);"
				 "CREATE VIEW fact AS SELECT id, x FROM "
				 "fact_all WHERE gone_at IS NULL;"
				 "CREATE TABLE other(y);"
				 "CREATE TABLE secret(z);"
				 "INSERT INTO secret VALUES ('hidden');"
				 "CREATE VIRTUAL TABLE words USING fts5(body);"
				 "INSERT INTO words VALUES ('a b');"),
			     &e),
		0);
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	store_close(*state);
	return 0;
}

static bool
has(const struct reads *r, const char *table, const char *column)
{
	for (size_t i = 0; i < r->n; i++) {
		if (str_is(r->list[i].table, table) &&
		    str_is(r->list[i].column, column))
			return true;
	}
	return false;
}

/* Each must be known to read other.y. */
static void
test_reads(void **state)
{
	static const char *const queries[] = {
		"SELECT y FROM other",
		"SELECT 1 FROM fact WHERE EXISTS (SELECT 1 FROM other WHERE "
		"y = x)",
		"WITH o AS (SELECT y FROM other) SELECT y FROM o",
		"WITH o AS (SELECT y FROM other) SELECT count(*) FROM o",
		"WITH fact AS (SELECT y FROM other) SELECT y FROM fact",
		"WITH a AS (SELECT y FROM other), b AS (SELECT y FROM a) "
		"SELECT b1.y FROM b AS b1",
		"SELECT q.v FROM (SELECT y AS v FROM other) AS q",
		"SELECT 1 FROM fact UNION SELECT y FROM other",
		"WITH RECURSIVE r(n) AS (SELECT y FROM other UNION ALL "
		"SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r",
	};

	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		auto_arena *a = arena_new();
		auto_stmt *st = NULL;
		struct reads reads;
		struct err e = { 0 };

		assert_int_equal(query_prepare(*state, a, str_c(queries[i]),
					       &st, &reads, &e),
				 0);
		if (!has(&reads, "other", "y"))
			fail_msg("%s", queries[i]);
		assert_false(has(&reads, "secret", "z"));
	}
}

static void
test_reads_of_view(void **state)
{
	auto_arena *a = arena_new();
	auto_stmt *st = NULL, *none = NULL;
	struct reads reads;
	struct err e = { 0 };

	assert_int_equal(query_prepare(*state, a, STR("SELECT x FROM fact"),
				       &st, &reads, &e),
			 0);
	assert_true(has(&reads, "fact", "x"));
	assert_true(has(&reads, "fact_all", "gone_at"));
	assert_int_equal(query_prepare(*state, a,
				       STR("SELECT count(*) FROM fact"), &none,
				       &reads, &e),
			 0);
	assert_true(has(&reads, "fact", ""));
}

static bool
may_read(const void *ctx, struct str table, struct str column)
{
	(void)ctx;
	(void)column;
	return str_is(table, "fact") || str_is(table, "fact_all") ||
	       str_is(table, "other") || str_is(table, "words");
}

/* Neither of ours nor of others. */
static const char *const never[] = {
	"INSERT INTO other VALUES (1)",
	"UPDATE other SET y = 1",
	"DELETE FROM other",
	"INSERT INTO other VALUES (1) RETURNING y",
	"WITH a AS (SELECT 1) DELETE FROM other",
	"CREATE TABLE n(x)",
	"CREATE TEMP VIEW n AS SELECT 1",
	"DROP TABLE other",
	"ALTER TABLE other RENAME TO o",
	"PRAGMA user_version",
	"PRAGMA writable_schema = 1",
	"ATTACH 'x.db' AS x",
	"ATTACH ':memory:' AS x",
	"DETACH main",
	"VACUUM",
	"VACUUM INTO '/tmp/copy'",
	"REINDEX",
	"ANALYZE",
	"BEGIN",
	"SAVEPOINT a",
	"EXPLAIN SELECT y FROM other",
	"EXPLAIN QUERY PLAN SELECT y FROM other",
	"SELECT 1; DROP TABLE other",
	"SELECT sql FROM sqlite_master",
	"SELECT count(*) FROM sqlite_master",
	"SELECT count(*) FROM SQLite_Master",
	"SELECT count(*) FROM main.sqlite_schema",
	"SELECT * FROM sqlite_temp_schema",
	"SELECT name FROM pragma_table_info('other')",
	"SELECT count(*) FROM pragma_table_info('other')",
	"SELECT count(*) FROM PRAGMA_database_list",
	"SELECT * FROM pragma_database_list",
	"SELECT count(*) FROM dbstat",
	"SELECT date('now')",
	"SELECT datetime('now', '-1 day')",
	"SELECT strftime('%s', 'now')",
	"SELECT unixepoch()",
	"SELECT julianday('now')",
	"SELECT CURRENT_TIMESTAMP",
	"SELECT CURRENT_DATE",
	"SELECT random()",
	"SELECT randomblob(16)",
	"SELECT zeroblob(1000000)",
	"SELECT load_extension('x')",
	"SELECT writefile('/tmp/x', 'y')",
	"SELECT readfile('/etc/passwd')",
	"SELECT edit('x')",
	"SELECT sqlite_version()",
	"SELECT sqlite_compileoption_get(1)",
	"SELECT last_insert_rowid(), changes()",
	"SELECT in_change(), change_seq()",
	"SELECT journal_touch('a', 'b', 1)",
	"SELECT fts3_tokenizer('simple')",
	"SELECT fts5(NULL)",
	"SELECT optimize(words) FROM words",
	"INSERT INTO words(words) VALUES ('delete-all')",
	"SELECT y FROM other WHERE (SELECT sql FROM sqlite_master) IS NULL",
	"WITH m AS (SELECT sql FROM sqlite_master) SELECT sql FROM m",
	"SELECT y FROM other ORDER BY random()",
	"",
	"-- nothing",
};

static void
test_never(void **state)
{
	const struct query_rules rules = { .may_read = may_read };

	for (size_t i = 0; i < 2 * ARRAY_LEN(never); i++) {
		auto_arena *a = arena_new();
		auto_stmt *st = NULL;
		struct reads reads;
		struct err e = { 0 };
		struct str sql = str_c(never[i / 2]);
		int r = i % 2 ? query_prepare(*state, a, sql, &st, &reads, &e)
			      : query_prepare_foreign(*state, a, sql, &rules,
						      &st, &reads, &e);

		if (r == 0)
			fail_msg("allowed: %s", never[i / 2]);
	}
}

static void
test_foreign_tables(void **state)
{
	static const struct {
		const char *sql;
		bool ok;
	} cases[] = {
		{ "SELECT x FROM fact", true },
		{ "SELECT count(*) FROM fact", true },
		{ "SELECT value FROM json_each('[1]')", true },
		{ "SELECT count(*) FROM json_tree('[1]')", true },
		{ "WITH w AS (SELECT y FROM other) SELECT count(*) FROM w",
		  true },
		{ "SELECT z FROM secret", false },
		{ "SELECT count(*) FROM secret", false },
		{ "SELECT count(*) FROM SECRET", false },
		{ "SELECT 1 FROM other, secret", false },
		{ "WITH fact AS (SELECT z FROM secret) SELECT z FROM fact",
		  false },
		{ "WITH fact AS (SELECT z FROM secret) SELECT count(*) FROM "
		  "fact",
		  false },
		{ "SELECT y FROM other WHERE EXISTS (SELECT 1 FROM secret)",
		  false },
		{ "SELECT y FROM other WHERE y IN secret", false },
		{ "SELECT (SELECT max(z) FROM secret)", false },
		{ "SELECT block FROM words_data", false },
		{ "SELECT count(*) FROM words_content", false },
		{ "SELECT y FROM other AS secret", true },
	};
	const struct query_rules rules = { .may_read = may_read };
	const struct query_rules nothing = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		auto_arena *a = arena_new();
		auto_stmt *st = NULL, *none = NULL;
		struct reads reads;
		struct err e = { 0 };
		struct str sql = str_c(cases[i].sql);
		int r = query_prepare_foreign(*state, a, sql, &rules, &st,
					      &reads, &e);

		if ((r == 0) != cases[i].ok)
			fail_msg("%d: %s", r, cases[i].sql);
		assert_true(r == 0 || r == -EPERM);
		if (strstr(cases[i].sql, "json") == NULL)
			assert_int_equal(query_prepare_foreign(*state, a, sql,
							       &nothing, &none,
							       &reads, &e),
					 -EPERM);
	}
}

static void
test_words(void **state)
{
	auto_arena *a = arena_new();
	auto_stmt *st = NULL;
	struct reads reads;
	struct err e = { 0 };
	auto_buf b = { 0 };

	buf_init(&b, 1000);
	assert_int_equal(query_prepare(*state, a, STR("SELECT date('now')"),
				       &st, &reads, &e),
			 -EPERM);
	err_print(&e, NULL, NULL, &b);
	assert_string_equal(b.p, "a query may not use 'date': the instant is "
				 ":now, the date is :today");
}

static void
test_time_limit(void **state)
{
	struct store *s = *state;
	struct err e = { 0 };
	int64_t n;
	const char *bomb = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT "
			   "n + 1 FROM r) SELECT count(*) FROM r";

	query_time_limit(s, 50000);
	assert_int_equal(store_get_int(s, &n, &e, bomb, ""), -ETIMEDOUT);
	query_time_limit(s, 0);
	assert_int_equal(store_get_int(s, &n, &e, "SELECT 5", ""), 1);
}

static void
test_confine(void **state)
{
	(void)state;
	static const struct {
		const char *sql;
		int want;
	} cases[] = {
		{ "SELECT length(printf('%10000d', 1))", 1 },
		{ "SELECT length(hex(printf('%600000d', 1)))", -EFBIG },
		{ "SELECT length(replace(printf('%1000d', 1), ' ', "
		  "printf('%1100d', 1)))",
		  -EFBIG },
		{ "SELECT length(group_concat(printf('%9000d', 1))) FROM "
		  "json_each('[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,"
		  "4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,"
		  "3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,"
		  "2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,"
		  "1,2,3,4,5,6,7,8,9,0]')",
		  -EFBIG },
		{ "SELECT 'a' LIKE printf('%101s', '%')", -EINVAL },
		{ "INSERT INTO t VALUES (1)", -EROFS },
		{ "CREATE TABLE u(x)", -EROFS },
		{ "ATTACH ':memory:' AS x", -EINVAL },
	};
	struct err e = { 0 };
	auto_store *s = NULL;

	assert_int_equal(store_open_memory(&s, &e), 0);
	assert_int_equal(store_script(s, STR("CREATE TABLE t(x)"), &e), 0);
	assert_int_equal(query_confine(s, 0, &e), 0);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t n;
		int r = store_get_int(s, &n, &e, cases[i].sql, "");

		if (r != cases[i].want)
			fail_msg("%s: %d", cases[i].sql, r);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_reads_of_view),
		cmocka_unit_test(test_never),
		cmocka_unit_test(test_foreign_tables),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_time_limit),
		cmocka_unit_test(test_confine),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
