/* dpkg.h - the paragraphs of /var/lib/dpkg/status and of package lists. */
#ifndef LINUX_DPKG_H
#define LINUX_DPKG_H

#include "base/str.h"

struct dpkg_package {
	struct str name, version, arch, maintainer;
	struct str source;	   /* the name alone, or empty */
	struct str source_version; /* or empty: as version */
	struct str status;	   /* third word: installed, config-files ... */
	struct str want;	   /* first word: install, hold, ... */
	bool multi_arch_same;
};

/*
 * Takes the next paragraph off *rest; false at the end. Hermetic; fields
 * that are missing are empty. A paragraph without a name is given, too.
 */
bool dpkg_next(struct str *rest, struct dpkg_package *ret);

/* Its files are on the disk, even if it is not configured yet. */
bool dpkg_is_installed(const struct dpkg_package *p);

#endif
