/* org.h - opens the organisation a command works on. */
#ifndef CLI_ORG_H
#define CLI_ORG_H

#include "cli/cli.h"
#include "store/store.h"

/* Opens c->dir with the organisation's time zone set. */
int org_open(struct cli *c, enum store_mode mode, struct store **ret,
	     struct err *e);

#endif
