/* change.c - one write transaction that is one journal entry. */
#include "journal/change.h"

#include <pwd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/moment.h"
#include "journal/chain.h"
#include "journal/journal.h"
#include "journal/map.h"
#include "journal/shape.h"
#include "store/store.h"

#define WORD_MAX 128
#define IMAGES_MAX 256

struct change {
	struct guard guard; /* first: it is handed back as a change */
	struct store *store;
	struct arena *arena;
	struct entry entry;
	struct str actor;   /* in words */
	struct map touched; /* "TABLE:KEY" to its struct touched */
	struct map shapes;  /* table to its struct reader */
	struct field *fields;
	size_t n_fields, cap_fields;
	struct err bad; /* the first fault of a field */
};

struct touched {
	struct str table, key;
};

/* What reads the rows of one table. */
struct reader {
	struct journal_table table;
	struct stmt *select;
};

static void
touch(struct guard *g, struct str table, struct str key)
{
	struct change *c = (struct change *)g;
	auto_arena *a = arena_new();
	void **place = map_put(
		&c->touched,
		str_fmt(a, "%.*s:%.*s", STR_ARG(table), STR_ARG(key)));

	if (*place != NULL)
		return;
	struct touched *t = ARENA_NEW(c->arena, struct touched);
	t->table = str_copy(c->arena, table);
	t->key = str_copy(c->arena, key);
	*place = t;
}

static bool
word_ok(struct str s, const char *others)
{
	if (s.len > WORD_MAX)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char ch = s.p[i];

		if (!(ch >= 'a' && ch <= 'z') && !(ch >= '0' && ch <= '9') &&
		    strchr(others, ch) == NULL)
			return false;
	}
	return true;
}

/* The entry that is the head now; nothing changes when there is none. */
static int
head_read(struct change *c, struct err *e)
{
	auto_stmt *st = NULL;

	if (stmt_prepare(c->store,
			 STR("SELECT seq, hash FROM main.journal "
			     "ORDER BY seq DESC LIMIT 1"),
			 &st, e) < 0)
		return e->code;
	int r = stmt_step(st, e);
	if (r <= 0)
		return r;

	struct str hash = stmt_str(st, 1);
	if (hash.len != HASH_LEN)
		return err_set(e, -EBADMSG,
			       "the last entry of the journal is damaged: "
			       "see 'yamori journal verify'");
	c->entry.seq = stmt_int(st, 0);
	memcpy(c->entry.prev.b, hash.p, HASH_LEN);
	return 0;
}

/* The id of whoever has these words, made when they are new. */
static int
actor_get(struct change *c, struct str words, struct err *e)
{
	uint8_t id[16];

	if (words.len == 0 || !str_utf8_ok(words))
		return err_set(e, -EINVAL, "a change needs an actor");
	int r = store_get_str(c->store, c->arena, &c->entry.actor, e,
			      "SELECT id FROM main.journal_actor "
			      "WHERE name = ?",
			      "s", words);

	if (r != 0)
		return r < 0 ? r : 0;
	store_random(c->store, id, sizeof(id));
	c->entry.actor = hex_encode(
		c->arena, (struct str){ (const char *)id, sizeof(id) });
	return store_run(c->store, e,
			 "INSERT INTO main.journal_actor"
			 "(id, name, change_seq) VALUES (?, ?, change_seq())",
			 "ss", c->entry.actor, words);
}

/* Who runs this process. */
static struct str
actor_os(struct arena *a)
{
	char text[4096];
	struct passwd p, *found = NULL;

	if (getpwuid_r(getuid(), &p, text, sizeof(text), &found) == 0 &&
	    found != NULL)
		return str_fmt(a, "os:%s via cli", p.pw_name);
	return str_fmt(a, "os:%lld via cli", (long long)getuid());
}

int
change_begin(struct store *s, const char *kind, struct str subject,
	     struct change **ret, struct err *e)
{
	if (kind[0] == '\0' || !word_ok(str_c(kind), "_."))
		return err_set(e, -EINVAL, "'%s' is no kind of a change", kind);
	if (!word_ok(subject, "_.:-"))
		return err_set(e, -EINVAL, "'%.*s' is no id", STR_ARG(subject));
	assert(!store_guarded(s)); /* changes do not nest */
	if (store_begin(s, e) < 0)
		return e->code;

