/* gnome_sleep.h - when a GNOME desktop sleeps, and what it asks on waking. */
#ifndef LINUX_GNOME_SLEEP_H
#define LINUX_GNOME_SLEEP_H

struct scan;

/* The laxest of what holds for the people of this machine. */
struct gnome_sleep {
	int64_t idle_s; /* on mains power; 0 = never */
	bool password;
};

/* False when there is no GNOME, or someone's settings may not be read. */
bool gnome_sleep_load(struct scan *s, struct gnome_sleep *ret);

#endif
