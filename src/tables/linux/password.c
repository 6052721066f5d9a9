/* password.c - what is demanded of a new password on this machine. */
#include "tables/linux/password.h"

#include "base/arena.h"
#include "base/num.h"
#include "tables/linux/conf.h"
#include "tables/linux/pam.h"
#include "tables/table.h"

#define UNIX_MIN 6	/* pam_unix without minlen= */
#define QUALITY_FLOOR 6 /* no setting makes pwquality take less */
#define NEVER_DAYS 99999

/* The modules called when someone sets a password that is fine. */
struct calls {
	const struct pam_rule *quality; /* pwquality, cracklib or passwdqc */
	const struct pam_rule *history;
	const struct pam_rule *local; /* pam_unix */
};

static void
call_seen(void *ctx, const struct pam_rule *r)
{
	struct calls *c = ctx;

	if (c->local == NULL && (str_is(r->module, "pam_pwquality") ||
				 str_is(r->module, "pam_cracklib") ||
				 str_is(r->module, "pam_passwdqc")))
		c->quality = r;
	else if (str_is(r->module, "pam_pwhistory"))
		c->history = r;
	else if (str_is(r->module, "pam_unix"))
		c->local = r;
}

/* A setting: on the PAM line, else in the file, else the default. */
struct source {
	struct str args, conf;
};

static int64_t
number(const struct source *from, const char *key, int64_t dflt)
{
	struct str v;
	int64_t n;

	if ((pam_arg_value(from->args, key, &v) ||
	     conf_get(from->conf, key, &v)) &&
	    num_try(v, &n))
		return n;
	return dflt;
}

/* A word alone switches it on, in the file and on the line. */
static bool
flag(const struct source *from, const char *key)
{
	struct str v;
	bool on = true;

	if (pam_arg(from->args, key))
		return true;
	if (!conf_get(from->conf, key, &v))
		return false;
	(void)conf_bool(v, &on); /* stays on */
	return on;
}

/* Positive credits shorten what is demanded, negative ones demand a class. */
static void
length_and_classes(const struct source *from, int64_t credit, int64_t min,
		   struct password_rules *p)
{
	static const char *const keys[] = { "dcredit", "ucredit", "lcredit",
					    "ocredit" };
	int64_t length = number(from, "minlen", min);
	int64_t demanded = 0;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		int64_t n = number(from, keys[i], credit);

		if (n > 0 && n < length)
			length -= n;
		demanded += n < 0;
	}
	p->min_length = length < QUALITY_FLOOR ? QUALITY_FLOOR : length;
	p->min_classes = number(from, "minclass", 0);
	if (demanded > p->min_classes)
		p->min_classes = demanded;
}

static int
pwquality_load(struct scan *s, const struct pam_rule *r,
	       struct password_rules *p, struct err *e)
{
	static const char *const none[] = { NULL };
	static const char *const main_file[] = { "/etc/security/pwquality.conf",
						 NULL };
	static const char *const folders[] = {
		"/etc/security/pwquality.conf.d"
	};
	struct source from = { .args = r->args };
	struct str dropins, text;

	/* Here the main file comes last, so it has the last word. */
	if (conf_read(s, none, folders, 1, &dropins, e) < 0 ||
	    conf_read(s, main_file, NULL, 0, &text, e) < 0)
		return e->code;
	from.conf = str_fmt(scan_arena(s), "%.*s\n%.*s", STR_ARG(dropins),
			    STR_ARG(text));
	length_and_classes(&from, 0, 8, p);
	p->dictionary = number(&from, "dictcheck", 1) != 0;
	p->user_check = number(&from, "usercheck", 1) != 0;
	p->for_root = flag(&from, "enforce_for_root");
	p->enforced = number(&from, "enforcing", 1) != 0;
	p->source = "pam_pwquality";
	return 0;
}

static void
cracklib_load(const struct pam_rule *r, struct password_rules *p)
{
	struct source from = { .args = r->args, .conf = str_c("") };

	length_and_classes(&from, 1, 9, p);
	p->dictionary = true;
	p->user_check = pam_arg(r->args, "reject_username");
	p->for_root = pam_arg(r->args, "enforce_for_root");
	p->enforced = true;
	p->source = "pam_cracklib";
}

