/* lint_links.c - names that lead somewhere, coverage, both languages. */
#include "base/arena.h"
#include "base/diags.h"
#include "catalog/lint.h"
#include "catalog/sql.h"
#include "tables/contract.h"

struct linking {
	struct arena *a;
	const struct catalog *c;
	struct diags *d;
};

static struct str
at_control(const struct linking *l, const struct control *k)
{
	return str_fmt(l->a, "%.*s:1:1", STR_ARG(k->file));
}

#define BAD(l, k, ...) diags_error((l)->d, at_control(l, k), __VA_ARGS__)

static bool
in_list(struct str s, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(list[i], s))
			return true;
	return false;
}

static bool
is_contract(struct str name)
{
	for (size_t i = 0; i < n_contracts; i++)
		if (str_is(name, contracts[i]->name))
			return true;
	return false;
}

static void
names(const struct linking *l, const struct control *k)
{
	const struct catalog *c = l->c;

	if (pack_find(c, k->pack) == NULL)
		BAD(l, k, "there is no pack '%.*s'", STR_ARG(k->pack));
	if (role_find(c, k->done_by) == NULL)
		BAD(l, k, "there is no role '%.*s'", STR_ARG(k->done_by));
	for (size_t i = 0; i < k->n_also_by; i++)
		if (role_find(c, k->also_by[i]) == NULL)
			BAD(l, k, "there is no role '%.*s'",
			    STR_ARG(k->also_by[i]));
	for (size_t i = 0; i < k->n_sources; i++)
		if (source_doc_find(c, k->sources[i].doc) == NULL)
			BAD(l, k, "there is no source document '%.*s'",
			    STR_ARG(k->sources[i].doc));
	for (size_t i = 0; i < k->n_rechecks; i++)
		if (control_find(c, k->rechecks[i]) == NULL)
			BAD(l, k, "'rechecks' names no control: '%.*s'",
			    STR_ARG(k->rechecks[i]));
	for (size_t i = 0; i < k->n_needs; i++)
		if (ledger_find(l->c, k->needs[i]) != NULL)
			BAD(l, k, "'needs' names a ledger: '%.*s'",
			    STR_ARG(k->needs[i]));
}

static void
conditions(const struct linking *l, const struct control *k)
{
	for (size_t i = 0; i < k->n_conditions; i++) {
		const struct condition *c = &k->conditions[i];
		const struct answer *a = answer_find(l->c, c->answer);

		if (a == NULL)
			BAD(l, k,
			    "'applies_when' asks for '%.*s', which "
			    "nobody is asked",
			    STR_ARG(c->answer));
		else if (a->is_int == (c->test == CONDITION_IS))
			BAD(l, k, "'applies_when': '%.*s' is answered by %s",
			    STR_ARG(c->answer),
			    a->is_int ? "a number; write ..._min or ..._max"
				      : "yes or no");
	}
}

static void
coverage(const struct linking *l, const struct control *k)
{
	for (size_t i = 0; i < k->n_covers; i++)
		if (requirement_find(l->c, k->covers[i]) == NULL)
			BAD(l, k, "there is no requirement '%.*s'",
			    STR_ARG(k->covers[i]));
	for (size_t i = 0; i < k->n_primary; i++)
		if (!in_list(k->primary[i], k->covers, k->n_covers))
			BAD(l, k, "'%.*s' is primary but not in 'covers'",
			    STR_ARG(k->primary[i]));
	for (size_t i = 0; i < k->n_uses; i++) {
		const struct use *u = &k->uses[i];
		const struct control *of = control_find(l->c, u->control);

		if (of == NULL || parameter_find(of, u->parameter) == NULL)
			diags_error(l->d,
				    str_fmt(l->a, "%.*s:%d:%d",
					    STR_ARG(k->file), u->line,
					    u->column),
				    "there is no parameter '%.*s.%.*s'",
				    STR_ARG(u->control), STR_ARG(u->parameter));
	}
}

/* Is there a use or parameter of that name? */
static bool
bound_name(const struct control *k, struct str name)
{
	for (size_t i = 0; i < k->n_uses; i++)
		if (str_eq(k->uses[i].name, name))
			return true;
	return parameter_find(k, name) != NULL;
}

static bool
in_sentence(struct str text, struct str name)
{
	for (struct str rest = text; rest.len > name.len + 1;
	     rest = str_from(rest, 1))
		if (rest.p[0] == '{' && rest.p[name.len + 1] == '}' &&
		    str_eq(str_first(str_from(rest, 1), name.len), name))
			return true;
	return false;
}

