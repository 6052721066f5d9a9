/*
 * host_autorun.c - table `host_autorun`: do media start something when they
 * are put in?
 *
 * Source: GNOME's media-handling in dconf, KDE's device automounter, autofs
 * and its maps, usbmount. Settings of persons need root.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/conf.h"
#include "tables/linux/dconf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

static int
row_emit(struct scan *s, struct str scope, const char *mechanism, bool enabled,
	 struct str detail, struct err *e)
{
	scan_text(s, HOST_AUTORUN_SCOPE, scope);
	scan_c(s, HOST_AUTORUN_MECHANISM, mechanism);
	scan_bool(s, HOST_AUTORUN_ENABLED, enabled);
	scan_text(s, HOST_AUTORUN_DETAIL, detail);
	return scan_emit(s, e);
}

static int
gnome_emit(struct scan *s, const struct dconf *d, struct str scope,
	   struct err *e)
{
	bool locked, mount_locked;
	bool never = dconf_get(
		d, "/org/gnome/desktop/media-handling/autorun-never", 0,
		&locked);
	bool mount = dconf_get(d, "/org/gnome/desktop/media-handling/automount",
			       1, &mount_locked);

	if (row_emit(s, scope, "autorun", !never,
		     str_fmt(scan_arena(s), "autorun-never=%s%s",
			     never ? "true" : "false",
			     locked ? " (locked)" : ""),
		     e) < 0)
		return e->code;
	return row_emit(s, scope, "automount", mount,
			str_fmt(scan_arena(s), "automount=%s%s",
				mount ? "true" : "false",
				mount_locked ? " (locked)" : ""),
			e);
}

static int
gnome_scan(struct scan *s, const struct accounts *c, bool *ret_denied,
	   bool *ret_damaged, struct err *e)
{
	struct dconf d;

	if (!scan_exists(s, "/usr/bin/gnome-shell"))
		return 0;
	dconf_load(s, &d);
	*ret_damaged |= d.damaged;
	if (gnome_emit(s, &d, STR("machine"), e) < 0)
		return e->code;
	for (size_t i = 0; i < c->n_users; i++) {
		const struct account *u = &c->user[i];
		struct err user_err = { 0 };

		if (u->uid < 1000 || u->uid >= 60000)
			continue;
		int r = dconf_user(s, &d, u->home, &user_err);
		*ret_denied |= r == -EACCES;
		*ret_damaged |= r < 0 && r != -EACCES;
		if (r == 0 && d.has_user && gnome_emit(s, &d, u->name, e) < 0)
			return e->code;
	}
	return 0;
}

static int
kde_file(struct scan *s, struct str scope, const char *path, bool *ret_denied,
	 struct err *e)
{
	struct str text = STR(""), v = STR("");
	bool on = false;
	struct err file_err = { 0 };

	int r = scan_file(s, path, &text, &file_err);
	*ret_denied |= r == -EACCES;
	if (r < 0 && !str_is(scope, "machine"))
		return 0;
	/* Nothing is mounted by itself until a person says so. */
	if (conf_ini(text, "General", "AutomountEnabled", &v))
		(void)conf_bool(v, &on);
	return row_emit(s, scope, "automount", on,
			str_fmt(scan_arena(s), "AutomountEnabled=%s",
				on ? "true" : "false"),
			e);
}

static int
kde_scan(struct scan *s, const struct accounts *c, bool *ret_denied,
	 struct err *e)
{
	if (!scan_exists(s, "/usr/bin/plasmashell"))
		return 0;
	if (kde_file(s, STR("machine"), "/etc/xdg/kded_device_automounterrc",
		     ret_denied, e) < 0)
		return e->code;
	for (size_t i = 0; i < c->n_users; i++) {
		const struct account *u = &c->user[i];

		if (u->uid >= 1000 && u->uid < 60000 &&
		    kde_file(s, u->name,
			     scan_path(s,
				       "%.*s/.config/"
				       "kded_device_automounterrc",
				       STR_ARG(u->home)),
			     ret_denied, e) < 0)
			return e->code;
	}
	return 0;
}

/* A map with a device in it mounts a medium when somebody looks there. */
static int
autofs_scan(struct scan *s, struct err *e)
{
	static const char *const paths[] = { "/etc/auto.master", NULL };
	static const char *const folders[] = { "/etc/auto.master.d" };
	struct units u;
	struct str rest, line, place, map, text;
	struct err none = { 0 };

	if (units_load(s, &u, &none) < 0 ||
	    units_find(&u, "autofs.service") == NULL)
		return 0;
	bool on = units_enabled(&u, "autofs.service") ||
		  units_running(s, &u, "autofs.service") == 1;
	if (conf_read(s, paths, folders, 1, &rest, &none) < 0)
		return scan_cannot_err(s, SCAN_ALL, &none);
	while (conf_line(&rest, &line)) {
		if (!str_starts(line, "/") || !str_next_word(&line, &place) ||
		    !str_next_word(&line, &map) || !str_starts(map, "/"))
			continue;
		bool media = scan_file(s, str_to_c(scan_arena(s), map), &text,
				       &none) == 0 &&
			     str_has(text, ":/dev/");
		if (row_emit(s, STR("machine"), "autofs", on && media,
			     str_fmt(scan_arena(s), "%.*s %.*s", STR_ARG(place),
				     STR_ARG(map)),
			     e) < 0)
			return e->code;
	}
	return 0;
}

static int
usbmount_scan(struct scan *s, struct err *e)
{
	struct str text, v = STR("1");
	bool on = true;
	struct err none = { 0 };

	if (scan_file(s, "/etc/usbmount/usbmount.conf", &text, &none) < 0)
		return 0;
	if (conf_get(text, "ENABLED", &v))
		(void)conf_bool(v, &on);
	return row_emit(s, STR("machine"), "automount", on,
			str_fmt(scan_arena(s), "usbmount ENABLED=%d", on), e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct accounts c;
	bool denied = false, damaged = false;

	if (accounts_load(s, &c, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (gnome_scan(s, &c, &denied, &damaged, e) < 0 ||
	    kde_scan(s, &c, &denied, e) < 0 || autofs_scan(s, e) < 0 ||
	    usbmount_scan(s, e) < 0)
		return e->code;
	if (denied)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	return damaged ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_autorun = {
	.contract = &contract_host_autorun,
	.scan = scan,
};