	struct arena *a = arena_new();
	struct change *c = ARENA_NEW(a, struct change);
	c->guard.touch = touch;
	c->store = s;
	c->arena = a;
	c->entry.kind = str_copy(a, str_c(kind));
	c->entry.subject = str_copy(a, subject);
	c->actor = actor_os(a);
	map_init(&c->touched, a);
	map_init(&c->shapes, a);
	int r = head_read(c, e);
	c->entry.seq++;
	c->entry.at = moment_now();
	c->guard.seq = c->entry.seq;
	store_guard_set(s, &c->guard);
	if (r < 0) {
		change_free(c);
		return e->code;
	}
	*ret = c;
	return 0;
}

void
change_actor(struct change *c, struct str actor)
{
	c->actor = str_copy(c->arena, actor);
}

static void
readers_close(struct change *c)
{
	for (size_t i = 0; i < c->shapes.n; i++) {
		struct reader *r = c->shapes.items[i].value;

		if (r == NULL)
			continue;
		stmt_free(r->select);
		r->select = NULL;
	}
}

void
change_free(struct change *c)
{
	if (c == NULL)
		return;
	readers_close(c);
	if (c->store != NULL) { /* not committed */
		store_rollback(c->store);
		store_guard_set(c->store, NULL);
	}
	arena_free(c->arena);
}

struct str
change_actor_get(const struct change *c)
{
	return c->actor;
}

int64_t
change_seq(const struct change *c)
{
	return c->entry.seq;
}

int64_t
change_at(const struct change *c)
{
	return c->entry.at;
}

struct store *
change_store(const struct change *c)
{
	return c->store;
}

static int
field_check(struct change *c, struct str name, enum data_class class,
	    struct str value)
{
	if (class == CLASS_SECRET)
		return err_set(&c->bad, -EINVAL,
			       "'%.*s': a secret does not go into the journal",
			       STR_ARG(name));
	if (value.len > CHANGE_VALUE_MAX)
		return err_set(&c->bad, -EFBIG,
			       "'%.*s': the value is larger than %zu bytes",
			       STR_ARG(name), CHANGE_VALUE_MAX);
	if (!str_utf8_ok(value) || !str_utf8_ok(name) || name.len == 0)
		return err_set(&c->bad, -EILSEQ, "'%.*s': not valid UTF-8",
			       STR_ARG(name));
	if (c->n_fields == CHANGE_FIELDS_MAX)
		return err_set(&c->bad, -E2BIG,
			       "one change has more than %zu parts",
			       CHANGE_FIELDS_MAX);
	return 0;
}

/* value belongs to the arena of the change already. */
static void
field_add(struct change *c, struct str name, enum data_class class,
	  struct str value)
{
	if (c->bad.code < 0 || field_check(c, name, class, value) < 0)
		return;
	if (c->n_fields == c->cap_fields) {
		struct field *old = c->fields;

		c->cap_fields = c->cap_fields == 0 ? 16 : c->cap_fields * 2;
		c->fields = ARENA_ARRAY(c->arena, c->cap_fields, struct field);
		if (c->n_fields > 0)
			memcpy(c->fields, old, c->n_fields * sizeof(*old));
	}
	struct field *f = &c->fields[c->n_fields++];
	*f = (struct field){
		.name = str_copy(c->arena, name),
		.class = class,
		.open = true,
		.value = value,
	};
	store_random(c->store, f->salt, SALT_LEN);
	f->seal = field_seal(f);
}

void
change_field_class(struct change *c, const char *field, enum data_class class,
		   struct str value)
{
	field_add(c, str_c(field), class, str_copy(c->arena, value));
}

void
change_field(struct change *c, const char *field, struct str value)
{
	change_field_class(c, field, CLASS_PLAIN, value);
}

void
change_field_personal(struct change *c, const char *field, struct str value)
{
	change_field_class(c, field, CLASS_PERSONAL, value);
}

