/* test_journal_fault.c - every byte, kill -9 and power cuts */
#include "unit.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "journal_fixture.h"
#include "vfs_powercut.h"

static const struct journal_check plain_check;

/* `./dev fuzz` and people set YAMORI_LONG; a normal run takes samples. */
static bool
is_long(void)
{
	return getenv("YAMORI_LONG") != NULL;
}

/* --- every byte of every cell --- */

static bool
is_found(struct fixture *f)
{
	auto_arena *a = arena_new();
	struct journal_report r;
	struct err e = { 0 };

	if (journal_verify(f->store, a, &plain_check, &r, &e) < 0)
		return true;
	return faults_but_guards(&r) > 0;
}

struct cell {
	const char *table;
	struct str column;
	struct str where; /* names the row */
	enum stmt_type type;
	struct str bytes;
	int64_t number;
};

static bool
flip_found(struct fixture *f, const struct cell *c, size_t at)
{
	struct err e = { 0 };
	char *p = arena_dup(f->arena, c->bytes.p, c->bytes.len);
	/* check-src: sql, the names come from this file */
	const char *sql = str_fmt(f->arena,
				  "UPDATE %s SET %.*s = CASE ?2 WHEN 3 THEN "
				  "CAST(?1 AS TEXT) ELSE ?1 END WHERE %.*s",
				  c->table, STR_ARG(c->column),
				  STR_ARG(c->where))
				  .p;
	int n;

	DO(f, store_begin(f->store, &f->e));
	if (c->type == STMT_TEXT || c->type == STMT_BLOB) {
		p[at] ^= 1;
		n = store_run(f->store, &e, sql, "bi",
			      (struct str){ p, c->bytes.len },
			      (int64_t)c->type);
	} else {
		n = store_run(f->store, &e, sql, "ii",
			      c->number ^ (INT64_C(1) << at), INT64_C(0));
	}
	/* What a constraint refuses cannot happen. */
	bool found = n < 0 || is_found(f);
	store_rollback(f->store);
	if (!found)
		print_message("%s.%.*s[%zu] WHERE %.*s: not found\n", c->table,
			      STR_ARG(c->column), at, STR_ARG(c->where));
	return found;
}

static int
cell_flips(struct fixture *f, const struct cell *c)
{
	bool bytes = c->type == STMT_TEXT || c->type == STMT_BLOB;
	size_t n = c->type == STMT_NULL ? 0 : bytes ? c->bytes.len : 62;
	size_t by = is_long() ? 1 : 23;
	int missed = 0;

	for (size_t at = 0; at < n; at++) {
		if (at % by != 0 && at + 1 != n)
			continue;
		struct arena_mark mark = arena_mark(f->arena);
		missed += !flip_found(f, c, at);
		arena_reset(f->arena, mark);
	}
	return missed;
}

static int
table_flips(struct fixture *f, const char *table, const char *key)
{
	auto_arena *a = arena_new();
	auto_stmt *st = NULL;
	struct cell cells[4096];
	size_t n = 0;
	int missed = 0;

	/* Collected first: no statement stays open over the changes. */
	struct str sql = /* check-src: sql, the names come from this file */
		str_fmt(a, "SELECT %s, * FROM %s", key, table);
	DO(f, stmt_prepare(f->store, sql, &st, &f->e));
	while (stmt_step(st, &f->e) > 0) {
		struct str where = str_copy(a, stmt_str(st, 0));

		for (int i = 1; i < stmt_n_cols(st); i++) {
			assert_true(n < ARRAY_LEN(cells));
			struct cell *c = &cells[n++];

			*c = (struct cell){ .table = table,
					    .where = where,
					    .type = stmt_type(st, i) };
			c->column = str_copy(a, str_c(stmt_col_name(st, i)));
			c->number = stmt_int(st, i);
			c->bytes = str_copy(a, stmt_str(st, i));
		}
	}
	assert_true(n > 0);
	stmt_free(st);
	st = NULL;
	for (size_t i = 0; i < n; i++)
		missed += cell_flips(f, &cells[i]);
	return missed;
}

