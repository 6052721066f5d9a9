/* version.h - the order of version numbers. */
#ifndef BASE_VERSION_H
#define BASE_VERSION_H

#include "base/str.h"

enum version_scheme {
	VERSION_DPKG,	 /* [epoch:]upstream[-revision], ~ sorts first */
	VERSION_RPM,	 /* [epoch:]version[-release], ~ and ^ */
	VERSION_SEMVER,	 /* 1.2.3-rc.1+build; parts left out are 0 */
	VERSION_WINDOWS, /* 10.0.26100.1742; parts left out are 0 */
};

/* "dpkg" "rpm" "semver" "windows"; false for any other word. */
bool version_scheme_parse(struct str s, enum version_scheme *ret);

/*
 * Whether the text can be placed in the order of that scheme. What cannot,
 * such as "unknown", must not be compared: whoever asks has to say so.
 */
bool version_ok(enum version_scheme scheme, struct str s);

/*
 * Negative, 0 or positive, exactly -1, 0 or 1: the order in which the package
 * tool of that scheme puts them. For text that is no version the answer is
 * some total order, never a fault.
 */
int version_cmp(enum version_scheme scheme, struct str a, struct str b);

#endif
