/* bench.c - runs a control's query over the rows of one example. */
#include "catalog/bench.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"
#include "store/query.h"
#include "store/store.h"
#include "tables/contract.h"

#define HOSTS_MAX 200
#define ROWS_MAX 2000
#define SQL_MAX 65536
#define NOW "2026-11-21T12:00+09:00"

struct bench_host {
	struct str id, platform, state;
	bool lacking; /* a fact table that is read was not collected */
	bool seen;    /* the query gave a row for it */
};

struct bench {
	struct arena *a;
	const struct tables *tables;
	const struct control *control;
	const struct example *example;
	const struct reads *reads;
	struct diags *d;
	struct store *store;
	int64_t now;
	struct str today;
	size_t n_hosts, n_bindings;
	struct bench_host hosts[HOSTS_MAX];
	struct binding *bindings;
	bool bad;
};

static struct str
place(const struct bench *b, int line, int column)
{
	return str_fmt(b->a, "%.*s:%d:%d", STR_ARG(b->control->file), line,
		       column);
}

#define BENCH_BAD(b, at_line, at_column, ...)                                  \
	do {                                                                   \
		(b)->bad = true;                                               \
		diags_error((b)->d, place(b, at_line, at_column),              \
			    __VA_ARGS__);                                      \
	} while (0)

struct str
err_words(struct arena *a, const struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	err_print(e, NULL, NULL, &b);
	return str_copy(a, buf_view(&b));
}

size_t
bindings_of(struct arena *a, const struct catalog *c, const struct control *k,
	    struct binding **ret)
{
	size_t n = 0;

	*ret = ARENA_ARRAY(a, k->n_parameters + k->n_uses, struct binding);
	for (size_t i = 0; i < k->n_parameters; i++)
		(*ret)[n++] = (struct binding){ k->parameters[i].name,
						&k->parameters[i],
						k->parameters[i].def };
	for (size_t i = 0; i < k->n_uses; i++) {
		const struct control *of = control_find(c, k->uses[i].control);
		const struct parameter *p =
			of != NULL ? parameter_find(of, k->uses[i].parameter)
				   : NULL;

		if (p != NULL)
			(*ret)[n++] = (struct binding){ k->uses[i].name, p,
							p->def };
	}
	return n;
}

static struct bench_host *
host_of(struct bench *b, struct str id)
{
	for (size_t i = 0; i < b->n_hosts; i++)
		if (str_eq(b->hosts[i].id, id))
			return &b->hosts[i];
	if (b->n_hosts == HOSTS_MAX)
		return NULL;

	struct bench_host *h = &b->hosts[b->n_hosts++];
	*h = (struct bench_host){ .id = id, .state = STR("active") };
	return h;
}

static struct str
cell_text(const struct example_row *row, const char *column)
{
	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->cells[i].column, column))
			return row->cells[i].text;
	return (struct str){ 0 };
}

/* A value of its column's type, bound at `at`; false when it is none. */
static bool
cell_bind(const struct bench *b, struct stmt *st, int at,
	  const struct example_cell *c, enum cell_type type)
{
	struct err e = { 0 };
	int64_t n;

	if (c->text.p == NULL) {
		stmt_bind_null(st, at);
		return true;
	}
	switch (type) {
	case CELL_INSTANT:
		if (at_parse(c->text, store_zone(b->store), &n, &e) < 0)
			return false;
		stmt_bind_int(st, at, n);
		return true;
	case CELL_INT:
	case CELL_BOOL:
		if (c->quoted || !num_try(c->text, &n) ||
		    (type == CELL_BOOL && n != 0 && n != 1))
			return false;
		stmt_bind_int(st, at, n);
		return true;
	case CELL_DATE:
		if (on_parse(c->text, &n, &e) < 0)
			return false;
		stmt_bind_str(st, at, c->text);
		return true;
	case CELL_REAL: /* a STRICT column turns the text into a number */
	case CELL_TEXT:
		stmt_bind_str(st, at, c->text);
		return true;
	}
	return false;
}

static const struct table_col *
col_find(const struct table_shape *t, struct str name)
{
	for (size_t i = 0; i < t->n_cols; i++)
		if (str_eq(t->cols[i].name, name))
			return &t->cols[i];
	return NULL;
}