static void
test_flips(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_signed h;
	int missed = 0;

	fixture_fill(&f);
	DO(&f, journal_sign(f.store, f.arena, NULL, &h, &f.e));
	tamper(&f, "SELECT 1");
	assert_false(is_found(&f));
	missed += table_flips(&f, "journal", "'seq = ' || seq");
	missed += table_flips(&f, "journal_body",
			      "'seq = ' || seq || ' AND field = ' || "
			      "quote(field)");
	missed += table_flips(&f, "journal_head", "'seq = ' || seq");
	missed += table_flips(&f, "journal_table", "'name = ' || quote(name)");
	missed += table_flips(&f, "journal_actor", "'id = ' || quote(id)");
	missed += table_flips(&f, "pet_tag", "'tag = ' || quote(tag)");
	assert_int_equal(missed, 0);
	fixture_done(&f);
}

/* Each row gone, and each pair of rows with their content exchanged. */
static void
test_rows_gone_and_swapped(void **state)
{
	(void)state;
	struct fixture f;
	int64_t n = 0;

	fixture_fill(&f);
	tamper(&f, "CREATE VIEW ranked AS SELECT seq, field, row_number() "
		   "OVER (ORDER BY seq, field) AS rank FROM journal_body");
	assert_false(is_found(&f));
	DO(&f, store_get_int(f.store, &n, &f.e,
			     "SELECT count(*) FROM journal_body", ""));
	for (size_t i = 0; i < 3; i++) {
		for (int64_t at = 1; at <= (i < 2 ? 6 : n); at++) {
			struct err e = { 0 };
			const char *sql =
				i == 0	 ? "DELETE FROM journal WHERE seq = ?"
				: i == 1 ? "DELETE FROM journal_body "
					   "WHERE seq = ?"
					 : "DELETE FROM journal_body WHERE "
					   "(seq, field) IN (SELECT seq, "
					   "field FROM ranked WHERE rank = ?)";

			/* The last entry alone needs an anchor to be missed. */
			if (i == 0 && at == 6)
				continue;
			DO(&f, store_begin(f.store, &f.e));
			DO(&f, store_run(f.store, &e, sql, "i", at));
			bool found = is_found(&f);
			store_rollback(f.store);
			if (!found)
				print_message("%s %d\n", sql, (int)at);
			assert_true(found);
		}
	}
	for (int64_t x = 1; x <= 6; x++) {
		for (int64_t y = x + 1; y <= 6; y++) {
			DO(&f, store_begin(f.store, &f.e));
			DO(&f, store_run(f.store, &f.e,
					 "UPDATE journal SET (at, actor, "
					 "kind, subject, body_root, prev, "
					 "hash) = (SELECT at, actor, kind, "
					 "subject, body_root, prev, hash FROM "
					 "journal o WHERE o.seq = iif("
					 "journal.seq = ?1, ?2, ?1)) "
					 "WHERE seq IN (?1, ?2)",
					 "ii", x, y));
			assert_true(is_found(&f));
			store_rollback(f.store);
		}
	}
	fixture_done(&f);
}

/* --- bytes of the file --- */

static struct str
dump(struct arena *a, struct store *s, struct err *e)
{
	static const char *const queries[] = {
		"SELECT * FROM journal ORDER BY seq",
		"SELECT * FROM journal_body ORDER BY seq, field",
		"SELECT * FROM journal_head ORDER BY seq",
		"SELECT * FROM journal_table ORDER BY name",
		"SELECT * FROM journal_actor ORDER BY id",
		"SELECT * FROM pet NOT INDEXED ORDER BY rowid",
		"SELECT * FROM pet_tag NOT INDEXED ORDER BY rowid",
		("SELECT name, tbl_name, sql FROM sqlite_schema "
		 "WHERE type = 'trigger' ORDER BY rowid"),
	};
	auto_buf b = { 0 };

	buf_init(&b, (size_t)16 * 1024 * 1024);
	for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
		auto_stmt *st = NULL;
		int r = stmt_prepare(s, str_c(queries[i]), &st, e);

		while (r >= 0 && (r = stmt_step(st, e)) > 0) {
			for (int k = 0; k < stmt_n_cols(st); k++) {
				buf_fmt(&b, "|%d:", (int)stmt_type(st, k));
				buf_str(&b, stmt_str(st, k));
			}
		}
		if (r < 0)
			return STR("unreadable");
	}
	return str_copy(a, buf_view(&b));
}