void
change_field_int(struct change *c, const char *field, int64_t value)
{
	field_add(c, str_c(field), CLASS_PLAIN,
		  str_fmt(c->arena, "%" PRId64, value));
}

int
change_run(struct change *c, struct err *e, const char *table, struct str key,
	   const char *sql, const char *kinds, ...)
{
	va_list ap;

	va_start(ap, kinds);
	int n = store_run_v(c->store, e, sql, kinds, ap);
	va_end(ap);
	/* Its triggers have told; a table without them is refused later. */
	if (n > 0)
		touch(&c->guard, str_c(table), key);
	return n;
}

static int
reader_get(struct change *c, struct str table, struct reader **ret,
	   struct err *e)
{
	void **place = map_put(&c->shapes, table);
	struct str json = { 0 };

	if (*place != NULL) {
		*ret = *place;
		return stmt_reset((*ret)->select, e);
	}
	int r = store_get_str(c->store, c->arena, &json, e,
			      "SELECT shape FROM main.journal_table "
			      "WHERE name = ?",
			      "s", table);
	if (r < 0)
		return r;
	if (r == 0)
		return err_set(e, -EBADMSG,
			       "table '%.*s' was written but never declared",
			       STR_ARG(table));

	struct reader *reader = ARENA_NEW(c->arena, struct reader);
	if (shape_parse(c->arena, table, json, &reader->table, e) < 0 ||
	    shape_select(c->store, &reader->table, true, &reader->select, e) <
		    0)
		return e->code;
	*place = reader;
	*ret = reader;
	return 0;
}

/* The after-image of a row that was written becomes fields. */
static int
row_add(struct change *c, const struct touched *t, struct err *e)
{
	struct reader *r = NULL;
	struct image images[IMAGES_MAX];
	size_t n = 0;
	bool more = false;

	if (reader_get(c, t->table, &r, e) < 0)
		return e->code;
	const char *table = r->table.name;
	assert(r->table.n_cols < IMAGES_MAX);
	stmt_bind_str(r->select, 1, t->key);
	int step = stmt_step(r->select, e);
	if (step < 0)
		return step;
	if (step == 0) {
		field_add(c, image_name(c->arena, table, t->key, NULL),
			  CLASS_PLAIN, STR("null"));
		return 0;
	}
	if (image_read(c->arena, &r->table, r->select, images, &n, &more, e) <
	    0)
		return e->code;
	if (more)
		return err_set(e, -EINVAL,
			       "table '%s' has two rows with one key", table);
	for (size_t i = 0; i < n; i++)
		field_add(c,
			  image_name(c->arena, table, t->key, images[i].column),
			  images[i].class, images[i].value);
	return 0;
}

static int
field_cmp(const void *a, const void *b)
{
	return str_cmp(((const struct field *)a)->name,
		       ((const struct field *)b)->name);
}

static int
seal_all(struct change *c, struct err *e)
{
	struct merkle m;

	for (size_t i = 0; i < c->touched.n; i++) {
		if (row_add(c, c->touched.items[i].value, e) < 0)
			return e->code;
	}
	if (c->bad.code < 0) {
		*e = c->bad;
		return e->code;
	}
	if (c->n_fields > 0)
		qsort(c->fields, c->n_fields, sizeof(*c->fields), field_cmp);
	merkle_init(&m);
	for (size_t i = 0; i < c->n_fields; i++) {
		if (i > 0 && field_cmp(&c->fields[i - 1], &c->fields[i]) == 0)
			return err_set(e, -EEXIST,
				       "'%.*s' occurs twice in one change",
				       STR_ARG(c->fields[i].name));
		merkle_add_field(&m, &c->fields[i]);
	}
	c->entry.body_root = merkle_root(&m);
	return 0;
}

static struct str
bytes(const void *p, size_t len)
{
	return (struct str){ p, len };
}

