/* image_load.c - the catalog out of its database. */
#include "catalog/image.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "store/store.h"

#define SQL_MAX 16384

struct loader {
	struct arena *a;
	struct store *s;
	struct err *e;
};

static struct str
text_at(const struct loader *l, struct stmt *st, int *at)
{
	int col = (*at)++;

	if (stmt_is_null(st, col))
		return (struct str){ 0 };
	return str_copy(l->a, stmt_str(st, col));
}

/* The image is ours, but a number out of range must not index an array. */
static int
name_at(struct stmt *st, int *at, const struct col *c)
{
	struct str s = stmt_str(st, (*at)++);

	for (size_t i = 0; i < c->n_names; i++)
		if (str_is(s, c->names[i]))
			return (int)i;
	return 0;
}

static void
col_load(const struct loader *l, struct stmt *st, int *at, const struct col *c,
	 char *row)
{
	void *p = row + c->off;
	struct words words;
	int n;

	switch (c->kind) {
	case COL_KIND_STR:
		*(struct str *)p = text_at(l, st, at);
		break;
	case COL_KIND_WORDS:
		words.ja = text_at(l, st, at);
		words.en = text_at(l, st, at);
		*(struct words *)p = words;
		break;
	case COL_KIND_INT64:
		*(int64_t *)p = stmt_int(st, (*at)++);
		break;
	case COL_KIND_BOOL:
		*(bool *)p = stmt_int(st, (*at)++) != 0;
		break;
	case COL_KIND_INT:
	case COL_KIND_NAMES:
		n = c->kind == COL_KIND_INT ? (int)stmt_int(st, (*at)++)
					    : name_at(st, at, c);
		memcpy(p, &n, sizeof(n));
		break;
	}
}

static int
count(const struct loader *l, const char *table, size_t *ret)
{
	int64_t n = 0;
	struct str sql = str_fmt(l->a, "SELECT count(*) FROM catalog.%s",
				 table);

	if (store_get_int(l->s, &n, l->e, sql.p, "") < 0)
		return l->e->code;
	*ret = (size_t)n;
	return 0;
}

static int
select_prepare(const struct loader *l, const struct shape *sh,
	       struct stmt **ret)
{
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	buf_c(&b, "SELECT ");
	if (sh->owner != NULL)
		buf_fmt(&b, "%s, ", sh->owner);
	shape_columns(sh, "", &b);
	buf_fmt(&b, " FROM catalog.%s", sh->table);
	if (sh->owner != NULL)
		buf_fmt(&b, " ORDER BY %s, seq", sh->owner);
	else
		buf_c(&b, " ORDER BY rowid");
	return stmt_prepare(l->s, buf_view(&b), ret, l->e);
}

/* All rows in one array; owners (may be NULL) gets the id each belongs to. */
static int
rows_load(const struct loader *l, const struct shape *sh, char **ret,
	  size_t *ret_n, struct str **owners)
{
	auto_stmt *st = NULL;
	size_t n = 0, i = 0;
	int more;

	if (count(l, sh->table, &n) < 0 || select_prepare(l, sh, &st) < 0)
		return l->e->code;
	*ret = arena_array(l->a, n, sh->size);
	if (owners != NULL)
		*owners = ARENA_ARRAY(l->a, n, struct str);
	while ((more = stmt_step(st, l->e)) > 0 && i < n) {
		int at = 0;

		if (owners != NULL)
			(*owners)[i] = text_at(l, st, &at);
		for (size_t j = 0; j < sh->n_cols; j++)
			col_load(l, st, &at, &sh->cols[j], *ret + i * sh->size);
		i++;
	}
	*ret_n = i;
	return more < 0 ? more : 0;
}

/* The owner of that id among n rows sorted by id or not. */
static char *
owner_find(const struct owner_shape *o, char *list, size_t n, struct str id,
	   size_t *hint)
{
	for (size_t k = 0; k < n; k++) {
		size_t i = (*hint + k) % n;
		char *row = list + i * o->self.size;

		if (str_eq(*(const struct str *)(const void *)row, id)) {
			*hint = i;
			return row;
		}
	}
	return NULL;
}

static void
list_set(char *row, size_t off_list, size_t off_n, void *list, size_t n)
{
	memcpy(row + off_list, &list, sizeof(list));
	memcpy(row + off_n, &n, sizeof(n));
}

static int
part_load(const struct loader *l, const struct owner_shape *o,
	  const struct shape *sh, char *list, size_t n)
{
	struct str *owners = NULL;
	size_t n_rows = 0, hint = 0;
	char *rows = NULL;

	if (rows_load(l, sh, &rows, &n_rows, &owners) < 0)
		return l->e->code;
	for (size_t i = 0, end; i < n_rows; i = end) {
		for (end = i + 1; end < n_rows; end++)
			if (!str_eq(owners[end], owners[i]))
				break;

		char *row = owner_find(o, list, n, owners[i], &hint);
		if (row != NULL)
			list_set(row, sh->off_list, sh->off_n,
				 rows + i * sh->size, end - i);
	}
	return 0;
}

struct list_row {
	struct str owner, list, value;
};

