/* journal_fixture.h - a small organisation with a journal, for tests */
#ifndef LIB_JOURNAL_FIXTURE_H
#define LIB_JOURNAL_FIXTURE_H

#include <ftw.h>
#include <sqlite3.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "journal/journal.h"
#include "store/store.h"

static const struct journal_column pet_cols[] = {
	{ "id", CLASS_PLAIN },	      { "kind", CLASS_PLAIN },
	{ "weight", CLASS_PLAIN },    { "keeper", CLASS_PERSONAL },
	{ "password", CLASS_SECRET },
};

static const struct journal_column pet_tag_cols[] = {
	{ "pet_id", CLASS_PLAIN },
	{ "tag", CLASS_PLAIN },
};

static const struct journal_table pet_tables[] = {
	{ "pet", "id", false, pet_cols, ARRAY_LEN(pet_cols) },
	{ "pet_tag", "pet_id", true, pet_tag_cols, ARRAY_LEN(pet_tag_cols) },
};

#define PET_SCHEMA                                                             \
	"CREATE TABLE pet(id TEXT PRIMARY KEY, kind TEXT NOT NULL, "           \
	"weight REAL, keeper TEXT, password TEXT, "                            \
	"change_seq INTEGER NOT NULL) STRICT;"                                 \
	"CREATE TABLE pet_tag(pet_id TEXT NOT NULL, tag TEXT NOT NULL) "       \
	"STRICT;"

struct fixture {
	char dir[96];
	struct arena *arena;
	struct store *store;
	struct err e;
};

/* Says what went wrong before the test ends. */
static inline int
told(struct fixture *f, int r)
{
	auto_buf b = { 0 };

	if (r >= 0)
		return r;
	buf_init(&b, 4096);
	err_print(&f->e, NULL, NULL, &b);
	print_message("%.*s\n", (int)b.len, b.p);
	return r;
}

#define DO(f, call) assert_true(told((f), (call)) >= 0)

static inline int
remove_one(const char *path, const struct stat *st UNUSED, int type UNUSED,
	   struct FTW *ftw UNUSED)
{
	return remove(path);
}

static inline void
fixture_dir_remove(const char *dir)
{
	(void)nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void
fixture_init(struct fixture *f)
{
	*f = (struct fixture){ .arena = arena_new() };
	(void)snprintf(f->dir, sizeof(f->dir), "/tmp/yamori-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	DO(f, store_open(f->dir, STORE_CREATE, &f->store, &f->e));
}

static inline void
fixture_done(struct fixture *f)
{
	store_close(f->store);
	arena_free(f->arena);
	fixture_dir_remove(f->dir);
}

/* Begins the journal and declares the pets: entries 1 and 2. */
static inline void
fixture_start(struct fixture *f)
{
	fixture_init(f);
	auto_change *c = NULL;

	DO(f, change_begin(f->store, JOURNAL_START, STR("org1"), &c, &f->e));
	DO(f, journal_start(c, STR("org1"), &f->e));
	DO(f, change_commit(c, &f->e));
	DO(f, store_script(f->store, STR(PET_SCHEMA), &f->e));
	DO(f,
	   journal_declare(f->store, pet_tables, ARRAY_LEN(pet_tables), &f->e));
}

/* One statement in one change; returns the entry. */
static inline int64_t
run_sql(struct fixture *f, const char *kind, const char *sql)
{
	auto_change *c = NULL;

	if (change_begin(f->store, kind, STR(""), &c, &f->e) < 0 ||
	    store_script(f->store, str_c(sql), &f->e) < 0 ||
	    change_commit(c, &f->e) < 0)
		return f->e.code;
	return change_seq(c);
}

#define PET_ADD                                                                \
	"INSERT INTO pet VALUES ('p1', 'gecko', 0.05, '家守 一郎', 'x', "  \
	"change_seq()), ('p2', 'cat', 4, NULL, NULL, change_seq());"           \
	"INSERT INTO pet_tag VALUES ('p1', 'wall'), ('p1', 'night')"

/* Entries 3 to 6: two pets, a change, a deletion, a run. */
static inline void
fixture_fill(struct fixture *f)
{
	auto_change *c = NULL;

	fixture_start(f);
	DO(f, (int)run_sql(f, "pet.add", PET_ADD));
	DO(f, (int)run_sql(f, "pet.set",
			   "UPDATE pet SET keeper = 'ゆき', "
			   "change_seq = change_seq() WHERE id = 'p1'"));
	DO(f, (int)run_sql(f, "pet.remove", "DELETE FROM pet WHERE id = 'p2'"));
	DO(f, change_begin(f->store, "check.run", STR("run1"), &c, &f->e));
	change_field(c, "scope", STR("all"));
	change_field(c, "catalog_hash", STR("abcd"));
	DO(f, change_commit(c, &f->e));
}

/* What somebody with a plain SQLite does, guards off. */
static inline void
tamper(struct fixture *f, const char *sql)
{
	auto_arena *a = arena_new();
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	char *words = NULL;
	auto_buf drop = { 0 };

	buf_init(&drop, 65536);
	assert_int_equal(
		sqlite3_open(str_fmt(a, "%s/yamori.db", f->dir).p, &db),
		SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "SELECT 'DROP TRIGGER \"' || name || '\";' "
				   "FROM sqlite_schema WHERE type = 'trigger'",
				   -1, &st, NULL),
		SQLITE_OK);
	while (sqlite3_step(st) == SQLITE_ROW)
		buf_c(&drop, (const char *)sqlite3_column_text(st, 0));
	(void)sqlite3_finalize(st);
	if (drop.len > 0)
		(void)sqlite3_exec(db, drop.p, NULL, NULL, NULL);
	int rc = sqlite3_exec(db, sql, NULL, NULL, &words);
	if (rc != SQLITE_OK)
		print_message("%s: %s\n", sql, words);
	assert_int_equal(rc, SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static inline void
verify_with(struct fixture *f, const struct journal_check *check,
	    struct journal_report *r)
{
	DO(f, journal_verify(f->store, f->arena, check, r, &f->e));
}

static inline void
faults_show(const struct journal_report *r)
{
	for (size_t i = 0; i < r->n_kept; i++) {
		const struct journal_fault *x = &r->faults[i];
		auto_buf b = { 0 };

		buf_init(&b, 4096);
		err_text_print(&x->text, NULL, NULL, &b);
		print_message("  %s: %s [expected %.*s, found %.*s]\n", x->kind,
			      b.p, STR_ARG(x->expected), STR_ARG(x->found));
	}
}

/* Faults of one kind; guards that tamper() took away do not count. */
static inline int
faults_of(const struct journal_report *r, const char *kind)
{
	int n = 0;

	for (size_t i = 0; i < r->n_kept; i++) {
		if (strcmp(r->faults[i].kind, kind) == 0)
			n++;
	}
	return n;
}

static inline int
faults_but_guards(const struct journal_report *r)
{
	return (int)r->n_faults - faults_of(r, "guard_missing");
}

#endif
