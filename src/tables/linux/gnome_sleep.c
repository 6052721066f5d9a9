/* gnome_sleep.c - when a GNOME desktop sleeps, and what it asks on waking. */
#include "tables/linux/gnome_sleep.h"

#include "tables/linux/accounts.h"
#include "tables/linux/conf.h"
#include "tables/linux/dconf.h"
#include "tables/table.h"

#define POWER "/org/gnome/settings-daemon/plugins/power/"
#define IDLE_DEFAULT 1200 /* of the schema: 20 minutes */
#define UID_MIN_HERE 1000
#define UID_MAX_HERE 60000

/* Nearest first: the person's, the machine's, the distribution's choice. */
static bool
never_sleeps(const struct dconf *d)
{
	static const char path[] = POWER "sleep-inactive-ac-type";
	struct gvdb_value v;
	struct str text;

	if (d->has_user && gvdb_get(&d->user, path, &v) && v.type == 's')
		return str_is(v.s, "nothing");
	for (size_t i = 0; i < d->n_system; i++) {
		const struct dconf_layer *l = &d->system[i];

		if (l->compiled && gvdb_get(&l->db, path, &v) && v.type == 's')
			return str_is(v.s, "nothing");
		if (!l->compiled &&
		    conf_ini(l->keys, "org/gnome/settings-daemon/plugins/power",
			     "sleep-inactive-ac-type", &text))
			return str_is(str_unquote(text), "nothing");
	}
	return conf_ini(d->overrides, "org.gnome.settings-daemon.plugins.power",
			"sleep-inactive-ac-type", &text) &&
	       str_is(str_unquote(text), "nothing");
}

static void
weigh(const struct dconf *d, struct gnome_sleep *g)
{
	bool locked;
	int64_t idle = dconf_get(d, POWER "sleep-inactive-ac-timeout",
				 IDLE_DEFAULT, &locked);

	if (idle <= 0 || never_sleeps(d))
		g->idle_s = 0;
	else if (g->idle_s != 0 && idle > g->idle_s)
		g->idle_s = idle;
	g->password &= dconf_get(d,
				 "/org/gnome/desktop/screensaver/lock-enabled",
				 1, &locked) != 0;
}

bool
gnome_sleep_load(struct scan *s, struct gnome_sleep *ret)
{
	struct gnome_sleep g = { .idle_s = 1, .password = true };
	struct accounts c;
	struct dconf d;
	struct err why = { 0 };

	if (!scan_exists(s, "/usr/bin/gnome-shell") ||
	    accounts_load(s, &c, &why) < 0)
		return false;
	dconf_load(s, &d);
	weigh(&d, &g);
	for (size_t i = 0; i < c.n_users; i++) {
		const struct account *u = &c.user[i];

		if (u->uid < UID_MIN_HERE || u->uid > UID_MAX_HERE)
			continue;
		if (dconf_user(s, &d, u->home, &why) < 0)
			return false;
		if (d.has_user)
			weigh(&d, &g);
	}
	if (d.damaged)
		return false;
	*ret = g;
	return true;
}
