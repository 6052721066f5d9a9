/*
 * host_firewall_rule.c - table `host_firewall_rule` of Windows: active rules.
 *
 * Source: registry, those of the policy first. Needs no rights. Names such as
 * @FirewallAPI.dll,-28775 are left as they are: they mean the same in every
 * language. A blocking rule goes before all that allow.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/firewall.h"
#include "tables/windows/win.h"

static int
rule_emit(struct scan *s, const struct fw_rule *r, int64_t position,
	  struct err *e)
{
	scan_c(s, HOST_FIREWALL_RULE_ENGINE, "windows");
	scan_text(s, HOST_FIREWALL_RULE_PROFILE, r->profiles);
	scan_c(s, HOST_FIREWALL_RULE_CHAIN, "");
	scan_int(s, HOST_FIREWALL_RULE_POSITION, position);
	scan_text(s, HOST_FIREWALL_RULE_NAME, r->name);
	scan_c(s, HOST_FIREWALL_RULE_DIRECTION, r->in ? "in" : "out");
	scan_c(s, HOST_FIREWALL_RULE_ACTION, r->allow ? "accept" : "drop");
	if (r->proto != NULL)
		scan_c(s, HOST_FIREWALL_RULE_PROTO, r->proto);
	else
		scan_text(s, HOST_FIREWALL_RULE_PROTO, r->proto_number);
	scan_text(s, HOST_FIREWALL_RULE_PORTS, r->ports);
	scan_text(s, HOST_FIREWALL_RULE_SOURCE, r->source);
	scan_text(s, HOST_FIREWALL_RULE_INTERFACE, r->interface);
	scan_text(s, HOST_FIREWALL_RULE_RULE, r->text);
	scan_bool(s, HOST_FIREWALL_RULE_REPLIES_ONLY, false);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct fw_rules all;
	int64_t position = 0;

	if (fw_rules_load(s, &all, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	/* Incoming first; among them those that block. */
	for (int step = 0; step < 3; step++) {
		for (size_t i = 0; i < all.n; i++) {
			const struct fw_rule *r = &all.rules[i];
			int group = !r->in ? 2 : r->allow ? 1 : 0;

			if (group == step && rule_emit(s, r, ++position, e) < 0)
				return e->code;
		}
	}
	return 0;
}

const struct table table_host_firewall_rule = {
	.contract = &contract_host_firewall_rule,
	.scan = scan,
};
