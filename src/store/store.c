/* store.c - opening an organisation's databases; statements; transactions. */
#include "store/store.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "store/functions.h"
#include "store/private.h"
#include "store/tokenizer.h"

#define BUSY_MS 5000

/* Looks at one file through a connection of its own. */
static bool
file_whole(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *st = NULL;
	bool whole = !fs_exists(path);

	if (!whole &&
	    sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ==
		    SQLITE_OK &&
	    sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &st, NULL) ==
		    SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		whole = strcmp((const char *)sqlite3_column_text(st, 0),
			       "ok") == 0;
	(void)sqlite3_finalize(st); /* its error was seen above */
	(void)sqlite3_close(db);
	return whole;
}

/* SQLite does not say in which of the attached files the damage is. */
static int
damaged(const struct store *s, const char *words, struct err *e)
{
	static const char *const again[] = { "facts.db", "feeds.db" };
	auto_arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(again) && s->file == NULL; i++) {
		if (!file_whole(str_fmt(a, "%s/%s", s->dir, again[i]).p))
			return err_set(e, -EBADMSG,
				       "'%s/%s' is damaged: remove it and "
				       "collect again; nothing that people "
				       "entered is in it",
				       s->dir, again[i]);
	}
	return err_set(e, -EBADMSG,
		       "'%s/%s' is damaged (%s): restore it from a backup",
		       s->dir, s->file ? s->file : "yamori.db", words);
}

int
store_err(struct store *s, int rc, struct err *e)
{
	const char *words = sqlite3_errmsg(s->db);

	switch (rc & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, -EBUSY,
			       "the database is in use by another program; "
			       "try again in a moment");
	case SQLITE_READONLY:
		return err_set(e, -EROFS,
			       "the database in '%s' cannot be written: "
			       "check owner and permissions",
			       s->dir);
	case SQLITE_FULL:
		return err_set(e, -ENOSPC,
			       "the disk is full; nothing was changed");
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return damaged(s, words, e);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
		return err_set(e, -EACCES,
			       "the database in '%s' cannot be opened: "
			       "check owner and permissions",
			       s->dir);
	case SQLITE_CONSTRAINT:
		return err_set(
			e, rc == SQLITE_CONSTRAINT_TRIGGER ? -EPERM : -EEXIST,
			"refused by the database: %s", words);
	case SQLITE_AUTH:
		return err_set(e, -EPERM, "not allowed here: %s", words);
	case SQLITE_INTERRUPT:
		return err_set(e, -ETIMEDOUT, "took too long");
	case SQLITE_TOOBIG:
		return err_set(e, -EFBIG, "a value is too large");
	case SQLITE_NOMEM:
		fputs("yamori: out of memory\n", stderr);
		abort();
	case SQLITE_ERROR:
		return err_set(e, -EINVAL, "%s", words);
	default:
		return err_set(e, -EIO, "database error: %s", words);
	}
}

static int
configure(struct store *s, struct err *e)
{
	int was;

	(void)sqlite3_extended_result_codes(s->db, 1);
	(void)sqlite3_busy_timeout(s->db, BUSY_MS);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &was);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, &was);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DDL, 0, &was);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DQS_DML, 0, &was);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0,
				&was);
	if (functions_register(s->db, &s->zone, &s->in_change, e) < 0 ||
	    tokenizer_register(s->db, e) < 0)
		return e->code;
	return store_guard_register(s, e);
}

/*
 * Pragmas of one file; FULL where people's words are, NORMAL for facts. What
 * is erased must be gone from free pages too, and a row that REPLACE takes
 * away must be seen by the triggers of its table.
 */
static int
tune(struct store *s, const char *schema, bool full, struct err *e)
{
	auto_arena *a = arena_new();

	return store_script(s,
			    str_fmt(a,
				    "PRAGMA %s.journal_mode = WAL;"
				    "PRAGMA %s.synchronous = %s;"
				    "PRAGMA %s.foreign_keys = ON;"
				    "PRAGMA %s.secure_delete = %s;"
				    "PRAGMA recursive_triggers = ON;"
				    "PRAGMA %s.cache_size = -16000;"
				    "PRAGMA %s.mmap_size = 1073741824;",
				    schema, schema, full ? "FULL" : "NORMAL",
				    schema, schema, full ? "ON" : "OFF", schema,
				    schema),
			    e);
}

static struct store *
store_new(const char *dir)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s != NULL)
		s->dir = strdup(dir);
	if (s == NULL || s->dir == NULL) {
		fputs("yamori: out of memory\n", stderr);
		abort();
	}
	s->zone = zone_tokyo;
	return s;
}

