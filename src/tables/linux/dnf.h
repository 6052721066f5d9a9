/* dnf.h - updates that wait, from what dnf has cached of its advisories. */
#ifndef LINUX_DNF_H
#define LINUX_DNF_H

#include "base/str.h"

struct err;
struct scan;

struct dnf_update {
	struct str name, new_version;
	struct str advisory;
	bool security;
};

struct dnf_updates {
	struct dnf_update *v; /* one a package, sorted by name */
	size_t n;
};

/* Asks dnf without the network. -ENOENT: no dnf. */
int dnf_updates_load(struct scan *s, struct dnf_updates *ret, struct err *e);

/* This machine lives from rpm packages and has dnf or yum. */
bool dnf_is_used(struct scan *s);

#endif
