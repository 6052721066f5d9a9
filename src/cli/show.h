/* show.h - results of a check as text and as JSON. */
#ifndef CLI_SHOW_H
#define CLI_SHOW_H

#include "check/check.h"
#include "cli/cli.h"
#include "store/store.h"

int show_run(struct cli *c, struct store *s, const struct check_run *run,
	     const struct check_scope *scope, struct err *e);
void show_run_json(struct cli *c, struct store *s, const struct check_run *run);

/* A reason in the reader's language, as a sentence without a full stop. */
struct str show_reason(struct cli *c, const struct catalog *cat,
		       const struct reason *r);

/* A subject as a person reads it: machine names instead of ids. */
struct str show_subject(struct cli *c, const struct check_run *run,
			const struct subject_result *sub);

#endif
