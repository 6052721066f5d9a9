/* test_journal.c - changes, verification, erasing */
#include "unit.h"

#include <pwd.h>

#include "journal_fixture.h"

static const struct journal_check plain_check;

static void
test_good_journal(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_report r;

	fixture_fill(&f);
	verify_with(&f, &plain_check, &r);
	faults_show(&r);
	assert_int_equal(r.n_faults, 0);
	assert_int_equal(r.n_notices, 0);
	assert_int_equal(r.n_entries, 6);
	assert_int_equal(r.last_seq, 6);
	assert_int_equal(r.anchored_seq, 0);
	assert_true(r.n_tables == (int64_t)n_journal_base_tables + 2);
	assert_true(str_is(r.organisation, "org1"));
	fixture_done(&f);
}

static struct str
body(struct fixture *f, int64_t seq, const char *field)
{
	struct str s = STR("(none)");

	DO(f, store_get_str(f->store, f->arena, &s, &f->e,
			    "SELECT value FROM journal_body "
			    "WHERE seq = ? AND field = ?",
			    "ic", seq, field));
	return s;
}

static void
test_images(void **state)
{
	(void)state;
	struct fixture f;
	int64_t n = -1;

	fixture_fill(&f);
	assert_string_equal(body(&f, 3, "row:pet:p1").p,
			    "{\"id\":\"p1\",\"kind\":\"gecko\",\"weight\":"
			    "{\"real\":\"0.050000000000000003\"}}");
	assert_string_equal(body(&f, 3, "row:pet:p1.keeper").p,
			    "\"家守 一郎\"");
	assert_string_equal(body(&f, 3, "row:pet:p2.keeper").p, "null");
	assert_string_equal(body(&f, 3, "row:pet_tag:p1").p,
			    "[{\"pet_id\":\"p1\",\"tag\":\"night\"},"
			    "{\"pet_id\":\"p1\",\"tag\":\"wall\"}]");
	assert_string_equal(body(&f, 4, "row:pet:p1.keeper").p, "\"ゆき\"");
	assert_string_equal(body(&f, 5, "row:pet:p2").p, "null");
	assert_string_equal(body(&f, 6, "catalog_hash").p, "abcd");

	/* A secret is nowhere, and names of people only where they can go. */
	DO(&f, store_get_int(f.store, &n, &f.e,
			     "SELECT count(*) FROM journal_body "
			     "WHERE field LIKE '%password%' "
			     "OR (value LIKE '%家守%' AND class = 0)",
			     ""));
	assert_int_equal(n, 0);
	DO(&f, store_get_int(f.store, &n, &f.e,
			     "SELECT count(DISTINCT actor) FROM journal", ""));
	assert_int_equal(n, 1);
	fixture_done(&f);
}

static void
test_only_in_a_change(void **state)
{
	(void)state;
	struct fixture f;
	struct err e = { 0 };
	static const char *const refused[] = {
		"UPDATE pet SET kind = 'dog'",
		"DELETE FROM pet",
		"INSERT INTO pet VALUES ('p3', 'dog', 1, NULL, NULL, 7)",
		"INSERT INTO pet_tag VALUES ('p1', 'x')",
		"UPDATE journal SET at = at + 1",
		"DELETE FROM journal WHERE seq = 6",
		"INSERT INTO journal SELECT 7, at, actor, kind, subject, "
		"body_root, prev, hash FROM journal WHERE seq = 6",
		"UPDATE journal_body SET value = 'x'",
		"UPDATE journal_body SET value = NULL, salt = NULL, "
		"erased_by = 6",
		"DELETE FROM journal_body",
		"UPDATE journal_table SET shape = ''",
		"INSERT OR REPLACE INTO pet VALUES "
		"('p1', 'dog', 1, NULL, NULL, 3)",
	};

	fixture_fill(&f);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		int r = store_script(f.store, str_c(refused[i]), &e);

		if (r != -EPERM)
			print_message("%s: %d\n", refused[i], r);
		assert_int_equal(r, -EPERM);
	}
	/* Inside one: old content stays, change_seq has to be right. */
	assert_true(run_sql(&f, "pet.bad",
			    "UPDATE journal_body SET value = 'x' "
			    "WHERE seq = 3") < 0);
	assert_true(run_sql(&f, "pet.bad", "UPDATE journal SET at = 1") < 0);
	assert_true(run_sql(&f, "pet.bad", "UPDATE pet SET kind = 'dog'") < 0);
	assert_int_equal(run_sql(&f, "pet.good",
				 "UPDATE pet SET change_seq = "
				 "change_seq()"),
			 7);
	fixture_done(&f);
}

