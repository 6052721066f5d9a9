/* policy.c - what this organisation chose: answers, values, exclusions. */
#include "policy/policy.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/num.h"
#include "store/store.h"

#define MANY 100000 /* rows of a policy; more is damage */

static void
answers_read(struct policy *p, struct arena *a)
{
	struct json_read r;
	struct str key;

	json_read_init(&r, a, p->answers);
	if (!json_read_object(&r))
		return; /* the defaults stay */
	while (json_read_key(&r, &key)) {
		const struct answer *q = answer_find(p->catalog, key);

		if (q == NULL) {
			json_read_skip(&r);
			continue;
		}
		int64_t *to = &p->answer[q - p->catalog->answers];
		*to = json_read_kind(&r) == JSON_BOOL
			      ? (json_read_bool(&r, *to != 0) ? 1 : 0)
			      : json_read_int(&r, *to);
	}
}

static struct policy *
policy_new(struct arena *a, const struct catalog *cat)
{
	struct policy *p = ARENA_NEW(a, struct policy);

	p->catalog = cat;
	p->level = LEVEL_FULL;
	p->answers = STR("{}");
	p->n_answers = cat->n_answers;
	p->answer = ARENA_ARRAY(a, cat->n_answers, int64_t);
	for (size_t i = 0; i < cat->n_answers; i++)
		p->answer[i] = cat->answers[i].def;
	return p;
}

struct policy *
policy_default(struct arena *a, const struct catalog *cat)
{
	return policy_new(a, cat);
}

static int
org_load(struct policy *p, struct store *s, struct arena *a, struct err *e)
{
	auto_stmt *st = NULL;

	if (stmt_prepare(s, STR("SELECT name, size, level, answers FROM org"),
			 &st, e) < 0)
		return e->code;
	int r = stmt_step(st, e);
	if (r < 0)
		return r;
	if (r == 0)
		return err_set(e, -ENOENT,
			       "'%s' holds no organisation: make one with "
			       "'yamori init'",
			       store_dir(s));
	p->org_name = str_copy(a, stmt_str(st, 0));
	p->size = stmt_int(st, 1);
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (str_is(stmt_str(st, 2), level_names[i]))
			p->level = (enum level)i;
	}
	p->answers = str_copy(a, stmt_str(st, 3));
	answers_read(p, a);
	for (size_t i = 0; i < p->n_answers; i++) {
		if (str_is(p->catalog->answers[i].id, "size"))
			p->answer[i] = p->size;
	}
	return 0;
}

/* Rows of two texts, sorted by the first, each into one of our pairs. */
static int
pairs_load(struct store *s, struct arena *a, const char *sql,
	   struct policy_value **ret, size_t *ret_n, struct err *e)
{
	auto_stmt *st = NULL;
	struct policy_value *list = NULL;
	size_t n = 0, cap = 0;
	int r;

	if (stmt_prepare(s, str_c(sql), &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0 && n < MANY) {
		if (n == cap) {
			size_t more = cap == 0 ? 64 : cap * 2;
			struct policy_value *bigger = ARENA_ARRAY(
				a, more, struct policy_value);

			if (n > 0)
				memcpy(bigger, list, n * sizeof(*list));
			list = bigger;
			cap = more;
		}
		list[n++] = (struct policy_value){
			str_copy(a, stmt_str(st, 0)),
			str_copy(a, stmt_str(st, 1)),
		};
	}
	*ret = list;
	*ret_n = n;
	return r < 0 ? r : 0;
}

int
policy_load(struct store *s, struct arena *a, const struct catalog *cat,
	    struct policy **ret, struct err *e)
{
	struct policy *p = policy_new(a, cat);
	struct policy_value *excluded = NULL;

