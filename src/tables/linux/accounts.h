/* accounts.h - /etc/passwd and /etc/group as several tables need them. */
#ifndef LINUX_ACCOUNTS_H
#define LINUX_ACCOUNTS_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

#define ACCOUNTS_MAX ((size_t)100000) /* lines kept of each file */

struct account {
	struct str name;
	int64_t uid, gid;
	struct str password; /* the field itself; never emitted */
	struct str full_name, home, shell;
};

struct account_group {
	struct str name;
	int64_t gid;
	struct str members; /* comma separated, as written */
};

struct accounts {
	struct account *user;
	size_t n_users;
	struct account_group *group;
	size_t n_groups;
	size_t n_bad; /* lines that are no account or group */
};

/* Hermetic; lines of NIS (+...) are left out, damaged ones counted. */
void accounts_passwd_parse(struct arena *a, struct str text,
			   struct accounts *ret);
void accounts_group_parse(struct arena *a, struct str text,
			  struct accounts *ret);

/* Both files; results live as long as the scan's arena. */
int accounts_load(struct scan *s, struct accounts *ret, struct err *e);

const struct account *accounts_user_find(const struct accounts *c,
					 struct str name);
const struct account *accounts_uid_find(const struct accounts *c, int64_t uid);
bool account_in_group(const struct account *u, const struct account_group *g);

/* admin, docker, disk, shadow, log or "": what membership gives away. */
const char *account_group_grants(struct str name);

#endif
