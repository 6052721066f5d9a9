/* firewall.h - rules of the Windows firewall, as the registry holds them. */
#ifndef WINDOWS_FIREWALL_H
#define WINDOWS_FIREWALL_H

#include "tables/table.h"

struct fw_rule {
	struct str text; /* as written */
	struct str name;
	bool active, in, allow;
	struct str profiles; /* "any", or "domain,private" */
	const char *proto;   /* any, tcp, udp, icmp, icmp6, or NULL */
	struct str proto_number;
	struct str ports, source, interface;
};

/* One value of the key FirewallRules; hermetic. false when it is none. */
bool fw_rule_parse(struct arena *a, struct str text, struct fw_rule *ret);

struct fw_rules {
	struct fw_rule *rules;
	size_t n;
};

/* Rules of this machine and of the policy that are active. */
int fw_rules_load(struct scan *s, struct fw_rules *ret, struct err *e);

#endif