static void
test_rolled_back(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_report r;
	struct err e = { 0 };

	fixture_fill(&f);
	{
		auto_change *c = NULL;

		DO(&f, change_begin(f.store, "pet.set", STR(""), &c, &f.e));
		DO(&f, store_script(f.store,
				    STR("UPDATE pet SET kind = 'dog', "
					"change_seq = change_seq()"),
				    &f.e));
	}
	{
		auto_change *c = NULL;

		DO(&f, change_begin(f.store, "pet.set", STR(""), &c, &f.e));
		change_field_class(c, "x", CLASS_SECRET, STR("password"));
		assert_int_equal(change_commit(c, &e), -EINVAL);
	}
	{
		auto_change *c = NULL;

		DO(&f, change_begin(f.store, "pet.set", STR(""), &c, &f.e));
		change_field(c, "x", STR("1"));
		change_field(c, "x", STR("2"));
		assert_int_equal(change_commit(c, &e), -EEXIST);
	}
	verify_with(&f, &plain_check, &r);
	assert_int_equal(r.n_faults, 0);
	assert_int_equal(r.n_entries, 6);
	fixture_done(&f);
}

static void
test_new_shape(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_report r;
	static const struct journal_column cols[] = {
		{ "id", CLASS_PLAIN },	   { "kind", CLASS_PLAIN },
		{ "weight", CLASS_PLAIN }, { "keeper", CLASS_PERSONAL },
		{ "colour", CLASS_PLAIN },
	};
	static const struct journal_table wider = { "pet", "id", false, cols,
						    ARRAY_LEN(cols) };

	fixture_fill(&f);
	DO(&f,
	   store_script(f.store, STR("ALTER TABLE pet ADD COLUMN colour TEXT"),
			&f.e));
	DO(&f, journal_declare(f.store, &wider, 1, &f.e));
	verify_with(&f, &plain_check, &r);
	faults_show(&r);
	assert_int_equal(r.n_faults, 0);
	assert_int_equal(r.last_seq, 7);
	/* The same again is no change. */
	DO(&f, journal_declare(f.store, &wider, 1, &f.e));
	verify_with(&f, &plain_check, &r);
	assert_int_equal(r.last_seq, 7);
	tamper(&f, "UPDATE pet SET colour = 'red'");
	verify_with(&f, &plain_check, &r);
	assert_int_equal(faults_but_guards(&r), 1);
	fixture_done(&f);
}

/*
 * A table of the migrations that has change_seq is declared, with all its
 * columns: else a part of it could be changed unseen.
 */
static void
test_base_tables(void **state)
{
	(void)state;
	struct fixture f;
	auto_stmt *st = NULL;
	int n = 0;

	fixture_init(&f);
	DO(&f,
	   stmt_prepare(
		   f.store,
		   STR("SELECT t.name, group_concat(c.name, ' ') "
		       "FROM pragma_table_list t, "
		       "pragma_table_info(t.name) c WHERE t.schema = 'main' "
		       "AND c.name <> 'change_seq' AND 1 = (SELECT "
		       "count(*) FROM pragma_table_info(t.name) "
		       "WHERE name = 'change_seq') GROUP BY t.name"),
		   &st, &f.e));
	while (stmt_step(st, &f.e) > 0) {
		const char *name = str_to_c(f.arena, stmt_str(st, 0));
		const struct journal_table *t = NULL;
		size_t n_words = 0;
		struct str rest = stmt_str(st, 1), word;

		for (size_t i = 0; i < n_journal_base_tables; i++) {
			if (strcmp(journal_base_tables[i].name, name) == 0)
				t = &journal_base_tables[i];
		}
		if (t == NULL)
			print_message("table %s is not in tables.c\n", name);
		assert_non_null(t);
		while (str_next_word(&rest, &word)) {
			bool there = false;

			n_words++;
			for (size_t i = 0; i < t->n_cols; i++)
				there = there || str_is(word, t->cols[i].name);
			if (!there)
				print_message("%s.%.*s is not in tables.c\n",
					      name, STR_ARG(word));
			assert_true(there);
		}
		assert_int_equal(n_words, t->n_cols);
		n++;
	}
	assert_int_equal(n, n_journal_base_tables);
	stmt_free(st);
	st = NULL;
	fixture_done(&f);
}

static void
test_follow(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_report r;

	fixture_init(&f);
	DO(&f, journal_follow(f.store, &f.e)); /* before the start: nothing */
	verify_with(&f, &plain_check, &r);
	assert_int_equal(r.n_entries, 0);
	assert_int_equal(r.n_faults, 1);
	assert_string_equal(r.faults[0].kind, "start_missing");
	fixture_done(&f);
	fixture_fill(&f);
	DO(&f, journal_follow(f.store, &f.e));
	verify_with(&f, &plain_check, &r);
	assert_int_equal(r.n_entries, 6);
	fixture_done(&f);
}

