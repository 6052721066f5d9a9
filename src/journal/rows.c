/* rows.c - compares the live rows with their last images. */
#include "journal/rows.h"

#include "base/arena.h"
#include "base/embed.h"
#include "base/json_read.h"
#include "journal/shape.h"
#include "store/store.h"

#define IMAGES_MAX 256
#define TABLE_PREFIX "row:journal_table:"

/* The comparison of one table. */
struct compare {
	struct checker *k;
	struct store *store;
	const struct journal_table *table;
	struct arena *scratch; /* until the next row */
};

static struct journal_fault *
row_fault(struct compare *c, const char *kind, int64_t seq, struct str key,
	  const char *column)
{
	struct arena *a = c->k->arena;
	struct str place = str_fmt(a, "%s %.*s%s%s", c->table->name,
				   STR_ARG(key), column ? "." : "",
				   column ? column : "");
	struct journal_fault *f = NULL;

	if (strcmp(kind, "row_removed") == 0)
		f = check_fault(c->k->report, a, kind, seq,
				"%.*s: the row was removed behind the "
				"journal's back",
				STR_ARG(place));
	else if (strcmp(kind, "row_unknown") == 0)
		f = check_fault(c->k->report, a, kind, seq,
				"%.*s: the row was added behind the journal's "
				"back",
				STR_ARG(place));
	else
		f = check_fault(c->k->report, a, kind, seq,
				"%.*s: the value was changed behind the "
				"journal's back",
				STR_ARG(place));
	f->table = str_copy(a, str_c(c->table->name));
	f->key = str_copy(a, key);
	if (column != NULL)
		f->column = str_copy(a, str_c(column));
	return f;
}

/* The raw JSON of one member of an object; NULL text when it has none. */
static struct str
member(struct arena *a, struct str json, const char *name)
{
	struct json_read r;
	struct str key, found = { NULL, 0 };

	json_read_init(&r, a, json);
	(void)json_read_object(&r); /* a fault shows as nothing found */
	while (json_read_key(&r, &key)) {
		struct str raw = json_read_raw(&r);

		if (str_is(key, name))
			found = raw;
	}
	return found;
}

/* What the journal has in that place; empty when it cannot be read. */
static struct str
expected_text(struct compare *c, int64_t seq, struct str field)
{
	struct err ignored = { 0 };
	struct str text = STR("");

	/* The fault is told in any case; this only makes it plainer. */
	(void)store_get_str(c->store, c->scratch, &text, &ignored,
			    "SELECT value FROM main.journal_body "
			    "WHERE seq = ? AND field = ?",
			    "is", seq, field);
	return text;
}

/* Names each column that is another one. */
static void
columns_compare(struct compare *c, const struct last_image *im, struct str key,
		struct str field, struct str found)
{
	struct arena *a = c->k->arena;
	struct str expected = expected_text(c, im->seq, field);
	bool any = false;

	for (size_t i = 0; i < c->table->n_cols && !c->table->many; i++) {
		const char *name = c->table->cols[i].name;
		struct str want = member(c->scratch, expected, name);
		struct str have = member(c->scratch, found, name);

		if (want.p == NULL || have.p == NULL || str_eq(want, have))
			continue;
		struct journal_fault *f = row_fault(c, "row_changed", im->seq,
						    key, name);
		f->expected = str_copy(a, want);
		f->found = str_copy(a, have);
		any = true;
	}
	if (any)
		return;
	struct journal_fault *f = row_fault(c, "row_changed", im->seq, key,
					    NULL);
	f->expected = str_copy(a, expected);
	f->found = str_copy(a, found);
}

