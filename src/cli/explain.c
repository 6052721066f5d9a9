/* explain.c - yamori explain: one measure, whole. */
#include "base/arena.h"
#include "base/json.h"
#include "base/moment.h"
#include "check/check.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "cli/show.h"
#include "policy/adopt.h"

struct view {
	struct cli *c;
	struct store *s;
	const struct policy *p;
	const struct control *k;
	size_t width;
};

static struct str
words(const struct view *v, struct words w)
{
	return v->c->lang == LANG_JA ? w.ja : w.en;
}

static void
part(struct view *v, const char *label, struct str text)
{
	if (text.len == 0)
		return;
	buf_char(v->c->out, '\n');
	cli_style(v->c, STYLE_BOLD, str_c(cli_text(v->c, label)));
	buf_char(v->c->out, '\n');
	cli_wrap(v->c, text, 2, v->width);
}

static void
parameters(struct view *v)
{
	struct cli *c = v->c;

	if (v->k->n_parameters == 0)
		return;
	buf_char(c->out, '\n');
	cli_style(c, STYLE_BOLD, str_c(cli_text(c, "Numbers in force")));
	buf_char(c->out, '\n');
	for (size_t i = 0; i < v->k->n_parameters; i++) {
		const struct parameter *m = &v->k->parameters[i];
		struct str value = policy_value(v->p, v->k, m);
		struct str shown = policy_print(c->arena, m, value,
						c->lang == LANG_JA);

		cli_wrap(c,
			 str_fmt(c->arena, "%.*s: %.*s  (%.*s.%.*s)",
				 STR_ARG(words(v, m->label)), STR_ARG(shown),
				 STR_ARG(v->k->id), STR_ARG(m->name)),
			 2, v->width);
	}
}

static struct str
sources(struct view *v)
{
	struct str all = str_c("");

	for (size_t i = 0; i < v->k->n_sources; i++) {
		const struct source_ref *r = &v->k->sources[i];
		const struct source_doc *d = source_doc_find(v->p->catalog,
							     r->doc);

		all = str_fmt(v->c->arena, "%.*s%.*s %.*s\n", STR_ARG(all),
			      STR_ARG(d ? words(v, d->title) : r->doc),
			      STR_ARG(r->at));
	}
	return all;
}

static int
last_result(struct view *v, struct err *e)
{
	auto_stmt *st = NULL;
	struct cli *c = v->c;

	if (stmt_prepare(v->s,
			 STR("SELECT result, at, n_pass, n_fail, n_unknown "
			     "FROM control_state WHERE control = ?"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, v->k->id);
	int r = stmt_step(st, e);
	if (r < 0)
		return r;
	buf_char(c->out, '\n');
	cli_style(c, STYLE_BOLD, str_c(cli_text(c, "Last result")));
	buf_c(c->out, "\n  ");
	if (r == 0) {
		cli_print(c, "not checked yet: 'yamori check %.*s'\n",
			  STR_ARG(v->k->id));
		return 0;
	}
	cli_print(c, "%s on %s (fine %lld, to do %lld)\n",
		  cli_text(c, str_to_c(c->arena, stmt_str(st, 0))),
		  at_print_short(c->arena, stmt_int(st, 1), store_zone(v->s)).p,
		  (long long)stmt_int(st, 2), (long long)stmt_int(st, 3));
	return 0;
}

static int
explain_text(struct view *v, struct err *e)
{
	struct cli *c = v->c;
	const struct control *k = v->k;

	cli_style(c, STYLE_BOLD, words(v, k->title));
	buf_c(c->out, "  ");
	cli_style(c, STYLE_DIM, k->id);
	buf_char(c->out, '\n');
	part(v, "The rule",
	     policy_sentence(c->arena, v->p, k, c->lang == LANG_JA));
	part(v, "Why it matters", words(v, k->why));
	part(v, "It stops", words(v, k->attack));
	part(v, "How to mend it", words(v, k->fix));
	part(v, "Advice that has aged", words(v, k->note_today));
	parameters(v);
	if (last_result(v, e) < 0)
		return e->code;
	part(v, "Where it stands", sources(v));
	part(v, "The query", k->assess);
	return EXIT_OK;
}

static void
text_json(struct json *j, const char *key, struct words w)
{
	json_key(j, key);
	json_open(j, '{');
	json_key(j, "ja");
	json_str(j, w.ja);
	json_key(j, "en");
	json_str(j, w.en);
	json_close(j, '}');
}

static void
explain_json(struct view *v)
{
	const struct control *k = v->k;
	struct arena *a = v->c->arena;
	struct json j;

	json_init(&j, v->c->out, true);
	json_open(&j, '{');
	json_key(&j, "id");
	json_str(&j, k->id);
	json_key(&j, "level");
	json_c(&j, level_names[k->level]);
	json_key(&j, "kind");
	json_c(&j, control_kind_names[k->kind]);
	json_key(&j, "complete");
	json_bool(&j, k->complete);
	text_json(&j, "title", k->title);
	text_json(&j, "sentence",
		  (struct words){ policy_sentence(a, v->p, k, true),
				  policy_sentence(a, v->p, k, false) });
	text_json(&j, "why", k->why);
	text_json(&j, "fix", k->fix);
	text_json(&j, "attack", k->attack);
	json_key(&j, "parameters");
	json_open(&j, '{');
	for (size_t i = 0; i < k->n_parameters; i++) {
		struct str value = policy_value(v->p, k, &k->parameters[i]);

		json_key(&j, str_to_c(a, k->parameters[i].name));
		if (value.p != NULL)
			json_str(&j, value);
		else
			json_null(&j);
	}
	json_close(&j, '}');
	json_key(&j, "sources");
	json_open(&j, '[');
	for (size_t i = 0; i < k->n_sources; i++) {
		json_open(&j, '{');
		json_key(&j, "doc");
		json_str(&j, k->sources[i].doc);
		json_key(&j, "at");
		json_str(&j, k->sources[i].at);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_key(&j, "assess");
	if (k->assess.p != NULL)
		json_str(&j, k->assess);
	else
		json_null(&j);
	json_close(&j, '}');
	buf_char(v->c->out, '\n');
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct catalog *cat;
	struct policy *p;

	if (c->n_args != 1)
		return cli_usage(c, e, "name one measure");
	if (org_open(c, STORE_READ, &s, e) < 0 ||
	    catalog_in_force(c->arena, s, &cat, e) < 0 ||
	    policy_load(s, c->arena, cat, &p, e) < 0)
		return e->code;

	struct view v = { .c = c,
			  .s = s,
			  .p = p,
			  .k = control_find(cat, str_c(c->args[0])),
			  .width = cli_width() };
	if (v.k == NULL)
		return err_set(e, -ENOENT, "there is no measure '%s'",
			       c->args[0]);
	if (!c->json)
		return explain_text(&v, e);
	explain_json(&v);
	return EXIT_OK;
}

const struct command command_explain = {
	.name = "explain",
	.summary = "explain one measure: rule, reason, how to mend it, query",
	.synopsis = "CONTROL",
	.run = run,
};
