/* tables.c - the shapes of all tables that a query may read. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "catalog/bench.h"
#include "store/query.h"
#include "store/store.h"
#include "tables/contract.h"

#define SQL_MAX ((size_t)1024 * 1024)
#define BASE_COLS_MAX 8

struct base_col {
	const char *name;
	enum cell_type type;
};

static const struct {
	const char *name;
	struct base_col cols[BASE_COLS_MAX];
} base_tables[] = {
	{ "host",
	  { { "host_id", CELL_TEXT },
	    { "name", CELL_TEXT },
	    { "platform", CELL_TEXT },
	    { "role", CELL_TEXT },
	    { "state", CELL_TEXT },
	    { "enrolled_on", CELL_DATE } } },
	{ "os_eol",
	  { { "os_id", CELL_TEXT },
	    { "version_id", CELL_TEXT },
	    { "edition", CELL_TEXT },
	    { "eol_on", CELL_DATE },
	    { "extended_on", CELL_DATE },
	    { "source", CELL_TEXT } } },
};

static enum cell_type
cell_of_column(enum col_type t)
{
	static const enum cell_type types[] = {
		[COL_TEXT] = CELL_TEXT, [COL_INT] = CELL_INT,
		[COL_BOOL] = CELL_BOOL, [COL_INSTANT] = CELL_INSTANT,
		[COL_DATE] = CELL_DATE,
	};

	return types[t];
}

static enum cell_type
cell_of_field(const struct ledger_field *f)
{
	if (f->type == FIELD_INT || f->type == FIELD_MONEY)
		return CELL_INT;
	if (f->type == FIELD_NUMBER)
		return CELL_REAL;
	if (f->type == FIELD_BOOL)
		return CELL_BOOL;
	if (f->type == FIELD_DATETIME)
		return CELL_INSTANT;
	return f->type == FIELD_DATE ? CELL_DATE : CELL_TEXT;
}

static void
col_add(struct table_shape *t, struct str name, enum cell_type type)
{
	t->cols[t->n_cols++] = (struct table_col){ name, type };
}

static struct table_shape
contract_table(struct arena *a, const struct contract *k)
{
	struct table_shape t = { .name = str_c(k->name),
				 .kind = TABLE_BASE,
				 .platforms = k->platforms,
				 .shared = k->shared };

	t.cols = ARENA_ARRAY(a, k->n_cols + 2, struct table_col);
	if (k->platforms != 0) { /* else of the organisation */
		t.kind = TABLE_FACT;
		col_add(&t, STR("host_id"), CELL_TEXT);
	}
	for (size_t i = 0; i < k->n_cols; i++)
		col_add(&t, str_c(k->cols[i].name),
			cell_of_column(k->cols[i].type));
	if (t.kind == TABLE_FACT)
		col_add(&t, STR("first_seen_at"), CELL_INSTANT);
	return t;
}

static struct table_shape
ledger_table(struct arena *a, const struct ledger *l)
{
	struct table_shape t = { .name = l->id, .kind = TABLE_LEDGER };

	t.cols = ARENA_ARRAY(a, l->n_fields + 5, struct table_col);
	col_add(&t, STR("id"), CELL_TEXT);
	col_add(&t, STR("rev"), CELL_INT);
	col_add(&t, STR("state"), CELL_TEXT);
	col_add(&t, STR("change_seq"), CELL_INT);
	col_add(&t, STR("deleted_at"), CELL_INSTANT);
	for (size_t i = 0; i < l->n_fields; i++)
		if (!l->fields[i].many)
			col_add(&t, l->fields[i].name,
				cell_of_field(&l->fields[i]));
	return t;
}

static struct table_shape
child_table(struct arena *a, const struct ledger *l,
	    const struct ledger_field *f)
{
	struct table_shape t = {
		.name = str_fmt(a, "%.*s_%.*s", STR_ARG(l->id),
				STR_ARG(f->name)),
		.kind = TABLE_LEDGER,
	};

	t.cols = ARENA_ARRAY(a, 2, struct table_col);
	col_add(&t, STR("ledger_id"), CELL_TEXT);
	col_add(&t, STR("value"), cell_of_field(f));
	return t;
}

