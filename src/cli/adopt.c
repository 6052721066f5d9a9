/* adopt.c - yamori adopt: a control of one's own comes into force. */
#include "base/arena.h"
#include "base/diags.h"
#include "base/fs.h"
#include "catalog/lint.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "policy/adopt.h"

#define FILE_MAX ((size_t)1024 * 1024)

static const struct option options[] = {
	{ "by", "NAME",
	  "who approves it; without this nothing comes into force" },
	{ "drop", "CONTROL", "what was adopted no longer counts" },
	{ 0 },
};

static int
refused(struct cli *c, const struct diags *d, struct err *e)
{
	cli_diags(c, d, c->out);
	return err_set(e, -EINVAL, "'%s' has %zu faults; nothing was adopted",
		       c->args[0], d->n_errors);
}

static int
examine(struct cli *c, const struct catalog *cat, struct str text,
	const struct control **ret, struct err *e)
{
	struct diags *d = ARENA_NEW(c->arena, struct diags);
	struct lint_counts n = { 0 };

	diags_init(d, c->arena);
	struct control *k = control_read(c->arena, str_c(c->args[0]), text, d);
	if (k == NULL || d->n_errors > 0)
		return refused(c, d, e);
	lint_control_links(c->arena, cat, k, d);
	if (lint_control(c->arena, cat, k, LINT_EXAMPLES, d, &n, e) < 0)
		return e->code;
	if (d->n_errors > 0)
		return refused(c, d, e);
	cli_print(c, "'%.*s' is sound; %zu examples came out as written.\n",
		  STR_ARG(k->id), n.n_examples);
	*ret = k;
	return 0;
}

static void
part_show(struct cli *c, const char *title, struct str before, struct str after)
{
	if (str_eq(before, after))
		return;
	buf_c(c->out, "  ");
	cli_style(c, STYLE_BOLD, str_c(cli_text(c, title)));
	buf_char(c->out, '\n');
	if (before.len > 0) {
		cli_style(c, STYLE_RED, STR("    -\n"));
		cli_wrap(c, before, 6, cli_width());
	}
	if (after.len > 0) {
		cli_style(c, STYLE_GREEN, STR("    +\n"));
		cli_wrap(c, after, 6, cli_width());
	}
}

static void
difference_show(struct cli *c, const struct control *old,
		const struct control *k)
{
	static const struct control none = { 0 };
	bool ja = c->lang == LANG_JA;

	if (old == NULL)
		cli_print(c, "A new measure: %.*s\n", STR_ARG(k->id));
	else
		cli_print(c, "It takes the place of the one there is: %.*s\n",
			  STR_ARG(k->id));
	if (old == NULL)
		old = &none;
	part_show(c, N_("The rule"), ja ? old->text.ja : old->text.en,
		  ja ? k->text.ja : k->text.en);
	part_show(c, N_("The query"), old->assess, k->assess);
}

static int
drop(struct cli *c, struct store *s, struct err *e)
{
	const char *id = cli_option(c, "drop");

	if (adopt_drop(s, str_c(id), str_c(cli_option(c, "by")), e) < 0)
		return e->code;
	cli_print(c, "'%s' is no longer adopted.\n", id);
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct catalog *cat;
	const struct control *k;
	struct str text;

	if (cli_has(c, "drop") ? c->n_args != 0 : c->n_args != 1)
		return cli_usage(c, e, "name one file");
	if (org_open(c, STORE_WRITE, &s, e) < 0)
		return e->code;
	if (cli_has(c, "drop"))
		return drop(c, s, e);
	if (catalog_in_force(c->arena, s, &cat, e) < 0 ||
	    fs_read(c->arena, c->args[0], FILE_MAX, &text, e) < 0 ||
	    examine(c, cat, text, &k, e) < 0)
		return e->code;

	difference_show(c, control_find(cat, k->id), k);
	if (!cli_has(c, "by")) {
		cli_print(c,
			  "Nothing has changed yet. To put it in force: yamori "
			  "adopt %s --by NAME\n",
			  c->args[0]);
		return EXIT_OK;
	}
	if (adopt_save(s, k, text, str_c(cli_option(c, "by")), e) < 0)
		return e->code;
	cli_print(c, "In force now.\n");
	return EXIT_OK;
}

const struct command command_adopt = {
	.name = "adopt",
	.summary = "put a control of your own in force, after its examples ran",
	.synopsis = "FILE [--by NAME] | --drop CONTROL --by NAME",
	.details = "The file is checked and its examples are run; what would "
		   "be different is shown first. The text is kept in the "
		   "journal and in the directory's local/. A file changed "
		   "there later is reported and not used.",
	.options = options,
	.no_json = true,
	.run = run,
};
