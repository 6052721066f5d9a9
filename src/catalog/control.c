/* control.c - a control from its file. */
#include "base/arena.h"
#include "base/diags.h"
#include "catalog/read.h"

const char *const level_names[3] = { "basic", "standard", "full" };
const char *const strength_names[3] = { "must", "should", "consider" };
const char *const control_kind_names[5] = { "query", "ledger", "duty",
					    "document", "guide" };

static const char *const status_names[] = { "listed", "complete" };

#define CONTROL_KEYS                                                           \
	"id status title text why fix attack level strength kind pack "        \
	"applies_when effort costs_money impact done_by also_by subject "      \
	"every on_event proof rechecks sources covers primary parameters "     \
	"use needs declare assess examples note_today mutants_ok "             \
	"source_tables source_check source_how"

static void
read_id(const struct reader_ctx *r, const struct yaml *y, struct control *c)
{
	c->id = read_text(r, y, "id", true);
	c->area = str_until(c->id, '.');
	if (c->id.p == NULL)
		return;
	if (!name_ok(c->area) || !name_ok(str_after(c->id, '.')))
		READ_BAD(r, yaml_find(y, "id"),
			 "expected an id like area.name, found '%.*s'",
			 STR_ARG(c->id));
}

static struct condition
read_condition(const struct reader_ctx *r, const struct yaml_pair *p)
{
	struct condition c = { .answer = p->key };
	const struct yaml *y = p->value;
	int64_t n = 0;

	if (str_ends(p->key, "_min") || str_ends(p->key, "_max")) {
		c.test = str_ends(p->key, "_min") ? CONDITION_MIN
						  : CONDITION_MAX;
		c.answer = str_first(p->key, p->key.len - 4);
	}

	bool is_bool = y->kind == YAML_TEXT && y->scalar == YAML_IS_BOOL;
	struct yaml one = { .kind = YAML_MAP,
			    .n = 1,
			    .pairs = &(struct yaml_pair){ .key = STR("value"),
							  .value = p->value } };
	if (c.test == CONDITION_IS && is_bool)
		n = str_is(y->text, "true");
	else if (c.test == CONDITION_IS)
		READ_BAD(r, y, "expected true or false for '%.*s'",
			 STR_ARG(p->key));
	else
		n = read_int(r, &one, "value", 0, INT32_MAX, 0);
	c.value = n;
	return c;
}

static void
read_conditions(const struct reader_ctx *r, const struct yaml *map,
		struct control *c)
{
	const struct yaml *y = read_key(r, map, "applies_when", false);

	if (y == NULL)
		return;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected 'applies_when' as {answer: true}");
		return;
	}
	c->n_conditions = y->n;
	c->conditions = ARENA_ARRAY(r->a, y->n, struct condition);
	for (size_t i = 0; i < y->n; i++)
		c->conditions[i] = read_condition(r, &y->pairs[i]);
}

static void
read_event(const struct reader_ctx *r, const struct yaml *map,
	   struct cadence *c)
{
	static const char *const keys[] = { "on", "before", "after", "of" };
	static const enum cadence_event events[] = { EVENT_ON, EVENT_BEFORE,
						     EVENT_AFTER,
						     EVENT_WITHIN };
	const struct yaml *y = read_key(r, map, "on_event", false);

	if (!read_map(r, y, "on_event", "on before after within of"))
		return;
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		if (yaml_find(y, keys[i]) == NULL)
			continue;
		if (c->when != EVENT_NONE)
			READ_BAD(r, y, "expected one event in 'on_event'");
		c->when = events[i];
		c->event = read_name(r, y, keys[i], true);
	}
	c->within = read_duration(r, y, "within", c->when == EVENT_WITHIN);
	if (c->when == EVENT_NONE || (c->within.p && c->when != EVENT_WITHIN))
		READ_BAD(r, y,
			 "expected {on: EVENT}, {before: EVENT}, {after: "
			 "EVENT} or {within: DURATION, of: EVENT}");
}

static void
read_cadence(const struct reader_ctx *r, const struct yaml *map,
	     struct control *c)
{
	struct str s = read_text(r, map, "every", false);

	if (s.len > 0 && s.p[0] == ':') {
		c->cadence.every_param = str_from(s, 1);

		const struct parameter *p = parameter_find(
			c, c->cadence.every_param);
		if (p == NULL || p->type != PARAM_DURATION)
			READ_BAD(r, yaml_find(map, "every"),
				 "'%.*s' is no duration parameter of this "
				 "control",
				 STR_ARG(s));
	} else if (s.p != NULL) {
		c->cadence.every = read_duration(r, map, "every", true);
	}
	read_event(r, map, &c->cadence);
}

