/*
 * host_lockout_policy.c - table `host_lockout_policy` of Windows.
 *
 * Source: the calls modals and users. Needs no rights on most machines.
 * Whether the built-in Administrator is locked too is kept where only the
 * system reads; it does not matter while that account is disabled.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define NEVER 4294967295
#define FLAG_DISABLED 0x2

/* 1 the built-in Administrator can be used, 0 it cannot, -1 not known. */
static int
administrator_usable(struct scan *s)
{
	struct str rest, rec;
	struct err none = { 0 };
	int64_t flags;

	if (scan_call(s, "users", &rest, &none) < 0)
		return -1;
	while (win_record(&rest, &rec)) {
		if (win_rid(win_get(rec, "sid")) == 500 &&
		    win_get_int(rec, "flags", &flags))
			return (flags & FLAG_DISABLED) == 0;
	}
	return -1;
}

static int
scope_emit(struct scan *s, const char *scope, struct str m, int64_t threshold,
	   bool known, struct err *e)
{
	int64_t n;

	scan_c(s, HOST_LOCKOUT_POLICY_SCOPE, scope);
	scan_int(s, HOST_LOCKOUT_POLICY_THRESHOLD, threshold);
	if (known || threshold == 0)
		scan_bool(s, HOST_LOCKOUT_POLICY_ENABLED, threshold > 0);
	win_set_int(s, HOST_LOCKOUT_POLICY_WINDOW_S, m, "lockout_window_s");
	if (win_get_int(m, "lockout_duration_s", &n))
		scan_int(s, HOST_LOCKOUT_POLICY_UNLOCK_S, n == NEVER ? 0 : n);
	scan_c(s, HOST_LOCKOUT_POLICY_WAYS,
	       threshold > 0 ? "console,network,rdp" : "");
	scan_c(s, HOST_LOCKOUT_POLICY_WAYS_MISSING,
	       threshold > 0 ? "" : "console,network,rdp");
	scan_c(s, HOST_LOCKOUT_POLICY_SOURCE, "account policy");
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str m;
	int64_t threshold;

	if (scan_call(s, "modals", &m, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (!win_get_int(m, "lockout_threshold", &threshold))
		return scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED);
	if (scope_emit(s, "general", m, threshold, true, e) < 0)
		return e->code;
	return scope_emit(s, "privileged", m, threshold,
			  administrator_usable(s) == 0, e);
}

const struct table table_host_lockout_policy = {
	.contract = &contract_host_lockout_policy,
	.scan = scan,
};
