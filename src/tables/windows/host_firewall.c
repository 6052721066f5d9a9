/*
 * host_firewall.c - table `host_firewall` of Windows: its three profiles.
 *
 * Source: registry, where a policy goes before the machine's own setting;
 * the call services. Needs no rights.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/firewall.h"
#include "tables/windows/win.h"

#define LOCAL WIN_SERVICES "SharedAccess\\Parameters\\FirewallPolicy\\"
#define POLICY WIN_POLICIES "Microsoft\\WindowsFirewall\\"

static const struct profile {
	const char *name;
	const char *keys[3]; /* the first that says something wins */
	size_t n_policy;
	size_t n_keys;
} profiles[] = {
	{ "domain", { POLICY "DomainProfile", LOCAL "DomainProfile" }, 1, 2 },
	{ "private",
	  { POLICY "PrivateProfile", POLICY "StandardProfile",
	    LOCAL "StandardProfile" },
	  2,
	  3 },
	{ "public", { POLICY "PublicProfile", LOCAL "PublicProfile" }, 1, 2 },
};

static int64_t
rules_of(const struct fw_rules *all, const char *profile)
{
	int64_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct fw_rule *r = &all->rules[i];

		n += r->in && (str_is(r->profiles, "any") ||
			       str_has(r->profiles, profile));
	}
	return n;
}

static int
profile_emit(struct scan *s, const struct profile *p, int running,
	     const struct fw_rules *rules, struct err *e)
{
	int64_t on = win_setting(s, p->keys, p->n_keys, "EnableFirewall", 0);
	int64_t in = win_setting(s, p->keys, p->n_keys, "DefaultInboundAction",
				 1);
	int64_t out = win_setting(s, p->keys, p->n_keys,
				  "DefaultOutboundAction", 0);
	bool by_policy = win_setting(s, p->keys, p->n_policy, "EnableFirewall",
				     2) != 2;

	scan_c(s, HOST_FIREWALL_ENGINE, "windows");
	scan_c(s, HOST_FIREWALL_MANAGED_BY, by_policy ? "policy" : "");
	scan_c(s, HOST_FIREWALL_PROFILE, p->name);
	if (on == 0 || running == 0)
		scan_bool(s, HOST_FIREWALL_ENABLED, false);
	else if (on == 1 && running == 1)
		scan_bool(s, HOST_FIREWALL_ENABLED, true);
	int start = win_start(s, "mpssvc");
	if (start >= 0 && on >= 0)
		scan_bool(s, HOST_FIREWALL_AT_BOOT, start <= 2 && on == 1);
	if (in >= 0)
		scan_c(s, HOST_FIREWALL_DEFAULT_IN,
		       in == 1 ? "drop" : "accept");
	if (out >= 0)
		scan_c(s, HOST_FIREWALL_DEFAULT_OUT,
		       out == 1 ? "drop" : "accept");
	if (rules != NULL)
		scan_int(s, HOST_FIREWALL_N_RULES, rules_of(rules, p->name));
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct fw_rules rules;
	struct err none = { 0 };
	bool read = fw_rules_load(s, &rules, &none) == 0;
	int running = win_running(s, "mpssvc");

	if (!win_key(s, WIN_SERVICES "SharedAccess"))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	if (!read)
		(void)scan_cannot_err(s, HOST_FIREWALL_N_RULES, &none);
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		if (profile_emit(s, &profiles[i], running, read ? &rules : NULL,
				 e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_firewall = {
	.contract = &contract_host_firewall,
	.scan = scan,
};
