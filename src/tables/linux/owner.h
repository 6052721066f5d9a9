/* owner.h - which package a file came from. */
#ifndef TABLES_LINUX_OWNER_H
#define TABLES_LINUX_OWNER_H

#include "base/str.h"

struct scan;

struct owned {
	struct str path;
	struct str package; /* empty = of no package */
};

/*
 * Asks the package manager's own lists for all files at once: one pass over
 * /var/lib/dpkg/info/NAME.list, or `rpm -qf`. false when neither is there.
 * Results live as long as the scan's arena.
 */
bool owner_find(struct scan *s, struct owned *files, size_t n);

#endif
