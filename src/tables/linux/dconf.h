/* dconf.h - settings of GNOME: of a person, of the machine, built in. */
#ifndef TABLES_LINUX_DCONF_H
#define TABLES_LINUX_DCONF_H

#include "base/str.h"
#include "tables/linux/gvdb.h"

struct err;
struct scan;

#define DCONF_SYSTEM_MAX 8

struct dconf_layer {
	bool compiled;
	struct gvdb db, locks; /* when compiled */
	bool has_locks;
	struct str keys, lock_lines; /* else the files it is made from */
};

struct dconf {
	struct dconf_layer system[DCONF_SYSTEM_MAX];
	size_t n_system;
	struct str overrides; /* defaults the distribution changed */
	struct gvdb user;
	bool has_user;
	bool damaged; /* some database makes no sense */
};

/* What holds for everyone: databases of the profile "user", overrides. */
void dconf_load(struct scan *s, struct dconf *ret);

/* Adds a person's own; 0 with has_user false when there is none. */
int dconf_user(struct scan *s, struct dconf *d, struct str home, struct err *e);

/*
 * A number or bool by its path, "/org/gnome/desktop/session/idle-delay"; what
 * is set nowhere is `other`, the schema's own default. *ret_locked: the
 * person cannot change it.
 */
int64_t dconf_get(const struct dconf *d, const char *path, int64_t other,
		  bool *ret_locked);

#endif
