/* pam.h - PAM stacks: read with their includes, and tried out on paper. */
#ifndef LINUX_PAM_H
#define LINUX_PAM_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

#define PAM_RULES_MAX ((size_t)2000)

enum pam_type { PAM_AUTH, PAM_ACCOUNT, PAM_PASSWORD, PAM_SESSION };

struct pam_stack;

struct pam_rule {
	enum pam_type type;
	struct str control; /* required, [success=1 default=ignore], ... */
	struct str module;  /* pam_unix, without folder and .so; or a file */
	struct str args;
	bool all_types;	       /* @include */
	struct pam_stack *sub; /* of substack */
};

struct pam_stack {
	struct pam_rule *rule;
	size_t n;
};

/* Hermetic: the lines of one file; lines that make no sense are left out. */
void pam_parse(struct arena *a, struct str text, struct pam_stack *ret);

/*
 * The rules of one type for a service, includes put in their place. The
 * service `other` stands in for one that has no file. -ENOENT: neither is
 * there. A file that may not be read is an error.
 */
int pam_load(struct scan *s, const char *service, enum pam_type type,
	     struct pam_stack *ret, struct err *e);

bool pam_has_service(struct scan *s, const char *service);

/* Someone trying to get in, or to set a password, and what is called then. */
struct pam_try {
	int64_t uid;	     /* 0, or 1000 for anyone else */
	bool password_ok;    /* the right password is given */
	const char *failing; /* a module that says no, or NULL */
	void (*seen)(void *ctx, const struct pam_rule *r); /* or NULL */
	void *ctx;
};

/*
 * Whether he is let in. Modules of other directories do not know the user;
 * modules not known here succeed, unless success would end the stack early.
 */
bool pam_run(const struct pam_stack *st, const struct pam_try *t);

/* A word among the arguments, or the value of word=value. */
bool pam_arg(struct str args, const char *word);
bool pam_arg_value(struct str args, const char *key, struct str *ret);

/* Services through which people come in; NULL ends. */
extern const char *const pam_ways[];

#endif
