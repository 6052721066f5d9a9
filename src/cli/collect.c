/* collect.c - yamori collect: facts of this machine, or from files. */
#include <fcntl.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/moment.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "facts/facts.h"
#include "store/store.h"

static const struct option options[] = {
	{ "from", NULL, "take the fact files named instead of this machine" },
	{ "inbox", NULL, "take every file in the directory's inbox/" },
	{ "print", NULL, "write this machine's fact file to the output and keep nothing" },
	{ "root", "DIR", "with --print: read a recorded machine below DIR" },
	{ 0 },
};

static void
report_json(struct json *j, const struct ingest_report *r, const char *path,
	    const struct zone *z, struct arena *a)
{
	json_open(j, '{');
	json_key(j, "file");
	json_c(j, path);
	json_key(j, "host");
	json_str(j, r->host_id);
	json_key(j, "name");
	json_str(j, r->hostname);
	json_key(j, "origin");
	json_c(j, fact_origin_name(r->origin));
	json_key(j, "new_host");
	json_bool(j, r->new_host);
	json_key(j, "taken_at");
	json_str(j, at_print(a, r->taken_at, z));
	json_key(j, "tables");
	json_int(j, r->n_tables);
	json_key(j, "rows");
	json_int(j, r->n_rows);
	json_key(j, "changed");
	json_int(j, r->n_changed);
	json_key(j, "dropped");
	json_int(j, r->n_dropped);
	json_key(j, "unknown_tables");
	json_int(j, r->n_unknown);
	json_close(j, '}');
}

static void
report_text(struct cli *c, const struct ingest_report *r)
{
	cli_print(c, "%.*s: %lld tables, %lld rows, %lld changed since last time\n",
		  STR_ARG(r->hostname), (long long)r->n_tables,
		  (long long)r->n_rows, (long long)r->n_changed);
	if (r->new_host)
		cli_print(c, "  enrolled as a new machine (%.*s)\n",
			  STR_ARG(r->host_id));
	if (r->origin == FACT_BY_HAND)
		cli_print(c, "  brought by hand, not signed\n");
	if (r->n_dropped > 0)
		cli_print(c, "  %lld lines made no sense and were left out; the first: %.*s\n",
			  (long long)r->n_dropped, STR_ARG(r->first_fault));
	if (r->n_unknown > 0)
		cli_print(c, "  %lld tables are unknown to this version\n",
			  (long long)r->n_unknown);
}

struct taken {
	struct cli *c;
	struct store *s;
	struct json json;
	size_t n_bad;
};

static void
take_one(struct taken *t, const char *path)
{
	struct cli *c = t->c;
	struct ingest_report r;
	struct err e = { 0 };

	if (facts_ingest(t->s, c->arena, path, NULL, &r, &e) < 0) {
		auto_buf words = { 0 };

		t->n_bad++;
		buf_init(&words, 65536);
		buf_c(&words, "yamori: ");
		cli_err(c, &e, &words);
		buf_char(&words, '\n');
		(void)fs_write_full(STDERR_FILENO, words.p, words.len);
	} else if (c->json) {
		report_json(&t->json, &r, path, store_zone(t->s), c->arena);
	} else {
		report_text(c, &r);
	}
}

/* A file that was taken moves to inbox/done, so that it is read once. */
static int
inbox_take(struct taken *t, struct err *e)
{
	struct cli *c = t->c;
	const char *inbox = str_fmt(c->arena, "%s/inbox", c->dir).p;
	const char *done = str_fmt(c->arena, "%s/done", inbox).p;
	struct str *names;
	size_t n;

	if (fs_mkdirs(done, 0700, e) < 0 ||
	    fs_list(c->arena, inbox, 10000, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (!str_ends(names[i], ".facts"))
			continue;
		const char *from =
			fs_join(c->arena, str_c(inbox), names[i]).p;
		const char *to = fs_join(c->arena, str_c(done), names[i]).p;
		size_t bad = t->n_bad;

		take_one(t, from);
		if (t->n_bad == bad && rename(from, to) < 0)
			return err_sys(e, "cannot move '%s'", from);
	}
	return 0;
}

static int
local_take(struct taken *t, struct err *e)
{
	struct ingest_report r;

	if (facts_collect_local(t->s, t->c->arena, &r, e) < 0)
		return e->code;
	if (t->c->json)
		report_json(&t->json, &r, "", store_zone(t->s), t->c->arena);
	else
		report_text(t->c, &r);
	if (!t->c->json && geteuid() != 0)
		cli_print(t->c, "  collected as an ordinary user; as root (sudo) more can be told\n");
	return 0;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct taken t = { .c = c };
	int r = 0;

	if (cli_has(c, "print"))
		return probe_run(STDOUT_FILENO, cli_option(c, "root"), e);
	if (cli_has(c, "root"))
		return cli_usage(c, e, "--root goes with --print");
	if (cli_has(c, "from") != (c->n_args > 0))
		return cli_usage(c, e, "name the fact files behind --from");
	if (org_open(c, STORE_WRITE, &s, e) < 0)
		return e->code;

	t.s = s;
	json_init(&t.json, c->out, true);
	if (c->json)
		json_open(&t.json, '[');
	if (c->n_args > 0) {
		for (size_t i = 0; i < c->n_args; i++)
			take_one(&t, c->args[i]);
	} else if (cli_has(c, "inbox")) {
		r = inbox_take(&t, e);
	} else {
		r = local_take(&t, e);
	}
	if (c->json) {
		json_close(&t.json, ']');
		buf_char(c->out, '\n');
	}
	if (r < 0)
		return r;
	return t.n_bad > 0 ? EXIT_CANNOT : EXIT_OK;
}

const struct command command_collect = {
	.name = "collect",
	.summary = "collect facts from this machine or from fact files",
	.synopsis = "[--from FILE... | --inbox | --print]",
	.details = "Without options this machine is looked at. Files come "
		   "from other machines: from yamori-collect.exe on Windows "
		   "or 'yamori collect --print' on Linux.",
	.options = options,
	.run = run,
};