static void
sentence(const struct linking *l, const struct control *k, struct str text,
	 const char *lang)
{
	struct str rest = text;

	for (size_t i = 0; i < k->n_parameters; i++)
		if (!in_sentence(text, k->parameters[i].name))
			BAD(l, k,
			    "parameter '%.*s' is not in the sentence "
			    "(text.%s)",
			    STR_ARG(k->parameters[i].name), lang);
	for (size_t at; (at = str_find(rest, '{')) != STR_NONE;) {
		rest = str_from(rest, at + 1);

		struct str name = str_until(rest, '}');
		if (!bound_name(k, name))
			BAD(l, k, "{%.*s} in text.%s is no parameter here",
			    STR_ARG(name), lang);
	}
}

/* Kana or kanji: E3 80 to E9 BF in UTF-8 begin nothing else that we write. */
static bool
has_japanese(struct str s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = (uint8_t)s.p[i];

		if (c >= 0xe3 && c <= 0xe9)
			return true;
	}
	return false;
}

static bool
has_kana(struct str s)
{
	for (size_t i = 0; i + 1 < s.len; i++) {
		uint8_t b = (uint8_t)s.p[i + 1];

		if ((uint8_t)s.p[i] == 0xe3 && b >= 0x81 && b <= 0x83)
			return true;
	}
	return false;
}

static void
languages(const struct linking *l, const struct control *k)
{
	const struct {
		const char *name;
		const struct words *words;
	} texts[] = {
		{ "title", &k->title },	  { "text", &k->text },
		{ "why", &k->why },	  { "fix", &k->fix },
		{ "attack", &k->attack },
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		if (texts[i].words->ja.p != NULL &&
		    !has_japanese(texts[i].words->ja))
			BAD(l, k, "%s.ja is not Japanese", texts[i].name);
		if (has_kana(texts[i].words->en))
			BAD(l, k, "%s.en is not English", texts[i].name);
	}
}

static bool
has_example(const struct control *k, size_t (*n)(const struct example *))
{
	for (size_t i = 0; i < k->n_examples; i++)
		if (n(&k->examples[i]) > 0)
			return true;
	return false;
}

static size_t
n_pass(const struct example *ex)
{
	return ex->n_pass;
}

static size_t
n_fail(const struct example *ex)
{
	return ex->n_fail;
}

static size_t
n_unknown(const struct example *ex)
{
	return ex->n_unknown;
}

static void
query_words(const struct linking *l, const struct control *k)
{
	struct token *t;
	size_t n = sql_tokens(l->a, k->assess, &t);

	for (size_t i = 0; i < k->n_parameters; i++) {
		bool used = false;

		for (size_t j = 0; j < n && !used; j++)
			used = t[j].kind == TOKEN_PARAM &&
			       str_eq(str_from(t[j].text, 1),
				      k->parameters[i].name);
		if (!used)
			BAD(l, k, "parameter '%.*s' is not used in the query",
			    STR_ARG(k->parameters[i].name));
	}
	if (!has_example(k, n_pass))
		BAD(l, k, "no example gives %s", "pass");
	if (!has_example(k, n_fail))
		BAD(l, k, "no example gives %s", "fail");
	if (!has_example(k, n_unknown))
		BAD(l, k, "no example gives %s", "unknown");
}

static void
control(const struct linking *l, const struct control *k)
{
	names(l, k);
	conditions(l, k);
	coverage(l, k);
	if (!k->complete)
		return;
	sentence(l, k, k->text.ja, "ja");
	sentence(l, k, k->text.en, "en");
	languages(l, k);
	if (k->assess.p != NULL)
		query_words(l, k);
}

static void
ledger(const struct linking *l, const struct ledger *g)
{
	struct str at = str_fmt(l->a, "%.*s:1:1", STR_ARG(g->file));

	if (is_contract(g->id))
		diags_error(l->d, at, "'%.*s' is the name of a fact table",
			    STR_ARG(g->id));
	for (size_t i = 0; i < g->n_approvers; i++)
		if (role_find(l->c, g->approvers[i]) == NULL)
			diags_error(l->d, at, "there is no role '%.*s'",
				    STR_ARG(g->approvers[i]));
	for (size_t i = 0; i < g->n_sources; i++)
		if (source_doc_find(l->c, g->sources[i].doc) == NULL)
			diags_error(l->d, at,
				    "there is no source document '%.*s'",
				    STR_ARG(g->sources[i].doc));
	for (size_t i = 0; i < g->n_fields; i++) {
		const struct ledger_field *f = &g->fields[i];
		struct str child = str_fmt(l->a, "%.*s_%.*s", STR_ARG(g->id),
					   STR_ARG(f->name));

		if (f->type == FIELD_REF && !str_is(f->to, "host") &&
		    ledger_find(l->c, f->to) == NULL)
			diags_error(l->d, at,
				    "'%.*s' refers to no ledger: '%.*s'",
				    STR_ARG(f->name), STR_ARG(f->to));
		if (f->many &&
		    (ledger_find(l->c, child) != NULL || is_contract(child)))
			diags_error(l->d, at,
				    "the values of '%.*s' need a table '%.*s', "
				    "which is there already",
				    STR_ARG(f->name), STR_ARG(child));
	}
}

