/* check.c - yamori check: is what the rules ask for true? */
#include "base/arena.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/moment.h"
#include "check/check.h"
#include "cli/cli.h"
#include "cli/html.h"
#include "cli/org.h"
#include "cli/show.h"
#include "policy/adopt.h"

static const struct option options[] = {
	{ "pack", "PACK", "only the measures of one pack" },
	{ "level", "basic|standard|full", "only the measures of one level" },
	{ "all-levels", NULL, "also the levels above the one chosen" },
	{ "changed", NULL,
	  "judge only what reads something that changed since the last check" },
	{ "html", "FILE", "write a report that can be opened in a browser" },
	{ "as-of", "DATE",
	  "how it stood at the end of a past day, from the history" },
	{ "dry-run", NULL, "keep no results" },
	{ 0 },
};

static int
scope_read(struct cli *c, const struct catalog *cat, struct check_scope *scope,
	   struct err *e)
{
	const char *level = cli_option(c, "level");
	const char *pack = cli_option(c, "pack");

	*scope = (struct check_scope){ .level = -1 };
	scope->all_levels = cli_has(c, "all-levels");
	scope->keep_pass = c->json;
	if (c->n_args > 1)
		return cli_usage(c, e, "name one measure or one area");
	if (c->n_args == 1 && control_find(cat, str_c(c->args[0])) != NULL) {
		scope->control = str_c(c->args[0]);
		scope->keep_pass = true;
		scope->all_levels = true;
	} else if (c->n_args == 1) {
		scope->area = str_c(c->args[0]);
	}
	if (pack != NULL && pack_find(cat, str_c(pack)) == NULL)
		return err_set(e, -ENOENT, "there is no pack '%s'", pack);
	if (pack != NULL)
		scope->pack = str_c(pack);
	if (level == NULL)
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (strcmp(level, level_names[i]) == 0) {
			scope->level = (int)i;
			scope->all_levels = true;
			return 0;
		}
	}
	return err_set(e, -EINVAL,
		       "the level is basic, standard or full, not '%s'", level);
}

static int
exit_code(const struct check_run *run)
{
	if (run->counts[RESULT_FAIL] > 0)
		return EXIT_FAILS;
	if (run->counts[RESULT_UNKNOWN] > 0 || run->counts[RESULT_ERROR] > 0)
		return EXIT_UNKNOWN;
	return EXIT_OK;
}

static int
past_read(struct cli *c, struct store *s, const struct policy *policy,
	  const struct check_scope *scope, struct check_run **ret,
	  struct err *e)
{
	const char *as_of = cli_option(c, "as-of");
	int64_t day;

	if (on_parse(str_c(as_of), &day, e) < 0)
		return err_in(e, "--as-of");
	if (day > days_of_at(moment_now(), store_zone(s)))
		return err_set(e, -ERANGE, "--as-of: %s is in the future",
			       as_of);
	return check_as_of(s, c->arena, policy, scope, day, ret, e);
}

/* What changed since a whole check can only be told of a whole check. */
static int
changed_usage(struct cli *c, const struct check_scope *scope, struct err *e)
{
	if (cli_has(c, "html") || cli_has(c, "as-of") ||
	    scope->control.p != NULL || scope->area.p != NULL ||
	    scope->pack.p != NULL || scope->level >= 0)
		return cli_usage(c, e, "--changed goes with --all-levels only");
	return 0;
}

/* For tests/bench: what of the time is judging and what is keeping. */
static void
times_say(int64_t start, int64_t judged, int64_t kept)
{
	if (getenv("YAMORI_TIMES") != NULL)
		(void)fprintf(stderr, "judge %lld us, keep %lld us\n",
			      (long long)(judged - start),
			      (long long)(kept - judged));
}

static int64_t
clock_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *s = NULL;
	struct catalog *cat;
	struct policy *policy;
	struct check_scope scope;
	struct check_run *found;
	bool past = cli_has(c, "as-of");
	bool keep = !cli_has(c, "dry-run") && !past;
	bool changed = cli_has(c, "changed");

	if (org_open(c, keep ? STORE_WRITE : STORE_READ, &s, e) < 0 ||
	    catalog_in_force(c->arena, s, &cat, e) < 0 ||
	    policy_load(s, c->arena, cat, &policy, e) < 0 ||
	    scope_read(c, cat, &scope, e) < 0)
		return e->code;
	if (changed && changed_usage(c, &scope, e) != 0)
		return e->code;
	int64_t start = clock_us();
	int r = past ? past_read(c, s, policy, &scope, &found, e)
		: changed
			? check_changed(s, c->arena, policy, &scope, &found, e)
			: check_evaluate(s, c->arena, policy, &scope, &found,
					 e);
	if (r < 0)
		return r;
	int64_t judged = clock_us();
	if (keep && check_store(s, found, &scope, e) < 0)
		return e->code;
	times_say(start, judged, clock_us());
	const char *html = cli_option(c, "html");
	if (html != NULL && html_write(c, s, found, html, e) < 0)
		return e->code;
	if (c->json)
		show_run_json(c, s, found);
	else if (show_run(c, s, found, &scope, e) < 0)
		return e->code;
	if (!c->json && html != NULL)
		cli_print(c, "\nThe report for a browser: %s\n", html);
	return exit_code(found);
}

const struct command command_check = {
	.name = "check",
	.summary = "check what the rules ask for and say what to do",
	.synopsis = "[CONTROL | AREA] [--pack PACK] [--level LEVEL] "
		    "[--html FILE] [--as-of DATE]",
	.details = "Exit code: 0 = nothing fails and nothing is unknown, "
		   "1 = something fails, 3 = nothing fails but something is "
		   "unknown or in error, 2 = it could not be done.",
	.options = options,
	.run = run,
};
