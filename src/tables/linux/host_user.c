/*
 * host_user.c - table `host_user`: /etc/passwd; passwords (shadow), keys of
 * others and sudoers need root. No field of a password is ever emitted.
 */
#include "base/arena.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/conf.h"
#include "tables/linux/shadow.h"
#include "tables/linux/ssh_key.h"
#include "tables/linux/sshd.h"
#include "tables/linux/sudoers.h"
#include "tables/linux/utmp.h"
#include "tables/table.h"

#define LOG_MAX ((size_t)64 * 1024 * 1024)
#define DAYS_MAX 99999 /* as login.defs writes "never" */

/* Yes, no or not to be told. */
enum tri { NO, YES, UNKNOWN };

struct facts {
	struct accounts accounts;
	struct str shadow;
	bool has_shadow;
	struct sudoers sudoers;
	bool has_sudoers, sudoers_absent;
	struct sshd_config sshd;
	bool has_sshd;
	struct str lastlog;
	bool has_lastlog;
	struct str wtmp;
	bool has_wtmp;
	int64_t uid_min, uid_max;
	int64_t today;
};

static bool
shell_lets_in(struct str shell)
{
	static const char *const names[] = { "/nologin",  "/false", "/sync",
					     "/shutdown", "/halt",  "/true" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_ends(shell, names[i]))
			return false;
	}
	return true; /* an empty one means /bin/sh */
}

static enum tri
has_key(struct scan *s, const struct facts *f, const struct account *u)
{
	const char *path[SSH_KEY_FILES_MAX];
	size_t n = ssh_key_files(s, f->has_sshd ? &f->sshd : NULL, u, path);
	enum tri found = NO;

	for (size_t i = 0; i < n; i++) {
		struct ssh_keys keys = { 0 };
		struct ssh_key k;
		struct err why = { 0 };

		int r = scan_file(s, path[i], &keys.rest, &why);
		if (r == 0 && ssh_keys_next(scan_arena(s), &keys, &k))
			return YES;
		if (r < 0 && r != -ENOENT && r != -ENOTDIR)
			found = UNKNOWN;
	}
	return found;
}

/* A locked password does not stop a key. */
static enum tri
can_login(struct scan *s, const struct facts *f, const struct account *u,
	  const struct shadow_entry *en)
{
	if (!shell_lets_in(u->shell))
		return NO;
	if (en == NULL)
		return UNKNOWN;
	if (en->expires >= 0 && en->expires <= f->today)
		return NO;
	if (en->state.empty || (en->state.set && !en->state.locked))
		return YES;
	return has_key(s, f, u);
}

static bool
runs_as_root(struct str run_as)
{
	struct str users = str_until(run_as, ':'), one;

	while (str_next(&users, ',', &one)) {
		one = str_trim(one);
		/* An alias in capitals may well hold root. */
		if (str_is(one, "ALL") || str_is(one, "root") ||
		    str_is(one, "#0") ||
		    (one.len > 0 && one.p[0] >= 'A' && one.p[0] <= 'Z'))
			return true;
	}
	return false;
}

static enum tri
is_admin(const struct facts *f, const struct account *u)
{
	const struct accounts *c = &f->accounts;

	if (u->uid == 0)
		return YES;
	for (size_t i = 0; i < c->n_groups; i++) {
		if (strcmp(account_group_grants(c->group[i].name), "admin") ==
			    0 &&
		    account_in_group(u, &c->group[i]))
			return YES;
	}
	for (size_t i = 0; f->has_sudoers && i < f->sudoers.n_rules; i++) {
		const struct sudo_rule *r = &f->sudoers.rule[i];

		if (r->all_commands && runs_as_root(r->run_as) &&
		    sudoers_matches(&f->sudoers, r, c, u))
			return YES;
	}
	return f->has_sudoers || f->sudoers_absent ? NO : UNKNOWN;
}

static void
set_tri(struct scan *s, size_t col, enum tri v)
{
	if (v != UNKNOWN)
		scan_bool(s, col, v == YES);
}

static void
set_password(struct scan *s, const struct shadow_entry *en)
{
	scan_bool(s, HOST_USER_LOCKED, en->state.locked);
	scan_bool(s, HOST_USER_PASSWORD_SET, en->state.set);
	scan_bool(s, HOST_USER_PASSWORD_EMPTY, en->state.empty);
	scan_c(s, HOST_USER_PASSWORD_ALGORITHM, en->state.algorithm);
	/* Day 0 stands for "must be changed now", not for 1970. */
	if (en->changed > 0 && en->changed < INT32_MAX)
		scan_on(s, HOST_USER_PASSWORD_CHANGED_ON, en->changed);
	if (en->max_days >= 0 && en->max_days < DAYS_MAX)
		scan_int(s, HOST_USER_PASSWORD_MAX_DAYS, en->max_days);
	if (en->expires >= 0 && en->expires < INT32_MAX)
		scan_on(s, HOST_USER_EXPIRES_ON, en->expires);
}

static int64_t
last_in_wtmp(struct str wtmp, struct str name)
{
	struct utmp_record r;
	struct utmp u;
	int64_t at = 0;

	if (!utmp_init(&u, wtmp))
		return 0;
	while (utmp_next(&u, &r)) {
		if (r.kind == UTMP_USER && r.at > at &&
		    str_eq(r.user, str_first(name, 32)))
			at = r.at;
	}
	return at;
}

