/* tables.c - yamori tables: what can be asked about, and its columns. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "policy/policy.h"
#include "store/store.h"
#include "tables/contract.h"

static const char *
type_name(enum col_type t)
{
	static const char *const names[] = {
		[COL_TEXT] = "text", [COL_INT] = "int",
		[COL_BOOL] = "bool", [COL_INSTANT] = "instant",
		[COL_DATE] = "date",
	};

	return names[t];
}

static void
platforms_print(struct cli *c, const struct contract *k)
{
	if (k->platforms == 0)
		buf_c(c->out, "  -");
	if (k->platforms & PLATFORM_LINUX)
		buf_c(c->out, "  linux");
	if (k->platforms & PLATFORM_WINDOWS)
		buf_c(c->out, "  windows");
	if (k->platforms & PLATFORM_MACOS)
		buf_c(c->out, "  macos");
}

static void
contract_text(struct cli *c, const struct contract *k, bool whole)
{
	static const struct parameter duration = { .type = PARAM_DURATION };
	bool ja = c->lang == LANG_JA;

	cli_style(c, STYLE_BOLD, str_c(k->name));
	buf_fmt(c->out, "  %s\n", ja ? k->doc_ja : k->doc_en);
	if (!whole)
		return;
	platforms_print(c, k);
	buf_char(c->out, '\n');
	if ((k->recorded_only & PLATFORM_WINDOWS) != 0)
		cli_print(c, "  on Windows: verified on recorded data only\n");
	if (k->platforms != 0)
		cli_print(c, "  counts as current for %.*s\n",
			  STR_ARG(policy_print(c->arena, &duration,
					       str_c(k->max_age), ja)));
	for (size_t i = 0; i < k->n_cols; i++) {
		const struct column *col = &k->cols[i];

		buf_c(c->out, "  ");
		cli_pad(c, str_c(col->name), 24);
		cli_pad(c, str_c(type_name(col->type)), 9);
		buf_fmt(c->out, "%s\n", ja ? col->doc_ja : col->doc_en);
	}
}

static void
contract_json(struct json *j, const struct contract *k)
{
	json_open(j, '{');
	json_key(j, "name");
	json_c(j, k->name);
	json_key(j, "doc_ja");
	json_c(j, k->doc_ja);
	json_key(j, "doc_en");
	json_c(j, k->doc_en);
	json_key(j, "of_hosts");
	json_bool(j, k->platforms != 0);
	json_key(j, "recorded_only");
	json_open(j, '[');
	if ((k->recorded_only & PLATFORM_WINDOWS) != 0)
		json_c(j, "windows");
	json_close(j, ']');
	json_key(j, "max_age");
	json_c(j, k->max_age);
	json_key(j, "columns");
	json_open(j, '[');
	for (size_t i = 0; i < k->n_cols; i++) {
		json_open(j, '{');
		json_key(j, "name");
		json_c(j, k->cols[i].name);
		json_key(j, "type");
		json_c(j, type_name(k->cols[i].type));
		json_key(j, "doc_ja");
		json_c(j, k->cols[i].doc_ja);
		json_key(j, "doc_en");
		json_c(j, k->cols[i].doc_en);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static int
ledgers_text(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct catalog *cat;

	if (store_open_memory(&s, e) < 0 ||
	    catalog_load(c->arena, s, &cat, e) < 0)
		return e->code;
	buf_char(c->out, '\n');
	cli_style(c, STYLE_BOLD, str_c(cli_text(c, "Ledgers")));
	buf_char(c->out, '\n');
	for (size_t i = 0; i < cat->n_ledgers; i++) {
		const struct ledger *l = &cat->ledgers[i];
		struct str title = c->lang == LANG_JA ? l->title.ja
						      : l->title.en;

		buf_fmt(c->out, "%.*s  %.*s\n", STR_ARG(l->id), STR_ARG(title));
	}
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	size_t n = 0;
	struct json j;

	if (c->n_args > 1)
		return cli_usage(c, e, "name one table");
	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	for (size_t i = 0; i < n_contracts; i++) {
		if (c->n_args == 1 &&
		    strcmp(c->args[0], contracts[i]->name) != 0)
			continue;
		n++;
		if (c->json)
			contract_json(&j, contracts[i]);
		else
			contract_text(c, contracts[i], c->n_args == 1);
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
	}
	if (n == 0)
		return err_set(e, -ENOENT, "there is no table '%s'",
			       c->args[0]);
	return c->json || c->n_args == 1 ? EXIT_OK : ledgers_text(c, e);
}

const struct command command_tables = {
	.name = "tables",
	.summary = "list the tables, or the columns of one",
	.synopsis = "[TABLE]",
	.run = run,
};