static int
file_open(struct store *s, const char *path, enum store_mode mode,
	  struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

	/* What is attached may be made only if main might have been. */
	flags |= mode == STORE_READ
			 ? SQLITE_OPEN_READONLY
			 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	int rc = sqlite3_open_v2(path, &s->db, flags, NULL);
	if (rc != SQLITE_OK)
		return store_err(s, rc, e);
	/* Here and never later: a change drops the temporary tables. */
	if (store_script(s, STR("PRAGMA temp_store = MEMORY"), e) < 0)
		return e->code;
	return configure(s, e);
}

static int
attach(struct store *s, const char *path, const char *schema,
       enum store_mode mode, struct err *e)
{
	auto_arena *a = arena_new();
	struct str uri = str_fmt(a, "file:%s?mode=%s", path,
				 mode == STORE_READ ? "ro" : "rwc");

	/* A path with ? or # would be read as options. */
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '?' || *p == '#' || *p == '%')
			return err_set(e, -EINVAL,
				       "'%s': a folder name may not contain "
				       "? # or %%",
				       path);
	}
	int n = store_run(s, e, "ATTACH ? AS ?", "sc", uri, schema);
	return n < 0 ? n : 0;
}

static bool
has_file(const struct store *s, const char *name)
{
	auto_arena *a = arena_new();

	return fs_exists(str_fmt(a, "%s/%s", s->dir, name).p);
}

/* Before anything is opened: is there what this mode needs? */
static int
dir_look(const struct store *s, enum store_mode mode, struct err *e)
{
	bool there = has_file(s, "yamori.db");
	bool rest = has_file(s, "facts.db") || has_file(s, "secret.db");

	if (!there && rest)
		return err_set(e, -ENOENT,
			       "'%s' belongs to an organisation, but its "
			       "yamori.db is missing: restore it from a backup",
			       s->dir);
	if (mode != STORE_CREATE && !there)
		return err_set(e, -ENOENT,
			       "no organisation in '%s': make one with "
			       "'yamori init'",
			       s->dir);
	return mode == STORE_CREATE ? fs_mkdirs(s->dir, 0700, e) : 0;
}

/*
 * An organisation must not be made twice, and an empty file not taken for
 * one. Tables without an organisation are left by a set-up that broke off.
 */
static int
content_look(struct store *s, enum store_mode mode, struct err *e)
{
	int64_t version = 0, n = 0;

	if (store_get_int(s, &version, e, "PRAGMA main.user_version", "") < 0)
		return e->code;
	if (version > 0 &&
	    store_get_int(s, &n, e,
			  "SELECT count(*) FROM main.sqlite_schema "
			  "WHERE name = 'org'",
			  "") < 0)
		return e->code;
	if (n > 0 &&
	    store_get_int(s, &n, e, "SELECT count(*) FROM main.org", "") < 0)
		return e->code;
	if (n > 0 && mode == STORE_CREATE)
		return err_set(e, -EEXIST, "'%s' already holds an organisation",
			       s->dir);
	if (version == 0 && mode != STORE_CREATE)
		return err_set(e, -ENOENT,
			       "'%s/yamori.db' is empty: restore it from a "
			       "backup, or set up again with 'yamori init'",
			       s->dir);
	return 0;
}

/* Reading needs tables of today; 1 = they must be made first. */
static int
must_upgrade(struct store *s, struct err *e)
{
	int r = store_migrate_needed(s, "main", e);

	return r != 0 ? r : store_facts_needed(s, e);
}

/* 1 = only reading was asked, but something must be written first. */
static int
open_all(struct store *s, enum store_mode mode, struct err *e)
{
	auto_arena *a = arena_new();
	const char *main_path = str_fmt(a, "%s/yamori.db", s->dir).p;

	if (dir_look(s, mode, e) < 0 || file_open(s, main_path, mode, e) < 0 ||
	    content_look(s, mode, e) < 0)
		return e->code;
	/* Facts can be collected again, so these two may be missing. */
	if (mode == STORE_READ &&
	    (!has_file(s, "facts.db") || !has_file(s, "feeds.db")))
		return 1;
	if (attach(s, str_fmt(a, "%s/facts.db", s->dir).p, "facts", mode, e) <
		    0 ||
	    attach(s, str_fmt(a, "%s/feeds.db", s->dir).p, "feeds", mode, e) <
		    0 ||
	    store_attach_catalog(s, e) < 0)
		return e->code;
	if (mode == STORE_READ)
		return must_upgrade(s, e);

	if (tune(s, "main", true, e) < 0 || tune(s, "facts", false, e) < 0 ||
	    tune(s, "feeds", false, e) < 0)
		return e->code;
	if (store_migrate(s, "main", e) < 0 || store_facts_schema(s, e) < 0)
		return e->code;
	return 0;
}

