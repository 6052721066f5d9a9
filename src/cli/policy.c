/* policy.c - yamori policy: the organisation's own numbers and choices. */
#include <pwd.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/json.h"
#include "base/moment.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "policy/adopt.h"
#include "policy/draft.h"

static const struct option options[] = {
	{ "reason", "TEXT", "why it is changed" },
	{ "by", "NAME", "adopt, refuse: who decides" },
	{ "asked-by", "NAME",
	  "set, exclude: who asks (default: the account running this)" },
	{ "adopt", NULL, "set, exclude: put it in force at once (with --by)" },
	{ "changed", NULL, "show: only what differs from the defaults" },
	{ 0 },
};

struct ctx {
	struct cli *c;
	struct store *s;
	struct catalog *cat;
	struct policy *p;
	bool ja;
	size_t width;
};

static struct str
words(const struct ctx *x, struct words w)
{
	return x->ja ? w.ja : w.en;
}

static struct str
asker(struct ctx *x)
{
	const char *by = cli_option(x->c, "asked-by");
	const struct passwd *pw = getpwuid(getuid());

	if (by != NULL)
		return str_c(by);
	return str_fmt(x->c->arena, "os:%s", pw ? pw->pw_name : "unknown");
}

static bool
wanted(struct ctx *x, const struct control *k)
{
	struct str what = str_c(x->c->n_args > 1 ? x->c->args[1] : NULL);

	return what.len == 0 || str_eq(what, k->id) || str_eq(what, k->area);
}

static void
param_json(struct ctx *x, struct json *j, const struct control *k,
	   const struct parameter *m)
{
	struct str value = policy_value(x->p, k, m);

	json_open(j, '{');
	json_key(j, "name");
	json_str(j, str_fmt(x->c->arena, "%.*s.%.*s", STR_ARG(k->id),
			    STR_ARG(m->name)));
	json_key(j, "type");
	json_c(j, param_type_names[m->type]);
	json_key(j, "value");
	if (value.p != NULL)
		json_str(j, value);
	else
		json_null(j);
	json_key(j, "default");
	if (m->def.p != NULL)
		json_str(j, m->def);
	else
		json_null(j);
	json_key(j, "label");
	json_str(j, words(x, m->label));
	json_close(j, '}');
}

static void
param_text(struct ctx *x, const struct control *k, const struct parameter *m)
{
	struct cli *c = x->c;
	struct str value = policy_value(x->p, k, m);
	struct str shown = policy_print(c->arena, m, value, x->ja);

	buf_c(c->out, "  ");
	cli_style(c, STYLE_BOLD, shown);
	buf_fmt(c->out, "  %.*s", STR_ARG(words(x, m->label)));
	if (!str_eq(value, m->def))
		cli_print(c, "  (default %.*s)",
			  STR_ARG(policy_print(c->arena, m, m->def, x->ja)));
	buf_fmt(c->out, "\n    %.*s.%.*s\n", STR_ARG(k->id), STR_ARG(m->name));
}

static int
show(struct ctx *x, struct err *e UNUSED)
{
	struct cli *c = x->c;
	bool changed = cli_has(c, "changed");
	struct json j;

	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	for (size_t i = 0; i < x->cat->n_controls; i++) {
		const struct control *k = &x->cat->controls[i];

		if (!wanted(x, k) || k->level > x->p->level)
			continue;
		bool titled = false;
		for (size_t n = 0; n < k->n_parameters; n++) {
			const struct parameter *m = &k->parameters[n];

			if (changed && str_eq(policy_value(x->p, k, m), m->def))
				continue;
			if (c->json) {
				param_json(x, &j, k, m);
				continue;
			}
			if (!titled)
				buf_fmt(c->out, "%.*s\n",
					STR_ARG(words(x, k->title)));
			titled = true;
			param_text(x, k, m);
		}
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
		return EXIT_OK;
	}
	for (size_t i = 0; i < x->p->n_excludes; i++)
		cli_print(c, "left out: %.*s (%.*s)\n",
			  STR_ARG(x->p->excludes[i].control),
			  STR_ARG(x->p->excludes[i].reason));
	return EXIT_OK;
}

static void
move_print(struct ctx *x, const struct move *m)
{
	static const char *const titles[] = {
		[MOVE_SENTENCE] = N_("The rule"),
		[MOVE_CHECK] = N_("Automatic check"),
		[MOVE_DUTY] = N_("Calendar"),
		[MOVE_APPLIES] = N_("Applies"),
	};
	struct cli *c = x->c;

	buf_c(c->out, "  ");
	cli_style(c, STYLE_BOLD, str_c(cli_text(c, titles[m->kind])));
	buf_fmt(c->out, "  %.*s  ", STR_ARG(words(x, m->control->title)));
	cli_style(c, STYLE_DIM, m->control->id);
	buf_char(c->out, '\n');
	struct str before = m->before, after = m->after;
	if (m->kind == MOVE_APPLIES) {
		before = str_c(
			cli_text(c, str_is(m->before, "1") ? "yes" : "no"));
		after = str_c(
			cli_text(c, str_is(m->after, "1") ? "yes" : "no"));
	}
	cli_style(c, STYLE_RED, STR("    - "));
	buf_fmt(c->out, "%.*s\n", STR_ARG(before));
	cli_style(c, STYLE_GREEN, STR("    + "));
	buf_fmt(c->out, "%.*s\n", STR_ARG(after));
}

