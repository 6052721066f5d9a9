/* query.c - prepares a checked query: it only reads, and we learn what. */
#include "store/query.h"

#include "base/arena.h"
#include "base/err.h"
#include "store/private.h"

/* Deterministic, harmless, bounded by the length limit. */
static const char *const functions[] = {
	"abs", "all_true", "any_true", "at_add", "at_of", "avg",
	"business_day", "char", "coalesce", "count", "dense_rank", "dur_s",
	"first_value", "format", "glob", "group_concat", "hex", "ifnull",
	"iif", "in_cidr", "instr", "jp_holiday", "json", "json_array",
	"json_array_length", "json_each", "json_extract", "json_group_array",
	"json_group_object", "json_object", "json_quote", "json_type",
	"json_valid", "lag", "last_value", "lead", "length", "like", "lower",
	"ltrim", "max", "min", "norm", "nullif", "on_add", "on_of", "printf",
	"rank", "replace", "round", "row_number", "rtrim", "sign", "substr",
	"substring", "sum", "total", "trim", "typeof", "unicode", "upper",
	"version_cmp", "->", "->>",
};

struct watch {
	struct arena *arena;
	struct reads *reads;
	bool full;
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
	w->reads->list[w->reads->n++] = (struct read){
		str_copy(w->arena, t), str_copy(w->arena, c)
	};
}

static int
refuse(struct watch *w, const char *what)
{
	(void)snprintf(w->refused, sizeof(w->refused), "%s", what);
	return SQLITE_DENY;
}

static bool
function_allowed(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++) {
		if (strcmp(name, functions[i]) == 0)
			return true;
	}
	return false;
}

/* host_port reads host_port_all; but a WITH table has a name here too. */
static bool
behind_view(struct str table, const char *view)
{
	struct str name = str_c(view);

	return view != NULL && str_starts(table, view) &&
	       (str_is(str_from(table, name.len), "_all") ||
		str_is(str_from(table, name.len), "_row"));
}

static int
authorize(void *ctx, int action, const char *p1, const char *p2,
	  const char *schema UNUSED, const char *view)
{
	struct watch *w = ctx;

	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_READ:
		if (strncmp(p1, "sqlite_", 7) == 0 ||
		    strncmp(p1, "pragma_", 7) == 0)
			return refuse(w, p1);
		/* What is behind the view of a fact table is not asked for:
		 * the view's own columns are reported too. */
		if (!behind_view(str_c(p1), view))
			note(w, p1, p2);
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return function_allowed(p2) ? SQLITE_OK : refuse(w, p2);
	default:
		return refuse(w, "anything but reading");
	}
}

int
query_prepare(struct store *s, struct arena *a, struct str sql,
	      struct stmt **ret, struct reads *ret_reads, struct err *e)
{
	struct watch w = { .arena = a, .reads = ret_reads };
	struct stmt *st = NULL;

	ret_reads->n = 0;
	/* The first use of a built-in table function declares it, which the
	 * authorizer would have to refuse; a schema change forgets it. */
	if (store_script(s, STR("SELECT 1 FROM json_each('[]')"), e) < 0)
		return e->code;
	(void)sqlite3_set_authorizer(s->db, authorize, &w);
	int r = stmt_prepare(s, sql, &st, e);
	(void)sqlite3_set_authorizer(s->db, NULL, NULL);
	if (r < 0 && w.refused[0] != '\0')
		return err_set(e, -EPERM, "a query may not use '%s'",
			       w.refused);
	if (r < 0)
		return r;
	if (w.full) {
		stmt_free(st);
		return err_set(e, -E2BIG,
			       "a query may read at most %d columns",
			       READS_MAX);
	}
	*ret = st;
	return 0;
}
