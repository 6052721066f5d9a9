/* sddl.h - what a list of rights in text form gives to everybody. */
#ifndef WINDOWS_SDDL_H
#define WINDOWS_SDDL_H

#include "base/str.h"

struct arena;

struct sddl_rights {
	bool everyone_read, everyone_write; /* people in general may */
	bool anonymous;	    /* who needs no account: Everyone, Guests, ... */
	bool any_write;	    /* somebody may */
	struct str allowed; /* "Everyone write, Administrators write" */
};

/*
 * Reads the D: part of "O:BAG:SYD:(A;;FA;;;WD)". false when it is none,
 * or holds anything that is not understood.
 */
bool sddl_read(struct arena *a, struct str text, struct sddl_rights *ret);

#endif
