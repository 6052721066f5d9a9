/* example.c - the examples of a control, which are its tests. */
#include "base/arena.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/moment.h"
#include "catalog/read.h"

static void
read_row(const struct reader_ctx *r, const struct yaml *y,
	 struct example_row *row)
{
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected a row as {column: value}");
		return;
	}
	row->cells = ARENA_ARRAY(r->a, y->n, struct example_cell);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *v = y->pairs[i].value;
		struct example_cell *c = &row->cells[row->n];

		if (v->kind != YAML_TEXT) {
			READ_BAD(r, v, "expected a single value for '%.*s'",
				 STR_ARG(y->pairs[i].key));
			continue;
		}
		c->column = y->pairs[i].key;
		c->line = v->line;
		c->column_no = v->column;
		c->quoted = v->scalar == YAML_IS_TEXT;
		if (v->scalar == YAML_IS_BOOL)
			c->text = str_is(v->text, "true") ? STR("1") : STR("0");
		else if (v->scalar != YAML_IS_NULL)
			c->text = v->text;
		row->n++;
	}
}

static void
read_table(const struct reader_ctx *r, const struct yaml_pair *p,
	   struct example_table *t)
{
	const struct yaml *y = p->value;

	t->name = p->key;
	t->line = p->line;
	t->column_no = p->column;
	if (y->kind != YAML_LIST) {
		READ_BAD(r, y, "expected a list of rows for '%.*s'",
			 STR_ARG(p->key));
		return;
	}
	t->n = y->n;
	t->rows = ARENA_ARRAY(r->a, y->n, struct example_row);
	for (size_t i = 0; i < y->n; i++)
		read_row(r, y->items[i], &t->rows[i]);
}

static void
read_given(const struct reader_ctx *r, const struct yaml *map,
	   struct example *ex)
{
	const struct yaml *y = read_key(r, map, "given", false);

	if (y == NULL)
		return;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected 'given' as {table: [rows]}");
		return;
	}
	ex->n_tables = y->n;
	ex->tables = ARENA_ARRAY(r->a, y->n, struct example_table);
	for (size_t i = 0; i < y->n; i++)
		read_table(r, &y->pairs[i], &ex->tables[i]);
}

/* Types are checked by whoever knows the parameters: see example_values(). */
static void
read_policy(const struct reader_ctx *r, const struct yaml *map,
	    struct example *ex)
{
	const struct yaml *y = read_key(r, map, "policy", false);

	if (y == NULL)
		return;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected 'policy' as {parameter: value}");
		return;
	}
	ex->values = ARENA_ARRAY(r->a, y->n, struct example_value);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *v = y->pairs[i].value;
		struct parameter any = {
			.name = y->pairs[i].key,
			.type = v->kind == YAML_LIST ? PARAM_LIST : PARAM_TEXT,
		};
		struct example_value *to = &ex->values[ex->n_values++];

		if (v->kind == YAML_LIST && v->n > 0 &&
		    v->items[0]->kind == YAML_MAP)
			any.type = PARAM_TABLE;
		if (v->kind == YAML_TEXT && v->scalar == YAML_IS_BOOL)
			any.type = PARAM_BOOL;
		to->name = any.name;
		(void)read_value(r, v, &any, &to->value); /* complains itself */
	}
}

static void
read_now(const struct reader_ctx *r, const struct yaml *map, struct example *ex)
{
	struct err e = { 0 };
	int64_t at;

	ex->now = read_text(r, map, "now", false);
	if (ex->now.p != NULL && at_parse(ex->now, zone_tokyo, &at, &e) < 0)
		READ_BAD(r, yaml_find(map, "now"),
			 "expected an instant like 2026-11-21T12:00+09:00, "
			 "found '%.*s'",
			 STR_ARG(ex->now));
}

static bool
subject_in(struct str s, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

static void
check_wants(const struct reader_ctx *r, const struct yaml *y,
	    const struct example *ex)
{
	size_t n = ex->n_pass + ex->n_fail + ex->n_unknown;

	if (ex->none && n > 0)
		READ_BAD(r, y, "an example with 'none' wants no subjects");
	if (!ex->none && n == 0)
		READ_BAD(r, y,
			 "an example wants pass, fail, unknown or "
			 "none: true");
	for (size_t i = 0; i < ex->n_fail; i++)
		if (subject_in(ex->fail[i], ex->pass, ex->n_pass))
			READ_BAD(r, y, "'%.*s' is wanted twice",
				 STR_ARG(ex->fail[i]));
	for (size_t i = 0; i < ex->n_unknown; i++)
		if (subject_in(ex->unknown[i], ex->pass, ex->n_pass) ||
		    subject_in(ex->unknown[i], ex->fail, ex->n_fail))
			READ_BAD(r, y, "'%.*s' is wanted twice",
				 STR_ARG(ex->unknown[i]));
}

static void
read_example(const struct reader_ctx *r, const struct yaml *y,
	     struct example *ex)
{
	ex->line = y->line;
	ex->column_no = y->column;
	if (!read_map(r, y, "an example",
		      "name given policy now pass fail unknown none"))
		return;
	ex->name = read_text(r, y, "name", true);
	read_given(r, y, ex);
	read_policy(r, y, ex);
	read_now(r, y, ex);
	ex->n_pass = read_texts(r, y, "pass", false, &ex->pass);
	ex->n_fail = read_texts(r, y, "fail", false, &ex->fail);
	ex->n_unknown = read_texts(r, y, "unknown", false, &ex->unknown);
	ex->none = read_bool(r, y, "none", false);
	check_wants(r, y, ex);
}

size_t
read_examples(const struct reader_ctx *r, const struct yaml *map,
	      struct example **ret)
{
	const struct yaml *y = read_list(r, map, "examples", false);

	if (y == NULL)
		return 0;
	*ret = ARENA_ARRAY(r->a, y->n, struct example);
	for (size_t i = 0; i < y->n; i++) {
		read_example(r, y->items[i], &(*ret)[i]);
		for (size_t j = 0; j < i; j++)
			if ((*ret)[i].name.p != NULL &&
			    str_eq((*ret)[j].name, (*ret)[i].name))
				READ_BAD(r, y->items[i],
					 "two examples are named '%.*s'",
					 STR_ARG((*ret)[i].name));
	}
	return y->n;
}