static void
image_compare(struct compare *c, struct str key, const struct image *image,
	      int64_t seq)
{
	struct arena *a = c->k->arena;
	struct str field = image_name(c->scratch, c->table->name, key,
				      image->column);
	struct last_image *im = map_find(&c->k->images, field);

	if (im == NULL || im->is_deleted) {
		/* A row that is unknown is told once, not by column. */
		if (image->column == NULL)
			row_fault(c, "row_unknown", im ? im->seq : 0, key,
				  NULL);
		return;
	}
	im->seen = true;
	if (im->open && !hash_eq(im->value, hash_of_str(image->value))) {
		if (image->column == NULL) {
			columns_compare(c, im, key, field, image->value);
		} else {
			struct journal_fault *f = row_fault(
				c, "row_changed", im->seq, key, image->column);
			f->expected = str_copy(
				a, expected_text(c, im->seq, field));
			f->found = str_copy(a, image->value);
		}
	} else if (!im->open && !str_is(image->value, "null")) {
		struct journal_fault *f = row_fault(c, "row_changed", im->seq,
						    key, image->column);
		f->expected = STR("null");
		f->found = str_copy(a, image->value);
	}
	if (image->column == NULL && !c->table->many && seq != im->seq) {
		struct journal_fault *f = row_fault(c, "row_changed", im->seq,
						    key, "change_seq");
		f->expected = str_fmt(a, "%" PRId64, im->seq);
		f->found = str_fmt(a, "%" PRId64, seq);
	}
}

/* 1, or 0 when the table is not there. */
static int
live_compare(struct compare *c, struct err *e)
{
	auto_stmt *st = NULL;
	struct image images[IMAGES_MAX];
	struct err absent = { 0 };
	struct str last = STR("");
	bool first = true;

	if (shape_select(c->store, c->table, false, &st, &absent) < 0) {
		struct journal_fault *f = check_fault(
			c->k->report, c->k->arena, "table_missing", 0,
			"table %s or a column of it is missing",
			c->table->name);
		f->table = str_c(c->table->name);
		return 0;
	}
	int step = stmt_step(st, e);
	if (step < 0)
		return step;
	for (bool more = step > 0; more;) {
		struct arena_mark mark = arena_mark(c->scratch);
		struct str key = str_copy(c->scratch, stmt_str(st, 0));
		int64_t seq = stmt_int(st, 1);
		size_t n = 0;

		if (!first && str_eq(key, last))
			row_fault(c, "row_unknown", 0, key, NULL);
		if (image_read(c->scratch, c->table, st, images, &n, &more, e) <
		    0)
			return e->code;
		c->k->report->n_rows++;
		for (size_t i = 0; i < n; i++)
			image_compare(c, key, &images[i], seq);
		first = false;
		last = str_copy(c->k->arena, key);
		arena_reset(c->scratch, mark);
	}
	return 1;
}

/* Rows the journal has and the table has not. */
static void
removed_find(struct compare *c)
{
	struct str prefix = str_fmt(c->scratch, "row:%s:", c->table->name);

	for (size_t i = 0; i < c->k->images.n; i++) {
		const struct map_item *it = &c->k->images.items[i];
		const struct last_image *im = it->value;

		if (im->seen || im->is_deleted ||
		    !str_starts(it->key, prefix.p) ||
		    (im->class != CLASS_PLAIN && !c->table->many))
			continue;
		row_fault(c, "row_removed", im->seq,
			  str_from(it->key, prefix.len), NULL);
	}
}

static int
guards_check(struct compare *c, struct err *e)
{
	for (size_t i = 0; i < N_TRIGGERS; i++) {
		struct str name = trigger_name(c->scratch, c->table, i);
		int64_t n = 0;

		if (store_get_int(c->store, &n, e,
				  "SELECT count(*) FROM main.sqlite_schema "
				  "WHERE type = 'trigger' AND name = ? "
				  "AND sql = ?",
				  "ss", name,
				  trigger_print(c->scratch, c->table, i)) < 0)
			return e->code;
		if (n == 1)
			continue;
		struct journal_fault *f = check_fault(
			c->k->report, c->k->arena, "guard_missing", 0,
			"table %s: the trigger '%.*s' that guards it is "
			"missing or changed",
			c->table->name, STR_ARG(name));
		f->table = str_copy(c->k->arena, str_c(c->table->name));
	}
	return 0;
}

