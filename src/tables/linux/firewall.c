/* firewall.c - packet filters of Linux, whatever tool made them. */
#include "tables/linux/firewall.h"

#include "base/arena.h"
#include "base/err.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

#define JUMPS_MAX 16 /* as deep as the kernel lets chains call each other */

void
firewall_init(struct firewall *f, struct arena *a)
{
	*f = (struct firewall){ .arena = a };
}

/* Room for one more; doubles what is there. */
static void *
grown(struct arena *a, const void *old, size_t n, size_t size)
{
	if (n != 0 && (n < 64 || (n & (n - 1)) != 0))
		return NULL;

	void *p = arena_array(a, n == 0 ? 64 : n * 2, size);
	if (n > 0)
		memcpy(p, old, n * size);
	return p;
}

size_t
firewall_chain_add(struct firewall *f, const struct fw_chain *c)
{
	if (f->n_chains == FIREWALL_CHAINS_MAX) {
		f->full = true;
		return STR_NONE;
	}
	void *more = grown(f->arena, f->chains, f->n_chains, sizeof(*c));
	if (more != NULL)
		f->chains = more;
	f->chains[f->n_chains] = *c;
	return f->n_chains++;
}

int64_t
firewall_position(const struct firewall *f, size_t chain)
{
	for (size_t i = f->n_rules; i > 0; i--) {
		if (f->rules[i - 1].chain == chain)
			return f->rules[i - 1].position + 1;
	}
	return 1;
}

void
firewall_rule_add(struct firewall *f, const struct fw_rule *r)
{
	if (f->n_rules == FIREWALL_RULES_MAX) {
		f->full = true;
		return;
	}
	void *more = grown(f->arena, f->rules, f->n_rules, sizeof(*r));
	if (more != NULL)
		f->rules = more;
	f->rules[f->n_rules] = *r;
	f->rules[f->n_rules].position = firewall_position(f, r->chain);
	f->n_rules++;
}

size_t
firewall_chain_find(const struct firewall *f, const struct fw_chain *c,
		    struct str name)
{
	/* Backwards: of two with one name the one read last is meant. */
	for (size_t i = f->n_chains; i-- > 0;) {
		const struct fw_chain *x = &f->chains[i];

		if (str_eq(x->name, name) && str_eq(x->table, c->table) &&
		    str_eq(x->family, c->family) &&
		    x->from_iptables == c->from_iptables)
			return i;
	}
	return STR_NONE;
}

bool
fw_covers(const struct fw_chain *c, const char *family)
{
	return str_is(c->family, "inet") || str_is(c->family, family);
}

const char *
fw_verdict_name(enum fw_verdict v)
{
	switch (v) {
	case FW_ACCEPT:
		return "accept";
	case FW_DROP:
		return "drop";
	case FW_REJECT:
		return "reject";
	case FW_JUMP:
	case FW_GOTO:
		return "jump";
	case FW_CONTINUE:
	case FW_RETURN:
	case FW_OTHER:
		break;
	}
	return "other";
}

/*
 * What rules without condition do with a packet in this chain. FW_CONTINUE:
 * nothing; it comes back to the caller, or the policy of the hook decides.
 */
static enum fw_verdict
chain_end(const struct firewall *f, size_t chain, int depth)
{
	if (depth == JUMPS_MAX)
		return FW_OTHER;
	for (size_t i = 0; i < f->n_rules; i++) {
		const struct fw_rule *r = &f->rules[i];
		enum fw_verdict v = r->verdict;

		if (r->chain != chain || r->conditional || v == FW_CONTINUE)
			continue;
		if (v == FW_RETURN)
			return FW_CONTINUE;
		if (v == FW_JUMP || v == FW_GOTO) {
			size_t to = firewall_chain_find(f, &f->chains[chain],
							r->target);

			if (to == STR_NONE)
				return FW_OTHER; /* an unknown target */
			enum fw_verdict end = chain_end(f, to, depth + 1);
			if (end != FW_CONTINUE)
				return end;
			/* After a goto nobody comes back here. */
			if (v == FW_GOTO)
				return FW_CONTINUE;
			continue;
		}
		return v;
	}
	return FW_CONTINUE;
}

static int
strictness(enum fw_verdict v)
{
	return v == FW_DROP	? 4
	       : v == FW_REJECT ? 3
	       : v == FW_OTHER	? 2
	       : v == FW_ACCEPT ? 1
				: 0;
}

enum fw_verdict
firewall_default(const struct firewall *f, bool from_iptables,
		 const char *family, enum fw_hook hook)
{
	enum fw_verdict worst = FW_CONTINUE;

	for (size_t i = 0; i < f->n_chains; i++) {
		const struct fw_chain *c = &f->chains[i];

		if (c->hook != hook || c->left_out || !fw_covers(c, family) ||
		    c->from_iptables != from_iptables)
			continue;
		enum fw_verdict v = chain_end(f, i, 0);
		if (v == FW_CONTINUE)
			v = c->policy;
		if (strictness(v) > strictness(worst))
			worst = v;
	}
	return worst;
}

void
firewall_hooks(const struct firewall *f, enum fw_hook *ret)
{
	bool more = true;

	for (size_t i = 0; i < f->n_chains; i++)
		ret[i] = f->chains[i].hook;
	for (int pass = 0; more && pass < JUMPS_MAX; pass++) {
		more = false;
		for (size_t i = 0; i < f->n_rules; i++) {
			const struct fw_rule *r = &f->rules[i];
			size_t to;

			if (ret[r->chain] == FW_NONE ||
			    (r->verdict != FW_JUMP && r->verdict != FW_GOTO))
				continue;
			to = firewall_chain_find(f, &f->chains[r->chain],
						 r->target);
			if (to == STR_NONE ||
			    (ret[to] != FW_NONE && ret[to] <= ret[r->chain]))
				continue;
			ret[to] = ret[r->chain];
			more = true;
		}
	}
}

