/* apt.h - updates that wait, from the package lists apt has fetched. */
#ifndef LINUX_APT_H
#define LINUX_APT_H

#include "base/str.h"

struct err;
struct scan;

struct apt_update {
	struct str name, version, new_version;
	struct str source; /* label and suite of the archive */
	bool security;	   /* a security archive has something newer */
};

struct apt_updates {
	struct apt_update *v; /* in the order of dpkg's status */
	size_t n;
	bool no_security; /* no security archive is among the sources */
};

/*
 * Compares dpkg's status with the lists, which takes a tenth of the time of
 * a simulated upgrade; where priorities are pinned or lists are packed in a
 * way not known here, `apt list` is asked instead. Packages on hold count:
 * they wait, too. -ENOENT: no lists, so nothing can be told.
 */
int apt_updates_load(struct scan *s, struct apt_updates *ret, struct err *e);

#endif
