/* init.c - yamori init: makes the directory of an organisation. */
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/num.h"
#include "catalog/catalog.h"
#include "cli/cli.h"
#include "policy/org.h"
#include "store/store.h"

static const struct option options[] = {
	{ "name", "NAME", "name of the organisation" },
	{ "size", "N", "number of people who work there" },
	{ "level", "basic|standard|full",
	  "how much to do: basic is where everybody starts" },
	{ "answer", "ID=yes|no,...",
	  "answers to the questions about the organisation" },
	{ "role", "ROLE=NAME,...", "who holds a role, for example ciso=NAME" },
	{ "zone", "ZONE", "time zone (default: Asia/Tokyo)" },
	{ "yes", NULL, "ask nothing; what is not given takes its default" },
	{ 0 },
};

struct draft {
	struct cli *c;
	const struct catalog *catalog;
	struct org_new org;
	int64_t *answer;
	struct str roles[32], holders[32];
};

static struct str
words_of(struct cli *c, struct words w)
{
	return c->lang == LANG_JA ? w.ja : w.en;
}

static int
level_set(struct draft *d, struct str text, struct err *e)
{
	for (size_t i = 0; i < ARRAY_LEN(level_names); i++) {
		if (str_is(text, level_names[i])) {
			d->org.level = (enum level)i;
			return 0;
		}
	}
	return err_set(e, -EINVAL,
		       "the level is basic, standard or full, not '%.*s'",
		       STR_ARG(text));
}

static bool
yes_no(struct str s, int64_t *ret)
{
	static const char *const yes[] = { "yes", "y", "true", "1", "はい" };
	static const char *const no[] = { "no", "n", "false", "0", "いいえ" };

	for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
		if (str_is_nocase(s, yes[i]) || str_is_nocase(s, no[i])) {
			*ret = str_is_nocase(s, yes[i]) ? 1 : 0;
			return true;
		}
	}
	return false;
}

static int
answer_option(struct draft *d, struct str item, struct err *e)
{
	struct str id = str_until(item, '=');
	struct str text = str_trim(str_after(item, '='));
	const struct answer *q = answer_find(d->catalog, str_trim(id));

	if (q == NULL)
		return err_set(e, -EINVAL,
			       "there is no question '%.*s'; see 'yamori init "
			       "--help'",
			       STR_ARG(id));
	int64_t *to = &d->answer[q - d->catalog->answers];
	if (q->is_int)
		return num_parse_range(text, q->min, q->max, to, e);
	if (!yes_no(text, to))
		return err_set(e, -EINVAL, "%.*s: answer yes or no, not '%.*s'",
			       STR_ARG(id), STR_ARG(text));
	return 0;
}

static int
role_option(struct draft *d, struct str item, struct err *e)
{
	struct str id = str_trim(str_until(item, '='));
	struct str holder = str_trim(str_after(item, '='));

	if (role_find(d->catalog, id) == NULL)
		return err_set(e, -EINVAL, "there is no role '%.*s'",
			       STR_ARG(id));
	if (holder.len == 0 || d->org.n_roles == ARRAY_LEN(d->roles))
		return err_set(e, -EINVAL, "role '%.*s' needs a name",
			       STR_ARG(id));
	d->roles[d->org.n_roles] = id;
	d->holders[d->org.n_roles++] = holder;
	return 0;
}

static int
list_option(struct draft *d, const char *name,
	    int (*one)(struct draft *d, struct str item, struct err *e),
	    struct err *e)
{
	const char *value = cli_option(d->c, name);
	struct str rest = str_c(value), item;

	if (value == NULL)
		return 0;
	while (str_next(&rest, ',', &item)) {
		if (one(d, item, e) < 0)
			return e->code;
	}
	return 0;
}

static int
options_read(struct draft *d, struct err *e)
{
	struct cli *c = d->c;
	const char *size = cli_option(c, "size");
	const char *level = cli_option(c, "level");
	const char *zone = cli_option(c, "zone");
	const char *name = cli_option(c, "name");

	d->org.name = name ? str_c(name) : str_c(cli_text(c, "Our company"));
	d->org.zone = zone ? str_c(zone) : STR("Asia/Tokyo");
	const struct zone *z;
	if (zone_load(c->arena, d->org.zone.p, &z, e) < 0)
		return err_in(e, "--zone");
	d->org.lang = c->lang == LANG_JA ? STR("ja") : STR("en");
	d->org.size = 10;
	if (size != NULL &&
	    num_parse_range(str_c(size), 1, 1000000, &d->org.size, e) < 0)
		return err_in(e, "--size");
	if (level != NULL && level_set(d, str_c(level), e) < 0)
		return e->code;
	if (list_option(d, "answer", answer_option, e) < 0)
		return e->code;
	return list_option(d, "role", role_option, e);
}

static int
ask_text(struct draft *d, const char *question, struct str *value,
	 struct err *e)
{
	struct str typed;

	cli_print(d->c, "%s [%.*s]: ", cli_text(d->c, question),
		  STR_ARG(*value));
	if (cli_ask(d->c, &typed, e) < 0)
		return e->code;
	if (typed.len > 0)
		*value = typed;
	return 0;
}

static int
ask_size(struct draft *d, struct err *e)
{
	for (;;) {
		struct str text = str_fmt(d->c->arena, "%lld",
					  (long long)d->org.size);

		if (ask_text(d, "How many people work there?", &text, e) < 0)
			return e->code;
		if (num_try(text, &d->org.size) && d->org.size >= 1 &&
		    d->org.size <= 1000000)
			return 0;
		d->org.size = 10;
		cli_print(d->c, "Please give a number from 1 to 1000000.\n");
	}
}