static void
read_uses(const struct reader_ctx *r, const struct yaml *map, struct control *c)
{
	const struct yaml *y = read_key(r, map, "use", false);

	if (y == NULL)
		return;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected 'use' as {name: area.control.name}");
		return;
	}
	c->n_uses = y->n;
	c->uses = ARENA_ARRAY(r->a, y->n, struct use);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml_pair *p = &y->pairs[i];
		struct use *u = &c->uses[i];
		struct str full = p->value->text;
		struct str area = str_until(full, '.');
		struct str name = str_until(str_after(full, '.'), '.');

		u->name = p->key;
		u->line = p->line;
		u->column = p->column;
		u->control = str_first(full, area.len + 1 + name.len);
		u->parameter = str_from(full, area.len + name.len + 2);
		if (p->value->kind != YAML_TEXT || !name_ok(area) ||
		    !name_ok(name) || !name_ok(u->parameter) ||
		    !name_ok(p->key) || str_is(p->key, "now") ||
		    str_is(p->key, "today"))
			READ_BAD(r, p->value,
				 "expected name: area.control.parameter in "
				 "'use'");
		else if (parameter_find(c, p->key) != NULL)
			READ_BAD(r, p->value,
				 "'%.*s' is a parameter of this control too",
				 STR_ARG(p->key));
	}
}

/* Yes, no or do not know: what a person is asked where facts are silent. */
static struct words
read_question(const struct reader_ctx *r, const struct yaml *map)
{
	const struct yaml *y = read_key(r, map, "declare", false);

	if (y == NULL || !read_map(r, y, "declare", "question"))
		return (struct words){ 0 };
	return read_words(r, y, "question", true);
}

static void
read_texts_of(const struct reader_ctx *r, const struct yaml *y,
	      struct control *c)
{
	bool full = c->complete;

	c->title = read_words(r, y, "title", true);
	c->text = read_words(r, y, "text", full);
	c->why = read_words(r, y, "why", full);
	c->fix = read_words(r, y, "fix", full);
	c->attack = read_words(r, y, "attack", full);
	c->note_today = read_words(r, y, "note_today", false);
	c->question = read_question(r, y);
	c->effort = read_duration(r, y, "effort", full);
	c->impact = (int)read_int(r, y, "impact", 1, 3, 0);
	c->costs_money = read_bool(r, y, "costs_money", false);
	(void)read_key(r, y, "impact", full); /* complains itself */
}

static void
read_lists_of(const struct reader_ctx *r, const struct yaml *y,
	      struct control *c)
{
	c->n_sources = read_sources(r, y, &c->sources);
	c->n_covers = read_texts(r, y, "covers", true, &c->covers);
	c->n_primary = read_texts(r, y, "primary", true, &c->primary);
	c->n_needs = read_texts(r, y, "needs", false, &c->needs);
	c->n_also_by = read_texts(r, y, "also_by", false, &c->also_by);
	c->n_proof = read_texts(r, y, "proof", false, &c->proof);
	c->n_rechecks = read_texts(r, y, "rechecks", false, &c->rechecks);
	c->n_mutants_ok = read_texts(r, y, "mutants_ok", false, &c->mutants_ok);
}

static void
read_assess(const struct reader_ctx *r, const struct yaml *y, struct control *c)
{
	const struct yaml *sql = read_key(r, y, "assess", false);

	c->assess = read_text(r, y, "assess", false);
	c->line_assess = sql != NULL ? sql->line : 0;
	if (c->complete && c->kind == CONTROL_QUERY && c->assess.p == NULL &&
	    c->n_needs == 0)
		READ_BAD(r, y, "a complete query needs 'assess'");
	c->n_examples = read_examples(r, y, &c->examples);
}

static void
refuse_leftovers(const struct reader_ctx *r, const struct yaml *y)
{
	static const char *const keys[] = { "source_tables", "source_check",
					    "source_how" };

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct yaml *v = yaml_find(y, keys[i]);

		if (v != NULL)
			READ_BAD(r, v, "'%s' is for listed controls; remove it",
				 keys[i]);
	}
}

struct control *
read_control(const struct reader_ctx *r, const struct yaml *y)
{
	if (!read_map(r, y, "a control", CONTROL_KEYS))
		return NULL;

	struct control *c = ARENA_NEW(r->a, struct control);
	c->file = r->file;
	read_id(r, y, c);
	c->complete = READ_ENUM(r, y, "status", status_names) == 1;
	c->level = (enum level)READ_ENUM(r, y, "level", level_names);
	c->strength = (enum strength)READ_ENUM(r, y, "strength",
					       strength_names);
	c->kind = (enum control_kind)READ_ENUM(r, y, "kind",
					       control_kind_names);
	c->pack = read_name(r, y, "pack", true);
	c->done_by = read_name(r, y, "done_by", true);
	c->subject = read_name(r, y, "subject", true);
	read_texts_of(r, y, c);
	read_lists_of(r, y, c);
	read_conditions(r, y, c);
	c->n_parameters = read_parameters(r, y, &c->parameters);
	read_uses(r, y, c);
	read_cadence(r, y, c);
	read_assess(r, y, c);
	if (c->complete)
		refuse_leftovers(r, y);
	return c->id.p != NULL ? c : NULL;
}

struct control *
control_read(struct arena *a, struct str file, struct str text, struct diags *d)
{
	struct reader_ctx r = { .a = a, .d = d, .file = file };
	const struct yaml *y = yaml_parse(a, file, text, d);

	return y != NULL ? read_control(&r, y) : NULL;
}

const struct parameter *
parameter_find(const struct control *c, struct str name)
{
	for (size_t i = 0; i < c->n_parameters; i++)
		if (str_eq(c->parameters[i].name, name))
			return &c->parameters[i];
	return NULL;
}
