/* demo_facts.c - what a made-up machine says of itself. */
#include "cli/demo_facts.h"

#include "agent/common/fact_write.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"

#define COLUMNS_MAX 64

struct recorded {
	const struct recipe_clock *clock;
	struct fact_writer writer;
	const struct contract *contract;
	enum snapshot state;
	int64_t n_rows;
	size_t n_columns; /* named behind the table: rows without keys */
	size_t columns[COLUMNS_MAX];
};

static int
put(void *ctx, struct str bytes, struct err *e UNUSED)
{
	buf_str(ctx, bytes);
	return 0;
}

static int
column_find(const struct contract *c, struct str name, size_t *ret,
	    struct err *e)
{
	for (size_t i = 0; c != NULL && i < c->n_cols; i++) {
		if (str_is(name, c->cols[i].name)) {
			*ret = i;
			return 0;
		}
	}
	return recipe_bad(name, e);
}

static int
table_end(struct recorded *r, struct err *e)
{
	struct sink *k = &r->writer.sink;

	if (r->contract == NULL)
		return 0;
	r->contract = NULL;
	return k->end(k, r->state,
		      r->state == SNAPSHOT_CANNOT ? "needs_root" : "",
		      r->n_rows, e);
}

static int
table_begin(struct recorded *r, const struct recipe_line *l, struct err *e)
{
	struct sink *k = &r->writer.sink;
	struct str name = l->n > 1 ? l->words[1].value : str_c("");

	if (table_end(r, e) < 0)
		return e->code;
	for (size_t i = 0; i < n_contracts; i++) {
		if (str_is(name, contracts[i]->name))
			r->contract = contracts[i];
	}
	if (r->contract == NULL || l->n - 2 > COLUMNS_MAX)
		return recipe_bad(name, e);
	r->state = SNAPSHOT_COMPLETE;
	r->n_rows = 0;
	r->n_columns = l->n - 2;
	for (size_t i = 0; i < r->n_columns; i++) {
		if (column_find(r->contract, l->words[i + 2].value,
				&r->columns[i], e) < 0)
			return e->code;
	}
	return k->begin(k, r->contract, e);
}

/* "none TABLE ...": looked for, and there is nothing. */
static int
none(struct recorded *r, const struct recipe_line *l, struct err *e)
{
	for (size_t i = 1; i < l->n; i++) {
		struct recipe_line empty = { .n = 2 };

		empty.words[1] = l->words[i];
		if (table_begin(r, &empty, e) < 0)
			return e->code;
	}
	return table_end(r, e);
}

/* "cannot COLUMN REASON", or "cannot all REASON" for the table. */
static int
cannot(struct recorded *r, const struct recipe_line *l, struct err *e)
{
	struct sink *k = &r->writer.sink;
	auto_arena *a = arena_new();
	struct str column = l->words[1].value;

	if (str_is(column, "all")) {
		r->state = SNAPSHOT_CANNOT;
		column = str_c("");
	}
	return k->cannot(k, str_to_c(a, column), str_to_c(a, l->words[2].value),
			 e);
}

static int
cell(const struct recorded *r, const struct column *c, struct str text,
     struct value *ret, struct err *e)
{
	if (c->type == COL_TEXT) {
		*ret = (struct value){ .kind = VALUE_TEXT, .s = text };
		return 0;
	}

	struct value v = { .kind = VALUE_INT };
	if (c->type == COL_INT) {
		if (num_parse(text, &v.i, e) < 0)
			return e->code;
	} else if (c->type == COL_BOOL) {
		if (!str_is(text, "yes") && !str_is(text, "no"))
			return recipe_bad(text, e);
		v.i = str_is(text, "yes");
	} else if (recipe_at(r->clock, text, &v.i, e) < 0) {
		return e->code;
	} else if (c->type == COL_DATE) {
		v.i = days_of_at(v.i, r->clock->zone);
	}
	*ret = v;
	return 0;
}