struct tables *
tables_of(struct arena *a, const struct catalog *c)
{
	struct tables *t = ARENA_NEW(a, struct tables);
	size_t max = n_contracts + ARRAY_LEN(base_tables) + c->n_ledgers;

	for (size_t i = 0; i < c->n_ledgers; i++)
		max += c->ledgers[i].n_fields;
	t->list = ARENA_ARRAY(a, max, struct table_shape);
	for (size_t i = 0; i < n_contracts; i++)
		t->list[t->n++] = contract_table(a, contracts[i]);
	for (size_t i = 0; i < ARRAY_LEN(base_tables); i++) {
		struct table_shape *b = &t->list[t->n++];

		b->name = str_c(base_tables[i].name);
		b->kind = TABLE_BASE;
		b->cols = ARENA_ARRAY(a, BASE_COLS_MAX, struct table_col);
		for (size_t j = 0; base_tables[i].cols[j].name != NULL; j++)
			col_add(b, str_c(base_tables[i].cols[j].name),
				base_tables[i].cols[j].type);
	}
	for (size_t i = 0; i < c->n_ledgers; i++) {
		const struct ledger *l = &c->ledgers[i];

		t->list[t->n++] = ledger_table(a, l);
		for (size_t j = 0; j < l->n_fields; j++)
			if (l->fields[j].many)
				t->list[t->n++] = child_table(a, l,
							      &l->fields[j]);
	}
	return t;
}

const struct table_shape *
tables_find(const struct tables *t, struct str name)
{
	for (size_t i = 0; i < t->n; i++)
		if (str_eq(t->list[i].name, name))
			return &t->list[i];
	return NULL;
}

static bool
reads_table(const struct reads *r, struct str name)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->list[i].table, name))
			return true;
	return false;
}

static void
distinct_sql(struct arena *a, struct buf *b, const struct table_shape *k)
{
	/* check-src: sql, the names come from checked files */
	buf_fmt(b, "CREATE VIEW main.%.*s_distinct AS SELECT DISTINCT ",
		STR_ARG(k->name));
	for (size_t i = 1; i + 1 < k->n_cols; i++) /* host_id, first_seen_at */
		buf_fmt(b, "%s%.*s", i > 1 ? ", " : "",
			STR_ARG(store_quote_name(a, k->cols[i].name)));
	buf_fmt(b, " FROM %.*s;", STR_ARG(k->name));
}

int
tables_create(struct store *s, const struct tables *t,
	      const struct reads *reads, struct err *e)
{
	static const char *const types[] = {
		[CELL_TEXT] = "TEXT",	    [CELL_INT] = "INTEGER",
		[CELL_REAL] = "REAL",	    [CELL_BOOL] = "INTEGER",
		[CELL_INSTANT] = "INTEGER", [CELL_DATE] = "TEXT",
	};
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	for (size_t i = 0; i < t->n; i++) {
		const struct table_shape *k = &t->list[i];

		if (reads != NULL && !reads_table(reads, k->name) &&
		    !str_is(k->name, "host"))
			continue;
		/* check-src: sql, the names come from checked files */
		buf_fmt(&b, "CREATE TABLE main.%.*s(",
			STR_ARG(store_quote_name(a, k->name)));
		for (size_t j = 0; j < k->n_cols; j++)
			buf_fmt(&b, "%s%.*s %s", j > 0 ? ", " : "",
				STR_ARG(store_quote_name(a, k->cols[j].name)),
				types[k->cols[j].type]);
		buf_c(&b, ") STRICT;");
		if (k->shared)
			distinct_sql(a, &b, k);
	}
	return store_script(s, buf_view(&b), e);
}
