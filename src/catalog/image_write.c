/* image_write.c - writes the catalog as a database, for the program. */
#include "catalog/image.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "store/store.h"
#include "tables/contract.h"

#define SQL_MAX 16384
#define WRITE_VERSION_AT 18

struct writer {
	struct arena *a;
	struct store *s;
	struct err *e;
};

static const char *
sql_type(const struct col *c)
{
	switch (c->kind) {
	case COL_KIND_INT:
	case COL_KIND_INT64:
	case COL_KIND_BOOL:
		return " INTEGER";
	case COL_KIND_STR:
	case COL_KIND_WORDS:
	case COL_KIND_NAMES:
		return " TEXT";
	}
	return "";
}

static int
table_make(const struct writer *w, const struct shape *sh)
{
	bool keyed = strcmp(sh->cols[0].name, "id") == 0 && sh->owner == NULL;
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	/* check-src: sql, the names are constants of image.c */
	buf_fmt(&b, "CREATE TABLE main.%s(", sh->table);
	if (sh->owner != NULL)
		buf_fmt(&b, "%s TEXT NOT NULL, seq INTEGER NOT NULL, ",
			sh->owner);
	for (size_t i = 0; i < sh->n_cols; i++) {
		const struct col *c = &sh->cols[i];
		struct shape one = { .cols = c, .n_cols = 1 };

		buf_c(&b, i > 0 ? ", " : "");
		shape_columns(&one, sql_type(c), &b);
		if (i == 0 && keyed)
			buf_c(&b, " PRIMARY KEY");
	}
	if (sh->owner != NULL)
		buf_fmt(&b, ", PRIMARY KEY(%s, seq)", sh->owner);
	buf_fmt(&b, ") STRICT%s", sh->owner ? ", WITHOUT ROWID" : "");
	return store_script(w->s, buf_view(&b), w->e);
}

static int
insert_prepare(const struct writer *w, const struct shape *sh,
	       struct stmt **ret)
{
	size_t n = shape_n_columns(sh) + (sh->owner ? 2 : 0);
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	buf_fmt(&b, "INSERT INTO main.%s VALUES (", sh->table);
	for (size_t i = 0; i < n; i++)
		buf_c(&b, i > 0 ? ", ?" : "?");
	buf_char(&b, ')');
	return stmt_prepare(w->s, buf_view(&b), ret, w->e);
}

static void
bind_text(struct stmt *st, int *at, struct str s)
{
	if (s.p == NULL)
		stmt_bind_null(st, (*at)++);
	else
		stmt_bind_str(st, (*at)++, s);
}

static void
bind_col(struct stmt *st, int *at, const struct col *c, const char *row)
{
	const void *p = row + c->off;
	struct words words;
	int n;

	switch (c->kind) {
	case COL_KIND_STR:
		bind_text(st, at, *(const struct str *)p);
		break;
	case COL_KIND_WORDS:
		words = *(const struct words *)p;
		bind_text(st, at, words.ja);
		bind_text(st, at, words.en);
		break;
	case COL_KIND_INT64:
		stmt_bind_int(st, (*at)++, *(const int64_t *)p);
		break;
	case COL_KIND_BOOL:
		stmt_bind_int(st, (*at)++, *(const bool *)p);
		break;
	case COL_KIND_INT:
	case COL_KIND_NAMES:
		memcpy(&n, p, sizeof(n)); /* an enum is as large as an int */
		if (c->kind == COL_KIND_INT)
			stmt_bind_int(st, (*at)++, n);
		else
			stmt_bind_c(st, (*at)++, c->names[n]);
		break;
	}
}

/* n rows at list; owner is NULL where the shape has none. */
static int
rows_write(const struct writer *w, struct stmt *st, const struct shape *sh,
	   const struct str *owner, const void *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *row = (const char *)list + i * sh->size;
		int at = 1;

		if (owner != NULL) {
			stmt_bind_str(st, at++, *owner);
			stmt_bind_int(st, at++, (int64_t)i);
		}
		for (size_t j = 0; j < sh->n_cols; j++)
			bind_col(st, &at, &sh->cols[j], row);
		if (stmt_step(st, w->e) < 0 || stmt_reset(st, w->e) < 0)
			return err_in(w->e, "table %s", sh->table);
	}
	return 0;
}

static const void *
list_of(const void *row, size_t off_list, size_t off_n, size_t *ret_n)
{
	const char *p = row;

	memcpy(ret_n, p + off_n, sizeof(*ret_n));
	return *(const void *const *)(const void *)(p + off_list);
}

