/*
 * host_lockout_policy.c - table `host_lockout_policy`: where PAM really
 * counts failures and refuses (pam_faillock, pam_tally2), faillock.conf.
 * Anyone may read all of them.
 */
#include "base/arena.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/pam.h"
#include "tables/linux/sshd.h"
#include "tables/table.h"

/* What one way in calls when the password is wrong, and when it is right. */
struct calls {
	const struct pam_rule *counts;	/* authfail, or pam_tally2 */
	const struct pam_rule *refuses; /* preauth or authsucc */
};

static void
seen_wrong(void *ctx, const struct pam_rule *r)
{
	struct calls *c = ctx;

	if (str_is(r->module, "pam_tally2") ||
	    (str_is(r->module, "pam_faillock") && pam_arg(r->args, "authfail")))
		c->counts = r;
}

static void
seen_right(void *ctx, const struct pam_rule *r)
{
	struct calls *c = ctx;

	if (str_is(r->module, "pam_tally2") ||
	    (str_is(r->module, "pam_faillock") &&
	     (pam_arg(r->args, "preauth") || pam_arg(r->args, "authsucc"))))
		c->refuses = r;
}

struct limits {
	int64_t deny, window, unlock, root_unlock;
	bool for_root;
	const char *source;
};

static void
seconds(struct str v, int64_t *ret)
{
	if (str_is_nocase(v, "never"))
		*ret = 0;
	else
		(void)num_try(v, ret); /* else the default */
}

static bool
lookup(struct str args, struct str conf, const char *key, struct str *ret)
{
	return pam_arg_value(args, key, ret) || conf_get(conf, key, ret);
}

static struct limits
limits_of(struct str conf, const struct calls *c)
{
	bool tally = str_is(c->counts->module, "pam_tally2");
	struct limits l = {
		.deny = tally ? 0 : 3,
		.window = tally ? -1 : 900,
		.unlock = tally ? 0 : 600,
		.root_unlock = -1,
		.source = tally ? "pam_tally2" : "pam_faillock",
	};
	struct str args = c->counts->args, v;

	if (tally)
		conf = str_c("");
	if (lookup(args, conf, "deny", &v))
		(void)num_try(v, &l.deny); /* else the default */
	if (!tally && lookup(args, conf, "fail_interval", &v))
		(void)num_try(v, &l.window);
	if (lookup(args, conf, "unlock_time", &v))
		seconds(v, &l.unlock);
	l.for_root = pam_arg(args, "even_deny_root") ||
		     conf_get(conf, "even_deny_root", &v);
	if (lookup(args, conf, "root_unlock_time", &v)) {
		seconds(v, &l.root_unlock);
		l.for_root = true;
	}
	return l;
}

struct scope {
	int64_t uid;
	struct str ways, missing;
	struct limits limits;
	bool any;
};

static struct str
listed(struct scan *s, struct str list, const char *name)
{
	return str_fmt(scan_arena(s), "%.*s%s%s", STR_ARG(list),
		       list.len > 0 ? "," : "", name);
}

/* Keys alone give nothing to guess; without PAM nothing is counted. */
static void
sshd_ways(struct scan *s, bool *ret_skip, bool *ret_no_pam, bool *ret_no_root)
{
	struct sshd_config c;
	struct err none = { 0 };
	struct str v;
	bool password = true, kbd = true, pam = false;

	*ret_skip = *ret_no_pam = *ret_no_root = false;
	if (sshd_load(s, &c, &none) < 0)
		return;
	if (sshd_get(&c, "passwordauthentication", &v))
		(void)conf_bool(v, &password);
	if (sshd_get(&c, "kbdinteractiveauthentication", &v) ||
	    sshd_get(&c, "challengeresponseauthentication", &v))
		(void)conf_bool(v, &kbd);
	if (sshd_get(&c, "usepam", &v))
		(void)conf_bool(v, &pam);
	*ret_skip = !password && !kbd && c.n_match == 0;
	*ret_no_pam = !pam;
	*ret_no_root = !sshd_get(&c, "permitrootlogin", &v) ||
		       !str_is_nocase(v, "yes");
}

