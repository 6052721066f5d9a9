/* test_foreign.c - a query of a stranger in a process without rights */
#include "unit.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/msg.h"
#include "store/foreign.h"

static bool
may_read(const void *ctx, struct str table, struct str column)
{
	(void)ctx;
	(void)column;
	return str_is(table, "t");
}

/* What the program's own command does in this process' place. */
static int
serve(const char *dir)
{
	const struct query_rules rules = { .may_read = may_read };
	struct err e = { 0 };
	auto_store *s = NULL;

	if (store_open(dir, STORE_READ, &s, &e) < 0)
		return 1;
	return foreign_serve(s, &rules, 0, 1, &e) < 0;
}

struct got {
	struct buf text;
	int stop_at, n;
};

static int
columns(void *ctx, const struct str *names, size_t n, struct err *e)
{
	struct got *g = ctx;

	(void)e;
	for (size_t i = 0; i < n; i++)
		buf_fmt(&g->text, "%.*s ", STR_ARG(names[i]));
	return 0;
}

static int
row(void *ctx, const struct foreign_value *v, size_t n, struct err *e)
{
	struct got *g = ctx;

	buf_char(&g->text, '|');
	for (size_t i = 0; i < n; i++) {
		if (v[i].type == STMT_NULL)
			buf_c(&g->text, "null");
		else if (v[i].type == STMT_INT)
			buf_fmt(&g->text, "%lld", (long long)v[i].i);
		else if (v[i].type == STMT_REAL)
			buf_fmt(&g->text, "%.2f", v[i].r);
		else
			buf_str(&g->text, str_first(v[i].s, 40));
		buf_char(&g->text, ' ');
	}
	return ++g->n == g->stop_at ? err_set(e, -ECANCELED, "enough") : 0;
}

static int
run(const char *dir, const char *sql, struct got *g, struct err *e)
{
	const char *argv[] = { "/proc/self/exe", "--serve", dir, NULL };
	const struct foreign_param params[] = {
		{ ":now", { .type = STMT_INT, .i = 42 } },
		{ ":who", { .type = STMT_TEXT, .s = STR("家守") } },
		{ ":none", { .type = STMT_NULL } },
	};
	const struct foreign_job job = {
		.sql = str_c(sql),
		.params = params,
		.n_params = ARRAY_LEN(params),
		.time_us = 1000000,
		.memory = 32 << 20,
		.max_rows = 1000,
		.max_bytes = 1 << 20,
	};
	const struct foreign_sink sink = { columns, row, g };

	buf_init(&g->text, 1 << 20);
	g->n = 0;
	return foreign_run(argv, &job, &sink, e);
}

static int
setup(void **state)
{
	char *dir = strdup("/tmp/yamori-foreign-XXXXXX");
	struct err e = { 0 };
	auto_store *s = NULL;

	assert_non_null(dir);
	assert_non_null(mkdtemp(dir));
	if (store_open(dir, STORE_CREATE, &s, &e) < 0)
		return -1;
	assert_int_equal(store_script(s,
				      STR("CREATE TABLE t(a, b);"
					  "CREATE TABLE hidden(z);"
					  "INSERT INTO t VALUES (1, 'あ'), "
					  "(2, NULL), (3, 1.5);"),
				      &e),
			 0);
	*state = dir;
	return 0;
}

static int
teardown(void **state)
{
	char *dir = *state;
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct str *names;
	size_t n;

	assert_int_equal(fs_list(a, dir, 100, &names, &n, &e), 0);
	for (size_t i = 0; i < n; i++)
		(void)unlink(str_to_c(a, fs_join(a, str_c(dir), names[i])));
	assert_int_equal(rmdir(dir), 0);
	free(dir);
	return 0;
}

static void
test_rows(void **state)
{
	static const char *const cases[][2] = {
		{ "SELECT a, b FROM t ORDER BY a",
		  "a b |1 あ |2 null |3 1.50 " },
		{ "SELECT :now AS n, :who AS w, :none AS x",
		  "n w x |42 家守 null " },
		{ "SELECT a FROM t WHERE 0", "a " },
		{ "SELECT value FROM json_each('[7,8]')", "value |7 |8 " },
		{ "SELECT sum(a), on_add('2026-11-21', '1d') AS d FROM t",
		  "sum(a) d |6 2026-11-22 " },
		/* sorting needs no file */
		{ "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
		  "FROM r WHERE n < 50000) SELECT n FROM r ORDER BY -n LIMIT 2",
		  "n |50000 |49999 " },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		struct got g = { 0 };
		int r = run(*state, cases[i][0], &g, &e);

		if (r != 0)
			fail_msg("%s: %d %s", cases[i][0], r, e.text.args[0]);
		assert_string_equal(g.text.p, cases[i][1]);
		buf_done(&g.text);
	}
}