/* One part of every owner, owners being n rows at list. */
static int
part_write(const struct writer *w, const struct shape *sh,
	   const struct shape *of, const void *list, size_t n)
{
	auto_stmt *st = NULL;

	if (table_make(w, sh) < 0 || insert_prepare(w, sh, &st) < 0)
		return w->e->code;
	for (size_t i = 0; i < n; i++) {
		const char *row = (const char *)list + i * of->size;
		const struct str *id = (const void *)row;
		size_t n_parts;
		const void *parts = list_of(row, sh->off_list, sh->off_n,
					    &n_parts);

		if (rows_write(w, st, sh, id, parts, n_parts) < 0)
			return w->e->code;
	}
	return 0;
}

static int
text_list_write(const struct writer *w, struct stmt *st,
		const struct text_list *l, const void *row)
{
	const struct str *id = row;
	size_t n;
	const struct str *s = list_of(row, l->off_list, l->off_n, &n);

	for (size_t i = 0; i < n; i++) {
		stmt_bind_str(st, 1, *id);
		stmt_bind_c(st, 2, l->name);
		stmt_bind_int(st, 3, (int64_t)i);
		stmt_bind_str(st, 4, s[i]);
		if (stmt_step(st, w->e) < 0 || stmt_reset(st, w->e) < 0)
			return w->e->code;
	}
	return 0;
}

static int
text_lists_write(const struct writer *w, const struct owner_shape *o,
		 const void *list, size_t n)
{
	auto_stmt *st = NULL;
	auto_buf b = { 0 };

	if (o->n_lists == 0)
		return 0;
	buf_init(&b, SQL_MAX);
	buf_fmt(&b, /* check-src: sql, the name is a constant of image.c */
		"CREATE TABLE main.%s(owner TEXT NOT NULL, list TEXT NOT NULL,"
		" seq INTEGER NOT NULL, value TEXT NOT NULL,"
		" PRIMARY KEY(owner, list, seq)) STRICT, WITHOUT ROWID",
		o->lists_table);
	if (store_script(w->s, buf_view(&b), w->e) < 0)
		return w->e->code;
	buf_reset(&b);
	buf_fmt(&b, "INSERT INTO main.%s VALUES (?, ?, ?, ?)", o->lists_table);
	if (stmt_prepare(w->s, buf_view(&b), &st, w->e) < 0)
		return w->e->code;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < o->n_lists; j++)
			if (text_list_write(w, st, &o->lists[j],
					    (const char *)list +
						    i * o->self.size) < 0)
				return w->e->code;
	return 0;
}

static int
owner_write(const struct writer *w, const struct owner_shape *o,
	    const struct catalog *c)
{
	auto_stmt *st = NULL;
	size_t n;
	const void *list = list_of(c, o->off_list, o->off_n, &n);

	if (table_make(w, &o->self) < 0 ||
	    insert_prepare(w, &o->self, &st) < 0 ||
	    rows_write(w, st, &o->self, NULL, list, n) < 0 ||
	    text_lists_write(w, o, list, n) < 0)
		return w->e->code;
	for (size_t i = 0; i < o->n_parts; i++)
		if (part_write(w, &o->parts[i], &o->self, list, n) < 0)
			return w->e->code;
	return 0;
}

static int
choices_write(const struct writer *w, struct stmt *st, const struct shape *sh,
	      struct choice_row row, const struct named *list, size_t n)
{
	struct choice_row *rows = ARENA_ARRAY(w->a, n, struct choice_row);

	for (size_t i = 0; i < n; i++) {
		rows[i] = row;
		rows[i].named = list[i];
	}
	return rows_write(w, st, sh, NULL, rows, n);
}

static int
control_choices(const struct writer *w, struct stmt *st,
		const struct control *c)
{
	for (size_t i = 0; i < c->n_parameters; i++) {
		const struct parameter *p = &c->parameters[i];
		struct choice_row row = { .owner = c->id, .part = p->name };

		row.list = STR("choices");
		if (choices_write(w, st, &control_choice_shape, row, p->choices,
				  p->n_choices) < 0)
			return w->e->code;
		row.list = STR("labels");
		if (choices_write(w, st, &control_choice_shape, row, p->labels,
				  p->n_labels) < 0)
			return w->e->code;
	}
	return 0;
}

