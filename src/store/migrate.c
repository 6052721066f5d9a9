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

static int
apply(struct store *s, struct str sql, int64_t number, struct err *e)
{
	auto_arena *a = arena_new();

	if (store_begin(s, e) < 0)
		return e->code;
	if (store_script(s, sql, e) < 0 ||
	    store_script(s,
			 str_fmt(a, "PRAGMA main.user_version = %" PRId64,
				 number),
			 e) < 0) {
		store_rollback(s);
		return e->code;
	}
	return store_commit(s, e);
}

int
store_migrate(struct store *s, const char *kind, struct err *e)
{
	int64_t version = 0, newest = 0;

	if (store_get_int(s, &version, e, "PRAGMA main.user_version", "") < 0)
		return e->code;
	/* Sorted by name, so the numbers rise. */
	for (const struct embedded *m = embed_migrations; m->name != NULL; m++) {
		int64_t number;

		if (!file_of_kind(str_c(m->name), kind, &number))
			continue;
		newest = number;
		if (number <= version)
			continue;
		struct str sql = { (const char *)m->data, m->len };
		if (apply(s, sql, number, e) < 0)
			return err_in(e, "upgrade %s", m->name);
	}
	if (version > newest)
		return err_set(e, -ENOTSUP,
			       "'%s' was written by a newer yamori (version "
			       "%lld, this one knows %lld)",
			       s->dir, (long long)version, (long long)newest);
	return 0;
}