static void
moves_json(struct ctx *x, const struct move *list, size_t n)
{
	static const char *const kinds[] = {
		[MOVE_SENTENCE] = "sentence",
		[MOVE_CHECK] = "check",
		[MOVE_DUTY] = "duty",
		[MOVE_APPLIES] = "applies",
	};
	struct json j;

	json_init(&j, x->c->out, true);
	json_open(&j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(&j, '{');
		json_key(&j, "kind");
		json_c(&j, kinds[list[i].kind]);
		json_key(&j, "control");
		json_str(&j, list[i].control->id);
		json_key(&j, "before");
		json_str(&j, list[i].before);
		json_key(&j, "after");
		json_str(&j, list[i].after);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	buf_char(x->c->out, '\n');
}

static int
moves_show(struct ctx *x, const struct draft *drafts, size_t n, struct err *e)
{
	struct move *list;
	size_t n_moves;

	if (drafts_moves(x->c->arena, x->p, drafts, n, x->ja, &list, &n_moves,
			 e) < 0)
		return e->code;
	if (x->c->json) {
		moves_json(x, list, n_moves);
		return EXIT_OK;
	}
	if (n_moves == 0)
		cli_print(x->c, "Nothing would be different.\n");
	for (size_t i = 0; i < n_moves; i++)
		move_print(x, &list[i]);
	return EXIT_OK;
}

static int
diff(struct ctx *x, struct err *e)
{
	struct draft *drafts;
	size_t n;

	if (drafts_load(x->s, x->c->arena, &drafts, &n, e) < 0)
		return e->code;
	if (!x->c->json) {
		for (size_t i = 0; i < n; i++) {
			cli_print(x->c,
				  "draft %.*s by %.*s: ", STR_ARG(drafts[i].id),
				  STR_ARG(drafts[i].asked_by));
			buf_fmt(x->c->out, "%s %.*s %.*s\n",
				draft_kind_name(drafts[i].kind),
				STR_ARG(drafts[i].name),
				STR_ARG(drafts[i].value));
		}
	}
	return moves_show(x, drafts, n, e);
}

static int
draft_new(struct ctx *x, struct draft *d, struct err *e)
{
	struct cli *c = x->c;
	const char *by = cli_option(c, "by");

	d->reason = str_c(cli_option(c, "reason"));
	d->asked_by = asker(x);
	if (draft_add(x->s, c->arena, x->p, d, e) < 0)
		return e->code;
	if (moves_show(x, d, 1, e) < 0)
		return e->code;
	if (!cli_has(c, "adopt")) {
		if (!c->json)
			cli_print(c,
				  "Kept as draft %.*s; nothing has changed "
				  "yet. To put it in force: yamori policy "
				  "adopt %.*s --by NAME\n",
				  STR_ARG(d->id), STR_ARG(d->id));
		return EXIT_OK;
	}
	if (draft_adopt(x->s, d, str_c(by), e) < 0)
		return e->code;
	if (!c->json)
		cli_print(c, "In force now.\n");
	return EXIT_OK;
}

static int
set(struct ctx *x, struct err *e)
{
	struct draft d = { .kind = DRAFT_SET };

	if (x->c->n_args != 3)
		return cli_usage(x->c, e, "set takes a name and a value");
	d.name = str_c(x->c->args[1]);
	d.value = str_c(x->c->args[2]);
	return draft_new(x, &d, e);
}

static int
one_name(struct ctx *x, enum draft_kind kind, struct err *e)
{
	struct draft d = { .kind = kind };

	if (x->c->n_args != 2)
		return cli_usage(x->c, e, "%s takes one name",
				 draft_kind_name(kind));
	d.name = str_c(x->c->args[1]);
	return draft_new(x, &d, e);
}

static int
decide(struct ctx *x, bool adopt, struct err *e)
{
	struct str by = str_c(cli_option(x->c, "by"));
	const char *id = x->c->n_args > 1 ? x->c->args[1] : NULL;
	struct draft *drafts;
	size_t n, done = 0;

	if (id == NULL)
		return cli_usage(x->c, e, "name a draft, or 'all'");
	if (drafts_load(x->s, x->c->arena, &drafts, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(id, "all") != 0 && !str_is(drafts[i].id, id))
			continue;
		int r = adopt ? draft_adopt(x->s, &drafts[i], by, e)
			      : draft_refuse(x->s, &drafts[i], by, e);
		if (r < 0)
			return r;
		done++;
	}
	if (done == 0)
		return err_set(e, -ENOENT, "there is no draft '%s'", id);
	cli_print(x->c,
		  adopt ? "%zu drafts are in force now.\n"
			: "%zu drafts were refused.\n",
		  done);
	return EXIT_OK;
}

static void
history_text(struct ctx *x, struct stmt *st, struct str at)
{
	struct cli *c = x->c;
	struct str decider = stmt_str(st, 5);

	buf_fmt(c->out, "%.*s  ", STR_ARG(at));
	cli_pad(c, str_c(cli_text(c, str_to_c(c->arena, stmt_str(st, 4)))), 10);
	buf_fmt(c->out, "%.*s", STR_ARG(stmt_str(st, 2)));
	if (decider.len > 0)
		buf_fmt(c->out, " > %.*s", STR_ARG(decider));
	buf_fmt(c->out, "  %.*s\n", STR_ARG(stmt_str(st, 7)));
}

static int
history(struct ctx *x, struct err *e)
{
	auto_stmt *st = NULL;
	struct json j;
	int r;

	if (stmt_prepare(x->s,
			 STR("SELECT id, asked_at, asked_by, what, state, "
			     "coalesce(decided_by, '') AS decided_by, "
			     "coalesce(decided_at, 0) AS decided_at, "
			     "format('%s %s %s', what ->> 'kind', "
			     "what ->> 'name', what ->> 'value') "
			     "FROM policy_pending ORDER BY asked_at, id"),
			 &st, e) < 0)
		return e->code;
	json_init(&j, x->c->out, true);
	if (x->c->json)
		json_open(&j, '[');
	while ((r = stmt_step(st, e)) > 0) {
		struct str at = at_print_short(x->c->arena, stmt_int(st, 1),
					       store_zone(x->s));

		if (!x->c->json) {
			history_text(x, st, at);
			continue;
		}
		json_open(&j, '{');
		for (int i = 0; i < 7; i++) {
			json_key(&j, stmt_col_name(st, i));
			if (i == 1 || i == 6)
				json_str(&j,
					 stmt_int(st, i) == 0
						 ? str_c("")
						 : at_print(x->c->arena,
							    stmt_int(st, i),
							    store_zone(x->s)));
			else if (i == 3)
				json_raw(&j, stmt_str(st, i));
			else
				json_str(&j, stmt_str(st, i));
		}
		json_close(&j, '}');
	}
	if (x->c->json) {
		json_close(&j, ']');
		buf_char(x->c->out, '\n');
	}
	return r < 0 ? r : EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	const char *verb = c->n_args > 0 ? c->args[0] : "show";
	bool reads = strcmp(verb, "show") == 0 || strcmp(verb, "diff") == 0 ||
		     strcmp(verb, "history") == 0;
	struct ctx x = { .c = c, .ja = c->lang == LANG_JA };

	if (org_open(c, reads ? STORE_READ : STORE_WRITE, &s, e) < 0 ||
	    catalog_in_force(c->arena, s, &x.cat, e) < 0 ||
	    policy_load(s, c->arena, x.cat, &x.p, e) < 0)
		return e->code;
	x.s = s;
	x.width = cli_width();
	if (strcmp(verb, "show") == 0)
		return show(&x, e);
	if (strcmp(verb, "set") == 0)
		return set(&x, e);
	if (strcmp(verb, "reset") == 0)
		return one_name(&x, DRAFT_RESET, e);
	if (strcmp(verb, "exclude") == 0)
		return one_name(&x, DRAFT_EXCLUDE, e);
	if (strcmp(verb, "include") == 0)
		return one_name(&x, DRAFT_INCLUDE, e);
	if (strcmp(verb, "diff") == 0)
		return diff(&x, e);
	if (strcmp(verb, "adopt") == 0 || strcmp(verb, "refuse") == 0)
		return decide(&x, verb[0] == 'a', e);
	if (strcmp(verb, "history") == 0)
		return history(&x, e);
	return cli_usage(c, e, "there is no 'policy %s'", verb);
}

const struct command command_policy = {
	.name = "policy",
	.summary = "show and change the organisation's own numbers and choices",
	.synopsis = "show [CONTROL|AREA] | set NAME VALUE | reset NAME | "
		    "exclude CONTROL --reason TEXT | include CONTROL | diff | "
		    "adopt ID|all --by NAME | refuse ID --by NAME | history",
	.details = "A change is a draft until the security officer or the "
		   "president adopts it. What it would move is shown first: "
		   "sentences of the rules, automatic checks, dates in the "
		   "calendar.",
	.options = options,
	.run = run,
};