static void
file_flip(struct fixture *f, const char *path, long at)
{
	FILE *file = fopen(path, "r+b");

	(void)f;
	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	int c = fgetc(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fputc(c ^ 0x10, file), c ^ 0x10);
	assert_int_equal(fclose(file), 0);
}

/* Found, refused by the store, or nothing of the content is another. */
static bool
flip_is_harmless(struct fixture *f, struct str whole)
{
	struct store *s = NULL;
	struct err e = { 0 };
	struct journal_report r;
	bool ok = true;

	if (store_open(f->dir, STORE_READ, &s, &e) < 0)
		return true;
	if (journal_verify(s, f->arena, &plain_check, &r, &e) >= 0 &&
	    r.n_faults == 0) {
		struct str now = dump(f->arena, s, &e);
		size_t i = 0;

		ok = str_eq(now, whole);
		while (i < now.len && i < whole.len && now.p[i] == whole.p[i])
			i++;
		if (!ok)
			print_message("%.60s\n%.60s\n", whole.p + i, now.p + i);
	}
	store_close(s);
	return ok;
}

static void
test_file_flips(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_signed h;
	struct stat st;
	struct err e = { 0 };
	long by = is_long() ? 61 : 1999;
	int n_found = 0;

	fixture_fill(&f);
	DO(&f, journal_sign(f.store, f.arena, NULL, &h, &f.e));
	struct str whole = dump(f.arena, f.store, &e);
	store_close(f.store); /* this also empties the log */
	f.store = NULL;
	const char *path = str_fmt(f.arena, "%s/yamori.db", f.dir).p;
	assert_int_equal(stat(path, &st), 0);
	for (long at = 100; at < st.st_size; at += by) {
		struct arena_mark mark = arena_mark(f.arena);

		file_flip(&f, path, at);
		bool ok = flip_is_harmless(&f, whole);
		if (!ok)
			print_message("byte %ld: not found\n", at);
		assert_true(ok);
		file_flip(&f, path, at);
		arena_reset(f.arena, mark);
		n_found++;
	}
	assert_true(n_found > 50);
	fixture_done(&f);
}

/* --- kill -9 --- */

NORETURN static void
writer_child(const char *dir, int out)
{
	struct fixture f = { .arena = arena_new() };

	if (store_open(dir, STORE_WRITE, &f.store, &f.e) < 0)
		_exit(1);
	for (;;) {
		int64_t seq = run_sql(&f, "pet.set",
				      "UPDATE pet SET keeper = hex("
				      "change_seq()), "
				      "change_seq = change_seq()");

		if (seq < 0)
			_exit(2);
		if (write(out, &seq, sizeof(seq)) != (ssize_t)sizeof(seq))
			_exit(3);
	}
}

/* What the child was told is on disk, before it was killed. */
static int64_t
run_and_kill(struct fixture *f, int64_t after_us)
{
	int ends[2];
	int64_t acked = 0, seq;
	int status;

	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(ends[0]);
		writer_child(f->dir, ends[1]);
	}
	(void)close(ends[1]);
	struct timespec t = { 0, after_us * 1000 };
	(void)nanosleep(&t, NULL);
	assert_int_equal(kill(pid, SIGKILL), 0);
	while (read(ends[0], &seq, sizeof(seq)) == (ssize_t)sizeof(seq))
		acked = seq;
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return acked;
}