static void
way_add(struct scan *s, struct scope *sc, const char *way, struct str conf,
	bool no_pam, const struct pam_stack *st)
{
	struct calls c = { 0 };
	struct pam_try t = { .uid = sc->uid, .ctx = &c };

	t.seen = seen_wrong;
	bool let_in = pam_run(st, &t);
	t.seen = seen_right;
	t.password_ok = true;
	(void)pam_run(st, &t);
	if (let_in || no_pam || c.counts == NULL || c.refuses == NULL) {
		sc->missing = listed(s, sc->missing, way);
		return;
	}

	struct limits l = limits_of(conf, &c);
	if (l.deny <= 0 || (sc->uid == 0 && !l.for_root)) {
		sc->missing = listed(s, sc->missing, way);
		if (!sc->any)
			sc->limits = l;
		return;
	}
	sc->ways = listed(s, sc->ways, way);
	if (!sc->any || l.deny > sc->limits.deny)
		sc->limits = l;
	sc->any = true;
}

static int
emit(struct scan *s, const struct scope *sc, struct err *e)
{
	const struct limits *l = &sc->limits;
	bool root = sc->uid == 0;
	int64_t unlock = root && l->root_unlock >= 0 ? l->root_unlock
						     : l->unlock;

	scan_c(s, HOST_LOCKOUT_POLICY_SCOPE, root ? "privileged" : "general");
	scan_bool(s, HOST_LOCKOUT_POLICY_ENABLED,
		  sc->any && sc->missing.len == 0);
	scan_int(s, HOST_LOCKOUT_POLICY_THRESHOLD, sc->any ? l->deny : 0);
	if (sc->any && l->window >= 0)
		scan_int(s, HOST_LOCKOUT_POLICY_WINDOW_S, l->window);
	if (sc->any)
		scan_int(s, HOST_LOCKOUT_POLICY_UNLOCK_S, unlock);
	scan_text(s, HOST_LOCKOUT_POLICY_WAYS, sc->ways);
	scan_text(s, HOST_LOCKOUT_POLICY_WAYS_MISSING, sc->missing);
	scan_c(s, HOST_LOCKOUT_POLICY_SOURCE,
	       l->source != NULL ? l->source : "pam.d");
	return scan_emit(s, e);
}

static int
scope_scan(struct scan *s, int64_t uid, struct str conf, struct err *e)
{
	struct scope sc = { .uid = uid,
			    .ways = str_c(""),
			    .missing = str_c("") };
	bool skip, no_pam, no_root;

	sshd_ways(s, &skip, &no_pam, &no_root);
	for (size_t i = 0; pam_ways[i] != NULL; i++) {
		const char *way = pam_ways[i];
		bool ssh = strcmp(way, "sshd") == 0;
		struct pam_stack st;

		if (!pam_has_service(s, way) || (ssh && skip))
			continue;
		/* sudo asks for the caller's own password, not for root's. */
		if (uid == 0 &&
		    ((ssh && no_root) || str_starts(str_c(way), "sudo")))
			continue;
		if (pam_load(s, way, PAM_AUTH, &st, e) < 0)
			return e->code;
		way_add(s, &sc, way, conf, ssh && no_pam, &st);
	}
	return emit(s, &sc, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str conf = str_c(""), *names;
	struct err why = { 0 };
	size_t n;

	if (scan_dir(s, "/etc/pam.d", &names, &n, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	int r = scan_file(s, "/etc/security/faillock.conf", &conf, &why);
	if (r < 0 && r != -ENOENT)
		return scan_cannot_err(s, SCAN_ALL, &why);
	if (scope_scan(s, 1000, conf, e) < 0 || scope_scan(s, 0, conf, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	return 0;
}

const struct table table_host_lockout_policy = {
	.contract = &contract_host_lockout_policy,
	.scan = scan,
};