/* An index that says something else than its table misleads queries. */
static int
index_check(struct checker *k, struct store *s, const char *table,
	    struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT integrity_check FROM "
			     "pragma_integrity_check(?, 'main')"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_c(st, 1, table);
	while ((r = stmt_step(st, e)) > 0) {
		if (str_is(stmt_str(st, 0), "ok"))
			continue;
		struct journal_fault *f = check_fault(
			k->report, k->arena, "table_damaged", 0,
			"table %s is damaged: %.*s", table,
			STR_ARG(stmt_str(st, 0)));
		f->table = str_copy(k->arena, str_c(table));
	}
	return r;
}

static int
table_verify(struct checker *k, struct store *s, struct str name,
	     struct str image, struct err *e)
{
	auto_arena *a = arena_new();
	struct journal_table table;
	struct json_read r;
	struct str shape;
	struct err bad = { 0 };
	struct compare c = { k, s, &table, a };

	json_read_init(&r, a, member(a, image, "shape"));
	shape = json_read_text(&r);
	if (shape_parse(k->arena, name, shape, &table, &bad) < 0) {
		check_fault(k->report, k->arena, "table_shape", 0,
			    "the journal does not say what table %.*s looks "
			    "like",
			    STR_ARG(name));
		return 0;
	}
	k->report->n_tables++;
	int there = guards_check(&c, e) < 0 ? e->code : live_compare(&c, e);
	if (there < 0 || (there > 0 && index_check(k, s, table.name, e) < 0))
		return e->code;
	removed_find(&c);
	return 0;
}

extern const struct embedded embed_migrations[];

/* The text of the migration that made the journal's own triggers. */
static struct str
own_migration(void)
{
	const struct embedded *m = embed_migrations;

	while (m->name != NULL && strcmp(m->name, "main/0002-journal.sql") != 0)
		m++;
	assert(m->name != NULL); /* it is built in */
	return (struct str){ (const char *)m->data, m->len };
}

/* SQLite keeps the text of a trigger as it was written there. */
static int
own_guards(struct checker *k, struct store *s, struct err *e)
{
	static const char *const names[] = {
		"journal_insert",      "journal_update",
		"journal_delete",      "journal_body_insert",
		"journal_body_update", "journal_body_delete",
		"journal_head_update", "journal_head_delete",
	};
	struct str made = own_migration();

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str sql = STR("");
		int r = store_get_str(s, k->arena, &sql, e,
				      "SELECT sql FROM main.sqlite_schema "
				      "WHERE type = 'trigger' AND name = ?",
				      "c", names[i]);

		if (r < 0)
			return r;
		if (r == 1 && sql.len > 0 &&
		    str_find_c(made, str_to_c(k->arena, sql)) != STR_NONE)
			continue;
		check_fault(k->report, k->arena, "guard_missing", 0,
			    "the trigger '%s' that guards the journal is "
			    "missing or changed",
			    names[i]);
	}
	return 0;
}

int
rows_verify(struct checker *k, struct store *s, struct err *e)
{
	size_t n = k->images.n;

	if (own_guards(k, s, e) < 0 || index_check(k, s, "journal", e) < 0 ||
	    index_check(k, s, "journal_body", e) < 0 ||
	    index_check(k, s, "journal_head", e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		const struct map_item *it = &k->images.items[i];
		const struct last_image *im = it->value;

		if (!str_starts(it->key, TABLE_PREFIX) || im->is_deleted)
			continue;
		if (table_verify(k, s,
				 str_from(it->key, sizeof(TABLE_PREFIX) - 1),
				 im->text, e) < 0)
			return e->code;
	}
	return 0;
}
