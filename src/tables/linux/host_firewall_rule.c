/*
 * host_firewall_rule.c - table `host_firewall_rule`: rules for traffic that
 * comes in, goes out or passes through.
 *
 * Source: as host_firewall. Only root sees the rules. What a jump to a chain
 * asks for is told of the rules in it as well; where a rule asks for
 * something no column tells, its ports are left open instead of "any".
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/firewall.h"
#include "tables/table.h"

static const char *
direction(enum fw_hook hook)
{
	return hook == FW_IN ? "in" : hook == FW_OUT ? "out" : "forward";
}

static struct str
or_any(struct str v)
{
	return v.len > 0 ? v : STR("any");
}

static bool
is_icmp(struct str proto)
{
	return str_is(proto, "ipv6-icmp") || str_is(proto, "icmpv6");
}

static void
inherit(struct str *to, struct str from)
{
	if (to->len == 0)
		*to = from;
}

/* How a chain is reached: by one rule, or by several. */
struct way {
	const struct fw_rule *rule;
	size_t n;
	bool always_special; /* never without a condition */
};

static struct way *
ways_find(struct arena *a, const struct firewall *f)
{
	struct way *ways = ARENA_ARRAY(a, f->n_chains + 1, struct way);

	for (size_t i = 0; i < f->n_chains; i++)
		ways[i].always_special = f->chains[i].hook == FW_NONE;
	for (size_t i = 0; i < f->n_rules; i++) {
		const struct fw_rule *r = &f->rules[i];
		size_t to = STR_NONE;

		if (r->verdict == FW_JUMP || r->verdict == FW_GOTO)
			to = firewall_chain_find(f, &f->chains[r->chain],
						 r->target);
		if (to == STR_NONE)
			continue;
		ways[to].rule = r;
		ways[to].n++;
		ways[to].always_special &= r->conditional;
	}
	return ways;
}

/* What must hold before the rule is asked holds for the rule too. */
static struct fw_rule
with_ways(const struct way *ways, const struct fw_rule *r)
{
	struct fw_rule all = *r;

	for (int depth = 0; depth < 16; depth++) {
		const struct way *way = &ways[r->chain];

		if (way->n != 1) {
			all.special |= way->n > 0 && way->always_special;
			return all;
		}
		r = way->rule;
		inherit(&all.proto, r->proto);
		inherit(&all.ports, r->ports);
		inherit(&all.source, r->source);
		inherit(&all.interface, r->interface);
		all.special |= r->special;
		if (r->states && !all.states) {
			all.states = true;
			all.new_states = r->new_states;
		}
	}
	return all;
}

static int
rule_emit(struct scan *s, const struct firewall *f, const struct fw_rule *r,
	  enum fw_hook hook, struct err *e)
{
	const struct fw_chain *c = &f->chains[r->chain];

	scan_c(s, HOST_FIREWALL_RULE_ENGINE,
	       c->from_iptables ? "iptables" : "nftables");
	scan_text(s, HOST_FIREWALL_RULE_PROFILE, c->family);
	scan_text(s, HOST_FIREWALL_RULE_CHAIN,
		  str_fmt(scan_arena(s), "%.*s %.*s", STR_ARG(c->table),
			  STR_ARG(c->name)));
	scan_int(s, HOST_FIREWALL_RULE_POSITION, r->position);
	scan_text(s, HOST_FIREWALL_RULE_NAME, r->comment);
	scan_c(s, HOST_FIREWALL_RULE_DIRECTION, direction(hook));
	scan_c(s, HOST_FIREWALL_RULE_ACTION, fw_verdict_name(r->verdict));
	scan_text(s, HOST_FIREWALL_RULE_PROTO,
		  is_icmp(r->proto) ? STR("icmp") : or_any(r->proto));
	/* "any" would be said of a rule that asks for more than is told. */
	if (r->ports.len > 0 || !r->special)
		scan_text(s, HOST_FIREWALL_RULE_PORTS, or_any(r->ports));
	scan_text(s, HOST_FIREWALL_RULE_SOURCE, or_any(r->source));
	scan_text(s, HOST_FIREWALL_RULE_INTERFACE, or_any(r->interface));
	if (r->text.len > 0)
		scan_text(s, HOST_FIREWALL_RULE_RULE, r->text);
	scan_bool(s, HOST_FIREWALL_RULE_REPLIES_ONLY,
		  r->verdict == FW_ACCEPT && r->states && !r->new_states);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	const struct firewall *f;
	struct err why = { 0 };

	if (firewall_load(s, &f, &why) < 0)
		return scan_cannot_err(s, SCAN_ALL, &why);
	enum fw_hook *hooks = ARENA_ARRAY(scan_arena(s), f->n_chains + 1,
					  enum fw_hook);
	firewall_hooks(f, hooks);
	struct way *ways = ways_find(scan_arena(s), f);
	if (f->full)
		(void)scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);

	for (enum fw_hook hook = FW_IN; hook <= FW_FORWARD; hook++) {
		for (size_t i = 0; i < f->n_rules; i++) {
			const struct fw_rule *r = &f->rules[i];

			if (hooks[r->chain] != hook ||
			    f->chains[r->chain].left_out)
				continue;
			struct fw_rule all = with_ways(ways, r);
			if (rule_emit(s, f, &all, hook, e) < 0)
				return e->code;
		}
	}
	return 0;
}

const struct table table_host_firewall_rule = {
	.contract = &contract_host_firewall_rule,
	.scan = scan,
};
