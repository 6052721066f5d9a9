/* demo_facts.h - what a made-up machine says of itself. */
#ifndef CLI_DEMO_FACTS_H
#define CLI_DEMO_FACTS_H

#include "cli/recipe.h"
#include "facts/facts.h"

struct buf;

/*
 * Writes the fact file which a machine recorded in text would have made at
 * clock->taken; data/demo/README.md says how the text is laid out. key is
 * the machine's enrolment, or NULL for a file brought by hand.
 */
int demo_facts(struct str text, const struct recipe_clock *clock,
	       const struct enrolment *key, struct buf *out, struct err *e);

#endif