/* What is done behind the journal's back, and how it is told. */
static const struct {
	const char *sql;
	const char *kind;
	int64_t seq;
	const char *where; /* field, or table/key/column */
} tampered[] = {
	{ "UPDATE journal SET kind = 'pet.sat' WHERE seq = 4", "entry_changed",
	  4, "" },
	{ "UPDATE journal SET at = at + 1 WHERE seq = 4", "entry_changed", 4,
	  "" },
	{ "DELETE FROM journal WHERE seq = 4", "entry_missing", 4, "" },
	{ "DELETE FROM journal WHERE seq = 4", "body_orphan", 4, "" },
	{ "DELETE FROM journal WHERE seq = 1", "entry_missing", 1, "" },
	{ "UPDATE journal SET seq = -1 WHERE seq = 4;"
	  "UPDATE journal SET seq = 4 WHERE seq = 5;"
	  "UPDATE journal SET seq = 5 WHERE seq = -1",
	  "entry_changed", 5, "" },
	{ "UPDATE journal SET prev = hash WHERE seq = 4", "entry_link", 4, "" },
	{ "UPDATE journal_body SET value = '\"x\"' WHERE seq = 4 "
	  "AND field = 'row:pet:p1.keeper'",
	  "body_changed", 4, "row:pet:p1.keeper" },
	{ "UPDATE journal_body SET class = 0 WHERE seq = 4", "body_incomplete",
	  4, "" },
	{ "UPDATE journal_body SET class = 256 WHERE seq = 6 "
	  "AND field = 'scope'",
	  "body_malformed", 6, "scope" },
	{ "DELETE FROM journal_body WHERE seq = 6 AND field = 'scope'",
	  "body_incomplete", 6, "" },
	{ "INSERT INTO journal_body SELECT seq, 'scopf', class, seal, salt, "
	  "value, NULL FROM journal_body WHERE field = 'scope'",
	  "body_incomplete", 6, "" },
	{ "UPDATE journal_body SET field = 'scopf' WHERE field = 'scope'",
	  "body_changed", 6, "scopf" },
	{ "UPDATE journal_body SET salt = NULL, value = NULL "
	  "WHERE field = 'scope'",
	  "erase_unknown", 6, "scope" },
	{ "UPDATE journal_body SET salt = NULL, value = NULL, erased_by = 5 "
	  "WHERE field = 'scope'",
	  "erase_unknown", 6, "scope" },
	{ "UPDATE journal_body SET erased_by = 5 WHERE field = 'scope'",
	  "erase_undone", 6, "scope" },
	{ "UPDATE pet SET kind = 'dragon'", "row_changed", 4, "pet/p1/kind" },
	{ "UPDATE pet SET weight = 1", "row_changed", 4, "pet/p1/weight" },
	{ "UPDATE pet SET keeper = 'eve'", "row_changed", 4, "pet/p1/keeper" },
	{ "UPDATE pet SET keeper = CAST(x'c3' AS TEXT)", "row_changed", 4,
	  "pet/p1/keeper" },
	{ "UPDATE pet SET change_seq = 3", "row_changed", 4,
	  "pet/p1/change_seq" },
	{ "UPDATE pet SET id = 'p9'", "row_unknown", 0, "pet/p9/" },
	{ "UPDATE pet SET id = 'p9'", "row_removed", 4, "pet/p1/" },
	{ "DELETE FROM pet", "row_removed", 4, "pet/p1/" },
	{ "INSERT INTO pet VALUES ('p2', 'cat', 4, NULL, NULL, 5)",
	  "row_unknown", 5, "pet/p2/" },
	{ "DELETE FROM pet_tag WHERE tag = 'night'", "row_changed", 3,
	  "pet_tag/p1/" },
	{ "DELETE FROM pet_tag", "row_removed", 3, "pet_tag/p1/" },
	{ "INSERT INTO pet_tag VALUES ('p1', 'wall')", "row_changed", 3,
	  "pet_tag/p1/" },
	{ "UPDATE journal_table SET shape = '{}' WHERE name = 'pet'",
	  "row_changed", 2, "journal_table/pet/shape" },
	{ "UPDATE journal_actor SET name = 'eve'", "row_changed", 1, "" },
	{ "DROP TABLE pet", "table_missing", 0, "" },
	{ "ALTER TABLE pet DROP COLUMN keeper", "table_missing", 0, "" },
};

static bool
is_told(struct fixture *f, const struct journal_report *r, const char *kind,
	int64_t seq, const char *where)
{
	for (size_t i = 0; i < r->n_kept; i++) {
		const struct journal_fault *x = &r->faults[i];
		struct str place = x->field;

		if (x->table.len > 0)
			place = str_fmt(f->arena, "%.*s/%.*s/%.*s",
					STR_ARG(x->table), STR_ARG(x->key),
					STR_ARG(x->column));
		if (strcmp(x->kind, kind) == 0 && x->seq == seq &&
		    (where[0] == '\0' || str_is(place, where)))
			return true;
	}
	return false;
}

