/* demo_story.c - plays the steps that make the demo organisation. */
#include "cli/demo_story.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/embed.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/num.h"
#include "check/check.h"
#include "cli/demo_facts.h"
#include "policy/draft.h"
#include "policy/record.h"

extern const struct embedded embed_demo[];

#define FACTS_MAX ((size_t)4 * 1024 * 1024)

/* The text of a step in the language asked for: KEY.ja, KEY.en or KEY. */
static struct str
text_of(const struct story *y, const struct recipe_line *l, const char *key)
{
	struct str name = str_fmt(y->arena, "%s.%s", key,
				  y->c->lang == LANG_JA ? "ja" : "en");
	struct str found = recipe_value(l, name.p);

	return found.p != NULL ? found : recipe_value(l, key);
}

/* A person's name by the id the story uses. */
static struct str
person(const struct story *y, const struct recipe_line *l, const char *key)
{
	struct str id = recipe_value(l, key);

	for (size_t i = 0; i < y->n_people; i++) {
		if (str_eq(y->people[i][0], id))
			return y->people[i][1];
	}
	return id;
}

static struct story_host *
host_named(struct story *y, struct str name)
{
	for (size_t i = 0; i < y->n_hosts; i++) {
		if (str_eq(y->hosts[i].name, name))
			return &y->hosts[i];
	}
	return NULL;
}

static int
date(const struct story *y, const struct recipe_line *l, const char *key,
     struct str *ret, struct err *e)
{
	struct recipe_clock c = { y->clock.taken, y->clock.taken,
				  y->clock.zone };
	int64_t at;

	if (recipe_at(&c, recipe_value(l, key), &at, e) < 0)
		return e->code;
	*ret = on_print(y->arena, days_of_at(at, c.zone));
	return 0;
}

static int
step_at(struct story *y, const struct recipe_line *l, struct err *e)
{
	if (recipe_at(&y->clock, recipe_value(l, "day"), &y->clock.taken, e) <
	    0)
		return e->code;
	struct str now = at_print(y->arena, y->clock.taken, zone_utc);
	if (setenv("YAMORI_NOW", now.p, 1) < 0)
		return err_sys(e, "cannot set the clock of the story");
	return 0;
}

static int
step_person(struct story *y, const struct recipe_line *l, struct err *e)
{
	if (y->n_people == STORY_PEOPLE_MAX)
		return recipe_bad(recipe_value(l, "id"), e);
	y->people[y->n_people][0] = recipe_value(l, "id");
	y->people[y->n_people++][1] = text_of(y, l, "name");
	return 0;
}

static int
step_role(struct story *y, const struct recipe_line *l, struct err *e)
{
	if (y->org.n_roles == STORY_PEOPLE_MAX)
		return recipe_bad(recipe_value(l, "id"), e);
	y->roles[y->org.n_roles] = recipe_value(l, "id");
	y->holders[y->org.n_roles++] = person(y, l, "by");
	return 0;
}

static int
answers_read(struct story *y, const struct recipe_line *l, struct err *e)
{
	int64_t *answer = ARENA_ARRAY(y->arena, y->catalog->n_answers, int64_t);

	for (size_t i = 0; i < y->catalog->n_answers; i++) {
		const struct answer *q = &y->catalog->answers[i];
		struct str value = recipe_value(l, str_to_c(y->arena, q->id));

		answer[i] = str_is(value, "yes");
		if (q->is_int && num_parse(value, &answer[i], e) < 0)
			return e->code;
		if (str_is(q->id, "size"))
			y->org.size = answer[i];
	}
	y->org.answer = answer;
	return 0;
}

static int
step_org(struct story *y, const struct recipe_line *l, struct err *e)
{
	if (store_open(y->dir, STORE_CREATE, &y->store, e) < 0 ||
	    catalog_load(y->arena, y->store, &y->catalog, e) < 0 ||
	    answers_read(y, l, e) < 0)
		return e->code;
	store_zone_set(y->store, y->clock.zone);
	store_random_seed(y->store, STR("demo"));
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (str_is(recipe_value(l, "level"), level_names[i]))
			y->org.level = (enum level)i;
	}
	y->org.name = text_of(y, l, "name");
	y->org.zone = str_c(y->clock.zone->name);
	y->org.lang = y->c->lang == LANG_JA ? STR("ja") : STR("en");
	y->org.roles = y->roles;
	y->org.holders = y->holders;
	return org_create(y->store, y->catalog, &y->org, e);
}

static int
step_host(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct str name = recipe_value(l, "name");
	struct str platform = recipe_value(l, "platform");
	struct story_host h = { .name = name };

	for (const struct embedded *m = embed_demo; m->name != NULL; m++) {
		if (str_eq(str_c(m->name),
			   str_fmt(y->arena, "%.*s.facts", STR_ARG(name))))
			h.text = (struct str){ (const char *)m->data, m->len };
	}
	if (h.text.p == NULL || y->n_hosts == STORY_HOSTS_MAX)
		return recipe_bad(name, e);
	/* Without a platform its file is brought by hand and enrols it. */
	if (platform.p != NULL &&
	    host_enrol(y->store, y->arena, name, platform, &h.key, e) < 0)
		return e->code;
	y->hosts[y->n_hosts++] = h;
	return 0;
}