static int
body_write(struct change *c, struct err *e)
{
	auto_stmt *st = NULL;

	if (stmt_prepare(c->store,
			 STR("INSERT INTO main.journal_body"
			     "(seq, field, class, seal, salt, value) "
			     "VALUES (?, ?, ?, ?, ?, ?)"),
			 &st, e) < 0)
		return e->code;
	for (size_t i = 0; i < c->n_fields; i++) {
		const struct field *f = &c->fields[i];

		stmt_bind_int(st, 1, c->entry.seq);
		stmt_bind_str(st, 2, f->name);
		stmt_bind_int(st, 3, (int64_t)f->class);
		stmt_bind_blob(st, 4, bytes(f->seal.b, HASH_LEN));
		stmt_bind_blob(st, 5, bytes(f->salt, SALT_LEN));
		stmt_bind_str(st, 6, f->value);
		if (stmt_step(st, e) < 0 || stmt_reset(st, e) < 0)
			return e->code;
	}
	return 0;
}

static int
entry_write(struct change *c, struct err *e)
{
	struct entry *en = &c->entry;
	struct hash hash = entry_hash(en);

	return store_run(c->store, e,
			 "INSERT INTO main.journal(seq, at, actor, kind, "
			 "subject, body_root, prev, hash) "
			 "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			 "iisssbbb", en->seq, en->at, en->actor, en->kind,
			 en->subject, bytes(en->body_root.b, HASH_LEN),
			 bytes(en->prev.b, HASH_LEN), bytes(hash.b, HASH_LEN));
}

int
change_commit(struct change *c, struct err *e)
{
	assert(c->store != NULL);
	if (actor_get(c, c->actor, e) < 0 || seal_all(c, e) < 0 ||
	    entry_write(c, e) < 0 || body_write(c, e) < 0)
		return e->code;
	readers_close(c);
	if (store_commit(c->store, e) < 0)
		return e->code;
	store_guard_set(c->store, NULL);
	c->store = NULL;
	return 0;
}

static int
triggers_make(struct change *c, const struct journal_table *t, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, 65536);
	for (size_t i = 0; i < N_TRIGGERS; i++) {
		buf_c(&b, "DROP TRIGGER IF EXISTS main.");
		buf_str(&b, store_quote_name(a, trigger_name(a, t, i)));
		buf_c(&b, ";");
		buf_str(&b, trigger_print(a, t, i));
		buf_c(&b, ";");
	}
	return store_script(c->store, buf_view(&b), e);
}

/* All rows that are there already get an image, too. */
static int
rows_touch(struct change *c, const struct journal_table *t, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	if (t->many) {
		buf_fmt(&b, "SELECT count(journal_touch('%s', ", t->name);
		buf_str(&b, store_quote_name(a, str_c(t->key)));
		buf_c(&b, ", -1)) FROM main.");
		buf_str(&b, store_quote_name(a, str_c(t->name)));
	} else {
		buf_c(&b, "UPDATE main.");
		buf_str(&b, store_quote_name(a, str_c(t->name)));
		buf_c(&b, " SET change_seq = change_seq()");
	}
	return store_script(c->store, buf_view(&b), e);
}

int
change_declare(struct change *c, const struct journal_table *t, struct err *e)
{
	struct str shape = shape_print(c->arena, t);
	struct str known = { 0 };

	assert(t->n_cols > 0 && t->n_cols < 200);
	if (!word_ok(str_c(t->name), "_"))
		return err_set(e, -EINVAL, "'%s' is no name of a table",
			       t->name);
	int r = store_get_str(c->store, c->arena, &known, e,
			      "SELECT shape FROM main.journal_table "
			      "WHERE name = ?",
			      "c", t->name);
	if (r < 0 || (r > 0 && str_eq(known, shape)))
		return r < 0 ? r : 0;
	if (triggers_make(c, t, e) < 0 ||
	    store_run(c->store, e,
		      "INSERT INTO main.journal_table"
		      "(name, shape, change_seq) VALUES (?, ?, change_seq()) "
		      "ON CONFLICT(name) DO UPDATE SET shape = excluded.shape,"
		      " change_seq = excluded.change_seq",
		      "cs", t->name, shape) < 0 ||
	    rows_touch(c, t, e) < 0)
		return e->code;
	return 1;
}
