/* collect.c - yamori collect: facts of this machine, or from files. */
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/moment.h"
#include "cli/cli.h"
#include "cli/inbox.h"
#include "cli/org.h"
#include "facts/facts.h"
#include "store/store.h"

static const struct option options[] = {
	{ "from", NULL, "take the fact files named instead of this machine" },
	{ "inbox", NULL, "take every file in the directory's inbox/" },
	{ "print", NULL,
	  "write this machine's fact file to the output and keep nothing" },
	{ "worker", NULL, "(internal) read the fact file on standard input" },
	{ "root", "DIR", "with --print: read a recorded machine below DIR" },
	{ 0 },
};

static int
local_take(struct cli *c, struct store *s, struct json *j, struct err *e)
{
	struct ingest_report r;

	if (facts_collect_local(s, c->arena, &r, e) < 0)
		return e->code;
	ingest_print(c, s, &r, "", j);
	if (!c->json && geteuid() != 0)
		cli_print(c, "  collected as an ordinary user; as root (sudo) "
			     "more can be told\n");
	return 0;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct json j;
	int r = 0;

	if (cli_has(c, "worker"))
		return fact_file_serve(STDIN_FILENO, STDOUT_FILENO, e);
	if (cli_has(c, "print"))
		return cli_has(c, "root") ? probe_run(STDOUT_FILENO,
						      cli_option(c, "root"), e)
					  : probe_child(STDOUT_FILENO, e);
	if (cli_has(c, "root"))
		return cli_usage(c, e, "--root goes with --print");
	if (cli_has(c, "from") != (c->n_args > 0))
		return cli_usage(c, e, "name the fact files behind --from");
	if (org_open(c, STORE_WRITE, &s, e) < 0)
		return e->code;

	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	if (c->n_args > 0) {
		for (size_t i = 0; i < c->n_args; i++)
			r += ingest_one(c, s, c->args[i], c->json ? &j : NULL);
	} else if (cli_has(c, "inbox")) {
		r = inbox_take(c, s, c->json ? &j : NULL, e);
	} else {
		r = local_take(c, s, c->json ? &j : NULL, e);
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
	}
	if (r < 0)
		return r;
	return r > 0 ? EXIT_CANNOT : EXIT_OK;
}

const struct command command_collect = {
	.name = "collect",
	.summary = "collect facts from this machine or from fact files",
	.synopsis = " | --from FILE... | --inbox | --print [--root DIR]",
	.details = "Without options this machine is looked at. Files come "
		   "from other machines: from yamori-collect.exe on Windows "
		   "or 'yamori collect --print' on Linux.",
	.options = options,
	.run = run,
};
