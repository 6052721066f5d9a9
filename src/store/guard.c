/* guard.c - what the triggers of journaled tables ask and tell. */
#include "base/err.h"
#include "store/private.h"

static void
change_seq(sqlite3_context *ctx, int n UNUSED, sqlite3_value **v UNUSED)
{
	const struct store *s = sqlite3_user_data(ctx);

	if (s->guard == NULL)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_int64(ctx, s->guard->seq);
}

static struct str
text_of(sqlite3_value *v)
{
	const unsigned char *p = sqlite3_value_text(v);

	return (struct str){ p ? (const char *)p : "",
			     (size_t)sqlite3_value_bytes(v) };
}

/*
 * journal_touch(TABLE, KEY, SEQ): a row of TABLE was written. SEQ is its
 * change_seq, or -1 where there is none.
 */
static void
journal_touch(sqlite3_context *ctx, int n UNUSED, sqlite3_value **v)
{
	const struct store *s = sqlite3_user_data(ctx);

	if (s->guard == NULL) {
		sqlite3_result_error(ctx, "written outside a change", -1);
		return;
	}
	if (sqlite3_value_type(v[1]) == SQLITE_NULL) {
		sqlite3_result_error(ctx, "a journaled row without a key", -1);
		return;
	}
	int64_t seq = sqlite3_value_int64(v[2]);
	if (seq != -1 && seq != s->guard->seq) {
		sqlite3_result_error(ctx, "change_seq is not change_seq()", -1);
		return;
	}
	s->guard->touch(s->guard, text_of(v[0]), text_of(v[1]));
}

int
store_guard_register(struct store *s, struct err *e)
{
	const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;

	if (sqlite3_create_function_v2(s->db, "change_seq", 0, flags, s,
				       change_seq, NULL, NULL,
				       NULL) != SQLITE_OK ||
	    sqlite3_create_function_v2(s->db, "journal_touch", 3, flags, s,
				       journal_touch, NULL, NULL,
				       NULL) != SQLITE_OK)
		return err_set(e, -EIO, "cannot register SQL functions");
	return 0;
}

void
store_guard_set(struct store *s, struct guard *g)
{
	assert(g == NULL || s->guard == NULL);
	s->guard = g;
	s->in_change = g != NULL;
}

bool
store_guarded(const struct store *s)
{
	return s->guard != NULL;
}