static int
ledger_choices(const struct writer *w, struct stmt *st, const struct ledger *l)
{
	struct choice_row row = { .owner = l->id,
				  .part = STR("state"),
				  .list = STR("choices") };

	if (choices_write(w, st, &ledger_choice_shape, row, l->states,
			  l->n_states) < 0)
		return w->e->code;
	for (size_t i = 0; i < l->n_fields; i++) {
		row.part = l->fields[i].name;
		if (choices_write(w, st, &ledger_choice_shape, row,
				  l->fields[i].choices,
				  l->fields[i].n_choices) < 0)
			return w->e->code;
	}
	return 0;
}

static int
all_choices(const struct writer *w, const struct catalog *c)
{
	auto_stmt *of_control = NULL;
	auto_stmt *of_ledger = NULL;

	if (table_make(w, &control_choice_shape) < 0 ||
	    table_make(w, &ledger_choice_shape) < 0 ||
	    insert_prepare(w, &control_choice_shape, &of_control) < 0 ||
	    insert_prepare(w, &ledger_choice_shape, &of_ledger) < 0)
		return w->e->code;
	for (size_t i = 0; i < c->n_controls; i++)
		if (control_choices(w, of_control, &c->controls[i]) < 0)
			return w->e->code;
	for (size_t i = 0; i < c->n_ledgers; i++)
		if (ledger_choices(w, of_ledger, &c->ledgers[i]) < 0)
			return w->e->code;
	return 0;
}

static int
contract_write(const struct writer *w, const struct contract *k)
{
	static const char *const types[] = { "text", "int", "bool", "instant",
					     "date" };
	int r = store_run(w->s, w->e,
			  "INSERT INTO main.fact_table VALUES (?,?,?,?,?)",
			  "cccic", k->name, k->doc_ja, k->doc_en,
			  (int64_t)k->platforms, k->max_age);

	for (size_t i = 0; r >= 0 && i < k->n_cols; i++)
		r = store_run(w->s, w->e,
			      "INSERT INTO main.fact_column "
			      "VALUES (?,?,?,?,?,?,?)",
			      "ciccccc", k->name, (int64_t)i, k->cols[i].name,
			      types[k->cols[i].type],
			      data_class_names[k->cols[i].class],
			      k->cols[i].doc_ja, k->cols[i].doc_en);
	return r < 0 ? r : 0;
}

/* The contracts, so that SQL can show what the tables mean. */
static int
contracts_write(const struct writer *w)
{
	if (store_script(w->s,
			 STR("CREATE TABLE main.fact_table(name TEXT PRIMARY "
			     "KEY, doc_ja TEXT, doc_en TEXT, platforms "
			     "INTEGER, max_age TEXT) STRICT;"
			     "CREATE TABLE main.fact_column(table_name TEXT, "
			     "seq INTEGER, name TEXT, type TEXT, data_class "
			     "TEXT, doc_ja TEXT, doc_en TEXT, "
			     "PRIMARY KEY(table_name, seq)) "
			     "STRICT, WITHOUT ROWID;"),
			 w->e) < 0)
		return w->e->code;
	for (size_t i = 0; i < n_contracts; i++)
		if (contract_write(w, contracts[i]) < 0)
			return w->e->code;
	return 0;
}

/*
 * A write version above 2 makes SQLite open a database for reading only
 * (file format, section 1.3.3), so that it never asks to lock it.
 */
static int
seal(const char *path, struct err *e)
{
	static const char version = 3;
	auto_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || pwrite(fd, &version, 1, WRITE_VERSION_AT) != 1)
		return err_sys(e, "cannot write '%s'", path);
	return 0;
}

int
catalog_image_write(const struct catalog *c, const char *path, struct err *e)
{
	auto_arena *a = arena_new();
	auto_store *s = NULL;

	if (store_open_memory(&s, e) < 0 || store_begin(s, e) < 0)
		return e->code;

	struct writer w = { .a = a, .s = s, .e = e };
	for (size_t i = 0; i < n_owner_shapes; i++)
		if (owner_write(&w, &owner_shapes[i], c) < 0)
			return e->code;
	if (all_choices(&w, c) < 0 || contracts_write(&w) < 0 ||
	    store_commit(s, e) < 0)
		return e->code;

	/* A copy without holes, the same bytes whenever the rows are. */
	if (store_run(s, e, "VACUUM main INTO ?", "c", path) < 0)
		return e->code;
	return seal(path, e);
}