static struct str
insert_sql(struct bench *b, const struct table_shape *t,
	   const struct example_row *row)
{
	auto_buf sql = { 0 };

	buf_init(&sql, SQL_MAX);
	buf_fmt(&sql, "INSERT INTO main.%.*s(",
		STR_ARG(store_quote_name(b->a, t->name)));
	for (size_t i = 0; i < row->n; i++)
		buf_fmt(&sql, "%s%.*s", i > 0 ? ", " : "",
			STR_ARG(store_quote_name(b->a, row->cells[i].column)));
	buf_c(&sql, ") VALUES (");
	for (size_t i = 0; i < row->n; i++)
		buf_c(&sql, i > 0 ? ", ?" : "?");
	buf_char(&sql, ')');
	return str_copy(b->a, buf_view(&sql));
}

static void
row_insert(struct bench *b, const struct table_shape *t,
	   const struct example_row *row)
{
	static const char *const wants[] = {
		[CELL_TEXT] = "text",
		[CELL_INT] = "a whole number",
		[CELL_REAL] = "a number",
		[CELL_BOOL] = "true or false",
		[CELL_INSTANT] = "an instant like 2026-11-21T12:00+09:00",
		[CELL_DATE] = "a date like 2026-11-21",
	};
	auto_stmt *st = NULL;
	struct err e = { 0 };

	if (row->n == 0)
		return;
	for (size_t i = 0; i < row->n; i++) {
		const struct example_cell *c = &row->cells[i];

		if (col_find(t, c->column) != NULL)
			continue;
		BENCH_BAD(b, c->line, c->column_no,
			  "'%.*s' has no column '%.*s'", STR_ARG(t->name),
			  STR_ARG(c->column));
		return;
	}
	if (stmt_prepare(b->store, insert_sql(b, t, row), &st, &e) < 0) {
		BENCH_BAD(b, row->cells[0].line, row->cells[0].column_no,
			  "%.*s", STR_ARG(err_words(b->a, &e)));
		return;
	}
	for (size_t i = 0; i < row->n; i++) {
		const struct example_cell *c = &row->cells[i];
		const struct table_col *col = col_find(t, c->column);

		assert(col != NULL); /* refused above */
		if (cell_bind(b, st, (int)i + 1, c, col->type))
			continue;
		BENCH_BAD(b, c->line, c->column_no,
			  "expected %s for '%.*s', found '%.*s'",
			  wants[col->type], STR_ARG(c->column),
			  STR_ARG(c->text));
		return;
	}
	if (stmt_step(st, &e) < 0)
		BENCH_BAD(b, row->cells[0].line, row->cells[0].column_no,
			  "the row does not fit '%.*s': %.*s", STR_ARG(t->name),
			  STR_ARG(err_words(b->a, &e)));
}

/* Which host the row speaks of, and what it says about it. */
static void
row_host(struct bench *b, const struct table_shape *t,
	 const struct example_row *row, const struct example_table *of)
{
	struct str id = cell_text(row, "host_id");
	struct str platform = cell_text(row, "platform");
	struct str state = cell_text(row, "state");
	bool is_host = str_is(t->name, "host");

	if (t->kind != TABLE_FACT && !is_host)
		return;
	struct bench_host *h = id.p != NULL ? host_of(b, id) : NULL;
	if (h == NULL) {
		BENCH_BAD(b, of->line, of->column_no,
			  "a row of '%.*s' needs a host_id", STR_ARG(t->name));
		return;
	}
	if (platform.p != NULL && (is_host || (h->platform.p == NULL &&
					       str_is(t->name, "host_system"))))
		h->platform = platform;
	if (is_host && state.p != NULL)
		h->state = state;
}

static void
rows_insert(struct bench *b)
{
	size_t n = 0;

	for (size_t i = 0; i < b->example->n_tables; i++) {
		const struct example_table *given = &b->example->tables[i];
		const struct table_shape *t = tables_find(b->tables,
							  given->name);

		if (t == NULL) {
			BENCH_BAD(b, given->line, given->column_no,
				  "there is no table '%.*s'",
				  STR_ARG(given->name));
			continue;
		}
		for (size_t j = 0; j < given->n && n++ < ROWS_MAX; j++) {
			row_host(b, t, &given->rows[j], given);
			row_insert(b, t, &given->rows[j]);
		}
	}
}

bool
bench_gives(const struct bench *b, struct str table)
{
	for (size_t i = 0; i < b->example->n_tables; i++)
		if (str_eq(b->example->tables[i].name, table))
			return true;
	return false;
}

