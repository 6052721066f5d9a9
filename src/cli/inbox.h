/* inbox.h - fact files that were brought here. */
#ifndef CLI_INBOX_H
#define CLI_INBOX_H

#include "cli/cli.h"
#include "facts/facts.h"
#include "store/store.h"

struct json;

/* What a file brought, as a line or two or as JSON (j not NULL). */
void ingest_print(struct cli *c, struct store *s, const struct ingest_report *r,
		  const char *path, struct json *j);

/* One file; a refusal is said on standard error and gives 1. */
int ingest_one(struct cli *c, struct store *s, const char *path,
	       struct json *j);

/*
 * Every *.facts in DIR/inbox. What was taken moves to inbox/done, so that it
 * is read once; what was refused stays. Returns how many were refused.
 */
int inbox_take(struct cli *c, struct store *s, struct json *j, struct err *e);

#endif
