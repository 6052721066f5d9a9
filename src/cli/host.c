/* host.c - yamori host: the machines, and how one joins or leaves. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/moment.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "facts/facts.h"

static const struct option options[] = {
	{ "platform", "linux|windows", "enrol: its system (default: windows)" },
	{ "reason", "TEXT", "retire: why" },
	{ "all", NULL, "list: retired ones too" },
	{ 0 },
};

static int
list(struct cli *c, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	struct json j;
	int r;

	/* check-src: sql, what is put in is one of two constants */
	struct str sql = str_fmt(
		c->arena,
		"SELECT host_id, name, platform, state, origin, "
		"coalesce((SELECT max(taken_at) FROM collector_status c "
		"WHERE c.host_id = h.host_id), 0) AS taken_at, "
		"(SELECT count(*) FROM finding f WHERE f.host_id = h.host_id "
		"AND f.state = 'open') AS findings, "
		"EXISTS (SELECT 1 FROM host_clone k "
		"WHERE k.host_id = h.host_id) AS cloned "
		"FROM host_entry h %s ORDER BY name, host_id",
		cli_has(c, "all") ? "" : "WHERE state = 'active'");
	if (stmt_prepare(s, sql, &st, e) < 0)
		return e->code;
	json_init(&j, c->out, true);
	if (c->json)
		json_open(&j, '[');
	while ((r = stmt_step(st, e)) > 0) {
		int64_t at = stmt_int(st, 5);

		if (!c->json) {
			buf_fmt(c->out, "%.*s  ", STR_ARG(stmt_str(st, 0)));
			cli_pad(c, stmt_str(st, 1), 24);
			cli_pad(c, stmt_str(st, 2), 9);
			buf_fmt(c->out, "%s\n",
				at == 0 ? cli_text(c, "never collected")
					: at_print_short(c->arena, at,
							 store_zone(s))
						  .p);
			if (stmt_int(st, 7) != 0)
				cli_print(c, "  ! two machines send facts "
					     "under this one name: retire it "
					     "and enrol each by itself\n");
			continue;
		}
		json_open(&j, '{');
		for (int i = 0; i < 5; i++) {
			json_key(&j, stmt_col_name(st, i));
			json_str(&j, stmt_str(st, i));
		}
		json_key(&j, "taken_at");
		if (at == 0)
			json_null(&j);
		else
			json_str(&j, at_print(c->arena, at, store_zone(s)));
		json_key(&j, "findings");
		json_int(&j, stmt_int(st, 6));
		json_key(&j, "cloned");
		json_bool(&j, stmt_int(st, 7) != 0);
		json_close(&j, '}');
	}
	if (c->json) {
		json_close(&j, ']');
		buf_char(c->out, '\n');
	}
	return r < 0 ? r : EXIT_OK;
}

static int
enrol(struct cli *c, struct store *s, struct err *e)
{
	const char *platform = cli_option(c, "platform");
	struct enrolment n;
	struct json j;

	if (c->n_args != 2)
		return cli_usage(c, e, "name the machine");
	if (platform != NULL && strcmp(platform, "linux") != 0 &&
	    strcmp(platform, "windows") != 0)
		return err_set(e, -EINVAL,
			       "the platform is linux or windows, not '%s'",
			       platform);
	if (host_enrol(s, c->arena, str_c(c->args[1]),
		       str_c(platform ? platform : "windows"), &n, e) < 0)
		return e->code;
	/* One line that can be copied to the machine. */
	struct str token = str_fmt(c->arena, "%.*s.%.*s.%.*s",
				   STR_ARG(n.host_id), STR_ARG(n.key_id),
				   STR_ARG(n.key_hex));
	if (c->json) {
		json_init(&j, c->out, true);
		json_open(&j, '{');
		json_key(&j, "host_id");
		json_str(&j, n.host_id);
		json_key(&j, "token");
		json_str(&j, token);
		json_close(&j, '}');
		buf_char(c->out, '\n');
		return EXIT_OK;
	}
	cli_print(c,
		  "'%s' may now send its facts with this token. It is shown "
		  "only once:\n",
		  c->args[1]);
	buf_fmt(c->out, "%.*s\n", STR_ARG(token));
	return EXIT_OK;
}

static int
retire(struct cli *c, struct store *s, struct err *e)
{
	const char *reason = cli_option(c, "reason");

	if (c->n_args != 2 || reason == NULL)
		return cli_usage(c, e, "retire needs a machine and --reason");
	if (host_retire(s, str_c(c->args[1]), str_c(reason), e) < 0)
		return e->code;
	cli_print(c,
		  "'%s' is retired; its facts stay, and it may send no more.\n",
		  c->args[1]);
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	const char *verb = c->n_args > 0 ? c->args[0] : "list";
	bool reads = strcmp(verb, "list") == 0;

	if (org_open(c, reads ? STORE_READ : STORE_WRITE, &s, e) < 0)
		return e->code;
	if (reads)
		return list(c, s, e);
	if (strcmp(verb, "enrol") == 0)
		return enrol(c, s, e);
	if (strcmp(verb, "retire") == 0)
		return retire(c, s, e);
	return cli_usage(c, e, "there is no 'host %s'", verb);
}

const struct command command_host = {
	.name = "host",
	.summary = "list the machines, enrol one, or retire one",
	.synopsis = "list [--all] | enrol NAME [--platform SYSTEM] | retire "
		    "ID --reason TEXT",
	.options = options,
	.run = run,
};