/* While somebody else writes, in a journal that is still open. */
static void
test_beside_writer(void **state)
{
	struct err e = { 0 };
	struct got g = { 0 };
	auto_store *s = NULL;

	assert_int_equal(store_open(*state, STORE_WRITE, &s, &e), 0);
	assert_int_equal(store_begin(s, &e), 0);
	assert_int_equal(store_run(s, &e, "INSERT INTO t VALUES (9, 9)", ""),
			 1);
	assert_int_equal(run(*state, "SELECT count(*) FROM t", &g, &e), 0);
	assert_string_equal(g.text.p, "count(*) |3 ");
	buf_done(&g.text);
	store_rollback(s);
}

static void
test_hostile(void **state)
{
	static const struct {
		const char *sql;
		int want;
	} cases[] = {
		{ "SELECT z FROM hidden", -EPERM },
		{ "SELECT sql FROM sqlite_master", -EPERM },
		{ "SELECT load_extension('/lib/x.so')", -EPERM },
		{ "ATTACH '/etc/passwd' AS p", -EPERM },
		{ "DELETE FROM t", -EPERM },
		{ "SELECT random()", -EPERM },
		{ "SELEC", -EINVAL },
		{ "SELECT :unknown", -EINVAL },
		{ "SELECT on_of('2026-11-21')", -EINVAL },
		{ "SELECT hex(printf('%900000d', 1))", -EFBIG },
		/* for ever */
		{ "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
		  "FROM r) SELECT count(*) FROM r",
		  -ETIMEDOUT },
		{ "SELECT count(*) FROM t a, t b, t c, t d, t e, t f, t g, "
		  "t h, t i, t j, t k, t l, t m, t n, t o, t p, t q, t r",
		  -ETIMEDOUT },
		/* for ever in one step, where nobody looks at the clock */
		{ "SELECT instr(printf('%900000d', 1), printf('%450000d', "
		  "2))",
		  -ETIMEDOUT },
		/* memory; the process ends, as it does without */
		{ "WITH RECURSIVE r(n, s) AS (SELECT 1, printf('%900000d', 1) "
		  "UNION ALL SELECT n + 1, printf('%900000d', n) FROM r WHERE "
		  "n < 1000) SELECT n FROM r ORDER BY s",
		  -EBADMSG },
		/* more than may come out */
		{ "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
		  "FROM r) SELECT n FROM r",
		  1 },
		{ "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 "
		  "FROM r) SELECT printf('%90000d', n) FROM r",
		  1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct err e = { 0 };
		struct got g = { 0 };
		int64_t start = msg_clock_us();
		int r = run(*state, cases[i].sql, &g, &e);

		if (r != cases[i].want)
			fail_msg("%s: %d %s", cases[i].sql, r, e.text.args[0]);
		assert_true(msg_clock_us() - start < 4000000);
		assert_true(g.n <= 1000);
		buf_done(&g.text);
	}
}

static void
test_stopped(void **state)
{
	struct err e = { 0 };
	struct got g = { .stop_at = 2 };

	assert_int_equal(run(*state, "SELECT a FROM t", &g, &e), -ECANCELED);
	assert_int_equal(g.n, 2);
	buf_done(&g.text);
}

static void
test_no_program(void **state)
{
	const char *argv[] = { "/does/not/exist", NULL };
	const struct foreign_job job = { .sql = STR("SELECT 1") };
	const struct foreign_sink sink = { columns, row, NULL };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(foreign_run(argv, &job, &sink, &e), -EBADMSG);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_beside_writer),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_no_program),
	};

	if (argc == 3 && strcmp(argv[1], "--serve") == 0)
		return serve(argv[2]);
	return cmocka_run_group_tests(tests, setup, teardown);
}
