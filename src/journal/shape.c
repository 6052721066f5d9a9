/* shape.c - journaled tables as declared, and the images of their rows. */
#include "journal/shape.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/json.h"
#include "base/json_read.h"
#include "journal/chain.h"
#include "store/store.h"

#define COLS_MAX 200
#define ROWS_MAX 100000 /* of one key */
#define IMAGE_MAX CHANGE_VALUE_MAX

static int
column_cmp(const void *a, const void *b)
{
	const struct journal_column *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static struct journal_column *
sorted(struct arena *a, const struct journal_column *cols, size_t n)
{
	struct journal_column *out = ARENA_ARRAY(a, n, struct journal_column);

	memcpy(out, cols, n * sizeof(*out));
	qsort(out, n, sizeof(*out), column_cmp);
	return out;
}

struct str
shape_print(struct arena *a, const struct journal_table *t)
{
	const struct journal_column *cols = sorted(a, t->cols, t->n_cols);
	struct json j;
	auto_buf b = { 0 };

	buf_init(&b, (size_t)1024 * 1024);
	json_init(&j, &b, false);
	json_open(&j, '{');
	json_key(&j, "columns");
	json_open(&j, '[');
	for (size_t i = 0; i < t->n_cols; i++) {
		json_open(&j, '{');
		json_key(&j, "class");
		json_c(&j, class_name(cols[i].class));
		json_key(&j, "name");
		json_c(&j, cols[i].name);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_key(&j, "key");
	json_c(&j, t->key);
	json_key(&j, "many");
	json_bool(&j, t->many);
	json_close(&j, '}');
	assert(!b.bad);
	return str_copy(a, buf_view(&b));
}

static bool
column_parse(struct arena *a, struct json_read *r, struct journal_column *ret)
{
	struct str key;
	bool ok = json_read_object(r);

	while (json_read_key(r, &key)) {
		if (str_is(key, "name"))
			ret->name = str_to_c(a, json_read_text(r));
		else if (str_is(key, "class"))
			ok = class_parse(json_read_text(r), &ret->class) && ok;
		else
			json_read_skip(r);
	}
	return ok && ret->name != NULL;
}

static bool
columns_parse(struct arena *a, struct json_read *r, struct journal_table *t)
{
	struct journal_column *cols = ARENA_ARRAY(a, COLS_MAX,
						  struct journal_column);
	bool ok = json_read_array(r);

	t->cols = cols;
	while (json_read_item(r)) {
		if (t->n_cols == COLS_MAX)
			return false;
		ok = column_parse(a, r, &cols[t->n_cols++]) && ok;
	}
	return ok && t->n_cols > 0;
}

int
shape_parse(struct arena *a, struct str name, struct str json,
	    struct journal_table *ret, struct err *e)
{
	struct journal_table t = { .name = str_to_c(a, name) };
	struct json_read r;
	struct str key;
	bool ok;

	json_read_init(&r, a, json);
	ok = json_read_object(&r);
	while (json_read_key(&r, &key)) {
		if (str_is(key, "columns"))
			ok = columns_parse(a, &r, &t) && ok;
		else if (str_is(key, "key"))
			t.key = str_to_c(a, json_read_text(&r));
		else if (str_is(key, "many"))
			t.many = json_read_bool(&r, false);
		else
			json_read_skip(&r);
	}
	if (json_read_end(&r, e) < 0)
		return err_in(e, "shape of table '%s'", t.name);
	if (!ok || t.key == NULL || t.n_cols == 0)
		return err_set(e, -EBADMSG, "shape of table '%s' is broken",
			       t.name);
	t.cols = sorted(a, t.cols, t.n_cols);
	*ret = t;
	return 0;
}

static void
add_name(struct buf *b, struct arena *a, const char *name)
{
	buf_str(b, store_quote_name(a, str_c(name)));
}

int
shape_select(struct store *s, const struct journal_table *t, bool one,
	     struct stmt **ret, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, (size_t)1024 * 1024);
	buf_c(&b, "SELECT CAST(");
	add_name(&b, a, t->key);
	buf_c(&b, " AS TEXT), ");
	buf_c(&b, t->many ? "NULL" : "change_seq");
	for (size_t i = 0; i < t->n_cols; i++) {
		buf_c(&b, ", ");
		add_name(&b, a, t->cols[i].name);
	}
	buf_c(&b, " FROM main.");
	add_name(&b, a, t->name);
	if (one) {
		buf_c(&b, " WHERE ");
		add_name(&b, a, t->key);
		buf_c(&b, " = ?");
	} else {
		buf_c(&b, " ORDER BY 1");
	}
	if (b.bad)
		return err_set(e, -EFBIG, "table '%s' has too many columns",
			       t->name);
	return stmt_prepare(s, buf_view(&b), ret, e);
}

/*
 * A value so that equal text means equal values: what JSON cannot say
 * becomes an object.
 */
static void
value_print(struct json *j, struct arena *a, struct stmt *st, int col)
{
	enum stmt_type type = stmt_type(st, col);
	struct str s;

	if (type == STMT_NULL) {
		json_null(j);
		return;
	}
	if (type == STMT_INT) {
		json_int(j, stmt_int(st, col));
		return;
	}
	if (type == STMT_REAL) {
		char text[40];

		(void)snprintf(text, sizeof(text), "%.17g", stmt_real(st, col));
		json_open(j, '{');
		json_key(j, "real");
		json_c(j, text);
		json_close(j, '}');
		return;
	}
	s = stmt_str(st, col);
	if (type == STMT_TEXT && str_utf8_ok(s)) {
		json_str(j, s);
		return;
	}
	json_open(j, '{');
	json_key(j, type == STMT_TEXT ? "bytes" : "hex");
	json_str(j, hex_encode(a, s));
	json_close(j, '}');
}

/* The columns of class plain (all of them for many) as an object. */
static void
row_print(struct buf *out, struct arena *a, const struct journal_table *t,
	  struct stmt *st)
{
	struct json j;

	json_init(&j, out, false);
	json_open(&j, '{');
	for (size_t i = 0; i < t->n_cols; i++) {
		enum data_class class = t->cols[i].class;

		if (class == CLASS_SECRET || (class != CLASS_PLAIN && !t->many))
			continue;
		json_key(&j, t->cols[i].name);
		value_print(&j, a, st, (int)i + 2);
	}
	json_close(&j, '}');
}

static int
one_read(struct arena *a, const struct journal_table *t, struct stmt *st,
	 struct image *ret, size_t *ret_n, struct err *e)
{
	size_t n = 1;
	auto_buf b = { 0 };

	buf_init(&b, IMAGE_MAX);
	row_print(&b, a, t, st);
	ret[0] = (struct image){ .value = str_copy(a, buf_view(&b)) };
	for (size_t i = 0; i < t->n_cols; i++) {
		enum data_class class = t->cols[i].class;
		struct json j;

		if (class == CLASS_PLAIN || class == CLASS_SECRET)
			continue;
		if (b.bad)
			break;
		buf_reset(&b);
		json_init(&j, &b, false);
		value_print(&j, a, st, (int)i + 2);
		ret[n++] = (struct image){ t->cols[i].name, class,
					   str_copy(a, buf_view(&b)) };
	}
	*ret_n = n;
	if (b.bad)
		return err_set(e, -EFBIG, "a row of table '%s' is too large",
			       t->name);
	return 0;
}

static int
str_order(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static enum data_class
class_of_all(const struct journal_table *t)
{
	enum data_class class = CLASS_PLAIN;

	for (size_t i = 0; i < t->n_cols; i++) {
		if (t->cols[i].class != CLASS_SECRET &&
		    t->cols[i].class > class)
			class = t->cols[i].class;
	}
	return class;
}

/* All rows of the key the statement stands on; leaves it behind them. */
static int
rows_of_key(struct arena *a, const struct journal_table *t, struct stmt *st,
	    struct str **ret_rows, size_t *ret_n, struct err *e)
{
	struct str key = str_copy(a, stmt_str(st, 0));
	size_t cap = 16;
	struct str *rows = ARENA_ARRAY(a, cap, struct str);
	int step = 1;
	auto_buf b = { 0 };

	buf_init(&b, IMAGE_MAX);
	while (step > 0 && str_eq(stmt_str(st, 0), key)) {
		if (*ret_n == ROWS_MAX)
			return err_set(e, -E2BIG,
				       "table '%s' has too many rows of one "
				       "key",
				       t->name);
		buf_reset(&b);
		row_print(&b, a, t, st);
		if (b.bad)
			return err_set(e, -EFBIG,
				       "a row of table '%s' is too large",
				       t->name);
		if (*ret_n == cap) {
			struct str *old = rows;

			rows = ARENA_ARRAY(a, cap * 2, struct str);
			memcpy(rows, old, cap * sizeof(*rows));
			cap *= 2;
		}
		rows[(*ret_n)++] = str_copy(a, buf_view(&b));
		step = stmt_step(st, e);
	}
	*ret_rows = rows;
	return step;
}

static int
many_read(struct arena *a, const struct journal_table *t, struct stmt *st,
	  struct image *ret, struct err *e)
{
	auto_arena *scratch = arena_new();
	struct str *rows = NULL;
	size_t n = 0;
	auto_buf b = { 0 };
	int step = rows_of_key(scratch, t, st, &rows, &n, e);

	if (step < 0)
		return step;
	qsort(rows, n, sizeof(*rows), str_order);
	buf_init(&b, IMAGE_MAX);
	for (size_t i = 0; i < n; i++) {
		buf_char(&b, i == 0 ? '[' : ',');
		buf_str(&b, rows[i]);
	}
	buf_char(&b, ']');
	if (b.bad)
		return err_set(e, -EFBIG,
			       "rows of one key of table '%s' are too large",
			       t->name);
	*ret = (struct image){ NULL, class_of_all(t),
			       str_copy(a, buf_view(&b)) };
	return step;
}

int
image_read(struct arena *a, const struct journal_table *t, struct stmt *st,
	   struct image *ret, size_t *ret_n, bool *more, struct err *e)
{
	int step;

	if (t->many) {
		*ret_n = 1;
		step = many_read(a, t, st, ret, e);
	} else {
		if (one_read(a, t, st, ret, ret_n, e) < 0)
			return e->code;
		step = stmt_step(st, e);
	}
	if (step < 0)
		return step;
	*more = step > 0;
	return 0;
}

struct str
image_name(struct arena *a, const char *table, struct str key,
	   const char *column)
{
	return str_fmt(a, "row:%s:%.*s%s%s", table, STR_ARG(key),
		       column ? "." : "", column ? column : "");
}

static const char *const events[N_TRIGGERS] = { "insert", "update", "delete" };

struct str
trigger_name(struct arena *a, const struct journal_table *t, size_t i)
{
	return str_fmt(a, "%s_journaled_%s", t->name, events[i]);
}

static void
touch_print(struct buf *b, struct arena *a, const struct journal_table *t,
	    const char *row, const char *seq)
{
	buf_fmt(b, "SELECT journal_touch('%s', %s.", t->name, row);
	buf_str(b, store_quote_name(a, str_c(t->key)));
	buf_fmt(b, ", %s); ", seq);
}

struct str
trigger_print(struct arena *a, const struct journal_table *t, size_t i)
{
	const char *seq = t->many ? "-1" : "NEW.change_seq";
	bool is_insert = i == 0, is_delete = i == 2;
	auto_buf b = { 0 };

	buf_init(&b, 65536);
	buf_c(&b, "CREATE TRIGGER ");
	buf_str(&b, store_quote_name(a, trigger_name(a, t, i)));
	buf_fmt(&b, " AFTER %s ON ", events[i]);
	buf_str(&b, store_quote_name(a, str_c(t->name)));
	buf_c(&b, " BEGIN SELECT raise(ABORT, 'journaled tables are written "
		  "only by a change') WHERE NOT in_change(); ");
	if (!is_insert)
		touch_print(&b, a, t, "OLD", is_delete ? "-1" : seq);
	if (!is_delete)
		touch_print(&b, a, t, "NEW", seq);
	buf_c(&b, "END");
	assert(!b.bad);
	return str_copy(a, buf_view(&b));
}