static int
list_rows(const struct loader *l, const char *table, struct list_row **ret,
	  size_t *ret_n)
{
	static const struct col cols[] = {
		{ "owner", COL_KIND_STR, offsetof(struct list_row, owner), NULL,
		  0 },
		{ "list", COL_KIND_STR, offsetof(struct list_row, list), NULL,
		  0 },
		{ "value", COL_KIND_STR, offsetof(struct list_row, value), NULL,
		  0 },
	};
	auto_stmt *st = NULL;
	size_t n = 0, i = 0;
	int more;

	if (count(l, table, &n) < 0 ||
	    stmt_prepare(l->s,
			 str_fmt(l->a,
				 "SELECT owner, list, value FROM catalog.%s "
				 "ORDER BY owner, list, seq",
				 table),
			 &st, l->e) < 0)
		return l->e->code;
	*ret = ARENA_ARRAY(l->a, n, struct list_row);
	while ((more = stmt_step(st, l->e)) > 0 && i < n) {
		int at = 0;

		for (size_t j = 0; j < ARRAY_LEN(cols); j++)
			col_load(l, st, &at, &cols[j], (char *)&(*ret)[i]);
		i++;
	}
	*ret_n = i;
	return more < 0 ? more : 0;
}

static int
text_lists_load(const struct loader *l, const struct owner_shape *o, char *list,
		size_t n)
{
	struct list_row *rows = NULL;
	size_t n_rows = 0, hint = 0;

	if (o->n_lists == 0)
		return 0;
	if (list_rows(l, o->lists_table, &rows, &n_rows) < 0)
		return l->e->code;

	struct str *values = ARENA_ARRAY(l->a, n_rows, struct str);
	for (size_t i = 0, end; i < n_rows; i = end) {
		for (end = i;
		     end < n_rows && str_eq(rows[end].owner, rows[i].owner) &&
		     str_eq(rows[end].list, rows[i].list);
		     end++)
			values[end] = rows[end].value;

		char *row = owner_find(o, list, n, rows[i].owner, &hint);
		for (size_t j = 0; row != NULL && j < o->n_lists; j++)
			if (str_is(rows[i].list, o->lists[j].name))
				list_set(row, o->lists[j].off_list,
					 o->lists[j].off_n, values + i,
					 end - i);
	}
	return 0;
}

static int
owner_load(const struct loader *l, const struct owner_shape *o,
	   struct catalog *c)
{
	char *list = NULL;
	size_t n = 0;

	if (rows_load(l, &o->self, &list, &n, NULL) < 0)
		return l->e->code;
	list_set((char *)c, o->off_list, o->off_n, list, n);
	for (size_t i = 0; i < o->n_parts; i++)
		if (part_load(l, o, &o->parts[i], list, n) < 0)
			return l->e->code;
	return text_lists_load(l, o, list, n);
}

struct choices {
	struct choice_row *rows;
	struct named *named;
	size_t n, at;
};

static int
choices_load(const struct loader *l, const struct shape *sh,
	     struct choices *ret)
{
	char *rows = NULL;

	*ret = (struct choices){ 0 };
	if (rows_load(l, sh, &rows, &ret->n, NULL) < 0)
		return l->e->code;
	ret->rows = (struct choice_row *)(void *)rows;
	ret->named = ARENA_ARRAY(l->a, ret->n, struct named);
	for (size_t i = 0; i < ret->n; i++)
		ret->named[i] = ret->rows[i].named;
	return 0;
}

/* The next run, if it is this one's; they come in the order of writing. */
static size_t
choices_take(struct choices *c, struct str owner, struct str part,
	     const char *list, struct named **ret)
{
	size_t from = c->at;

	while (c->at < c->n && str_eq(c->rows[c->at].owner, owner) &&
	       str_eq(c->rows[c->at].part, part) &&
	       str_is(c->rows[c->at].list, list))
		c->at++;
	if (c->at > from)
		*ret = c->named + from;
	return c->at - from;
}

static int
all_choices(const struct loader *l, struct catalog *c)
{
	struct choices of;

	if (choices_load(l, &control_choice_shape, &of) < 0)
		return l->e->code;
	for (size_t i = 0; i < c->n_controls; i++) {
		struct control *k = &c->controls[i];

		for (size_t j = 0; j < k->n_parameters; j++) {
			struct parameter *p = &k->parameters[j];

			p->n_choices = choices_take(&of, k->id, p->name,
						    "choices", &p->choices);
			p->n_labels = choices_take(&of, k->id, p->name,
						   "labels", &p->labels);
		}
	}

	if (choices_load(l, &ledger_choice_shape, &of) < 0)
		return l->e->code;
	for (size_t i = 0; i < c->n_ledgers; i++) {
		struct ledger *g = &c->ledgers[i];

		g->n_states = choices_take(&of, g->id, STR("state"), "choices",
					   &g->states);
		for (size_t j = 0; j < g->n_fields; j++)
			g->fields[j].n_choices = choices_take(
				&of, g->id, g->fields[j].name, "choices",
				&g->fields[j].choices);
	}
	return 0;
}

int
catalog_load(struct arena *a, struct store *s, struct catalog **ret,
	     struct err *e)
{
	struct loader l = { .a = a, .s = s, .e = e };
	struct catalog *c = ARENA_NEW(a, struct catalog);

	for (size_t i = 0; i < n_owner_shapes; i++) {
		if (strcmp(owner_shapes[i].self.table, "message") == 0)
			continue; /* looked up one by one */
		if (owner_load(&l, &owner_shapes[i], c) < 0)
			return err_in(e, "built-in catalog");
	}
	if (all_choices(&l, c) < 0)
		return err_in(e, "built-in catalog");
	*ret = c;
	return 0;
}
