/*
 * host_screen_lock.c - table `host_screen_lock`: does the screen lock?
 *
 * Source: GNOME from the databases of dconf with their locks and the
 * defaults the distribution changed; KDE from kscreenlockerrc; TMOUT of the
 * shells for the console. The row without account is what holds for those
 * who set nothing. Settings of persons need root.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/conf.h"
#include "tables/linux/dconf.h"
#include "tables/table.h"

#define PERSON_UID_MIN 1000
#define PERSON_UID_MAX 60000

struct lock {
	struct str user;
	const char *desktop, *source;
	bool enabled, password, enforced;
	int64_t idle_s; /* 0 = never */
};

static int
lock_emit(struct scan *s, const struct lock *l, struct err *e)
{
	scan_text(s, HOST_SCREEN_LOCK_USER_NAME, l->user);
	scan_c(s, HOST_SCREEN_LOCK_DESKTOP, l->desktop);
	scan_bool(s, HOST_SCREEN_LOCK_LOCK_ENABLED, l->enabled);
	if (l->enabled && l->idle_s > 0)
		scan_int(s, HOST_SCREEN_LOCK_IDLE_S, l->idle_s);
	scan_bool(s, HOST_SCREEN_LOCK_PASSWORD_REQUIRED, l->password);
	scan_bool(s, HOST_SCREEN_LOCK_ENFORCED, l->enforced);
	scan_c(s, HOST_SCREEN_LOCK_SOURCE, l->source);
	return scan_emit(s, e);
}

static bool
is_person(const struct account *u)
{
	return u->uid >= PERSON_UID_MIN && u->uid < PERSON_UID_MAX &&
	       !str_ends(u->shell, "/nologin") &&
	       !str_ends(u->shell, "/false") && str_starts(u->home, "/");
}

static int
gnome_emit(struct scan *s, const struct dconf *d, struct str user,
	   struct err *e)
{
	bool a, b, c;
	int64_t on = dconf_get(d, "/org/gnome/desktop/screensaver/lock-enabled",
			       1, &a);
	int64_t idle = dconf_get(d, "/org/gnome/desktop/session/idle-delay",
				 300, &b);
	int64_t delay = dconf_get(
		d, "/org/gnome/desktop/screensaver/lock-delay", 0, &c);
	bool unused;
	int64_t never = dconf_get(
		d, "/org/gnome/desktop/lockdown/disable-lock-screen", 0,
		&unused);
	struct lock l = {
		.user = user,
		.desktop = "gnome",
		.enabled = on && idle > 0 && !never,
		.password = on && !never,
		.enforced = a && b,
		.idle_s = idle + delay,
		.source = d->has_user	    ? "dconf user"
			  : d->n_system > 0 ? "dconf system"
					    : "default",
	};

	return lock_emit(s, &l, e);
}

struct people {
	struct accounts accounts;
	bool denied, damaged;
};

static int
gnome_scan(struct scan *s, struct people *p, struct err *e)
{
	struct dconf d;

	if (!scan_exists(s, "/usr/bin/gnome-shell"))
		return 0;
	dconf_load(s, &d);
	if (gnome_emit(s, &d, STR(""), e) < 0)
		return e->code;
	p->damaged |= d.damaged;
	for (size_t i = 0; i < p->accounts.n_users; i++) {
		const struct account *u = &p->accounts.user[i];
		struct err user_err = { 0 };

		if (!is_person(u))
			continue;
		int r = dconf_user(s, &d, u->home, &user_err);
		p->denied |= r == -EACCES;
		p->damaged |= r < 0 && r != -EACCES;
		if (r == 0 && d.has_user && gnome_emit(s, &d, u->name, e) < 0)
			return e->code;
	}
	return 0;
}

/* A key or a group with [$i] behind it cannot be changed further up. */
static bool
kde_get(struct str text, const char *key, struct str *ret, bool *ret_fixed)
{
	struct str line;
	bool in = false, fixed = false, found = false;

	while (conf_line(&text, &line)) {
		if (line.p[0] == '[') {
			in = str_is(line, "[Daemon]") ||
			     str_is(line, "[Daemon][$i]");
			fixed = str_ends(line, "[$i]");
			continue;
		}
		struct str name = str_trim(str_until(line, '='));
		if (!in || !str_is(str_until(name, '['), key))
			continue;
		*ret = str_trim(str_after(line, '='));
		*ret_fixed = fixed || str_ends(name, "[$i]");
		found = true;
	}
	return found;
}

