/* lint.c - yamori lint: are controls and ledgers whole, do examples hold. */
#include <sys/stat.h>

#include "base/arena.h"
#include "base/diags.h"
#include "base/fs.h"
#include "base/json.h"
#include "catalog/lint.h"
#include "catalog/yaml.h"
#include "cli/cli.h"
#include "store/store.h"

static const struct option options[] = {
	{ "mutants", NULL,
	  "also change each query in one place after the other: an example "
	  "must notice" },
	{ "control", "ID", "only the queries of this control or area" },
	{ "basic", NULL, "only the queries of basic controls" },
	{ 0 },
};

struct linted {
	struct diags d;
	struct lint_counts n;
	size_t n_controls, n_ledgers;
};

static int
lint_folder(struct cli *c, const char *dir, struct linted *l, struct err *e)
{
	const char *only = cli_option(c, "control");
	struct lint_scope scope = {
		.depth = cli_has(c, "mutants") ? LINT_MUTANTS : LINT_EXAMPLES,
		.control = only != NULL ? str_c(only) : (struct str){ 0 },
		.basic_only = cli_has(c, "basic"),
	};
	struct catalog *cat;

	if (catalog_read(c->arena, str_c(dir), &l->d, &cat, e) < 0)
		return e->code;
	l->n_controls = cat->n_controls;
	l->n_ledgers = cat->n_ledgers;
	lint_links(c->arena, cat, &l->d);
	return lint_queries(c->arena, cat, &scope, &l->d, &l->n, e);
}

/* A file stands beside the built-in catalog; a control has a dot in its id. */
static int
lint_file(struct cli *c, const char *path, struct linted *l, struct err *e)
{
	auto_store *s = NULL;
	struct catalog *cat;
	struct diags other;
	struct str text, file = str_c(path);

	if (fs_read(c->arena, path, YAML_SIZE_MAX + 1, &text, e) < 0 ||
	    store_open_memory(&s, e) < 0 ||
	    catalog_load(c->arena, s, &cat, e) < 0)
		return e->code;

	diags_init(&other, c->arena);
	const struct yaml *y = yaml_parse(c->arena, file, text, &other);
	if (yaml_find(y, "fields") != NULL) {
		const struct ledger *g = ledger_read(c->arena, file, text,
						     &l->d);

		l->n_ledgers = 1;
		if (g != NULL)
			lint_ledger_links(c->arena, cat, g, &l->d);
		return 0;
	}

	const struct control *k = control_read(c->arena, file, text, &l->d);
	l->n_controls = 1;
	if (k == NULL)
		return 0;
	lint_control_links(c->arena, cat, k, &l->d);
	return lint_control(c->arena, cat, k,
			    cli_has(c, "mutants") ? LINT_MUTANTS
						  : LINT_EXAMPLES,
			    &l->d, &l->n, e);
}

static void
say_json(struct cli *c, const struct linted *l)
{
	const struct {
		const char *key;
		size_t n;
	} counts[] = {
		{ "controls", l->n_controls },
		{ "ledgers", l->n_ledgers },
		{ "queries", l->n.n_queries },
		{ "examples", l->n.n_examples },
		{ "mutants", l->n.n_mutants },
		{ "survivors", l->n.n_survivors },
		{ "faults", l->d.n_errors },
	};
	struct json j;

	json_init(&j, c->out, true);
	json_open(&j, '{');
	json_key(&j, "schema");
	json_c(&j, "yamori/1 lint");
	for (size_t i = 0; i < ARRAY_LEN(counts); i++) {
		json_key(&j, counts[i].key);
		json_int(&j, (int64_t)counts[i].n);
	}
	json_key(&j, "list");
	json_open(&j, '[');
	for (size_t i = 0; i < l->d.n_kept; i++) {
		auto_buf text = { 0 };

		buf_init(&text, 8192);
		err_text_print(&l->d.kept[i]->text, NULL, NULL, &text);
		json_open(&j, '{');
		json_key(&j, "place");
		json_str(&j, l->d.kept[i]->place);
		json_key(&j, "text");
		json_str(&j, buf_view(&text));
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	buf_char(c->out, '\n');
}

static void
say_text(struct cli *c, const struct linted *l)
{
	cli_diags(c, &l->d, c->out);
	cli_print(c,
		  "%zu controls, %zu ledgers; %zu queries with %zu examples\n",
		  l->n_controls, l->n_ledgers, l->n.n_queries, l->n.n_examples);
	if (cli_has(c, "mutants"))
		cli_print(c,
			  "%zu changed queries, %zu that no example notices\n",
			  l->n.n_mutants, l->n.n_survivors);
	if (l->d.n_errors > 0)
		cli_print(c, "%zu faults\n", l->d.n_errors);
}

static int
run(struct cli *c, struct err *e)
{
	const char *path = c->n_args > 0 ? c->args[0] : "data";
	struct linted l = { 0 };
	struct stat st;
	int r;

	if (c->n_args > 1)
		return cli_usage(c, e, "one folder or file at a time");
	if (stat(path, &st) < 0)
		return err_sys(e, "cannot read '%s'", path);
	diags_init(&l.d, c->arena);
	r = S_ISDIR(st.st_mode) ? lint_folder(c, path, &l, e)
				: lint_file(c, path, &l, e);
	if (r < 0)
		return r;
	if (c->json)
		say_json(c, &l);
	else
		say_text(c, &l);
	return l.d.n_errors > 0 ? EXIT_FAILS : EXIT_OK;
}

const struct command command_lint = {
	.name = "lint",
	.summary =
		"check files of controls and ledgers, and run their examples",
	.synopsis = "[--mutants] [--control ID] [--basic] [FOLDER | FILE]",
	.details = "FOLDER is laid out as data/ of the source, and is data "
		   "when left out. FILE is one control or ledger, checked "
		   "beside the built-in ones.",
	.options = options,
	.run = run,
};
