/* yaml.c - a YAML file as a tree, read strictly and within bounds. */
#include "catalog/yaml.h"

#include <yaml.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/json.h"

struct level {
	struct yaml *node;
	size_t cap;
	bool want_key; /* of a map: the next scalar is a key */
	bool dropped;  /* the key that waits was refused */
	struct yaml_pair pair;
};

struct reading {
	struct arena *a;
	struct diags *d;
	struct str file;
	struct yaml *root;
	struct level levels[YAML_DEPTH_MAX];
	int depth;
	size_t n_nodes;
	bool stop; /* nothing behind this can be understood */
};

static struct str
place(const struct reading *r, yaml_mark_t m)
{
	return str_fmt(r->a, "%.*s:%zu:%zu", STR_ARG(r->file), m.line + 1,
		       m.column + 1);
}

#define COMPLAIN(r, mark, ...) diags_error((r)->d, place(r, mark), __VA_ARGS__)

static void
parser_done(yaml_parser_t *p)
{
	yaml_parser_delete(p);
}

static void
event_done(yaml_event_t *ev)
{
	yaml_event_delete(ev);
}

/* The first character of s that has no business in a text; 0 if none. */
static uint32_t
bad_character(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
			return c == 0 ? 0xfffe : c;
		if (i + 1 < s.len && c == 0xc2 && (uint8_t)s.p[i + 1] < 0xa0)
			return (uint8_t)s.p[i + 1];
		if (i + 2 >= s.len || c != 0xe2)
			continue;

		/* What turns the direction of text can hide what a reader
		 * approves: U+202A to U+202E, U+2066 to U+2069. */
		uint8_t b = (uint8_t)s.p[i + 1], e = (uint8_t)s.p[i + 2];
		if (b == 0x80 && e >= 0xaa && e <= 0xae)
			return 0x2000u + (e & 0x3fu);
		if (b == 0x81 && e >= 0xa6 && e <= 0xa9)
			return 0x2040u + (e & 0x3fu);
	}
	return 0;
}

static bool
digits(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.len > 0;
}

static enum yaml_scalar
scalar_kind(struct str s)
{
	if (s.len == 0 || str_is(s, "~") || str_is(s, "null"))
		return YAML_IS_NULL;
	if (str_is(s, "true") || str_is(s, "false"))
		return YAML_IS_BOOL;

	struct str n = s.p[0] == '-' ? str_from(s, 1) : s;
	struct str whole = str_until(n, '.');
	if (!digits(whole) || whole.len > 15 ||
	    (whole.len > 1 && whole.p[0] == '0'))
		return YAML_IS_TEXT;
	if (whole.len == n.len)
		return YAML_IS_INT;

	struct str part = str_from(n, whole.len + 1);
	return digits(part) && part.len <= 15 ? YAML_IS_REAL : YAML_IS_TEXT;
}

/* Room for one more in an array that doubles; what is there is copied. */
static void *
grow(struct arena *a, void *p, size_t n, size_t *cap, size_t size)
{
	if (n < *cap)
		return p;

	size_t more = *cap == 0 ? 8 : *cap * 2;
	void *q = arena_array(a, more, size);
	if (n > 0)
		memcpy(q, p, n * size);
	*cap = more;
	return q;
}

/* Hangs a finished or opened node below the level it belongs to. */
static void
attach(struct reading *r, struct yaml *y)
{
	if (r->depth == 0) {
		r->root = y;
		return;
	}

	struct level *up = &r->levels[r->depth - 1];
	struct yaml *to = up->node;
	if (to->kind == YAML_LIST) {
		to->items = grow(r->a, to->items, to->n, &up->cap,
				 sizeof(struct yaml *));
		to->items[to->n++] = y;
		return;
	}

	up->want_key = true;
	if (up->dropped)
		return;
	up->pair.value = y;
	to->pairs = grow(r->a, to->pairs, to->n, &up->cap,
			 sizeof(struct yaml_pair));
	to->pairs[to->n++] = up->pair;
}