static int
collect(struct story *y, const struct story_host *h, struct err *e)
{
	auto_buf b = { 0 };
	struct ingest_report r;
	const char *inbox = str_fmt(y->arena, "%s/inbox", y->dir).p;
	const char *path =
		str_fmt(y->arena, "%s/%.*s.facts", inbox, STR_ARG(h->name)).p;

	buf_init(&b, FACTS_MAX);
	if (demo_facts(h->text, &y->clock, h->key.key_hex.p ? &h->key : NULL,
		       &b, e) < 0 ||
	    fs_mkdirs(inbox, 0700, e) < 0 ||
	    fs_write_atomic(path, buf_view(&b), 0600, e) < 0 ||
	    facts_ingest(y->store, y->arena, path, NULL, &r, e) < 0)
		return err_in(e, "%.*s", STR_ARG(h->name));
	if (r.n_dropped > 0)
		return recipe_bad(r.first_fault, e);
	if (unlink(path) < 0)
		return err_sys(e, "cannot remove '%s'", path);
	return 0;
}

/* collect A,B,...: the fact files of these machines arrive. */
static int
step_collect(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct str rest = recipe_value(l, "hosts"), name;

	while (str_next(&rest, ',', &name)) {
		const struct story_host *h = host_named(y, name);

		if (h == NULL)
			return recipe_bad(name, e);
		if (collect(y, h, e) < 0)
			return e->code;
	}
	return 0;
}

static int
step_check(struct story *y, const struct recipe_line *l UNUSED, struct err *e)
{
	auto_arena *a = arena_new();
	const struct check_scope scope = { .level = -1 };
	struct policy *p;
	struct check_run *run;

	if (policy_load(y->store, a, y->catalog, &p, e) < 0 ||
	    check_evaluate(y->store, a, p, &scope, &run, e) < 0)
		return e->code;
	y->n_runs++;
	return check_store(y->store, run, &scope, e);
}

static int
draft(struct story *y, const struct recipe_line *l, struct draft *d,
      struct err *e)
{
	struct str by = person(y, l, "adopted");
	struct policy *p;

	d->name = recipe_value(l, "name");
	d->reason = text_of(y, l, "reason");
	d->asked_by = person(y, l, "asked");
	if (policy_load(y->store, y->arena, y->catalog, &p, e) < 0 ||
	    draft_add(y->store, y->arena, p, d, e) < 0)
		return e->code;
	return by.p == NULL ? 0 : draft_adopt(y->store, d, by, e);
}

static int
step_set(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct draft d = { .kind = DRAFT_SET,
			   .value = recipe_value(l, "value") };

	return draft(y, l, &d, e);
}

static int
step_exclude(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct draft d = { .kind = DRAFT_EXCLUDE };

	return draft(y, l, &d, e);
}

static int
step_declare(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct declaration_new d = {
		.control = recipe_value(l, "name"),
		.answer = recipe_value(l, "answer"),
		.sentence = text_of(y, l, "sentence"),
		.by = person(y, l, "by"),
	};

	if (control_find(y->catalog, d.control) == NULL)
		return recipe_bad(d.control, e);
	if (date(y, l, "until", &d.until_on, e) < 0)
		return e->code;
	return declaration_save(y->store, &d, e);
}

static int
step_waive(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct str id, until;
	struct str host = recipe_value(l, "host");
	int r = store_get_str(y->store, y->arena, &id, e,
			      "SELECT f.id FROM finding f "
			      "JOIN host_entry h USING (host_id) "
			      "WHERE f.control = ? AND h.name = ? "
			      "AND f.state = 'open' ORDER BY f.subject",
			      "ss", recipe_value(l, "name"), host);

	if (r == 0)
		return recipe_bad(host, e);
	if (r < 0 || date(y, l, "until", &until, e) < 0)
		return e->code;
	return finding_waive(y->store, id, until, text_of(y, l, "reason"),
			     person(y, l, "by"), e);
}

static int
step_postpone(struct story *y, const struct recipe_line *l, struct err *e)
{
	struct str until;

	if (date(y, l, "until", &until, e) < 0)
		return e->code;
	return control_postpone(y->store, recipe_value(l, "name"), until, e);
}

static int
step(struct story *y, const struct recipe_line *l, struct err *e)
{
	static const struct {
		const char *verb;
		int (*run)(struct story *y, const struct recipe_line *l,
			   struct err *e);
	} steps[] = {
		{ "at", step_at },	     { "person", step_person },
		{ "role", step_role },	     { "org", step_org },
		{ "host", step_host },	     { "collect", step_collect },
		{ "check", step_check },     { "set", step_set },
		{ "exclude", step_exclude }, { "declare", step_declare },
		{ "waive", step_waive },     { "postpone", step_postpone },
	};

	for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
		if (str_is(l->words[0].value, steps[i].verb))
			return steps[i].run(y, l, e);
	}
	return recipe_bad(l->words[0].value, e);
}

static int
play(struct story *y, struct str rest, struct err *e)
{
	struct recipe_line l;
	struct str text;

	while (recipe_next(y->arena, &rest, &text)) {
		if (recipe_parse(text, &l, e) < 0 ||
		    (l.n > 0 && step(y, &l, e) < 0))
			return err_in(e, "%.*s", STR_ARG(str_cut(text, 60)));
	}
	return 0;
}

int
story_play(struct story *y, struct str text, struct err *e)
{
	const char *fixed = getenv("YAMORI_NOW");
	const char *was = fixed ? str_to_c(y->arena, str_c(fixed)) : NULL;
	int r = play(y, text, e);

	if (was != NULL)
		(void)setenv("YAMORI_NOW", was, 1); /* it was there before */
	else
		(void)unsetenv("YAMORI_NOW"); /* the name is a good one */
	return r;
}
