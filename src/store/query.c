/* query.c - prepares a checked query: it only reads, and we learn what. */
#include "store/query.h"

#include <strings.h>

#include "base/arena.h"
#include "base/err.h"
#include "store/private.h"

#define STEPS_BETWEEN_LOOKS 2000
#define NAMES_MAX 20000

/* Deterministic, harmless, bounded by the length limit. */
static const char *const functions[] = {
	"->",
	"->>",
	"abs",
	"all_true",
	"any_true",
	"at_add",
	"at_of",
	"avg",
	"business_day",
	"ceil",
	"char",
	"coalesce",
	"count",
	"cume_dist",
	"dense_rank",
	"dur_s",
	"first_value",
	"floor",
	"format",
	"glob",
	"group_concat",
	"hex",
	"ifnull",
	"iif",
	"in_cidr",
	"instr",
	"jp_holiday",
	"jp_holiday_name",
	"json",
	"json_array",
	"json_array_length",
	"json_each",
	"json_extract",
	"json_group_array",
	"json_group_object",
	"json_object",
	"json_quote",
	"json_tree",
	"json_type",
	"json_valid",
	"lag",
	"last_value",
	"lead",
	"length",
	"like",
	"lower",
	"ltrim",
	"max",
	"min",
	"mod",
	"norm",
	"nth_value",
	"ntile",
	"nullif",
	"on_add",
	"on_of",
	"percent_rank",
	"printf",
	"rank",
	"replace",
	"round",
	"row_number",
	"rtrim",
	"sign",
	"substr",
	"substring",
	"sum",
	"total",
	"trim",
	"typeof",
	"unicode",
	"upper",
	"version_cmp",
};

/* They take 'now', which differs at each call. */
static const char *const clocks[] = {
	"current_date", "current_time", "current_timestamp",
	"date",		"datetime",	"julianday",
	"strftime",	"time",		"unixepoch",
};

struct watch {
	struct arena *arena;
	struct reads *reads;
	const struct query_rules *rules; /* NULL: a query of ours */
	size_t n_names;			 /* tables, views and modules there */
	struct str *names;		 /* sorted; only with rules */
	bool full;
	bool clock;
	char refused[128];
};

static void
note(struct watch *w, const char *table, const char *column)
{
	struct str t = str_c(table), c = str_c(column);

	for (size_t i = 0; i < w->reads->n; i++) {
		if (str_eq(w->reads->list[i].table, t) &&
		    str_eq(w->reads->list[i].column, c))
			return;
	}
	if (w->reads->n == READS_MAX) {
		w->full = true;
		return;
	}
	w->reads->list[w->reads->n++] = (struct read){ str_copy(w->arena, t),
						       str_copy(w->arena, c) };
}

static int
refuse(struct watch *w, const char *what)
{
	(void)snprintf(w->refused, sizeof(w->refused), "%s", what);
	return SQLITE_DENY;
}

static bool
listed(const char *const *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++) {
		if (strcasecmp(name, list[i]) == 0)
			return true;
	}
	return false;
}

/* Tables of SQLite itself; the name may be written in any case. */
static bool
is_own_of_sqlite(const char *table)
{
	return strncasecmp(table, "sqlite_", 7) == 0 ||
	       strncasecmp(table, "pragma_", 7) == 0 ||
	       strcasecmp(table, "dbstat") == 0;
}

static int
name_cmp(const void *a, const void *b)
{
	const struct str *x = a, *y = b;
	size_t n = x->len < y->len ? x->len : y->len;
	int c = strncasecmp(x->p, y->p, n);

	return c != 0 ? c : (x->len > y->len) - (x->len < y->len);
}

/*
 * SQLite asks for a name of WITH too when no column of it is used. What is
 * neither table, view nor module can be nothing else.
 */
static bool
is_there(const struct watch *w, const char *table)
{
	struct str key = str_c(table);

	return bsearch(&key, w->names, w->n_names, sizeof(key), name_cmp) !=
	       NULL;
}

static int
authorize_read(struct watch *w, const char *table, const char *column,
	       const char *via)
{
	if (is_own_of_sqlite(table))
		return refuse(w, table);
	/*
	 * `via` is the view by which the table is read, or a name of WITH:
	 * it may be one more table that is read, but proves nothing.
	 */
	if (w->rules != NULL && strcasecmp(table, "json_each") != 0 &&
	    strcasecmp(table, "json_tree") != 0) {
		bool with = column[0] == '\0' && !is_there(w, table);
		bool may = w->rules->may_read != NULL &&
			   w->rules->may_read(w->rules->ctx, str_c(table),
					      str_c(column));
		if (!with && !may)
			return refuse(w, table);
	}
	note(w, table, column);
	if (via != NULL)
		note(w, via, "");
	return SQLITE_OK;
}

