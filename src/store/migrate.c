/* migrate.c - brings a database file to the newest version of its tables. */
#include "base/arena.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/num.h"
#include "store/private.h"

extern const struct embedded embed_migrations[];

/* "main/0001-base.sql": kind and number. */
static bool
file_of_kind(struct str path, const char *kind, int64_t *ret_number)
{
	struct str name = str_after(path, '/');

	return str_is(str_until(path, '/'), kind) && str_ends(name, ".sql") &&
	       num_try(str_until(name, '-'), ret_number);
}

/* Another process may have been faster, so the version is read inside. */
static int
apply(struct store *s, struct str sql, int64_t number, struct err *e)
{
	auto_arena *a = arena_new();
	int64_t version = 0;

	if (store_begin(s, e) < 0)
		return e->code;
	int r = store_get_int(s, &version, e, "PRAGMA main.user_version", "");
	if (r >= 0 && version < number)
		r = store_script(s, sql, e);
	if (r >= 0 && version < number)
		r = store_script(s,
				 str_fmt(a,
					 "PRAGMA main.user_version = %" PRId64,
					 number),
				 e);
	if (r < 0) {
		store_rollback(s);
		return r;
	}
	return store_commit(s, e);
}

/* The files are sorted by name, so the numbers rise. */
static int64_t
newest_of(const char *kind)
{
	int64_t newest = 0, number;

	for (const struct embedded *m = embed_migrations; m->name != NULL;
	     m++) {
		if (file_of_kind(str_c(m->name), kind, &number))
			newest = number;
	}
	return newest;
}

int
store_migrate_needed(struct store *s, const char *kind, struct err *e)
{
	int64_t version = 0, newest = newest_of(kind);

	if (store_get_int(s, &version, e, "PRAGMA main.user_version", "") < 0)
		return e->code;
	if (version > newest)
		return err_set(e, -ENOTSUP,
			       "'%s' was written by a newer yamori (version "
			       "%lld, this one knows %lld)",
			       s->dir, (long long)version, (long long)newest);
	return version < newest;
}

int
store_migrate(struct store *s, const char *kind, struct err *e)
{
	int r = store_migrate_needed(s, kind, e);

	for (const struct embedded *m = embed_migrations;
	     r > 0 && m->name != NULL; m++) {
		struct str sql = { (const char *)m->data, m->len };
		int64_t number;

		if (file_of_kind(str_c(m->name), kind, &number) &&
		    apply(s, sql, number, e) < 0)
			return err_in(e, "upgrade %s", m->name);
	}
	return r < 0 ? r : 0;
}