static void
set_last_login(struct scan *s, const struct facts *f, const struct account *u)
{
	int64_t at = f->has_lastlog ? lastlog_at(f->lastlog, u->uid) : 0;
	int64_t seen = f->has_wtmp ? last_in_wtmp(f->wtmp, u->name) : 0;

	if (seen > at)
		at = seen;
	if (at > 0)
		scan_at(s, HOST_USER_LAST_LOGIN_AT, at);
}

static int
emit(struct scan *s, const struct facts *f, const struct account *u,
     struct err *e)
{
	struct shadow_entry en = { .changed = -1,
				   .max_days = -1,
				   .expires = -1 };
	bool in_shadow = str_is(u->password, "x");
	bool known = in_shadow ? f->has_shadow &&
					 shadow_find(f->shadow, u->name, &en)
			       : true;
	bool by_range = u->uid >= f->uid_min && u->uid <= f->uid_max;

	if (!in_shadow)
		en.state = shadow_state_of(u->password);
	else if (f->has_shadow && !known)
		known = en.state.locked = true; /* no entry: none fits */
	if (known && en.state.algorithm == NULL)
		en.state.algorithm = "";

	enum tri in = can_login(s, f, u, known ? &en : NULL);
	bool root = u->uid == 0 && str_is(u->name, "root");

	scan_text(s, HOST_USER_NAME, u->name);
	scan_text(s, HOST_USER_USER_ID,
		  str_fmt(scan_arena(s), "%" PRId64, u->uid));
	scan_text(s, HOST_USER_FULL_NAME, str_until(u->full_name, ','));
	scan_text(s, HOST_USER_HOME, u->home);
	scan_text(s, HOST_USER_SHELL, u->shell);
	/* A second uid 0 was made by someone, for someone. */
	scan_bool(s, HOST_USER_HUMAN, by_range || (u->uid == 0 && !root));
	scan_bool(s, HOST_USER_IS_BUILTIN,
		  root || (u->uid != 0 && (u->uid < 100 || u->uid == 65534)));
	set_tri(s, HOST_USER_CAN_LOGIN, in);
	set_tri(s, HOST_USER_IS_ADMIN, is_admin(f, u));
	if (known)
		set_password(s, &en);
	set_last_login(s, f, u);
	return scan_emit(s, e);
}

static void
number_from(struct str text, const char *key, int64_t *ret)
{
	struct str v;

	if (conf_get(text, key, &v))
		(void)num_try(v, ret); /* the default stays */
}

static void
cannot_columns(struct scan *s, const struct err *why)
{
	static const size_t cols[] = {
		HOST_USER_LOCKED,
		HOST_USER_PASSWORD_SET,
		HOST_USER_PASSWORD_EMPTY,
		HOST_USER_PASSWORD_ALGORITHM,
		HOST_USER_PASSWORD_CHANGED_ON,
		HOST_USER_PASSWORD_MAX_DAYS,
		HOST_USER_EXPIRES_ON,
		HOST_USER_CAN_LOGIN,
	};

	for (size_t i = 0; i < ARRAY_LEN(cols); i++)
		(void)scan_cannot_err(s, cols[i], why);
}

static void
facts_load(struct scan *s, struct facts *f)
{
	struct err why = { 0 };
	struct str defs;

	f->uid_min = 1000;
	f->uid_max = 60000;
	f->today = days_of_at(scan_now(s), zone_tokyo);
	if (scan_file(s, "/etc/login.defs", &defs, &why) == 0) {
		number_from(defs, "UID_MIN", &f->uid_min);
		number_from(defs, "UID_MAX", &f->uid_max);
	}
	f->has_shadow = scan_file(s, "/etc/shadow", &f->shadow, &why) == 0;
	if (!f->has_shadow)
		cannot_columns(s, &why);

	int r = sudoers_load(s, &f->sudoers, &why);
	f->sudoers_absent = r == -ENOENT;
	f->has_sudoers = r == 0 && !f->sudoers.denied;
	if (r < 0 && r != -ENOENT)
		(void)scan_cannot_err(s, HOST_USER_IS_ADMIN, &why);

	f->has_sshd = sshd_load(s, &f->sshd, &why) == 0;
	f->has_lastlog = scan_file_max(s, "/var/log/lastlog", LOG_MAX,
				       &f->lastlog, &why) == 0;
	f->has_wtmp = scan_file_max(s, "/var/log/wtmp", LOG_MAX, &f->wtmp,
				    &why) == 0;
	if (!f->has_lastlog && !f->has_wtmp)
		(void)scan_cannot_err(s, HOST_USER_LAST_LOGIN_AT, &why);
}

static int
scan(struct scan *s, struct err *e)
{
	struct facts f = { 0 };

	if (accounts_load(s, &f.accounts, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	facts_load(s, &f);
	for (size_t i = 0; i < f.accounts.n_users; i++) {
		if (emit(s, &f, &f.accounts.user[i], e) < 0)
			return e->code;
	}
	return f.accounts.n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED)
				    : 0;
}

const struct table table_host_user = {
	.contract = &contract_host_user,
	.scan = scan,
};
