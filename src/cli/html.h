/* html.h - what a check found, as one HTML page that needs nothing else. */
#ifndef CLI_HTML_H
#define CLI_HTML_H

#include "check/check.h"
#include "cli/cli.h"
#include "store/store.h"

/* Writes the page to path, whole or not at all. */
int html_write(struct cli *c, struct store *s, const struct check_run *run,
	       const char *path, struct err *e);

#endif
