/* declare.c - yamori declare: a named person says how it is. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/moment.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "policy/adopt.h"
#include "policy/record.h"

static const struct option options[] = {
	{ "answer", "yes|no|unknown", "the answer" },
	{ "sentence", "TEXT", "what is so, in your own words" },
	{ "by", "NAME", "who declares it" },
	{ "until", "DATE", "until when it holds (default: a year from today)" },
	{ "withdraw", NULL, "take the declaration back" },
	{ 0 },
};

static const char *
answer_words(struct cli *c, struct str answer)
{
	if (str_is(answer, "unknown"))
		return cli_text(c, "does not know");
	return cli_text(c, str_to_c(c->arena, answer));
}

static int
list(struct cli *c, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	struct json j;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT control, answer, declared_by, until_on, "
			     "sentence FROM declaration ORDER BY control"),
			 &st, e) < 0)
		return e->code;
	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	while ((r = stmt_step(st, e)) > 0) {
		if (!c->json) {
			cli_print(c, "%.*s: %s, declared by %.*s until %.*s\n",
				  STR_ARG(stmt_str(st, 0)),
				  answer_words(c, stmt_str(st, 1)),
				  STR_ARG(stmt_str(st, 2)),
				  STR_ARG(stmt_str(st, 3)));
			continue;
		}
		json_open(&j, '{');
		for (int i = 0; i < stmt_n_cols(st); i++) {
			json_key(&j, stmt_col_name(st, i));
			json_str(&j, stmt_str(st, i));
		}
		json_close(&j, '}');
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
	}
	return r < 0 ? r : EXIT_OK;
}

static int
until_default(struct cli *c, struct store *s, struct str *ret, struct err *e)
{
	static const struct duration year = { .months = 12, .n = 1 };
	int64_t day;

	if (on_add(days_of_at(moment_now(), store_zone(s)), &year, &day, e) < 0)
		return e->code;
	*ret = on_print(c->arena, day);
	return 0;
}

static int
ask(struct cli *c, const struct control *k, struct declaration_new *d,
    struct err *e)
{
	bool ja = c->lang == LANG_JA;
	struct str question = ja ? k->question.ja : k->question.en;

	cli_wrap(c,
		 question.len > 0 ? question : (ja ? k->title.ja : k->title.en),
		 0, cli_width());
	while (d->answer.len == 0) {
		struct str typed;

		cli_print(c, "yes, no or unknown: ");
		if (cli_ask(c, &typed, e) < 0)
			return e->code;
		d->answer = typed;
		if (str_is(typed, "はい"))
			d->answer = STR("yes");
		else if (str_is(typed, "いいえ"))
			d->answer = STR("no");
		else if (str_is(typed, "分からない"))
			d->answer = STR("unknown");
		else if (!str_is(typed, "yes") && !str_is(typed, "no") &&
			 !str_is(typed, "unknown"))
			d->answer = str_c("");
	}
	if (d->by.len > 0)
		return 0;
	cli_print(c, "Your name: ");
	return cli_ask(c, &d->by, e);
}

static int
declare(struct cli *c, struct store *s, const struct control *k, struct err *e)
{
	struct declaration_new d = {
		.control = k->id,
		.answer = str_c(cli_option(c, "answer")),
		.sentence = str_c(cli_option(c, "sentence")),
		.by = str_c(cli_option(c, "by")),
		.until_on = str_c(cli_option(c, "until")),
	};

	if (d.answer.len > 0 && !str_is(d.answer, "yes") &&
	    !str_is(d.answer, "no") && !str_is(d.answer, "unknown"))
		return err_set(e, -EINVAL,
			       "the answer is yes, no or unknown, not '%.*s'",
			       STR_ARG(d.answer));
	if (d.answer.len > 0 && d.by.len == 0)
		return cli_usage(c, e, "say who declares it with --by NAME");
	if (d.answer.len == 0 && ask(c, k, &d, e) < 0)
		return e->code;
	if (d.until_on.len == 0 && until_default(c, s, &d.until_on, e) < 0)
		return e->code;
	if (declaration_save(s, &d, e) < 0)
		return e->code;
	cli_print(c,
		  "Kept: %.*s, by %.*s until %.*s. It counts as declared, not "
		  "as measured.\n",
		  STR_ARG(k->id), STR_ARG(d.by), STR_ARG(d.until_on));
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct catalog *cat;

	if (c->n_args > 1)
		return cli_usage(c, e, "name one measure");
	if (org_open(c, c->n_args == 1 ? STORE_WRITE : STORE_READ, &s, e) < 0)
		return e->code;
	if (c->n_args == 0)
		return list(c, s, e);
	if (catalog_in_force(c->arena, s, &cat, e) < 0)
		return e->code;

	const struct control *k = control_find(cat, str_c(c->args[0]));
	if (k == NULL)
		return err_set(e, -ENOENT, "there is no measure '%s'",
			       c->args[0]);
	if (!cli_has(c, "withdraw"))
		return declare(c, s, k, e);
	if (declaration_withdraw(s, k->id, e) < 0)
		return e->code;
	cli_print(c, "The declaration on '%.*s' is withdrawn.\n",
		  STR_ARG(k->id));
	return EXIT_OK;
}

const struct command command_declare = {
	.name = "declare",
	.summary = "say how it is where no machine can tell, with your name "
		   "and an end",
	.synopsis = "[CONTROL [--answer yes|no|unknown --by NAME]]",
	.details = "Without a measure: lists what was declared. A fresh fact "
		   "that says otherwise wins over a declaration.",
	.options = options,
	.run = run,
};
