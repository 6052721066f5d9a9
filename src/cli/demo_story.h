/* demo_story.h - plays the steps that make the demo organisation. */
#ifndef CLI_DEMO_STORY_H
#define CLI_DEMO_STORY_H

#include "cli/cli.h"
#include "cli/recipe.h"
#include "facts/facts.h"
#include "policy/org.h"
#include "store/store.h"

#define STORY_PEOPLE_MAX 64
#define STORY_HOSTS_MAX 64

struct story_host {
	struct str name;
	struct str text; /* what it says of itself */
	struct enrolment key;
};

struct story {
	struct cli *c;
	const char *dir;
	struct arena *arena;
	struct store *store; /* opened by the step `org` */
	struct catalog *catalog;
	struct recipe_clock clock; /* taken: the day the story has reached */
	struct org_new org;
	size_t n_people, n_hosts, n_runs;
	struct str people[STORY_PEOPLE_MAX][2]; /* id, name */
	struct str roles[STORY_PEOPLE_MAX], holders[STORY_PEOPLE_MAX];
	struct story_host hosts[STORY_HOSTS_MAX];
};

/*
 * Plays a text of steps, data/demo/story; each step is done by the functions
 * a user's command calls, at the clock of its day: YAMORI_NOW is set while
 * the story is played and put back.
 */
int story_play(struct story *y, struct str text, struct err *e);

#endif