static void
test_tampered(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(tampered); i++) {
		struct fixture f;
		struct journal_report r;

		fixture_fill(&f);
		tamper(&f, tampered[i].sql);
		verify_with(&f, &plain_check, &r);
		bool ok = is_told(&f, &r, tampered[i].kind, tampered[i].seq,
				  tampered[i].where);
		if (!ok) {
			print_message("%s\n", tampered[i].sql);
			faults_show(&r);
		}
		assert_true(ok);
		fixture_done(&f);
	}
}

static void
test_clock_step(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_report r;

	fixture_fill(&f);
	assert_int_equal(setenv("YAMORI_NOW", "2001-01-01T00:00Z", 1), 0);
	DO(&f, (int)run_sql(&f, "pet.look", "SELECT 1"));
	assert_int_equal(unsetenv("YAMORI_NOW"), 0);
	verify_with(&f, &plain_check, &r);
	assert_int_equal(r.n_faults, 0);
	assert_int_equal(r.n_notices, 1);
	assert_string_equal(r.faults[0].kind, "clock_step");
	assert_int_equal(r.faults[0].seq, 7);
	fixture_done(&f);
}

static bool
file_has(struct fixture *f, const char *name, const char *part)
{
	struct str text = { 0 };

	DO(f, fs_read(f->arena, str_fmt(f->arena, "%s/%s", f->dir, name).p,
		      (size_t)64 * 1024 * 1024, &text, &f->e));
	return memmem(text.p, text.len, part, strlen(part)) != NULL;
}

static struct str
user_name(struct arena *a)
{
	const struct passwd *p = getpwuid(getuid());

	return str_c(p != NULL ? p->pw_name
			       : str_fmt(a, "%lld", (long long)getuid()).p);
}

static void
test_erase(void **state)
{
	(void)state;
	struct fixture f;
	struct journal_report r;
	struct err e = { 0 };
	const struct journal_place old = { 3, "row:pet:p1.keeper" };
	const struct journal_place now = { 4, "row:pet:p1.keeper" };
	const struct journal_place gone = { 3, "row:pet:p2" };
	const struct journal_place none = { 3, "row:pet:p7" };
	const struct journal_place own = { 1, "organisation" };
	struct journal_erase what = {
		.approved_by = STR("安全 花子"),
		.reason = STR("asked for by the person"),
		.places = &old,
		.n_places = 1,
	};
	int64_t seq = 0;

	fixture_fill(&f);
	what.approved_by = STR("");
	assert_int_equal(journal_erase(f.store, &what, &seq, &e), -EPERM);
	what.approved_by = user_name(f.arena);
	assert_int_equal(journal_erase(f.store, &what, &seq, &e), -EPERM);
	what.approved_by = STR("安全 花子");
	what.places = &now;
	assert_int_equal(journal_erase(f.store, &what, &seq, &e), -EBUSY);
	what.places = &none;
	assert_int_equal(journal_erase(f.store, &what, &seq, &e), -ENOENT);
	what.places = &own;
	assert_int_equal(journal_erase(f.store, &what, &seq, &e), -EPERM);

	what.places = &old;
	DO(&f, journal_erase(f.store, &what, &seq, &f.e));
	assert_int_equal(seq, 7);
	assert_int_equal(journal_erase(f.store, &what, &seq, &e), -EPERM);
	what.places = &gone;
	DO(&f, journal_erase(f.store, &what, &seq, &f.e));
	verify_with(&f, &plain_check, &r);
	faults_show(&r);
	assert_int_equal(r.n_faults, 0);
	assert_int_equal(r.n_erased, 2);
	/* Not only out of sight: the bytes are gone. */
	assert_false(file_has(&f, "yamori.db", "家守"));
	assert_true(file_has(&f, "yamori.db", "ゆき"));

	tamper(&f, "UPDATE journal_body SET salt = zeroblob(16), "
		   "value = '\"x\"', erased_by = NULL "
		   "WHERE seq = 3 AND field = 'row:pet:p1.keeper'");
	verify_with(&f, &plain_check, &r);
	assert_true(is_told(&f, &r, "erase_undone", 3, "row:pet:p1.keeper"));
	fixture_done(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_journal),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_only_in_a_change),
		cmocka_unit_test(test_rolled_back),
		cmocka_unit_test(test_new_shape),
		cmocka_unit_test(test_base_tables),
		cmocka_unit_test(test_follow),
		cmocka_unit_test(test_tampered),
		cmocka_unit_test(test_clock_step),
		cmocka_unit_test(test_erase),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