	if (org_load(p, s, a, e) < 0)
		return e->code;
	if (pairs_load(
		    s, a,
		    "SELECT name, json_extract(value, '$') FROM policy_value "
		    "ORDER BY name",
		    &p->values, &p->n_values, e) < 0 ||
	    pairs_load(s, a,
		       "SELECT control, reason FROM policy_exclude "
		       "ORDER BY control",
		       &excluded, &p->n_excludes, e) < 0)
		return e->code;
	p->excludes = ARENA_ARRAY(a, p->n_excludes, struct policy_exclude);
	for (size_t i = 0; i < p->n_excludes; i++)
		p->excludes[i] = (struct policy_exclude){ excluded[i].name,
							  excluded[i].value };
	if (store_get_int(s, &p->seq, e,
			  "SELECT max(coalesce((SELECT max(change_seq) FROM "
			  "policy_value), 0), coalesce((SELECT max(change_seq)"
			  " FROM policy_exclude), 0), coalesce((SELECT "
			  "max(change_seq) FROM org), 0))",
			  "") < 0)
		return e->code;
	*ret = p;
	return 0;
}

static int
value_cmp(const void *key, const void *item)
{
	return str_cmp(*(const struct str *)key,
		       ((const struct policy_value *)item)->name);
}

struct str
policy_value(const struct policy *p, const struct control *c,
	     const struct parameter *param)
{
	auto_arena *a = arena_new();
	struct str full = str_fmt(a, "%.*s.%.*s", STR_ARG(c->id),
				  STR_ARG(param->name));
	const struct policy_value *hit = p->n_values == 0
						 ? NULL
						 : bsearch(&full, p->values,
							   p->n_values,
							   sizeof(*p->values),
							   value_cmp);

	return hit ? hit->value : param->def;
}

struct str
policy_bound(const struct policy *p, const struct control *c, struct str name,
	     const struct parameter **ret_param)
{
	const struct parameter *param = parameter_find(c, name);

	if (ret_param != NULL)
		*ret_param = param;
	if (param != NULL)
		return policy_value(p, c, param);

	for (size_t i = 0; i < c->n_uses; i++) {
		const struct use *u = &c->uses[i];
		const struct control *owner;

		if (!str_eq(u->name, name))
			continue;
		owner = control_find(p->catalog, u->control);
		param = owner ? parameter_find(owner, u->parameter) : NULL;
		if (ret_param != NULL)
			*ret_param = param;
		if (param != NULL)
			return policy_value(p, owner, param);
	}
	return (struct str){ NULL, 0 };
}

struct str
policy_named(const struct policy *p, const char *name)
{
	const struct control *owner;
	const struct parameter *param = catalog_parameter(p->catalog,
							  str_c(name), &owner);

	assert(param != NULL);
	return policy_value(p, owner, param);
}

static bool
condition_holds(const struct policy *p, const struct condition *c)
{
	const struct answer *q = answer_find(p->catalog, c->answer);

	if (q == NULL)
		return true; /* lint refuses this */
	int64_t v = p->answer[q - p->catalog->answers];
	switch (c->test) {
	case CONDITION_IS:
		return v == c->value;
	case CONDITION_MIN:
		return v >= c->value;
	case CONDITION_MAX:
		return v <= c->value;
	}
	return true;
}

enum applies
policy_applies(const struct policy *p, const struct control *c,
	       struct str *ret_reason)
{
	for (size_t i = 0; i < p->n_excludes; i++) {
		if (str_eq(p->excludes[i].control, c->id)) {
			*ret_reason = p->excludes[i].reason;
			return APPLIES_NOT_EXCLUDED;
		}
	}
	for (size_t i = 0; i < c->n_conditions; i++) {
		if (!condition_holds(p, &c->conditions[i])) {
			*ret_reason = c->conditions[i].answer;
			return APPLIES_NOT_ANSWER;
		}
	}
	if (c->level > p->level) {
		*ret_reason = str_c(level_names[c->level]);
		return APPLIES_NOT_LEVEL;
	}
	*ret_reason = str_c("");
	return APPLIES;
}