int
store_open(const char *dir, enum store_mode mode, struct store **ret,
	   struct err *e)
{
	struct store *s = store_new(dir);
	int r = open_all(s, mode, e);

	if (r == 1) {
		store_close(s);
		s = store_new(dir);
		if (open_all(s, STORE_WRITE, e) < 0) {
			store_close(s);
			return e->code;
		}
		store_close(s);
		s = store_new(dir);
		r = open_all(s, STORE_READ, e);
		if (r == 1)
			r = err_set(e, -EIO, "cannot upgrade '%s'", dir);
	}
	if (r < 0) {
		store_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

int
store_open_secret(const char *dir, enum store_mode mode, struct store **ret,
		  struct err *e)
{
	auto_arena *a = arena_new();
	const char *path = str_fmt(a, "%s/secret.db", dir).p;

	if (mode == STORE_READ && !fs_exists(path))
		return err_set(e, -ENOENT,
			       "'%s' is missing, and with it the keys of the "
			       "machines: restore it from a backup, or enrol "
			       "them again",
			       path);
	struct store *s = store_new(dir);
	s->file = "secret.db";
	mode_t old = umask(077); /* nobody else may read this file */
	int r = file_open(s, path, mode == STORE_READ ? mode : STORE_CREATE, e);

	(void)umask(old);
	if (r == 0 && mode != STORE_READ)
		r = tune(s, "main", true, e);
	if (r == 0 && mode != STORE_READ)
		r = store_migrate(s, "secret", e);
	if (r < 0) {
		store_close(s);
		return r;
	}
	*ret = s;
	return 0;
}

int
store_open_memory(struct store **ret, struct err *e)
{
	struct store *s = store_new("");

	if (file_open(s, ":memory:", STORE_CREATE, e) < 0 ||
	    store_attach_catalog(s, e) < 0) {
		store_close(s);
		return e->code;
	}
	*ret = s;
	return 0;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->db != NULL) {
		store_rollback(s);
		stmt_kept_free(s);
		int rc = sqlite3_close(s->db);
		assert(rc == SQLITE_OK); /* a statement was forgotten */
	}
	free(s->dir);
	free(s);
}

const char *
store_dir(const struct store *s)
{
	return s->dir;
}

const struct zone *
store_zone(const struct store *s)
{
	return s->zone;
}

void
store_zone_set(struct store *s, const struct zone *z)
{
	s->zone = z;
}

struct str
store_catalog_hash(const struct store *s)
{
	return s->catalog_hash;
}

int
store_begin(struct store *s, struct err *e)
{
	return store_script(s, STR("BEGIN IMMEDIATE"), e);
}

int
store_begin_read(struct store *s, struct err *e)
{
	return store_script(s, STR("BEGIN DEFERRED"), e);
}

int
store_commit(struct store *s, struct err *e)
{
	int r = store_script(s, STR("COMMIT"), e);

	if (r < 0)
		store_rollback(s);
	return r;
}

void
store_rollback(struct store *s)
{
	if (store_in_transaction(s))
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
}

bool
store_in_transaction(const struct store *s)
{
	return sqlite3_get_autocommit(s->db) == 0;
}

int
store_script(struct store *s, struct str sql, struct err *e)
{
	struct str rest = sql;

	while (rest.len > 0) {
		sqlite3_stmt *st = NULL;
		const char *tail = NULL;
		int rc = sqlite3_prepare_v2(s->db, rest.p, (int)rest.len, &st,
					    &tail);

		if (rc != SQLITE_OK)
			return store_err(s, rc, e);
		rest = str_from(rest, (size_t)(tail - rest.p));
		if (st == NULL)
			continue; /* a comment or blanks */
		do
			rc = sqlite3_step(st);
		while (rc == SQLITE_ROW);
		int code = rc == SQLITE_DONE ? 0 : store_err(s, rc, e);
		(void)sqlite3_finalize(st); /* its error was taken above */
		if (code < 0)
			return code;
	}
	return 0;
}

struct str
store_quote_name(struct arena *a, struct str name)
{
	char *p = arena_alloc(a, name.len * 2 + 3);
	size_t n = 0;

	p[n++] = '"';
	for (size_t i = 0; i < name.len; i++) {
		if (name.p[i] == '"')
			p[n++] = '"';
		p[n++] = name.p[i];
	}
	p[n++] = '"';
	return (struct str){ p, n };
}
