/* walk.h - walks over a file system of this machine. */
#ifndef TABLES_LINUX_WALK_H
#define TABLES_LINUX_WALK_H

#include "tables/table.h"

/* The walk of the live world; see scan_walk. */
int live_walk(void *ctx, const char *root, scan_visit *visit, void *visit_ctx,
	      struct scan_walked *ret, struct err *e);

#endif
