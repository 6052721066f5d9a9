/* stmt.c - prepared statements with bound values. */
#include "base/arena.h"
#include "base/err.h"
#include "store/private.h"

int
stmt_prepare(struct store *s, struct str sql, struct stmt **ret, struct err *e)
{
	sqlite3_stmt *st = NULL;
	const char *tail = NULL;

	if (sql.len > INT_MAX)
		return err_set(e, -EFBIG, "the statement is too long");
	int rc = sqlite3_prepare_v2(s->db, sql.p, (int)sql.len, &st, &tail);
	if (rc != SQLITE_OK)
		return store_err(s, rc, e);
	if (st == NULL)
		return err_set(e, -EINVAL, "there is no statement");
	struct str more = str_trim(str_from(sql, (size_t)(tail - sql.p)));
	if (more.len > 0) {
		(void)sqlite3_finalize(st);
		return err_set(e, -EINVAL, "only one statement is allowed");
	}

	struct stmt *t = calloc(1, sizeof(*t));
	if (t == NULL) {
		fputs("yamori: out of memory\n", stderr);
		abort();
	}
	t->st = st;
	t->store = s;
	*ret = t;
	return 0;
}

void
stmt_free(struct stmt *st)
{
	if (st == NULL)
		return;
	(void)sqlite3_finalize(st->st); /* repeats the error of the step */
	free(st);
}

int
stmt_reset(struct stmt *st, struct err *e UNUSED)
{
	(void)sqlite3_reset(st->st); /* repeats the error of the step */
	(void)sqlite3_clear_bindings(st->st);
	return 0;
}

/* A position that does not exist is a bug of ours. */
static void
bound(struct stmt *st, int rc)
{
	(void)st;
	assert(rc == SQLITE_OK || rc == SQLITE_TOOBIG);
}

void
stmt_bind_int(struct stmt *st, int at, int64_t v)
{
	bound(st, sqlite3_bind_int64(st->st, at, v));
}

void
stmt_bind_str(struct stmt *st, int at, struct str v)
{
	bound(st, sqlite3_bind_text64(st->st, at, v.p ? v.p : "", v.len,
				      SQLITE_TRANSIENT, SQLITE_UTF8));
}

void
stmt_bind_c(struct stmt *st, int at, const char *v)
{
	if (v == NULL)
		stmt_bind_null(st, at);
	else
		stmt_bind_str(st, at, str_c(v));
}

void
stmt_bind_blob(struct stmt *st, int at, struct str v)
{
	bound(st, sqlite3_bind_blob64(st->st, at, v.p ? v.p : "", v.len,
				      SQLITE_TRANSIENT));
}

void
stmt_bind_null(struct stmt *st, int at)
{
	bound(st, sqlite3_bind_null(st->st, at));
}

int
stmt_param(struct stmt *st, const char *name)
{
	return sqlite3_bind_parameter_index(st->st, name);
}

int
stmt_n_params(struct stmt *st)
{
	return sqlite3_bind_parameter_count(st->st);
}

const char *
stmt_param_name(struct stmt *st, int at)
{
	return sqlite3_bind_parameter_name(st->st, at);
}

int
stmt_step(struct stmt *st, struct err *e)
{
	int rc = sqlite3_step(st->st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	return store_err(st->store, rc, e);
}

int
stmt_n_cols(struct stmt *st)
{
	return sqlite3_column_count(st->st);
}

const char *
stmt_col_name(struct stmt *st, int col)
{
	return sqlite3_column_name(st->st, col);
}

bool
stmt_is_null(struct stmt *st, int col)
{
	return sqlite3_column_type(st->st, col) == SQLITE_NULL;
}

bool
stmt_is_int(struct stmt *st, int col)
{
	return sqlite3_column_type(st->st, col) == SQLITE_INTEGER;
}

enum stmt_type
stmt_type(struct stmt *st, int col)
{
	switch (sqlite3_column_type(st->st, col)) {
	case SQLITE_INTEGER:
		return STMT_INT;
	case SQLITE_FLOAT:
		return STMT_REAL;
	case SQLITE_TEXT:
		return STMT_TEXT;
	case SQLITE_BLOB:
		return STMT_BLOB;
	default:
		return STMT_NULL;
	}
}

int64_t
stmt_int(struct stmt *st, int col)
{
	return sqlite3_column_int64(st->st, col);
}

double
stmt_real(struct stmt *st, int col)
{
	return sqlite3_column_double(st->st, col);
}

struct str
stmt_str(struct stmt *st, int col)
{
	/* Blobs are given as their bytes; text comes first to convert once. */
	const void *p = sqlite3_column_type(st->st, col) == SQLITE_BLOB
				? sqlite3_column_blob(st->st, col)
				: sqlite3_column_text(st->st, col);
	int n = sqlite3_column_bytes(st->st, col);

	return (struct str){ p ? p : "", n > 0 ? (size_t)n : 0 };
}

static void
bind_all(struct stmt *st, const char *kinds, va_list ap)
{
	for (int at = 1; kinds[at - 1] != '\0'; at++) {
		switch (kinds[at - 1]) {
		case 'i':
			stmt_bind_int(st, at, va_arg(ap, int64_t));
			break;
		case 's':
			stmt_bind_str(st, at, va_arg(ap, struct str));
			break;
		case 'b':
			stmt_bind_blob(st, at, va_arg(ap, struct str));
			break;
		case 'c':
			stmt_bind_c(st, at, va_arg(ap, const char *));
			break;
		default:
			assert(kinds[at - 1] == 'n');
			break;
		}
	}
}

/*
 * store_run and its like are called in loops with the same text, so their
 * statements are kept. One that is in use (a trigger's, for example) is
 * never given twice.
 */
static struct kept *
kept_find(struct store *s, const char *sql)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		struct kept *k = &s->kept[i];

		if (k->st != NULL && !k->busy && strcmp(k->sql, sql) == 0)
			return k;
	}
	return NULL;
}

