/* demo.c - yamori demo: a made-up organisation to look at. */
#include "base/arena.h"
#include "base/embed.h"
#include "base/fs.h"
#include "base/moment.h"
#include "cli/demo_story.h"

extern const struct embedded embed_demo[];

static int
story_text(struct str *ret, struct err *e)
{
	for (const struct embedded *m = embed_demo; m->name != NULL; m++) {
		if (strcmp(m->name, "story") == 0) {
			*ret = (struct str){ (const char *)m->data, m->len };
			return 0;
		}
	}
	return recipe_bad(STR("story"), e);
}

static int
empty_check(struct cli *c, const char *dir, struct err *e)
{
	struct str *names;
	size_t n = 0;

	if (fs_exists(dir) && fs_list(c->arena, dir, 16, &names, &n, e) < 0)
		return e->code;
	if (n > 0)
		return err_set(e, -ENOTEMPTY,
			       "'%s' is not empty: name a new directory", dir);
	return 0;
}

static void
told(struct story *y)
{
	static const struct {
		const char *command, *what;
	} looks[] = {
		{ "check", N_("what is fine and what is not") },
		{ "check --html report.html", N_("the same as a page") },
		{ "next", N_("the next three things to do") },
		{ "explain endpoint.screen_lock", N_("one measure in full") },
		{ "finding list --all",
		  N_("what failed, and what was mended") },
		{ "policy show --changed", N_("numbers of their own choice") },
		{ "policy diff", N_("a change that waits for approval") },
		{ "status", N_("the whole in a few lines") },
		{ "journal verify", N_("nothing was changed afterwards") },
	};
	struct cli *c = y->c;

	cli_print(c,
		  "'%.*s', which does not exist, is in '%s': %zu machines, %zu "
		  "checks in the last 60 days.\n",
		  STR_ARG(y->org.name), y->dir, y->n_hosts, y->n_runs);
	cli_print(c, "Names, addresses and faults are all made up. To look at "
		     "it:\n\n");
	for (size_t i = 0; i < ARRAY_LEN(looks); i++) {
		cli_pad(c,
			str_fmt(c->arena, "  yamori --dir %s %s", y->dir,
				looks[i].command),
			50 + strlen(y->dir));
		buf_fmt(c->out, "%s\n", cli_text(c, looks[i].what));
	}
}

static int
run(struct cli *c, struct err *e)
{
	struct story *y = ARENA_NEW(c->arena, struct story);
	struct str text;

	if (c->n_args != 1)
		return cli_usage(c, e, "name the directory to make");
	*y = (struct story){
		.c = c,
		.dir = c->args[0],
		.arena = c->arena,
		.clock = { moment_now(), moment_now(), zone_tokyo },
	};
	if (empty_check(c, y->dir, e) < 0 || story_text(&text, e) < 0)
		return e->code;
	int r = story_play(y, text, e);
	store_close(y->store);
	if (r < 0)
		return r;
	told(y);
	return EXIT_OK;
}

const struct command command_demo = {
	.name = "demo",
	.summary = "make a made-up organisation to look at",
	.synopsis = "DIR",
	.details = "Makes the directory DIR with a small manufacturer that "
		   "does not exist: its machines with believable faults, its "
		   "rules, and checks of the last 60 days. Nothing is "
		   "collected from this machine.",
	.no_json = true,
	.run = run,
};
