/* next.h - the few things worth doing first. */
#ifndef CHECK_NEXT_H
#define CHECK_NEXT_H

#include "check/check.h"

#define NEXT_MAX 3

struct next {
	size_t n;
	const struct control_result *things[NEXT_MAX];
	int64_t minutes[NEXT_MAX]; /* effort, as the control says */
};

/*
 * Highest impact for the least effort among what fails or waits for a
 * person's answer, is not postponed and not blocked (a table nobody fills
 * yet); what fails comes before what is only unknown; at most one that costs
 * money.
 */
int next_choose(struct store *s, const struct check_run *run, struct next *ret,
		struct err *e);

#endif
