/* mask.h - takes passwords out of command lines before they are emitted. */
#ifndef LINUX_MASK_H
#define LINUX_MASK_H

#include "base/str.h"

struct arena;

/*
 * The command with every value that looks like a password, token or key
 * replaced by "***": --password=X, --token X, PASSWORD=X, -pX of the mysql
 * tools, -u name:X of curl, user:X@ in addresses, Bearer X. Rather one too
 * many than one too few.
 */
struct str mask_secrets(struct arena *a, struct str command);

#endif