bool
bench_has_null(const struct bench *b, struct str table, struct str column)
{
	for (size_t i = 0; i < b->example->n_tables; i++) {
		const struct example_table *t = &b->example->tables[i];

		if (!str_eq(t->name, table))
			continue;
		for (size_t j = 0; j < t->n; j++)
			if (cell_text(&t->rows[j], str_to_c(b->a, column)).p ==
			    NULL)
				return true;
	}
	return false;
}

static unsigned
platform_bit(struct str platform)
{
	if (str_is(platform, "windows"))
		return PLATFORM_WINDOWS;
	return str_is(platform, "macos") ? PLATFORM_MACOS : PLATFORM_LINUX;
}

/* Hosts that the given tables mention exist, and lack what is not given. */
static void
hosts_finish(struct bench *b)
{
	bool given = bench_gives(b, STR("host"));
	struct err e = { 0 };

	for (size_t i = 0; i < b->n_hosts; i++) {
		struct bench_host *h = &b->hosts[i];

		if (h->platform.p == NULL)
			h->platform = STR("linux");
		if (!given && store_run(b->store, &e,
					"INSERT INTO main.host VALUES (?, ?, "
					"?, 'unknown', 'active', "
					"'2026-01-01')",
					"sss", h->id, h->id, h->platform) < 0)
			BENCH_BAD(b, b->example->line, b->example->column_no,
				  "cannot add host '%.*s'", STR_ARG(h->id));
		for (size_t j = 0; j < b->reads->n; j++) {
			const struct table_shape *t = tables_find(
				b->tables, b->reads->list[j].table);

			if (t != NULL && t->kind == TABLE_FACT &&
			    (t->platforms & platform_bit(h->platform)) != 0 &&
			    !bench_gives(b, t->name))
				h->lacking = true;
		}
	}
}

static void
values_set(struct bench *b)
{
	for (size_t i = 0; i < b->example->n_values; i++) {
		const struct example_value *v = &b->example->values[i];
		struct binding *to = NULL;
		struct err e = { 0 };

		for (size_t j = 0; j < b->n_bindings; j++)
			if (str_eq(b->bindings[j].name, v->name))
				to = &b->bindings[j];
		if (to == NULL) {
			BENCH_BAD(b, b->example->line, b->example->column_no,
				  "'policy' names '%.*s', which is no "
				  "parameter here",
				  STR_ARG(v->name));
			continue;
		}

		struct str text = v->value;
		if (text.p != NULL && to->parameter->type == PARAM_BOOL)
			text = str_is(text, "1") ? STR("true") : STR("false");
		to->value = (struct str){ 0 };
		if (text.p != NULL && parameter_parse(b->a, to->parameter, text,
						      &to->value, &e) < 0)
			BENCH_BAD(b, b->example->line, b->example->column_no,
				  "'policy' gives '%.*s' a value it cannot "
				  "have: '%.*s'",
				  STR_ARG(v->name), STR_ARG(text));
	}
}

/* The tables read and given, and nothing else: making them takes time. */
static int
bench_tables(struct bench *b, struct err *e)
{
	struct reads *all = ARENA_NEW(b->a, struct reads);

	*all = *b->reads;
	for (size_t i = 0; i < b->example->n_tables && all->n < READS_MAX; i++)
		all->list[all->n++].table = b->example->tables[i].name;
	return tables_create(b->store, b->tables, all, e);
}

struct bench *
bench_open(struct arena *a, const struct tables *t, const struct control *k,
	   const struct example *ex, const struct reads *reads,
	   const struct binding *bindings, size_t n_bindings, struct diags *d)
{
	struct bench *b = ARENA_NEW(a, struct bench);
	struct err e = { 0 };

	*b = (struct bench){ .a = a,
			     .tables = t,
			     .control = k,
			     .example = ex,
			     .reads = reads,
			     .d = d,
			     .n_bindings = n_bindings };
	b->bindings = ARENA_ARRAY(a, n_bindings, struct binding);
	for (size_t i = 0; i < n_bindings; i++)
		b->bindings[i] = bindings[i];
	if (store_open_memory(&b->store, &e) < 0 || bench_tables(b, &e) < 0 ||
	    at_parse(ex->now.p != NULL ? ex->now : STR(NOW),
		     store_zone(b->store), &b->now, &e) < 0) {
		BENCH_BAD(b, ex->line, ex->column_no,
			  "the example cannot be set up: %.*s",
			  STR_ARG(err_words(a, &e)));
		bench_close(b);
		return NULL;
	}
	b->today = on_print(a, days_of_at(b->now, store_zone(b->store)));
	values_set(b);
	rows_insert(b);
	hosts_finish(b);
	if (!b->bad)
		return b;
	bench_close(b);
	return NULL;
}