/* Each requirement: covered, and by exactly one control in the first place. */
static void
requirements(const struct linking *l)
{
	const struct catalog *c = l->c;
	size_t *primary = ARENA_ARRAY(l->a, c->n_requirements, size_t);

	for (size_t i = 0; i < c->n_controls; i++) {
		for (size_t j = 0; j < c->controls[i].n_primary; j++) {
			const struct requirement *r = requirement_find(
				c, c->controls[i].primary[j]);

			if (r != NULL)
				primary[r - c->requirements]++;
		}
	}
	for (size_t i = 0; i < c->n_requirements; i++)
		if (primary[i] != 1)
			diags_error(l->d, STR("data/requirements"),
				    "'%.*s' is primary in %zu controls; "
				    "expected one",
				    STR_ARG(c->requirements[i].id), primary[i]);
}

/* Both must hold to say that a release still gets fixes: see vuln controls. */
static void
releases(const struct linking *l)
{
	const struct catalog *c = l->c;
	struct str at = STR("data/lists/os_eol.yaml");

	for (size_t i = 0; i < c->n_eol; i++) {
		const struct os_eol *e = &c->eol[i];

		if (e->eol_on.p != NULL && e->extended_on.p != NULL &&
		    str_cmp(e->extended_on, e->eol_on) < 0)
			diags_error(l->d, at,
				    "%.*s %.*s: extended_on is before eol_on",
				    STR_ARG(e->os_id), STR_ARG(e->version_id));
		if (i > 0 && str_eq(e->os_id, e[-1].os_id) &&
		    str_eq(e->version_id, e[-1].version_id) &&
		    str_eq(e->edition, e[-1].edition))
			diags_error(l->d, at, "%.*s %.*s is there twice",
				    STR_ARG(e->os_id), STR_ARG(e->version_id));
	}
}

/* How many arguments a format takes; a %N$s counts as N of them. */
static size_t
conversions(struct str format)
{
	size_t n = 0, in_order = 0;

	for (size_t i = 0; i + 1 < format.len; i++) {
		char c = format.p[i + 1];

		if (format.p[i] != '%')
			continue;
		if (c == '%')
			i++;
		else if (i + 2 < format.len && c >= '1' && c <= '9' &&
			 format.p[i + 2] == '$')
			n = (size_t)(c - '0') > n ? (size_t)(c - '0') : n;
		else
			in_order++;
	}
	return in_order > n ? in_order : n;
}

/* A translation may leave arguments out, but not ask for more. */
static void
messages(const struct linking *l)
{
	for (size_t i = 0; i < l->c->n_messages; i++) {
		const struct catalog_message *m = &l->c->messages[i];

		if (conversions(m->text) > conversions(m->id))
			diags_error(l->d, STR("data/i18n"),
				    "the translation of '%.*s' has too many "
				    "conversions",
				    STR_ARG(m->id));
		if (str_ends(m->id, "\n") != str_ends(m->text, "\n"))
			diags_error(l->d, STR("data/i18n"),
				    "the translation of '%.*s' ends "
				    "differently",
				    STR_ARG(m->id));
	}
}

void
lint_control_links(struct arena *a, const struct catalog *c,
		   const struct control *k, struct diags *d)
{
	struct linking l = { .a = a, .c = c, .d = d };

	control(&l, k);
}

void
lint_ledger_links(struct arena *a, const struct catalog *c,
		  const struct ledger *g, struct diags *d)
{
	struct linking l = { .a = a, .c = c, .d = d };

	ledger(&l, g);
}

void
lint_links(struct arena *a, const struct catalog *c, struct diags *d)
{
	struct linking l = { .a = a, .c = c, .d = d };

	for (size_t i = 0; i < c->n_controls; i++)
		control(&l, &c->controls[i]);
	for (size_t i = 0; i < c->n_ledgers; i++)
		ledger(&l, &c->ledgers[i]);
	requirements(&l);
	releases(&l);
	messages(&l);
}
