/*
 * host_firewall.c - table `host_firewall`: is incoming traffic filtered?
 *
 * Source: `nft -j list ruleset`, iptables-save and ip6tables-save; whether it
 * comes up at boot from the units of systemd and /etc/ufw/ufw.conf. Only root
 * sees the rules; others learn what is set up for the next boot.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/firewall.h"
#include "tables/table.h"

struct state {
	const struct firewall *f;
	const char *manager;
	int at_boot;
	enum fw_hook *hooks; /* by chain */
};

static bool
is_strict(enum fw_verdict v)
{
	return v == FW_DROP || v == FW_REJECT;
}

static void
default_set(struct scan *s, size_t col, enum fw_verdict v)
{
	scan_c(s, col, v == FW_CONTINUE ? "accept" : fw_verdict_name(v));
}

static int64_t
rules_count(const struct state *t, bool from_iptables, const char *family)
{
	int64_t n = 0;

	for (size_t i = 0; i < t->f->n_rules; i++) {
		size_t of = t->f->rules[i].chain;
		const struct fw_chain *c = &t->f->chains[of];

		n += t->hooks[of] == FW_IN && !c->left_out &&
		     c->from_iptables == from_iptables && fw_covers(c, family);
	}
	return n;
}

static int
row_emit(struct scan *s, const struct state *t, bool from_iptables,
	 const char *family, const char *profile, struct err *e)
{
	enum fw_verdict in = firewall_default(t->f, from_iptables, family,
					      FW_IN);
	enum fw_verdict out = firewall_default(t->f, from_iptables, family,
					       FW_OUT);
	enum fw_verdict forward = firewall_default(t->f, from_iptables, family,
						   FW_FORWARD);

	scan_c(s, HOST_FIREWALL_ENGINE,
	       from_iptables ? "iptables" : "nftables");
	scan_c(s, HOST_FIREWALL_MANAGED_BY, t->manager);
	scan_c(s, HOST_FIREWALL_PROFILE, profile);
	scan_bool(s, HOST_FIREWALL_ENABLED, is_strict(in));
	if (t->at_boot >= 0)
		scan_bool(s, HOST_FIREWALL_AT_BOOT, t->at_boot == 1);
	default_set(s, HOST_FIREWALL_DEFAULT_IN, in);
	default_set(s, HOST_FIREWALL_DEFAULT_OUT, out);
	default_set(s, HOST_FIREWALL_DEFAULT_FORWARD, forward);
	scan_int(s, HOST_FIREWALL_N_RULES,
		 rules_count(t, from_iptables, family));
	return scan_emit(s, e);
}

/* Does one set of chains filter both families alike? */
static bool
is_inet_only(const struct firewall *f)
{
	bool inet = false, other = false;

	for (size_t i = 0; i < f->n_chains; i++) {
		const struct fw_chain *c = &f->chains[i];

		if (c->from_iptables || c->left_out || c->hook == FW_NONE)
			continue;
		inet |= str_is(c->family, "inet");
		other |= str_is(c->family, "ip") || str_is(c->family, "ip6");
	}
	return inet && !other;
}

static bool
has_hooks(const struct firewall *f, bool from_iptables)
{
	for (size_t i = 0; i < f->n_chains; i++) {
		const struct fw_chain *c = &f->chains[i];

		if (c->hook != FW_NONE && !c->left_out &&
		    c->from_iptables == from_iptables)
			return true;
	}
	return false;
}

static bool
has_ip6(struct scan *s)
{
	struct str text;
	struct err none = { 0 };

	return scan_file(s, "/proc/net/if_inet6", &text, &none) == 0 &&
	       str_trim(text).len > 0;
}

static int
engine_emit(struct scan *s, const struct state *t, bool from_iptables,
	    struct err *e)
{
	if (!from_iptables && is_inet_only(t->f))
		return row_emit(s, t, false, "ip", "inet", e);
	if (row_emit(s, t, from_iptables, "ip", "ip", e) < 0)
		return e->code;
	if (!has_ip6(s))
		return 0;
	return row_emit(s, t, from_iptables, "ip6", "ip6", e);
}

/* What files alone tell; whether it filters now stays open. */
static int
unseen_emit(struct scan *s, const struct err *why, struct err *e)
{
	const char *manager = firewall_manager(s, NULL);
	int at_boot = firewall_at_boot(s);

	if (at_boot == 1) {
		if (*manager != '\0')
			scan_c(s, HOST_FIREWALL_ENGINE, "nftables");
		scan_c(s, HOST_FIREWALL_MANAGED_BY, manager);
		scan_bool(s, HOST_FIREWALL_AT_BOOT, true);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return scan_cannot_err(s, SCAN_ALL, why);
}

static int
scan(struct scan *s, struct err *e)
{
	struct state t = { 0 };
	struct err why = { 0 };

	if (firewall_load(s, &t.f, &why) < 0)
		return unseen_emit(s, &why, e);
	t.manager = firewall_manager(s, t.f);
	t.at_boot = firewall_at_boot(s);
	t.hooks = ARENA_ARRAY(scan_arena(s), t.f->n_chains + 1, enum fw_hook);
	firewall_hooks(t.f, t.hooks);
	if (t.f->full)
		(void)scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);

	bool iptables = has_hooks(t.f, true);
	/* Nothing at all is told as well: an engine that filters nothing. */
	if ((has_hooks(t.f, false) || !iptables) &&
	    engine_emit(s, &t, false, e) < 0)
		return e->code;
	return iptables ? engine_emit(s, &t, true, e) : 0;
}

const struct table table_host_firewall = {
	.contract = &contract_host_firewall,
	.scan = scan,
};