static void
test_kill(void **state)
{
	(void)state;
	struct fixture f;
	int rounds = is_long() ? 200 : 12;
	int64_t most = 0;

	fixture_fill(&f);
	store_close(f.store);
	for (int i = 0; i < rounds; i++) {
		struct arena_mark mark = arena_mark(f.arena);
		struct journal_report r;
		int64_t acked = run_and_kill(&f, 15000 + i * 7919 % 40000);

		DO(&f, store_open(f.dir, STORE_WRITE, &f.store, &f.e));
		verify_with(&f, &plain_check, &r);
		faults_show(&r);
		assert_int_equal(r.n_faults, 0);
		assert_true(r.last_seq >= acked);
		store_close(f.store);
		most = acked > most ? acked : most;
		arena_reset(f.arena, mark);
	}
	f.store = NULL;
	assert_true(most > 20); /* it was really at work */
	fixture_done(&f);
}

/* --- power cuts --- */

#define CUTS_MAX 20000

struct cuts {
	char dir[64];
	int64_t acked; /* the last change whose commit came back */
	int64_t by;    /* saved at every so manieth step */
	unsigned variants;
	int n;
	int64_t at[CUTS_MAX]; /* acked then */
};

static void
cut_here(void *ctx, int64_t n)
{
	struct cuts *c = ctx;
	char dir[128];

	if (n % c->by != 0)
		return;
	for (unsigned v = 0; v < c->variants && c->n < CUTS_MAX; v++) {
		(void)snprintf(dir, sizeof(dir), "%s/%d", c->dir, c->n);
		assert_int_equal(mkdir(dir, 0700), 0);
		powercut_save(dir, (unsigned)c->n);
		c->at[c->n++] = c->acked;
	}
}

static void
cut_verify(struct cuts *c, int i)
{
	struct fixture f = { .arena = arena_new() };
	struct journal_report r;

	(void)snprintf(f.dir, sizeof(f.dir), "%s/%d", c->dir, i);
	DO(&f, store_open(f.dir, STORE_WRITE, &f.store, &f.e));
	verify_with(&f, &plain_check, &r);
	faults_show(&r);
	assert_int_equal(r.n_faults, 0);
	if (r.last_seq < c->at[i])
		print_message("cut %d: %d was told, %d is there\n", i,
			      (int)c->at[i], (int)r.last_seq);
	assert_true(r.last_seq >= c->at[i]);
	/* And it goes on. */
	assert_true(run_sql(&f, "pet.set",
			    "UPDATE pet SET weight = 2, "
			    "change_seq = change_seq()") > 0);
	verify_with(&f, &plain_check, &r);
	assert_int_equal(r.n_faults, 0);
	store_close(f.store);
	arena_free(f.arena);
}

static void
test_powercut(void **state)
{
	(void)state;
	static struct cuts c;
	struct fixture f;

	c = (struct cuts){ .by = is_long() ? 1 : 3,
			   .variants = is_long() ? 4 : 1 };
	(void)snprintf(c.dir, sizeof(c.dir), "/tmp/yamori-cuts-XXXXXX");
	assert_non_null(mkdtemp(c.dir));
	powercut_install("yamori.db");
	fixture_fill(&f);
	c.acked = 6;
	powercut_on_step(cut_here, &c);
	for (int i = 0; i < (is_long() ? 40 : 12); i++) {
		c.acked = run_sql(&f, "pet.set",
				  "UPDATE pet SET keeper = hex(change_seq()), "
				  "change_seq = change_seq()");
		assert_true(c.acked > 0);
		if (i % 4 == 3)
			DO(&f, store_script(f.store,
					    STR("PRAGMA main.wal_checkpoint("
						"TRUNCATE)"),
					    &f.e));
	}
	powercut_on_step(NULL, NULL);
	fixture_done(&f);
	powercut_reset();
	assert_true(c.n > 20);
	for (int i = 0; i < c.n; i++) {
		cut_verify(&c, i);
		powercut_reset();
	}
	fixture_dir_remove(c.dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_rows_gone_and_swapped),
		cmocka_unit_test(test_file_flips),
		cmocka_unit_test(test_kill),
		cmocka_unit_test(test_powercut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
