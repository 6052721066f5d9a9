/*
 * host_password_policy.c - table `host_password_policy`: what PAM really
 * calls when `passwd` sets a password, pwquality.conf, pwhistory.conf and
 * login.defs. Anyone may read all of them.
 */
#include "tables/contracts.h"
#include "tables/linux/password.h"
#include "tables/table.h"

static int
scan(struct scan *s, struct err *e)
{
	struct password_rules p;

	if (password_rules_load(s, &p, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	scan_int(s, HOST_PASSWORD_POLICY_MIN_LENGTH, p.min_length);
	scan_int(s, HOST_PASSWORD_POLICY_MIN_CLASSES, p.min_classes);
	scan_bool(s, HOST_PASSWORD_POLICY_COMPLEXITY, p.min_classes > 1);
	scan_bool(s, HOST_PASSWORD_POLICY_DICTIONARY_CHECK, p.dictionary);
	scan_int(s, HOST_PASSWORD_POLICY_HISTORY, p.history);
	if (p.max_days >= 0)
		scan_int(s, HOST_PASSWORD_POLICY_MAX_DAYS, p.max_days);
	if (p.min_days >= 0)
		scan_int(s, HOST_PASSWORD_POLICY_MIN_DAYS, p.min_days);
	if (p.algorithm.len > 0)
		scan_text(s, HOST_PASSWORD_POLICY_ALGORITHM, p.algorithm);
	scan_bool(s, HOST_PASSWORD_POLICY_APPLIES_TO_ROOT, p.for_root);
	scan_bool(s, HOST_PASSWORD_POLICY_ENFORCED, p.enforced);
	scan_c(s, HOST_PASSWORD_POLICY_SOURCE, p.source);
	return scan_emit(s, e);
}

const struct table table_host_password_policy = {
	.contract = &contract_host_password_policy,
	.scan = scan,
};
