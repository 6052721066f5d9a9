/* pack.h - reads a pack; without files, so that it can be fuzzed. */
#ifndef JOURNAL_PACK_H
#define JOURNAL_PACK_H

#include "journal/journal.h"

#define PACK_MAX ((size_t)1024 * 1024 * 1024)

int pack_check(struct arena *a, struct str text,
	       const struct journal_check *check, struct journal_report *ret,
	       struct err *e);

#endif