void
bench_close(struct bench *b)
{
	if (b != NULL)
		store_close(b->store);
}

struct store *
bench_store(struct bench *b)
{
	return b->store;
}

int64_t
bench_now(const struct bench *b)
{
	return b->now;
}

struct binding *
bench_bindings(struct bench *b)
{
	return b->bindings;
}

static int
bind_one(struct bench *b, struct stmt *st, int at, struct err *e)
{
	const char *name = stmt_param_name(st, at);
	int64_t n;

	if (name == NULL || name[0] != ':')
		return err_set(e, -EINVAL, "write parameters as :name");
	if (strcmp(name, ":now") == 0) {
		stmt_bind_int(st, at, b->now);
		return 0;
	}
	if (strcmp(name, ":today") == 0) {
		stmt_bind_str(st, at, b->today);
		return 0;
	}
	for (size_t i = 0; i < b->n_bindings; i++) {
		const struct binding *v = &b->bindings[i];

		if (!str_is(v->name, name + 1))
			continue;
		if (v->value.p == NULL)
			stmt_bind_null(st, at);
		else if ((v->parameter->type == PARAM_INT ||
			  v->parameter->type == PARAM_BOOL) &&
			 num_try(v->value, &n))
			stmt_bind_int(st, at, n);
		else
			stmt_bind_str(st, at, v->value);
		return 0;
	}
	return err_set(e, -EINVAL, "there is no parameter '%s'", name);
}

struct columns {
	int subject, ok, host_id;
};

static int
columns_find(struct stmt *st, struct columns *ret, struct err *e)
{
	*ret = (struct columns){ -1, -1, -1 };
	for (int i = 0; i < stmt_n_cols(st); i++) {
		const char *name = stmt_col_name(st, i);

		if (strcmp(name, "subject") == 0)
			ret->subject = i;
		else if (strcmp(name, "ok") == 0)
			ret->ok = i;
		else if (strcmp(name, "host_id") == 0)
			ret->host_id = i;
	}
	if (ret->subject < 0 || ret->ok < 0)
		return err_set(e, -EINVAL,
			       "the query gives no column 'subject' or 'ok'");
	return 0;
}

static void
verdict_add(struct arena *a, struct verdicts *v, size_t *cap,
	    struct verdict_row row)
{
	if (v->n == *cap) {
		size_t more = *cap == 0 ? 16 : *cap * 2;
		struct verdict_row *rows = ARENA_ARRAY(a, more,
						       struct verdict_row);

		if (v->n > 0)
			memcpy(rows, v->rows, v->n * sizeof(*rows));
		v->rows = rows;
		*cap = more;
	}
	v->rows[v->n++] = row;
}

static bool
any_lacking(const struct bench *b)
{
	for (size_t i = 0; i < b->n_hosts; i++)
		if (b->hosts[i].lacking)
			return true;
	return false;
}

static int
row_take(struct bench *b, struct arena *a, struct stmt *st,
	 const struct columns *c, struct verdict_row *ret, struct err *e)
{
	bool null = stmt_is_null(st, c->ok);
	struct bench_host *h = NULL;

	if (stmt_is_null(st, c->subject))
		return err_set(e, -EINVAL, "a row without a subject");
	if (!null && (!stmt_is_int(st, c->ok) || stmt_int(st, c->ok) < 0 ||
		      stmt_int(st, c->ok) > 1))
		return err_set(e, -EINVAL,
			       "'ok' is '%.*s'; expected 1, 0 or "
			       "NULL",
			       STR_ARG(stmt_str(st, c->ok)));
	ret->subject = str_copy(a, stmt_str(st, c->subject));
	ret->verdict = null			  ? VERDICT_UNKNOWN
		       : stmt_int(st, c->ok) == 1 ? VERDICT_PASS
						  : VERDICT_FAIL;
	if (c->host_id >= 0 && !stmt_is_null(st, c->host_id)) {
		struct str id = str_copy(a, stmt_str(st, c->host_id));

		ret->host_id = id;
		for (size_t i = 0; i < b->n_hosts && h == NULL; i++)
			if (str_eq(b->hosts[i].id, id))
				h = &b->hosts[i];
		if (h == NULL)
			return err_set(e, -EINVAL,
				       "'%.*s' is no host of the example",
				       STR_ARG(id));
		h->seen = true;
	}
	if (h != NULL ? h->lacking : any_lacking(b))
		ret->verdict = VERDICT_UNKNOWN;
	return 0;
}

