/* status.c - yamori status: the state in a few lines, from what is kept. */
#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "policy/adopt.h"

#define SILENT_DAYS 14

static const struct option options[] = {
	{ "silent-days", "N",
	  "a machine not heard of for N days is silent (default 14)" },
	{ 0 },
};

struct state {
	struct str org;
	int64_t run_at, n[6];
	int64_t n_hosts, n_silent, n_cloned, n_findings, n_waived, n_drafts;
	size_t n_strays;
	struct str *strays; /* files of local/ that are not used */
};

static int
counts_load(struct store *s, struct arena *a, int64_t silent_days,
	    struct state *st, struct err *e)
{
	int64_t now = moment_now();
	struct str today = on_print(a, days_of_at(now, store_zone(s)));

	if (store_get_str(s, a, &st->org, e, "SELECT name FROM org", "") < 0 ||
	    store_get_int(s, &st->n_hosts, e,
			  "SELECT count(*) FROM host_entry "
			  "WHERE state = 'active'",
			  "") < 0 ||
	    store_get_int(s, &st->n_silent, e,
			  "SELECT count(*) FROM host_entry h "
			  "WHERE state = 'active' AND coalesce((SELECT "
			  "max(taken_at) FROM collector_status c WHERE "
			  "c.host_id = h.host_id), 0) < ?",
			  "i", now - silent_days * MOMENT_DAY) < 0 ||
	    store_get_int(s, &st->n_cloned, e,
			  "SELECT count(DISTINCT host_id) FROM host_clone "
			  "JOIN host_entry USING (host_id) "
			  "WHERE state = 'active'",
			  "") < 0 ||
	    store_get_int(s, &st->n_findings, e,
			  "SELECT count(*) FROM finding WHERE state = 'open' "
			  "AND coalesce(waived_until_on, '') < ?",
			  "s", today) < 0 ||
	    store_get_int(s, &st->n_waived, e,
			  "SELECT count(*) FROM finding WHERE state = 'open' "
			  "AND coalesce(waived_until_on, '') >= ?",
			  "s", today) < 0)
		return e->code;
	return store_get_int(s, &st->n_drafts, e,
			     "SELECT count(*) FROM policy_pending "
			     "WHERE state = 'waiting'",
			     "");
}

static int
results_load(struct store *s, struct state *state, struct err *e)
{
	static const char *const names[] = { "pass",	"fail",
					     "unknown", "not_applicable",
					     "waived",	"error" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (store_get_int(s, &state->n[i], e,
				  "SELECT count(*) FROM control_state "
				  "WHERE result = ?",
				  "c", names[i]) < 0)
			return e->code;
	}
	return store_get_int(s, &state->run_at, e,
			     "SELECT coalesce(max(at), 0) FROM check_run", "");
}

static void
state_json(struct cli *c, struct store *s, const struct state *st)
{
	const struct {
		const char *key;
		int64_t n;
	} numbers[] = {
		{ "pass", st->n[0] },
		{ "fail", st->n[1] },
		{ "unknown", st->n[2] },
		{ "not_applicable", st->n[3] },
		{ "waived", st->n[4] },
		{ "error", st->n[5] },
		{ "hosts", st->n_hosts },
		{ "silent_hosts", st->n_silent },
		{ "cloned_hosts", st->n_cloned },
		{ "open_findings", st->n_findings },
		{ "waived_findings", st->n_waived },
		{ "policy_drafts", st->n_drafts },
		{ "stray_local_files", (int64_t)st->n_strays },
	};
	struct json j;

	json_init(&j, c->out, true);
	json_open(&j, '{');
	json_key(&j, "organisation");
	json_str(&j, st->org);
	json_key(&j, "checked_at");
	if (st->run_at > 0)
		json_str(&j, at_print(c->arena, st->run_at, store_zone(s)));
	else
		json_null(&j);
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		json_key(&j, numbers[i].key);
		json_int(&j, numbers[i].n);
	}
	json_close(&j, '}');
	buf_char(c->out, '\n');
}

static void
state_text(struct cli *c, struct store *s, const struct state *st)
{
	cli_style(c, STYLE_BOLD, st->org);
	buf_char(c->out, '\n');
	if (st->run_at == 0) {
		cli_print(c, "Not checked yet: 'yamori check'.\n");
	} else {
		cli_print(
			c, "Last check %s: ",
			at_print_short(c->arena, st->run_at, store_zone(s)).p);
		cli_print(c, "fine %lld, to do %lld, ", (long long)st->n[0],
			  (long long)st->n[1] + st->n[5]);
		cli_print(c, "not yet known %lld", (long long)st->n[2]);
		buf_char(c->out, '\n');
	}
	cli_print(c, "Machines: %lld, of which silent: %lld\n",
		  (long long)st->n_hosts, (long long)st->n_silent);
	if (st->n_cloned > 0)
		cli_print(c,
			  "! Names under which two machines send facts: %lld "
			  "('yamori host list')\n",
			  (long long)st->n_cloned);
	cli_print(c, "Open findings: %lld, accepted exceptions: %lld\n",
		  (long long)st->n_findings, (long long)st->n_waived);
	if (st->n_drafts > 0)
		cli_print(c,
			  "Drafts of the policy that wait for approval: %lld\n",
			  (long long)st->n_drafts);
	for (size_t i = 0; i < st->n_strays; i++)
		cli_print(c,
			  "local/%.*s was changed or never adopted: it is not "
			  "used\n",
			  STR_ARG(st->strays[i]));
}

static int
run(struct cli *c, struct err *e)
{
	const char *days = cli_option(c, "silent-days");
	auto_store *s = NULL;
	struct state st = { 0 };
	int64_t silent = SILENT_DAYS;

	if (days != NULL &&
	    num_parse_range(str_c(days), 1, 3650, &silent, e) < 0)
		return err_in(e, "--silent-days");
	if (org_open(c, STORE_READ, &s, e) < 0 ||
	    counts_load(s, c->arena, silent, &st, e) < 0 ||
	    results_load(s, &st, e) < 0 ||
	    adopt_strays(s, c->arena, &st.strays, &st.n_strays, e) < 0)
		return e->code;
	if (c->json)
		state_json(c, s, &st);
	else
		state_text(c, s, &st);
	return EXIT_OK;
}

const struct command command_status = {
	.name = "status",
	.summary = "the state in a few lines",
	.synopsis = "[--silent-days N]",
	.options = options,
	.run = run,
};