static int
authorize(void *ctx, int action, const char *p1, const char *p2,
	  const char *schema UNUSED, const char *via)
{
	struct watch *w = ctx;

	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		return authorize_read(w, p1, p2 ? p2 : "", via);
	case SQLITE_FUNCTION:
		if (listed(functions, ARRAY_LEN(functions), p2))
			return SQLITE_OK;
		w->clock = listed(clocks, ARRAY_LEN(clocks), p2);
		return refuse(w, p2);
	default:
		return refuse(w, "anything but reading");
	}
}

/*
 * At their first use, and after each change of the schema, SQLite reads its
 * schema for them, which would look as if the query did.
 */
static int
modules_ready(struct store *s, struct err *e)
{
	static const char sql[] =
		"SELECT 1 FROM json_each('[]'), json_tree('[]')";
	sqlite3_stmt *st = NULL;

	int rc = sqlite3_prepare_v2(s->db, sql, -1, &st, NULL);
	if (rc != SQLITE_OK)
		return store_err(s, rc, e);
	(void)sqlite3_finalize(st); /* it was not run */
	return 0;
}

static int
prepare(struct store *s, struct watch *w, struct str sql, struct stmt **ret,
	struct err *e)
{
	struct stmt *st = NULL;

	w->reads->n = 0;
	if (modules_ready(s, e) < 0)
		return e->code;
	(void)sqlite3_set_authorizer(s->db, authorize, w);
	int r = stmt_prepare(s, sql, &st, e);
	(void)sqlite3_set_authorizer(s->db, NULL, NULL);
	if (r < 0 && w->clock)
		return err_set(e, -EPERM,
			       "a query may not use '%s': the instant is :now, "
			       "the date is :today",
			       w->refused);
	if (r < 0 && w->refused[0] != '\0')
		return err_set(e, -EPERM, "a query may not use '%s'",
			       w->refused);
	if (r < 0)
		return r;
	if (sqlite3_stmt_isexplain(st->st) || !sqlite3_stmt_readonly(st->st)) {
		stmt_free(st);
		return err_set(e, -EPERM, "a query may not use '%s'",
			       "anything but reading");
	}
	if (w->full) {
		stmt_free(st);
		return err_set(e, -E2BIG, "a query may read at most %d columns",
			       READS_MAX);
	}
	*ret = st;
	return 0;
}

int
query_prepare(struct store *s, struct arena *a, struct str sql,
	      struct stmt **ret, struct reads *ret_reads, struct err *e)
{
	struct watch w = { .arena = a, .reads = ret_reads };

	return prepare(s, &w, sql, ret, e);
}

static int
names_load(struct store *s, struct arena *a, struct watch *w, struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT name FROM pragma_table_list "
			     "UNION SELECT name FROM pragma_module_list"),
			 &st, e) < 0)
		return e->code;

	w->names = ARENA_ARRAY(a, NAMES_MAX, struct str);
	while ((r = stmt_step(st, e)) > 0) {
		if (w->n_names == NAMES_MAX)
			return err_set(e, -E2BIG, "there are too many tables");
		w->names[w->n_names++] = str_copy(a, stmt_str(st, 0));
	}
	qsort(w->names, w->n_names, sizeof(*w->names), name_cmp);
	return r;
}

int
query_prepare_foreign(struct store *s, struct arena *a, struct str sql,
		      const struct query_rules *rules, struct stmt **ret,
		      struct reads *ret_reads, struct err *e)
{
	struct watch w = { .arena = a, .reads = ret_reads, .rules = rules };

	if (names_load(s, a, &w, e) < 0)
		return e->code;
	return prepare(s, &w, sql, ret, e);
}

static int64_t
clock_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
time_is_up(void *ctx)
{
	const struct store *s = ctx;

	return clock_us() > s->query_until_us;
}

void
query_time_limit(struct store *s, int64_t time_us)
{
	s->query_until_us = clock_us() + time_us;
	sqlite3_progress_handler(s->db, STEPS_BETWEEN_LOOKS,
				 time_us > 0 ? time_is_up : NULL, s);
}

int
query_confine(struct store *s, int64_t max_memory, struct err *e)
{
	static const struct {
		int what, value;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, 1000000 },
		{ SQLITE_LIMIT_SQL_LENGTH, 100000 },
		{ SQLITE_LIMIT_COLUMN, 256 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 200 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 50 },
		{ SQLITE_LIMIT_VDBE_OP, 100000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 32 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 100 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 200 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 0 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	int was;

	if (store_script(s, STR("PRAGMA query_only = 1"), e) < 0)
		return e->code;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		(void)sqlite3_limit(s->db, limits[i].what, limits[i].value);
	(void)sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, &was);
	(void)sqlite3_hard_heap_limit64(max_memory);
	return 0;
}
