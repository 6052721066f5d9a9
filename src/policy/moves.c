/* moves.c - what a change of the policy would make different. */
#include "base/arena.h"
#include "base/err.h"
#include "policy/draft.h"

struct moves {
	struct arena *arena;
	struct move *list;
	size_t n, cap;
};

static void
value_put(struct policy *p, struct str name, struct str value)
{
	size_t at = 0;

	while (at < p->n_values && str_cmp(p->values[at].name, name) < 0)
		at++;
	if (at < p->n_values && str_eq(p->values[at].name, name)) {
		p->values[at].value = value;
		return;
	}
	memmove(&p->values[at + 1], &p->values[at],
		(p->n_values - at) * sizeof(*p->values));
	p->values[at] = (struct policy_value){ name, value };
	p->n_values++;
}

static void
value_drop(struct policy *p, struct str name)
{
	for (size_t i = 0; i < p->n_values; i++) {
		if (!str_eq(p->values[i].name, name))
			continue;
		memmove(&p->values[i], &p->values[i + 1],
			(p->n_values - i - 1) * sizeof(*p->values));
		p->n_values--;
		return;
	}
}

static void
exclude_drop(struct policy *p, struct str control)
{
	for (size_t i = 0; i < p->n_excludes; i++) {
		if (!str_eq(p->excludes[i].control, control))
			continue;
		memmove(&p->excludes[i], &p->excludes[i + 1],
			(p->n_excludes - i - 1) * sizeof(*p->excludes));
		p->n_excludes--;
		return;
	}
}

struct policy *
policy_with(struct arena *a, const struct policy *p, const struct draft *drafts,
	    size_t n)
{
	struct policy *q = ARENA_NEW(a, struct policy);

	*q = *p;
	q->values = ARENA_ARRAY(a, p->n_values + n, struct policy_value);
	q->excludes = ARENA_ARRAY(a, p->n_excludes + n, struct policy_exclude);
	if (p->n_values > 0)
		memcpy(q->values, p->values, p->n_values * sizeof(*q->values));
	if (p->n_excludes > 0)
		memcpy(q->excludes, p->excludes,
		       p->n_excludes * sizeof(*q->excludes));
	for (size_t i = 0; i < n; i++) {
		const struct draft *d = &drafts[i];

		if (d->kind == DRAFT_SET)
			value_put(q, d->name, d->value);
		else if (d->kind == DRAFT_RESET)
			value_drop(q, d->name);
		else
			exclude_drop(q, d->name);
		if (d->kind == DRAFT_EXCLUDE)
			q->excludes[q->n_excludes++] = (struct policy_exclude){
				d->name, d->reason
			};
	}
	return q;
}

static void
move_add(struct moves *m, enum move_kind kind, const struct control *c,
	 struct str before, struct str after)
{
	if (m->n == m->cap) {
		size_t more = m->cap == 0 ? 16 : m->cap * 2;
		struct move *bigger = ARENA_ARRAY(m->arena, more, struct move);

		if (m->n > 0)
			memcpy(bigger, m->list, m->n * sizeof(*bigger));
		m->list = bigger;
		m->cap = more;
	}
	m->list[m->n++] = (struct move){ kind, c, before, after };
}

static struct str
print_name(struct arena *a, const struct policy *p, const struct control *c,
	   struct str name, bool ja)
{
	const struct parameter *m = NULL;
	struct str value = policy_bound(p, c, name, &m);

	return m != NULL ? policy_print(a, m, value, ja) : str_c("");
}

/* ":name" as a whole word of the query. */
static bool
query_binds(struct arena *a, struct str sql, struct str name)
{
	const char *needle = str_fmt(a, ":%.*s", STR_ARG(name)).p;
	struct str rest = sql;
	size_t at;

	while ((at = str_find_c(rest, needle)) != STR_NONE) {
		rest = str_from(rest, at + name.len + 1);
		char next = rest.len > 0 ? rest.p[0] : ' ';

		if (next != '_' && !(next >= 'a' && next <= 'z') &&
		    !(next >= '0' && next <= '9'))
			return true;
	}
	return false;
}

static void
name_moves(struct moves *m, const struct policy *p, const struct policy *q,
	   const struct control *c, struct str name, bool ja)
{
	struct str before = print_name(m->arena, p, c, name, ja);
	struct str after = print_name(m->arena, q, c, name, ja);

	if (str_eq(before, after))
		return;
	if (query_binds(m->arena, c->assess, name))
		move_add(m, MOVE_CHECK, c, before, after);
	if (str_eq(c->cadence.every_param, name))
		move_add(m, MOVE_DUTY, c, before, after);
}

static void
control_moves(struct moves *m, const struct policy *p, const struct policy *q,
	      const struct control *c, bool ja)
{
	struct str why;
	struct str before = policy_sentence(m->arena, p, c, ja);
	struct str after = policy_sentence(m->arena, q, c, ja);
	bool was = policy_applies(p, c, &why) == APPLIES;
	bool is = policy_applies(q, c, &why) == APPLIES;

	if (was != is)
		move_add(m, MOVE_APPLIES, c, was ? STR("1") : STR("0"),
			 is ? STR("1") : STR("0"));
	if (!str_eq(before, after))
		move_add(m, MOVE_SENTENCE, c, before, after);
	for (size_t i = 0; i < c->n_parameters; i++)
		name_moves(m, p, q, c, c->parameters[i].name, ja);
	for (size_t i = 0; i < c->n_uses; i++)
		name_moves(m, p, q, c, c->uses[i].name, ja);
}

int
drafts_moves(struct arena *a, const struct policy *p,
	     const struct draft *drafts, size_t n, bool ja, struct move **ret,
	     size_t *ret_n, struct err *e UNUSED)
{
	const struct policy *q = policy_with(a, p, drafts, n);
	struct moves m = { .arena = a };

	for (size_t i = 0; i < p->catalog->n_controls; i++)
		control_moves(&m, p, q, &p->catalog->controls[i], ja);
	*ret = m.list;
	*ret_n = m.n;
	return 0;
}