/* What it printed, to be kept; empty when the program is not there. */
static int
ask(struct scan *s, const char *const argv[], struct str *ret, bool *ret_asked,
    struct err *e)
{
	int code;
	struct err none = { 0 };
	int r = scan_exec(s, argv, ret, &code, &none);

	*ret_asked = false;
	if (r == -ENOENT) {
		*ret = STR("");
		return 0;
	}
	if (r < 0) {
		*e = none;
		return r;
	}
	if (code != 0)
		return err_set(e, -EPERM, "'%s' ended with code %d", argv[0],
			       code);
	*ret = str_copy(scan_shared_arena(s), *ret);
	*ret_asked = true;
	return 0;
}

static int
nft_load(struct scan *s, struct firewall *f, bool *ret_asked, struct err *e)
{
	static const char *const json[] = { "nft", "-j", "list", "ruleset",
					    NULL };
	static const char *const plain[] = { "nft", "-a", "list", "ruleset",
					     NULL };
	struct str text;
	bool asked;
	struct err none = { 0 };

	if (ask(s, json, &text, ret_asked, e) < 0)
		return e->code;
	if (!*ret_asked)
		return 0;
	if (firewall_nft_parse(f, text, e) < 0)
		return e->code;
	/* Without it the rules have no text; that is all. */
	if (ask(s, plain, &text, &asked, &none) == 0)
		firewall_nft_text(f, text);
	return 0;
}

/* The old tables in the kernel, which neither nft nor iptables-nft shows. */
static bool
has_legacy(struct scan *s, const char *file)
{
	struct str names;
	struct err none = { 0 };

	return scan_file(s, file, &names, &none) == 0 &&
	       str_trim(names).len > 0;
}

static int
iptables_load(struct scan *s, struct firewall *f, bool *ret_asked,
	      struct err *e)
{
	static const struct {
		const char *family, *names;
		const char *argv[2], *legacy[2];
	} families[] = {
		{ "ip",
		  "/proc/net/ip_tables_names",
		  { "iptables-save" },
		  { "iptables-legacy-save" } },
		{ "ip6",
		  "/proc/net/ip6_tables_names",
		  { "ip6tables-save" },
		  { "ip6tables-legacy-save" } },
	};
	struct str text;
	bool asked;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		if (ask(s, families[i].argv, &text, &asked, e) < 0 ||
		    firewall_iptables_parse(f, families[i].family, text, e) < 0)
			return e->code;
		*ret_asked |= asked;
		if (!str_has(text, "(nf_tables)") ||
		    !has_legacy(s, families[i].names))
			continue;
		if (ask(s, families[i].legacy, &text, &asked, e) < 0 ||
		    firewall_iptables_parse(f, families[i].family, text, e) < 0)
			return e->code;
	}
	return 0;
}

int
firewall_load(struct scan *s, const struct firewall **ret, struct err *e)
{
	struct firewall *f = scan_shared(s, "firewall");
	bool nft = false, iptables = false;

	if (f == NULL) {
		struct arena *a = scan_shared_arena(s);

		f = ARENA_NEW(a, struct firewall);
		firewall_init(f, a);
		if (nft_load(s, f, &nft, e) < 0 ||
		    iptables_load(s, f, &iptables, e) < 0)
			return e->code;
		/* Without tools nothing sets rules; the modules tell. */
		if (!nft && !iptables &&
		    (scan_exists(s, "/sys/module/nf_tables") ||
		     has_legacy(s, "/proc/net/ip_tables_names") ||
		     has_legacy(s, "/proc/net/ip6_tables_names")))
			return err_set(e, -ENOENT,
				       "no program lists the packet filter");
		if (!nft && !iptables && !scan_as_root(s))
			return err_set(e, -EPERM, "only root sees the rules");
		scan_share(s, "firewall", f);
	}
	*ret = f;
	return 0;
}

static bool
ufw_enabled(struct scan *s)
{
	struct str text, value;
	bool on = false;
	struct err none = { 0 };

	return scan_file(s, "/etc/ufw/ufw.conf", &text, &none) == 0 &&
	       conf_get(text, "ENABLED", &value) && conf_bool(value, &on) && on;
}

static bool
has_chains(const struct firewall *f, const char *table, const char *chain)
{
	for (size_t i = 0; f != NULL && i < f->n_chains; i++) {
		if (table != NULL && str_is(f->chains[i].table, table))
			return true;
		if (chain != NULL && str_starts(f->chains[i].name, chain))
			return true;
	}
	return false;
}

const char *
firewall_manager(struct scan *s, const struct firewall *f)
{
	struct units u;
	struct err none = { 0 };

	if (has_chains(f, "firewalld", "IN_public"))
		return "firewalld";
	if (has_chains(f, NULL, "ufw-") || has_chains(f, NULL, "ufw6-") ||
	    ufw_enabled(s))
		return "ufw";
	if (units_load(s, &u, &none) == 0 &&
	    units_enabled(&u, "firewalld.service"))
		return "firewalld";
	return "";
}

int
firewall_at_boot(struct scan *s)
{
	static const char *const services[] = {
		"firewalld.service", "nftables.service",
		"iptables.service",  "ip6tables.service",
		"shorewall.service", "netfilter-persistent.service",
		"ferm.service",
	};
	struct units u;
	struct err none = { 0 };

	if (units_load(s, &u, &none) < 0)
		return -1;
	if (units_enabled(&u, "ufw.service") && ufw_enabled(s))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(services); i++) {
		if (units_enabled(&u, services[i]))
			return 1;
	}
	return 0;
}