/* A row holds from FROM until TO of "[FROM..TO]" at its head; both may lack. */
static int
holds(const struct recorded *r, struct str window, bool *ret, struct err *e)
{
	struct str inner = str_first(str_from(window, 1), window.len - 2);
	size_t dots = str_find_c(inner, "..");
	int64_t from = INT64_MIN, to = INT64_MAX;

	if (!str_ends(window, "]") || dots == STR_NONE)
		return recipe_bad(window, e);
	struct str first = str_first(inner, dots);
	struct str last = str_from(inner, dots + 2);
	if ((first.len > 0 && recipe_at(r->clock, first, &from, e) < 0) ||
	    (last.len > 0 && recipe_at(r->clock, last, &to, e) < 0))
		return e->code;
	*ret = r->clock->taken >= from && r->clock->taken < to;
	return 0;
}

static int
row(struct recorded *r, const struct recipe_line *l, size_t at, struct err *e)
{
	struct sink *k = &r->writer.sink;
	struct value values[COLUMNS_MAX] = { 0 };
	size_t column = 0, position = 0;

	if (r->contract == NULL)
		return recipe_bad(l->words[at].value, e);
	for (; at < l->n; at++) {
		const struct recipe_word *w = &l->words[at];

		if (w->key.len > 0) {
			if (column_find(r->contract, w->key, &column, e) < 0)
				return e->code;
		} else if (position < r->n_columns) {
			column = r->columns[position++];
		} else {
			return recipe_bad(w->value, e);
		}
		if (!str_is(w->value, "-") &&
		    cell(r, &r->contract->cols[column], w->value,
			 &values[column], e) < 0)
			return err_in(e, "%s.%s", r->contract->name,
				      r->contract->cols[column].name);
	}
	if (position != 0 && position != r->n_columns)
		return recipe_bad(l->words[l->n - 1].value, e);
	r->n_rows++;
	return k->row(k, values, e);
}

static int
line(struct recorded *r, const struct recipe_line *l, struct err *e)
{
	bool now = true;
	size_t at = 0;

	if (str_is(l->words[0].value, "table") && l->words[0].key.len == 0)
		return table_begin(r, l, e);
	if (str_is(l->words[0].value, "none") && r->contract == NULL)
		return none(r, l, e);
	if (str_starts(l->words[0].value, "[")) {
		if (holds(r, l->words[0].value, &now, e) < 0)
			return e->code;
		at = 1;
	}
	if (!now || at == l->n)
		return 0;
	if (str_is(l->words[0].value, "cannot") && l->n == 3)
		return cannot(r, l, e);
	return row(r, l, at, e);
}

static void
header(const struct recipe_line *l, const struct recipe_clock *clock,
       const struct enrolment *key, struct fact_header *ret)
{
	*ret = (struct fact_header){
		.host_id = key ? key->host_id : str_c(""),
		.key_id = key ? key->key_id : str_c(""),
		.machine_id = recipe_value(l, "machine_id"),
		.boot_id = recipe_value(l, "boot_id"),
		.sequence = clock->taken / 1000,
		.taken_at = clock->taken,
		.platform = recipe_value(l, "platform"),
		.hostname = recipe_value(l, "hostname"),
		.as = recipe_value(l, "as"),
		.version = STR("demo"),
	};
}

static int
lines(struct recorded *r, struct arena *a, struct str rest, struct err *e)
{
	struct str text;
	struct recipe_line l;

	while (recipe_next(a, &rest, &text)) {
		if (recipe_parse(text, &l, e) < 0 ||
		    (l.n > 0 && line(r, &l, e) < 0))
			return err_in(e, "%.*s", STR_ARG(str_cut(text, 60)));
	}
	return table_end(r, e);
}

int
demo_facts(struct str text, const struct recipe_clock *clock,
	   const struct enrolment *key, struct buf *out, struct err *e)
{
	auto_arena *a = arena_new();
	struct recorded r = { .clock = clock };
	struct recipe_line l = { .n = 0 };
	struct fact_header h;
	struct str first = { 0 };

	while (l.n == 0 && recipe_next(a, &text, &first)) {
		if (recipe_parse(first, &l, e) < 0)
			return e->code;
	}
	header(&l, clock, key, &h);
	if (fact_writer_begin(&r.writer, &h, put, out, e) < 0)
		return e->code;
	r.writer.untimed = true;
	if (lines(&r, a, text, e) < 0) {
		fact_writer_done(&r.writer);
		return e->code;
	}
	struct str secret = key ? hex_decode(a, key->key_hex)
				: (struct str){ NULL, 0 };
	return fact_writer_end(&r.writer, secret, e);
}