static struct yaml *
node_new(struct reading *r, const yaml_event_t *ev, enum yaml_kind kind)
{
	if (++r->n_nodes > YAML_NODES_MAX) {
		COMPLAIN(r, ev->start_mark, "more than %d values in a file",
			 YAML_NODES_MAX);
		r->stop = true;
		return NULL;
	}

	struct yaml *y = ARENA_NEW(r->a, struct yaml);
	y->kind = kind;
	y->line = (int)ev->start_mark.line + 1;
	y->column = (int)ev->start_mark.column + 1;
	return y;
}

static void
take_key(struct reading *r, const yaml_event_t *ev, struct str key)
{
	struct level *l = &r->levels[r->depth - 1];

	l->want_key = false;
	l->dropped = true;
	if (str_is(key, "<<")) {
		COMPLAIN(r, ev->start_mark, "merge keys are not allowed");
		return;
	}
	if (l->node->n == YAML_KEYS_MAX) {
		COMPLAIN(r, ev->start_mark, "more than %d keys in a map",
			 YAML_KEYS_MAX);
		r->stop = true;
		return;
	}
	for (size_t i = 0; i < l->node->n; i++) {
		if (!str_eq(l->node->pairs[i].key, key))
			continue;
		COMPLAIN(r, ev->start_mark,
			 "key '%.*s' appears twice, first in line %d",
			 STR_ARG(key), l->node->pairs[i].line);
		return;
	}

	l->dropped = false;
	l->pair = (struct yaml_pair){
		.key = key,
		.line = (int)ev->start_mark.line + 1,
		.column = (int)ev->start_mark.column + 1,
	};
}

static void
take_scalar(struct reading *r, const yaml_event_t *ev)
{
	struct str s = { (const char *)ev->data.scalar.value,
			 ev->data.scalar.length };

	uint32_t bad = bad_character(s);
	if (bad != 0)
		COMPLAIN(r, ev->start_mark,
			 "character U+%x is not allowed in text",
			 bad == 0xfffe ? 0 : bad);
	s = bad == 0 ? str_copy(r->a, s) : STR("");
	if (r->depth > 0 && r->levels[r->depth - 1].node->kind == YAML_MAP &&
	    r->levels[r->depth - 1].want_key) {
		if (++r->n_nodes <= YAML_NODES_MAX)
			take_key(r, ev, s);
		return;
	}

	struct yaml *y = node_new(r, ev, YAML_TEXT);
	if (y == NULL)
		return;
	y->text = s;
	if (ev->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && bad == 0)
		y->scalar = scalar_kind(s);
	attach(r, y);
}

static void
take_start(struct reading *r, const yaml_event_t *ev, enum yaml_kind kind)
{
	if (r->depth > 0 && r->levels[r->depth - 1].node->kind == YAML_MAP &&
	    r->levels[r->depth - 1].want_key) {
		COMPLAIN(r, ev->start_mark,
			 "a list or map cannot be a key; expected a name");
		r->stop = true;
		return;
	}
	if (r->depth == YAML_DEPTH_MAX) {
		COMPLAIN(r, ev->start_mark, "nested deeper than %d levels",
			 YAML_DEPTH_MAX);
		r->stop = true;
		return;
	}

	struct yaml *y = node_new(r, ev, kind);
	if (y == NULL)
		return;
	attach(r, y);
	r->levels[r->depth++] = (struct level){
		.node = y,
		.want_key = kind == YAML_MAP,
	};
}

static void
refuse_extras(struct reading *r, const yaml_event_t *ev,
	      const yaml_char_t *anchor, const yaml_char_t *tag)
{
	if (anchor != NULL)
		COMPLAIN(r, ev->start_mark, "anchors (&) are not allowed");
	if (tag != NULL)
		COMPLAIN(r, ev->start_mark, "tags (!) are not allowed");
}

