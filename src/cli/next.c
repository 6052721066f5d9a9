/* next.c - yamori next: the next three things, with their minutes. */
#include "base/arena.h"
#include "base/json.h"
#include "check/next.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "cli/show.h"
#include "policy/adopt.h"
#include "policy/record.h"

static const struct option options[] = {
	{ "postpone", "CONTROL",
	  "leave this measure out of the list for a while" },
	{ "until", "DATE", "with --postpone: until when (YYYY-MM-DD)" },
	{ 0 },
};

static void
things_json(struct cli *c, const struct next *n)
{
	struct json j;

	json_init(&j, c->out, true);
	json_open(&j, '[');
	for (size_t i = 0; i < n->n; i++) {
		const struct control_result *r = n->things[i];
		struct words t = r->control->title;

		json_open(&j, '{');
		json_key(&j, "id");
		json_str(&j, r->control->id);
		json_key(&j, "title");
		json_str(&j, c->lang == LANG_JA ? t.ja : t.en);
		json_key(&j, "result");
		json_c(&j, result_name(r->result));
		json_key(&j, "impact");
		json_int(&j, r->control->impact);
		json_key(&j, "minutes");
		json_int(&j, n->minutes[i]);
		json_key(&j, "costs_money");
		json_bool(&j, r->control->costs_money);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	buf_char(c->out, '\n');
}

static void
things_text(struct cli *c, const struct next *n)
{
	size_t width = cli_width();

	if (n->n == 0)
		cli_print(c, "Nothing is left to do now.\n");
	for (size_t i = 0; i < n->n; i++) {
		const struct control *k = n->things[i]->control;
		bool ja = c->lang == LANG_JA;

		buf_fmt(c->out, "%zu. ", i + 1);
		cli_style(c, STYLE_BOLD, ja ? k->title.ja : k->title.en);
		cli_print(c, "  about %lld minutes", (long long)n->minutes[i]);
		buf_c(c->out, "  ");
		cli_style(c, STYLE_DIM, k->id);
		buf_char(c->out, '\n');
		cli_wrap(c, ja ? k->fix.ja : k->fix.en, 3, width);
		buf_char(c->out, '\n');
	}
}

static int
postpone(struct cli *c, struct store *s, const struct catalog *cat,
	 struct err *e)
{
	const char *id = cli_option(c, "postpone");
	const char *until = cli_option(c, "until");

	if (until == NULL)
		return cli_usage(c, e, "--postpone needs --until DATE");
	if (control_find(cat, str_c(id)) == NULL)
		return err_set(e, -ENOENT, "there is no measure '%s'", id);
	if (control_postpone(s, str_c(id), str_c(until), e) < 0)
		return e->code;
	cli_print(c, "'%s' is left out until %s.\n", id, until);
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	struct check_scope scope = { .level = -1 };
	auto_store *s = NULL;
	struct catalog *cat;
	struct policy *p;
	struct check_run *found;
	struct next n;

	bool write = cli_has(c, "postpone");
	if (org_open(c, write ? STORE_WRITE : STORE_READ, &s, e) < 0 ||
	    catalog_in_force(c->arena, s, &cat, e) < 0)
		return e->code;
	if (write)
		return postpone(c, s, cat, e);
	if (policy_load(s, c->arena, cat, &p, e) < 0 ||
	    check_evaluate(s, c->arena, p, &scope, &found, e) < 0 ||
	    next_choose(s, found, &n, e) < 0)
		return e->code;
	if (c->json)
		things_json(c, &n);
	else
		things_text(c, &n);
	return EXIT_OK;
}

const struct command command_next = {
	.name = "next",
	.summary = "the next three things to do: most effect for least effort",
	.synopsis = "[--postpone CONTROL --until DATE]",
	.options = options,
	.run = run,
};