static int
cmp_subject(const void *x, const void *y)
{
	const struct verdict_row *a = x, *b = y;

	return str_cmp(a->subject, b->subject);
}

static void
verdicts_sort(struct verdicts *v)
{
	if (v->n > 1)
		qsort(v->rows, v->n, sizeof(v->rows[0]), cmp_subject);
}

static bool
empty_ledger(struct bench *b)
{
	for (size_t i = 0; i < b->reads->n; i++) {
		struct str name = b->reads->list[i].table;
		const struct table_shape *t = tables_find(b->tables, name);
		size_t n = 0;

		if (t == NULL || t->kind != TABLE_LEDGER)
			continue;
		for (size_t j = 0; j < b->example->n_tables; j++)
			if (str_eq(b->example->tables[j].name, name))
				n = b->example->tables[j].n;
		if (n == 0)
			return true;
	}
	return false;
}

/* What the engine adds to the rows of the query. */
static void
silence_add(struct bench *b, struct arena *a, struct verdicts *v, size_t *cap)
{
	for (size_t i = 0; i < b->n_hosts; i++) {
		const struct bench_host *h = &b->hosts[i];

		if (h->lacking && !h->seen && str_is(h->state, "active"))
			verdict_add(
				a, v, cap,
				(struct verdict_row){
					str_fmt(a, "host:%.*s", STR_ARG(h->id)),
					VERDICT_UNKNOWN, h->id });
	}
	if (v->n == 0 && empty_ledger(b))
		verdict_add(a, v, cap,
			    (struct verdict_row){ .subject = STR("*"),
						  .verdict = VERDICT_UNKNOWN });
}

int
bench_run(struct bench *b, struct arena *a, struct str sql,
	  struct verdicts *ret, struct err *e)
{
	auto_stmt *st = NULL;
	struct reads reads; /* those of the query itself are known */
	struct columns c;
	struct verdicts v = { 0 };
	size_t cap = 0;
	int more;

	for (size_t i = 0; i < b->n_hosts; i++)
		b->hosts[i].seen = false;
	if (query_prepare(b->store, a, sql, &st, &reads, e) < 0 ||
	    columns_find(st, &c, e) < 0)
		return e->code;
	for (int i = 1; i <= stmt_n_params(st); i++)
		if (bind_one(b, st, i, e) < 0)
			return e->code;
	while ((more = stmt_step(st, e)) > 0) {
		struct verdict_row row = { 0 };

		if (v.n > ROWS_MAX)
			return err_set(e, -E2BIG, "more than %d rows",
				       ROWS_MAX);
		if (row_take(b, a, st, &c, &row, e) < 0)
			return e->code;
		verdict_add(a, &v, &cap, row);
	}
	if (more < 0)
		return more;
	verdicts_sort(&v);
	for (size_t i = 1; i < v.n; i++)
		if (str_eq(v.rows[i].subject, v.rows[i - 1].subject))
			return err_set(e, -EINVAL, "subject '%.*s' twice",
				       STR_ARG(v.rows[i].subject));
	silence_add(b, a, &v, &cap);
	verdicts_sort(&v);
	*ret = v;
	return 0;
}

struct verdicts
bench_wanted(struct arena *a, const struct example *ex)
{
	struct verdicts v = { 0 };
	size_t cap = 0;
	const struct {
		enum verdict verdict;
		const struct str *list;
		size_t n;
	} parts[] = {
		{ VERDICT_PASS, ex->pass, ex->n_pass },
		{ VERDICT_FAIL, ex->fail, ex->n_fail },
		{ VERDICT_UNKNOWN, ex->unknown, ex->n_unknown },
	};

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		for (size_t j = 0; j < parts[i].n; j++)
			verdict_add(a, &v, &cap,
				    (struct verdict_row){
					    .subject = parts[i].list[j],
					    .verdict = parts[i].verdict });
	verdicts_sort(&v);
	return v;
}

const char *
verdict_name(enum verdict v)
{
	static const char *const names[] = { "pass", "fail", "unknown" };

	return names[v];
}