static int
kde_emit(struct scan *s, struct str system, struct str own, struct str user,
	 struct err *e)
{
	struct str v;
	bool fixed_lock = false, fixed_time = false, unused, on = true;
	int64_t minutes = 5;

	if (kde_get(system, "Autolock", &v, &fixed_lock))
		(void)conf_bool(v, &on);
	if (kde_get(system, "Timeout", &v, &fixed_time))
		(void)num_try(v, &minutes);
	if (!fixed_lock && kde_get(own, "Autolock", &v, &unused))
		(void)conf_bool(v, &on);
	if (!fixed_time && kde_get(own, "Timeout", &v, &unused))
		(void)num_try(v, &minutes);
	if (minutes < 0 || minutes > INT32_MAX)
		minutes = 0;
	struct lock l = {
		.user = user,
		.desktop = "kde",
		.enabled = on && minutes > 0,
		.password = true,
		.enforced = fixed_lock && fixed_time,
		.idle_s = minutes * 60,
		.source = "kscreenlockerrc",
	};
	return lock_emit(s, &l, e);
}

static int
kde_scan(struct scan *s, struct people *p, struct err *e)
{
	struct str system = STR(""), own;
	struct err none = { 0 };

	if (!scan_exists(s, "/usr/bin/plasmashell"))
		return 0;
	(void)scan_file(s, "/etc/xdg/kscreenlockerrc", &system, &none);
	if (kde_emit(s, system, STR(""), STR(""), e) < 0)
		return e->code;
	for (size_t i = 0; i < p->accounts.n_users; i++) {
		const struct account *u = &p->accounts.user[i];

		if (!is_person(u))
			continue;
		int r = scan_file(s,
				  scan_path(s, "%.*s/.config/kscreenlockerrc",
					    STR_ARG(u->home)),
				  &own, &none);
		p->denied |= r == -EACCES;
		if (r == 0 && kde_emit(s, system, own, u->name, e) < 0)
			return e->code;
	}
	return 0;
}

/* "export TMOUT=900", "readonly TMOUT", "declare -xr TMOUT=900" */
static void
tmout_read(struct str text, struct lock *l, const char *path)
{
	struct str line;
	int64_t n;

	while (conf_line(&text, &line)) {
		size_t at = str_find_c(line, "TMOUT=");

		if (at != STR_NONE) {
			struct str v = str_from(line, at + 6);
			size_t len = 0;

			if (v.len > 0 && (v.p[0] == '"' || v.p[0] == '\''))
				v = str_from(v, 1);
			while (len < v.len && v.p[len] >= '0' &&
			       v.p[len] <= '9')
				len++;
			if (num_try(str_first(v, len), &n)) {
				l->idle_s = n;
				l->source = path;
			}
		}
		if (str_has(line, "TMOUT") &&
		    (str_has(line, "readonly ") ||
		     (str_has(line, "declare -") && str_has(line, "r ")) ||
		     (str_has(line, "typeset -") && str_has(line, "r "))))
			l->enforced = true;
	}
}

static int
console_scan(struct scan *s, struct err *e)
{
	static const char *const files[] = { "/etc/profile", "/etc/bash.bashrc",
					     "/etc/bashrc" };
	static const char *const folders[] = { "/etc/profile.d" };
	struct lock l = { .user = STR(""),
			  .desktop = "console",
			  .enabled = true,
			  .password = true };
	const char **paths;
	size_t n = 0;
	struct str text;
	struct err none = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (scan_file(s, files[i], &text, &none) == 0)
			tmout_read(text, &l, files[i]);
	}
	(void)conf_dropins(s, folders, 1, ".sh", &paths, &n, &none);
	for (size_t i = 0; i < n; i++) {
		if (scan_file(s, paths[i], &text, &none) == 0)
			tmout_read(text, &l, paths[i]);
	}
	/* Without it the console simply does not lock: no row. */
	return l.idle_s > 0 ? lock_emit(s, &l, e) : 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct people p = { 0 };

	if (accounts_load(s, &p.accounts, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (gnome_scan(s, &p, e) < 0 || kde_scan(s, &p, e) < 0 ||
	    console_scan(s, e) < 0)
		return e->code;
	if (p.denied)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	return p.damaged ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_screen_lock = {
	.contract = &contract_host_screen_lock,
	.scan = scan,
};
