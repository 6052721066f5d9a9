/* gvdb.h - reads the binary databases of dconf. */
#ifndef TABLES_LINUX_GVDB_H
#define TABLES_LINUX_GVDB_H

#include "base/str.h"

struct err;

/* A table of such a file; borrows its bytes. */
struct gvdb {
	struct str file;
	struct str items;
};

struct gvdb_value {
	char type; /* as in GVariant: b, u, i, s; '?' for the others */
	int64_t n; /* of b, u, i */
	struct str s;
};

/* Hermetic; the first table of the file. */
int gvdb_open(struct str file, struct gvdb *ret, struct err *e);

/* A table within, such as ".locks"; false when there is none. */
bool gvdb_table(const struct gvdb *g, const char *name, struct gvdb *ret);

/* By the full key, "/org/gnome/desktop/session/idle-delay". */
bool gvdb_has(const struct gvdb *g, const char *key);
bool gvdb_get(const struct gvdb *g, const char *key, struct gvdb_value *ret);

#endif
