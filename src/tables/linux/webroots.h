/* webroots.h - folders web servers publish, and as whom they run. */
#ifndef TABLES_LINUX_WEBROOTS_H
#define TABLES_LINUX_WEBROOTS_H

#include "base/str.h"

struct scan;

#define WEBROOTS_MAX ((size_t)64)

struct webroots {
	struct str roots[WEBROOTS_MAX]; /* sorted; none lies below another */
	size_t n;
	struct str users[8]; /* names of the servers' accounts */
	size_t n_users;
	bool unread; /* some setting could not be read */
};

/*
 * From the settings of nginx, Apache and lighttpd, with what they do when
 * nothing is set. Values that hold variables are left out.
 */
void webroots_find(struct scan *s, struct webroots *ret);

/* Text files of settings of any server: whole folders and single files. */
struct setting_file {
	struct str path, text;
};
#define SETTING_FILES_MAX ((size_t)2000)
size_t setting_files(struct scan *s, const char *const *places,
		     const char *suffix, struct setting_file **ret,
		     bool *ret_unread);

#endif