static void
take_event(struct reading *r, const yaml_event_t *ev)
{
	if (ev->type == YAML_SCALAR_EVENT) {
		refuse_extras(r, ev, ev->data.scalar.anchor,
			      ev->data.scalar.tag);
		take_scalar(r, ev);
	} else if (ev->type == YAML_SEQUENCE_START_EVENT) {
		refuse_extras(r, ev, ev->data.sequence_start.anchor,
			      ev->data.sequence_start.tag);
		take_start(r, ev, YAML_LIST);
	} else if (ev->type == YAML_MAPPING_START_EVENT) {
		refuse_extras(r, ev, ev->data.mapping_start.anchor,
			      ev->data.mapping_start.tag);
		take_start(r, ev, YAML_MAP);
	} else if (ev->type == YAML_SEQUENCE_END_EVENT ||
		   ev->type == YAML_MAPPING_END_EVENT) {
		r->depth--;
	} else if (ev->type == YAML_ALIAS_EVENT) {
		COMPLAIN(r, ev->start_mark, "aliases (*) are not allowed");
		r->stop = true;
	} else if (ev->type == YAML_DOCUMENT_START_EVENT && r->root != NULL) {
		COMPLAIN(r, ev->start_mark, "a second document in one file");
		r->stop = true;
	}
}

/* libyaml's words are constants of the library, so they can be kept. */
static void
syntax_error(struct reading *r, const yaml_parser_t *p)
{
	yaml_mark_t m = p->problem_mark;

	if (p->error == YAML_READER_ERROR)
		COMPLAIN(r, m, "not readable as UTF-8: %s",
			 p->problem ? p->problem : "");
	else if (p->context != NULL && p->context[0] != '\0')
		COMPLAIN(r, m, "YAML: %s %s", p->context,
			 p->problem ? p->problem : "");
	else
		COMPLAIN(r, m, "YAML: %s", p->problem ? p->problem : "");
}

static struct yaml *
read_events(struct reading *r, yaml_parser_t *p)
{
	for (;;) {
		CLEANUP(event_done) yaml_event_t ev = { 0 };

		if (!yaml_parser_parse(p, &ev)) {
			syntax_error(r, p);
			return NULL;
		}
		if (ev.type == YAML_STREAM_END_EVENT)
			return r->root;
		take_event(r, &ev);
		if (r->stop)
			return NULL;
	}
}

struct yaml *
yaml_parse(struct arena *a, struct str file, struct str text, struct diags *d)
{
	struct reading r = { .a = a, .d = d, .file = file };
	yaml_mark_t start = { 0 };
	CLEANUP(parser_done) yaml_parser_t p;

	if (!yaml_parser_initialize(&p))
		abort(); /* memory is exhausted, as in arena_alloc */
	if (text.len > YAML_SIZE_MAX) {
		COMPLAIN(&r, start, "larger than %zu bytes", YAML_SIZE_MAX);
		return NULL;
	}

	size_t before = d->n_errors;
	yaml_parser_set_encoding(&p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p,
				     text.len);
	struct yaml *y = read_events(&r, &p);
	if (y == NULL && d->n_errors == before)
		COMPLAIN(&r, start, "the file is empty");
	return y;
}

struct yaml *
yaml_find(const struct yaml *map, const char *key)
{
	if (map == NULL || map->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->n; i++)
		if (str_is(map->pairs[i].key, key))
			return map->pairs[i].value;
	return NULL;
}

static void
json_node(const struct yaml *y, struct buf *out)
{
	if (y->kind == YAML_LIST) {
		buf_char(out, '[');
		for (size_t i = 0; i < y->n; i++) {
			if (i > 0)
				buf_char(out, ',');
			json_node(y->items[i], out);
		}
		buf_char(out, ']');
	} else if (y->kind == YAML_MAP) {
		buf_char(out, '{');
		for (size_t i = 0; i < y->n; i++) {
			if (i > 0)
				buf_char(out, ',');
			json_quote(out, y->pairs[i].key);
			buf_char(out, ':');
			json_node(y->pairs[i].value, out);
		}
		buf_char(out, '}');
	} else if (y->scalar == YAML_IS_TEXT) {
		json_quote(out, y->text);
	} else {
		buf_str(out, y->scalar == YAML_IS_NULL ? STR("null") : y->text);
	}
}

void
yaml_json(const struct yaml *y, struct buf *out)
{
	json_node(y, out); /* recursion is bounded by YAML_DEPTH_MAX */
}