static int
ask_level(struct draft *d, struct err *e)
{
	for (;;) {
		struct str text = str_c(level_names[d->org.level]);
		struct err bad = { 0 };

		if (ask_text(d, "How much to do first (basic, standard, full)?",
			     &text, e) < 0)
			return e->code;
		if (level_set(d, text, &bad) == 0)
			return 0;
		cli_print(d->c, "Please type basic, standard or full.\n");
	}
}

static int
ask_answer(struct draft *d, size_t i, struct err *e)
{
	const struct answer *q = &d->catalog->answers[i];
	struct cli *c = d->c;

	for (;;) {
		struct str typed;

		buf_char(c->out, '\n');
		cli_wrap(c, words_of(c, q->question), 0, cli_width());
		cli_wrap(c, words_of(c, q->help), 2, cli_width());
		cli_print(c,
			  "yes or no [%s]: ", d->answer[i] != 0 ? "yes" : "no");
		if (cli_ask(c, &typed, e) < 0)
			return e->code;
		if (typed.len == 0 || yes_no(typed, &d->answer[i]))
			return 0;
		cli_print(c, "Please answer yes or no.\n");
	}
}

static int
ask_role(struct draft *d, const char *id, struct err *e)
{
	const struct catalog_role *r = role_find(d->catalog, str_c(id));
	struct str typed;

	if (r == NULL || d->org.n_roles == ARRAY_LEN(d->roles))
		return 0;
	cli_print(d->c, "%.*s (name; empty = later): ",
		  STR_ARG(words_of(d->c, r->title)));
	if (cli_ask(d->c, &typed, e) < 0)
		return e->code;
	if (typed.len == 0)
		return 0;
	d->roles[d->org.n_roles] = r->id;
	d->holders[d->org.n_roles++] = typed;
	return 0;
}

static int
ask_all(struct draft *d, struct err *e)
{
	static const char *const roles[] = { "president", "ciso",
					     "system_admin" };

	cli_print(d->c,
		  "Nothing is sent anywhere. Everything is kept in '%s'; "
		  "delete that folder to remove it.\n\n",
		  d->c->dir);
	if (ask_text(d, "Name of the organisation", &d->org.name, e) < 0 ||
	    ask_size(d, e) < 0 || ask_level(d, e) < 0)
		return e->code;
	for (size_t i = 0; i < d->catalog->n_answers; i++) {
		if (!d->catalog->answers[i].is_int && ask_answer(d, i, e) < 0)
			return e->code;
	}
	buf_char(d->c->out, '\n');
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		if (ask_role(d, roles[i], e) < 0)
			return e->code;
	}
	return 0;
}

static size_t
controls_of_level(const struct catalog *cat, enum level level)
{
	size_t n = 0;

	for (size_t i = 0; i < cat->n_controls; i++)
		n += cat->controls[i].level <= level;
	return n;
}

static int
run(struct cli *c, struct err *e)
{
	auto_store *memory = NULL;
	auto_store *s = NULL;
	struct catalog *cat;
	struct draft d = { .c = c };

	if (c->n_args > 0)
		return cli_usage(c, e, "unexpected argument '%s'", c->args[0]);
	if (store_open_memory(&memory, e) < 0 ||
	    catalog_load(c->arena, memory, &cat, e) < 0)
		return e->code;
	/* Said before anything is asked; a set-up that broke off goes on. */
	if (fs_exists(str_fmt(c->arena, "%s/yamori.db", c->dir).p) &&
	    store_open(c->dir, STORE_CREATE, &s, e) < 0)
		return e->code;

	d.catalog = cat;
	d.answer = ARENA_ARRAY(c->arena, cat->n_answers, int64_t);
	for (size_t i = 0; i < cat->n_answers; i++)
		d.answer[i] = cat->answers[i].def;
	if (options_read(&d, e) < 0)
		return e->code;
	if (!cli_has(c, "yes") && ask_all(&d, e) < 0)
		return e->code;
	const struct answer *size = answer_find(cat, STR("size"));
	if (size != NULL)
		d.answer[size - cat->answers] = d.org.size;
	d.org.answer = d.answer;
	d.org.roles = d.roles;
	d.org.holders = d.holders;

	if (s == NULL && store_open(c->dir, STORE_CREATE, &s, e) < 0)
		return e->code;
	if (org_create(s, cat, &d.org, e) < 0)
		return e->code;
	cli_print(
		c,
		"'%.*s' is set up in '%s': %zu of %zu measures matter first.\n",
		STR_ARG(d.org.name), c->dir,
		controls_of_level(cat, d.org.level), cat->n_controls);
	return EXIT_OK;
}

const struct command command_init = {
	.name = "init",
	.summary = "set up an organisation in a new directory",
	.synopsis = "[--name NAME] [--size N] [--level LEVEL] "
		    "[--answer ID=yes,...] [--role ROLE=NAME,...] [--yes]",
	.details = "Asks for the name, the number of people, the level and a "
		   "few yes/no questions; with --yes it asks nothing. The "
		   "questions are telework, private_devices, own_servers, "
		   "wifi, public_web, cloud, development, plant_equipment "
		   "and personal_numbers.",
	.options = options,
	.no_json = true,
	.run = run,
};
