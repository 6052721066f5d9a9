/* finding.c - yamori finding: what fails, over its life. */
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
	{ "all", NULL, "list: closed ones too" },
	{ "until", "DATE", "waive: until when the exception holds" },
	{ "reason", "TEXT", "waive: why it is accepted" },
	{ "by", "NAME", "waive: who accepts it" },
	{ 0 },
};

static const char *const columns =
	"SELECT f.id, f.state, f.control, f.subject, "
	"coalesce(h.name, '') AS host, f.opened_at, f.closed_at, "
	"coalesce(f.detail, '') AS detail, "
	"coalesce(f.waived_until_on, '') AS waived_until_on, "
	"coalesce(f.waive_reason, '') AS waive_reason, "
	"coalesce(f.waived_by, '') AS waived_by "
	"FROM finding f LEFT JOIN host_entry h USING (host_id) ";
enum {
	ID,
	STATE,
	CONTROL,
	SUBJECT,
	HOST,
	OPENED,
	CLOSED,
	DETAIL,
	WAIVED,
	REASON,
	WAIVED_BY
};

static void
row_json(struct cli *c, struct store *s, struct stmt *st, struct json *j)
{
	json_open(j, '{');
	for (int i = 0; i < stmt_n_cols(st); i++) {
		json_key(j, stmt_col_name(st, i));
		if (stmt_is_null(st, i))
			json_null(j);
		else if (i == OPENED || i == CLOSED)
			json_str(j, at_print(c->arena, stmt_int(st, i),
					     store_zone(s)));
		else
			json_str(j, stmt_str(st, i));
	}
	json_close(j, '}');
}

#define HOST_ID_LEN 16 /* hex digits */

/* What it is about when that is more than a machine: ": NAME". */
static struct str
thing_of(struct cli *c, struct str subject)
{
	struct str key = str_after(subject, ':');
	struct str name = str_after(key, ':');

	if (name.len == 0 || str_until(key, ':').len != HOST_ID_LEN)
		return str_c("");
	return str_fmt(c->arena, ": %.*s", STR_ARG(name));
}

static void
row_text(struct cli *c, struct store *s, const struct catalog *cat,
	 struct stmt *st)
{
	const struct control *k = control_find(cat, stmt_str(st, CONTROL));
	struct str title = k == NULL		? stmt_str(st, CONTROL)
			   : c->lang == LANG_JA ? k->title.ja
						: k->title.en;
	struct str until = stmt_str(st, WAIVED);

	buf_fmt(c->out, "%.*s  %s  ", STR_ARG(stmt_str(st, ID)),
		at_print_short(c->arena, stmt_int(st, OPENED), store_zone(s))
			.p);
	cli_pad(c, str_c(cli_text(c, str_to_c(c->arena, stmt_str(st, STATE)))),
		8);
	buf_char(c->out, ' ');
	cli_style(c, STYLE_BOLD, title);
	buf_fmt(c->out, "  %.*s%.*s  %.*s\n", STR_ARG(stmt_str(st, HOST)),
		STR_ARG(thing_of(c, stmt_str(st, SUBJECT))),
		STR_ARG(stmt_str(st, DETAIL)));
	if (until.len > 0) {
		buf_c(c->out, "    ");
		cli_print(c, "accepted as an exception until %.*s",
			  STR_ARG(until));
		buf_char(c->out, '\n');
	}
}

static int
list(struct cli *c, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	struct catalog *cat;
	struct json j;
	int r;

	struct str sql = str_fmt(
		c->arena, "%s%s ORDER BY f.opened_at, f.id", columns,
		cli_has(c, "all") ? "" : "WHERE f.state = 'open'");
	if (catalog_in_force(c->arena, s, &cat, e) < 0 ||
	    stmt_prepare(s, sql, &st, e) < 0)
		return e->code;
	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	while ((r = stmt_step(st, e)) > 0) {
		if (c->json)
			row_json(c, s, st, &j);
		else
			row_text(c, s, cat, st);
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
	}
	return r < 0 ? r : EXIT_OK;
}

static void
row_whole(struct cli *c, struct store *s, struct stmt *st)
{
	static const char *const labels[] = {
		[ID] = N_("Number"),
		[STATE] = N_("State"),
		[CONTROL] = N_("Measure"),
		[SUBJECT] = N_("Subject"),
		[HOST] = N_("Machine"),
		[OPENED] = N_("Opened"),
		[CLOSED] = N_("Closed"),
		[DETAIL] = N_("Found"),
		[WAIVED] = N_("Exception until"),
		[REASON] = N_("Reason"),
		[WAIVED_BY] = N_("Accepted by"),
	};

	for (int i = 0; i < stmt_n_cols(st); i++) {
		struct str v = stmt_str(st, i);

		if (v.len == 0)
			continue;
		if (i == OPENED || i == CLOSED)
			v = at_print_short(c->arena, stmt_int(st, i),
					   store_zone(s));
		else if (i == STATE)
			v = str_c(cli_text(c, str_to_c(c->arena, v)));
		cli_pad(c, str_c(cli_text(c, labels[i])), 16);
		buf_fmt(c->out, " %.*s\n", STR_ARG(v));
	}
}

static int
show(struct cli *c, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	struct json j;

	if (c->n_args != 2)
		return cli_usage(c, e, "name one finding");
	if (stmt_prepare(s, str_fmt(c->arena, "%sWHERE f.id = ?", columns), &st,
			 e) < 0)
		return e->code;
	stmt_bind_c(st, 1, c->args[1]);
	int r = stmt_step(st, e);
	if (r < 0)
		return r;
	if (r == 0)
		return err_set(e, -ENOENT, "there is no finding '%s'",
			       c->args[1]);
	json_init(&j, c->out, true);
	if (c->json) {
		row_json(c, s, st, &j);
		buf_char(c->out, '\n');
		return EXIT_OK;
	}
	row_whole(c, s, st);
	return EXIT_OK;
}

static int
waive(struct cli *c, struct store *s, struct err *e)
{
	const char *until = cli_option(c, "until");
	const char *reason = cli_option(c, "reason");
	const char *by = cli_option(c, "by");

	if (c->n_args != 2 || until == NULL || reason == NULL || by == NULL)
		return cli_usage(c, e,
				 "waive needs a finding, --until, --reason "
				 "and --by");
	if (finding_waive(s, str_c(c->args[1]), str_c(until), str_c(reason),
			  str_c(by), e) < 0)
		return e->code;
	cli_print(c, "'%s' is accepted as an exception until %s.\n", c->args[1],
		  until);
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	const char *verb = c->n_args > 0 ? c->args[0] : "list";
	bool write = strcmp(verb, "waive") == 0;

	if (org_open(c, write ? STORE_WRITE : STORE_READ, &s, e) < 0)
		return e->code;
	if (strcmp(verb, "list") == 0)
		return list(c, s, e);
	if (strcmp(verb, "show") == 0)
		return show(c, s, e);
	if (write)
		return waive(c, s, e);
	return cli_usage(c, e, "there is no 'finding %s'", verb);
}

const struct command command_finding = {
	.name = "finding",
	.summary = "list what fails, show one, or accept it as an exception",
	.synopsis = "list [--all] | show ID | waive ID --until DATE --reason "
		    "TEXT --by NAME",
	.options = options,
	.run = run,
};
