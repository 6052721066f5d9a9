/* units.h - systemd units: their files, whether they start and run. */
#ifndef LINUX_UNITS_H
#define LINUX_UNITS_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

#define UNITS_MAX ((size_t)20000)

enum unit_start {
	UNIT_AUTO,     /* started at boot, by a link or a socket of its own */
	UNIT_STATIC,   /* has no [Install]: only others start it */
	UNIT_DISABLED, /* could be enabled */
	UNIT_MASKED,   /* cannot be started at all */
};
const char *unit_start_name(enum unit_start s); /* auto, static, ... */

struct unit {
	struct str name;     /* ssh.service */
	const char *path;    /* NULL: known only by a link that starts it */
	struct str alias_of; /* another unit's name, or empty */
	bool wanted;	     /* a link below *.wants or *.requires */
	bool masked;
	size_t found; /* used while loading */
};

struct units {
	struct unit *v; /* sorted by name */
	size_t n;
	bool booted; /* systemd runs this machine now */
};

/*
 * Reads the unit folders, without asking systemd. SysV scripts that no unit
 * replaces appear as NAME.service. -ENOENT when there are no unit folders:
 * this machine has no systemd.
 */
int units_load(struct scan *s, struct units *ret, struct err *e);

/* By name with suffix, following other names; NULL if there is none. */
const struct unit *units_find(const struct units *u, const char *name);

/* The unit file's text with its drop-ins behind it. */
int unit_text(struct scan *s, const struct unit *unit, struct str *ret,
	      struct err *e);

/*
 * All values of a key joined by "; ". An empty assignment takes back what
 * was before. For the last value alone use conf_ini.
 */
struct str unit_list(struct arena *a, struct str text, const char *section,
		     const char *key);

/* An instance that only a link names counts as auto. */
enum unit_start unit_start_of(struct scan *s, const struct units *u,
			      const struct unit *unit);

/* True when the unit (by name) is there and starts by itself at boot. */
bool units_enabled(const struct units *u, const char *name);

/*
 * 1 runs, 0 does not, -1 cannot be told because systemd does not run here
 * (a container, a recording made from a disk). For services only: systemd
 * keeps a link in /run for each unit that has processes; timers have none.
 */
int units_running(struct scan *s, const struct units *u, const char *name);

#endif