/* min=N0,N1,N2,N3,N4: the shortest taken is that of most classes. */
static void
passwdqc_load(const struct pam_rule *r, struct password_rules *p)
{
	struct str v = str_c("disabled,24,11,8,7"), one;
	int64_t n;

	(void)pam_arg_value(r->args, "min", &v); /* else the default */
	p->min_length = 0;
	while (str_next(&v, ',', &one)) {
		if (num_try(one, &n))
			p->min_length = n;
	}
	p->min_classes = 0;
	p->dictionary = true;
	p->user_check = true;
	p->for_root = pam_arg_value(r->args, "enforce", &v)
			      ? str_is(v, "everyone")
			      : true;
	p->enforced = !pam_arg_value(r->args, "enforce", &v) ||
		      !str_is(v, "none");
	p->source = "pam_passwdqc";
}

static int
quality_load(struct scan *s, const struct pam_stack *st,
	     const struct pam_rule *r, struct password_rules *p, struct err *e)
{
	struct pam_try refused = { .uid = 1000, .password_ok = true };

	if (str_is(r->module, "pam_cracklib"))
		cracklib_load(r, p);
	else if (str_is(r->module, "pam_passwdqc"))
		passwdqc_load(r, p);
	else if (pwquality_load(s, r, p, e) < 0)
		return e->code;

	/* What it refuses must not be set all the same. */
	refused.failing = str_to_c(scan_arena(s), r->module);
	p->enforced = p->enforced && !pam_run(st, &refused);
	return 0;
}

static void
history_load(struct scan *s, const struct calls *c, struct password_rules *p)
{
	struct err none = { 0 };
	struct source from = { .args = str_c(""), .conf = str_c("") };

	if (c->history != NULL) {
		from.args = c->history->args;
		(void)scan_file(s, "/etc/security/pwhistory.conf", &from.conf,
				&none); /* else the default */
		p->history = number(&from, "remember", 10);
	}
	if (c->local != NULL) {
		struct source local = { c->local->args, str_c("") };
		int64_t n = number(&local, "remember", 0);

		if (n > p->history)
			p->history = n;
	}
}

static struct str
lower(struct arena *a, struct str s)
{
	char *p = str_to_c(a, s);

	for (size_t i = 0; i < s.len; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] = (char)(p[i] + ('a' - 'A'));
	}
	return (struct str){ p, s.len };
}

static void
defs_load(struct scan *s, const struct calls *c, struct password_rules *p)
{
	static const char *const hashes[] = { "yescrypt", "gost_yescrypt",
					      "sha512",	  "sha256",
					      "blowfish", "md5",
					      "bigcrypt" };
	struct err none = { 0 };
	struct source defs = { .args = str_c(""), .conf = str_c("") };
	struct str v;

	if (scan_file(s, "/etc/login.defs", &defs.conf, &none) < 0)
		(void)scan_file(s, "/usr/etc/login.defs", &defs.conf, &none);
	p->max_days = number(&defs, "PASS_MAX_DAYS", -1);
	if (p->max_days >= NEVER_DAYS)
		p->max_days = -1;
	p->min_days = number(&defs, "PASS_MIN_DAYS", -1);
	if (conf_get(defs.conf, "ENCRYPT_METHOD", &v))
		p->algorithm = lower(scan_arena(s), v);
	for (size_t i = 0; c->local != NULL && i < ARRAY_LEN(hashes); i++) {
		if (pam_arg(c->local->args, hashes[i]))
			p->algorithm = str_c(hashes[i]);
	}
}

int
password_rules_load(struct scan *s, struct password_rules *ret, struct err *e)
{
	struct password_rules p = { .source = "pam_unix" };
	struct calls c = { 0 };
	struct pam_stack st;

	if (pam_load(s, "passwd", PAM_PASSWORD, &st, e) < 0)
		return e->code;
	bool set = pam_run(&st, &(struct pam_try){ .uid = 1000,
						   .password_ok = true,
						   .seen = call_seen,
						   .ctx = &c });
	if (c.quality != NULL && quality_load(s, &st, c.quality, &p, e) < 0)
		return e->code;
	if (!p.enforced && c.quality != NULL)
		p = (struct password_rules){ .source = "pam_unix" };
	if (c.local != NULL) {
		struct source local = { c.local->args, str_c("") };
		int64_t n = number(&local, "minlen", UNIX_MIN);

		if (n > p.min_length)
			p.min_length = n;
		p.enforced = true;
	}
	/* A stack that never sets a password lets no weak one in, either. */
	if (!set && c.local == NULL)
		p.enforced = false;
	history_load(s, &c, &p);
	defs_load(s, &c, &p);
	*ret = p;
	return 0;
}
