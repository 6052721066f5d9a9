/* test_tokenizer.c - full-text search in Japanese */
#include "unit.h"

#include "base/arena.h"
#include "base/err.h"
#include "store/tokenizer.h"

static int
setup(void **state)
{
	sqlite3 *db;
	struct err e = { 0 };

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(tokenizer_register(db, &e), 0);
	assert_int_equal(
		sqlite3_exec(
			db,
			"CREATE VIRTUAL TABLE t USING fts5(body, "
			"tokenize = 'ja');"
			"INSERT INTO t(rowid, body) VALUES"
			"(1, '多要素認証を必須とする。'),"
			"(2, 'Windows更新プログラム 192.168.10.1 から適用'),"
			"(3, 'ﾊﾟｿｺﾝの更新'),"
			"(4, '認 証'),"
			"(5, 'ＦＩＲＥＷＡＬＬ log; firewalls'),"
			"(6, '証'),"
			"(7, CAST(x'e8aa8dffe8a8bc' AS TEXT)),"
			"(8, '');",
			NULL, NULL, NULL),
		SQLITE_OK);
	*state = db;
	return 0;
}

static int
teardown(void **state)
{
	assert_int_equal(sqlite3_close(*state), SQLITE_OK);
	return 0;
}

static const char *
ask(sqlite3 *db, struct arena *a, const char *sql, const char *match)
{
	sqlite3_stmt *st;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_text(st, 1, match, -1, SQLITE_STATIC),
			 SQLITE_OK);
	int rc = sqlite3_step(st);
	const unsigned char *text = rc == SQLITE_ROW
					    ? sqlite3_column_text(st, 0)
					    : NULL;
	const char *ret = text ? str_to_c(a, str_c((const char *)text)) : "";
	(void)sqlite3_finalize(st);
	return ret;
}

static void
test_found(void **state)
{
	static const char *const cases[][2] = {
		{ "\"認証\"", "1" },
		{ "\"認\"", "1,4,7" },
		{ "\"証\"", "1,4,6,7" },
		{ "\"要素認証を\"", "1" },
		{ "\"素証\"", "" },
		{ "\"る\"", "1" },
		{ "\"更新\"", "2,3" },
		{ "\"ＷＩＮＤＯＷＳ更新\"", "2" },
		{ "\"windows更\"", "2" },
		{ "\"更新プログラム 192.168.10.1\"", "2" },
		{ "\"ム 192\"", "2" },
		{ "\"168.10\"", "2" },
		{ "\"168.1\"", "" },
		{ "\"パソコン\"", "3" },
		{ "\"ハソ\"", "" },
		{ "\"ｿｺﾝ\"", "3" },
		{ "firewall", "5" },
		{ "firewall*", "5" },
		{ "\"認証\" OR \"パソ\"", "1,3" },
		{ "\"新\"*", "2,3" },
	};
	auto_arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *is = ask(
			*state, a,
			"SELECT group_concat(rowid) FROM (SELECT rowid "
			"FROM t WHERE t MATCH ?1 ORDER BY rowid)",
			cases[i][0]);

		if (strcmp(is, cases[i][1]) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i][0], is,
				 cases[i][1]);
	}
}

/* The places are those of the text as written. */
static void
test_places(void **state)
{
	auto_arena *a = arena_new();
	const char *sql = "SELECT highlight(t, 0, '[', ']') FROM t "
			  "WHERE t MATCH ?1 AND rowid <> 7";

	assert_string_equal(ask(*state, a, sql, "\"ソコン\""), "ﾊﾟ[ｿｺﾝ]の更新");
	assert_string_equal(ask(*state, a, sql, "\"認証\""),
			    "多要素[認証]を必須とする。");
	assert_string_equal(ask(*state, a, sql, "firewalls"),
			    "ＦＩＲＥＷＡＬＬ log; [firewalls]");
}

/* One long word and a long run: bounded, and still found. */
static void
test_long(void **state)
{
	auto_arena *a = arena_new();
	size_t n = 100000;
	char *p = arena_alloc(a, n * 3 + 1);

	memset(p, 'x', n);
	ask(*state, a, "INSERT INTO t(rowid, body) VALUES (90, ?1)", p);
	assert_string_equal(
		ask(*state, a, "SELECT rowid FROM t WHERE t MATCH ?1", p),
		"90");
	for (size_t i = 0; i < n; i++)
		memcpy(p + i * 3, "々", 3);
	ask(*state, a, "INSERT INTO t(rowid, body) VALUES (91, ?1)", p);
	assert_string_equal(ask(*state, a,
				"SELECT rowid FROM t WHERE t MATCH ?1",
				"\"々々々\""),
			    "91");
}

static void
test_options_refused(void **state)
{
	assert_int_not_equal(
		sqlite3_exec(*state,
			     "CREATE VIRTUAL TABLE u USING fts5(x, "
			     "tokenize = 'ja porter')",
			     NULL, NULL, NULL),
		SQLITE_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_options_refused),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
