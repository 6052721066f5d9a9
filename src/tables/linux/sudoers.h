/* sudoers.h - the rules of sudoers, with what they include. */
#ifndef LINUX_SUDOERS_H
#define LINUX_SUDOERS_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

#define SUDOERS_RULES_MAX ((size_t)20000)

struct sudo_rule {
	const char *file;
	int64_t line; /* where the rule begins */
	struct str who;
	struct str run_as;   /* as written; "root" when nothing is */
	struct str commands; /* as written, without tags */
	bool nopasswd;
	bool all_commands; /* ALL is among them, also through an alias */
};

struct sudo_alias {
	char kind; /* U R H C */
	struct str name, value;
};

struct sudo_default {
	struct str of;	  /* "" all, ":user", "@host", "!command" ... */
	struct str value; /* "!authenticate, ..." */
};

struct sudoers {
	struct arena *arena;
	struct sudo_rule *rule;
	size_t n_rules, max_rules;
	struct sudo_alias *alias;
	size_t n_aliases, max_aliases;
	struct sudo_default *dflt;
	size_t n_defaults, max_defaults;
	size_t n_bad; /* lines that are neither rule, alias, nor Defaults */
	bool denied;  /* a file could not be read without root */
	bool full;    /* more than the bound */
};

/* What a file includes; told to the caller in the order of the lines. */
typedef int sudoers_include(void *ctx, struct sudoers *s, struct str path,
			    bool is_folder);

void sudoers_init(struct sudoers *s, struct arena *a);

/* Hermetic but for the includes, which may be NULL: then they are left out. */
void sudoers_parse(struct sudoers *s, const char *file, struct str text,
		   sudoers_include *include, void *ctx);

/* Settles what depends on the whole: aliases of ALL, !authenticate. */
void sudoers_finish(struct sudoers *s);

/* The machine's own. -ENOENT: no sudo here; -EACCES: needs root. */
int sudoers_load(struct scan *s, struct sudoers *ret, struct err *e);

/* Whether a rule speaks of this user: name, %group, #uid, ALL or alias. */
struct accounts;
struct account;
bool sudoers_matches(const struct sudoers *s, const struct sudo_rule *r,
		     const struct accounts *c, const struct account *u);

#endif
