/*
 * host_password_policy.c - table `host_password_policy` of Windows.
 *
 * Source: the calls modals (with `complexity` from asking the rules about a
 * password of one letter) and system. Needs no rights on most machines.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define NEVER 4294967295
#define CLASSES_OF_COMPLEXITY 3 /* of five; no more is ever demanded */

static void
set_ages(struct scan *s, struct str m)
{
	int64_t n;

	if (win_get_int(m, "max_age_s", &n) && n > 0 && n != NEVER)
		scan_int(s, HOST_PASSWORD_POLICY_MAX_DAYS, n / 86400);
	if (win_get_int(m, "min_age_s", &n))
		scan_int(s, HOST_PASSWORD_POLICY_MIN_DAYS, n / 86400);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str m, system = { 0 };
	int64_t complex;
	struct err none = { 0 };

	if (scan_call(s, "modals", &m, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	win_set_int(s, HOST_PASSWORD_POLICY_MIN_LENGTH, m, "min_length");
	win_set_int(s, HOST_PASSWORD_POLICY_HISTORY, m, "history");
	set_ages(s, m);
	if (win_get_int(m, "complexity", &complex)) {
		scan_bool(s, HOST_PASSWORD_POLICY_COMPLEXITY, complex == 1);
		scan_int(s, HOST_PASSWORD_POLICY_MIN_CLASSES,
			 complex == 1 ? CLASSES_OF_COMPLEXITY : 0);
	} else {
		(void)scan_cannot(s, HOST_PASSWORD_POLICY_COMPLEXITY,
				  CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_PASSWORD_POLICY_MIN_CLASSES,
				  CANNOT_NEEDS_ROOT);
	}
	scan_bool(s, HOST_PASSWORD_POLICY_DICTIONARY_CHECK, false);
	scan_c(s, HOST_PASSWORD_POLICY_ALGORITHM, "nt");
	scan_bool(s, HOST_PASSWORD_POLICY_APPLIES_TO_ROOT, true);
	scan_bool(s, HOST_PASSWORD_POLICY_ENFORCED, true);
	(void)scan_call(s, "system", &system, &none); /* then: local */
	scan_c(s, HOST_PASSWORD_POLICY_SOURCE,
	       win_get(system, "domain").len > 0 ? "domain" : "local policy");
	return scan_emit(s, e);
}

const struct table table_host_password_policy = {
	.contract = &contract_host_password_policy,
	.scan = scan,
};