static struct kept *
kept_room(struct store *s)
{
	for (size_t tries = 0; tries < KEPT_MAX; tries++) {
		struct kept *k = &s->kept[s->kept_next++ % KEPT_MAX];

		if (k->busy)
			continue;
		stmt_free(k->st);
		free(k->sql);
		*k = (struct kept){ 0 };
		return k;
	}
	return NULL;
}

void
stmt_kept_free(struct store *s)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		stmt_free(s->kept[i].st);
		free(s->kept[i].sql);
		s->kept[i] = (struct kept){ 0 };
	}
}

static int
kept_take(struct store *s, const char *sql, struct kept **ret, struct err *e)
{
	struct kept *k = kept_find(s, sql);

	if (k == NULL) {
		k = kept_room(s);
		assert(k != NULL); /* calls do not nest that deep */
		if (stmt_prepare(s, str_c(sql), &k->st, e) < 0)
			return e->code;
		k->sql = strdup(sql);
		if (k->sql == NULL) {
			fputs("yamori: out of memory\n", stderr);
			abort();
		}
	}
	k->busy = true;
	*ret = k;
	return 0;
}

static void
kept_give(struct kept *k)
{
	struct err none;

	(void)stmt_reset(k->st, &none); /* its error was the step's */
	k->busy = false;
}

int
store_run(struct store *s, struct err *e, const char *sql, const char *kinds,
	  ...)
{
	va_list ap;

	va_start(ap, kinds);
	int r = store_run_v(s, e, sql, kinds, ap);
	va_end(ap);
	return r;
}

int
store_run_v(struct store *s, struct err *e, const char *sql, const char *kinds,
	    va_list ap)
{
	struct kept *k = NULL;
	int r;

	if (kept_take(s, sql, &k, e) < 0)
		return e->code;
	bind_all(k->st, kinds, ap);
	do
		r = stmt_step(k->st, e);
	while (r > 0);
	if (r == 0)
		r = sqlite3_changes(s->db);
	kept_give(k);
	return r;
}

static int
get_one(struct store *s, struct arena *a, struct str *ret_str, int64_t *ret_int,
	struct err *e, const char *sql, const char *kinds, va_list ap)
{
	struct kept *k = NULL;

	if (kept_take(s, sql, &k, e) < 0)
		return e->code;
	bind_all(k->st, kinds, ap);
	int r = stmt_step(k->st, e);
	if (r > 0 && ret_int != NULL)
		*ret_int = stmt_int(k->st, 0);
	if (r > 0 && ret_str != NULL)
		*ret_str = str_copy(a, stmt_str(k->st, 0));
	kept_give(k);
	return r;
}

int
store_get_int(struct store *s, int64_t *ret, struct err *e, const char *sql,
	      const char *kinds, ...)
{
	va_list ap;

	va_start(ap, kinds);
	int r = get_one(s, NULL, NULL, ret, e, sql, kinds, ap);
	va_end(ap);
	return r;
}

int
store_get_str(struct store *s, struct arena *a, struct str *ret, struct err *e,
	      const char *sql, const char *kinds, ...)
{
	va_list ap;

	va_start(ap, kinds);
	int r = get_one(s, a, ret, NULL, e, sql, kinds, ap);
	va_end(ap);
	return r;
}
