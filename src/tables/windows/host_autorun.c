/*
 * host_autorun.c - table `host_autorun` of Windows: AutoRun and AutoPlay.
 *
 * Source: registry; the machine's policy goes before the account's. Needs no
 * rights; only accounts whose hive is loaded are seen.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define POLICY "Policies\\Explorer"
#define REMOVABLE 0x04
#define OPTICAL 0x20
#define OF_THE_SYSTEM 0x91 /* what holds when nothing is set */

static int
row_emit(struct scan *s, struct str scope, int64_t mask, int64_t none,
	 int64_t autoplay_off, struct err *e)
{
	bool off = (mask & (REMOVABLE | OPTICAL)) == (REMOVABLE | OPTICAL) ||
		   none == 1 || autoplay_off == 1;

	scan_text(s, HOST_AUTORUN_SCOPE, scope);
	scan_c(s, HOST_AUTORUN_MECHANISM, "autorun");
	if (mask < 0 || none < 0 || autoplay_off < 0) { /* of somebody else */
		(void)scan_cannot(s, HOST_AUTORUN_ENABLED, CANNOT_NEEDS_ROOT);
		return scan_emit(s, e);
	}
	scan_bool(s, HOST_AUTORUN_ENABLED, !off);
	scan_text(s, HOST_AUTORUN_DETAIL,
		  str_fmt(scan_arena(s), "NoDriveTypeAutoRun=0x%02x%s%s",
			  (unsigned)mask, none == 1 ? " NoAutorun=1" : "",
			  autoplay_off == 1 ? " DisableAutoplay=1" : ""));
	return scan_emit(s, e);
}

static int
person_emit(struct scan *s, struct str sid, struct err *e)
{
	const char *own = scan_path(s,
				    "HKU\\%.*s\\Software\\Microsoft\\Windows\\"
				    "CurrentVersion\\" POLICY,
				    STR_ARG(sid));
	const char *play = scan_path(s,
				     "HKU\\%.*s\\Software\\Microsoft\\Windows\\"
				     "CurrentVersion\\Explorer\\"
				     "AutoplayHandlers",
				     STR_ARG(sid));
	const char *const keys[] = { WIN_CURRENT POLICY, own };
	int64_t mask = win_setting(s, keys, 2, "NoDriveTypeAutoRun",
				   OF_THE_SYSTEM);
	int64_t none = win_setting(s, keys, 2, "NoAutorun", 0);

	int64_t off = win_setting(s, &play, 1, "DisableAutoplay", 0);

	return row_emit(s, win_person_name(s, sid), mask, none, off, e);
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const keys[] = { WIN_CURRENT POLICY };
	struct str *sids;
	size_t n;

	if (win_people(s, &sids, &n, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	int64_t mask = win_setting(s, keys, 1, "NoDriveTypeAutoRun",
				   OF_THE_SYSTEM);
	int64_t none = win_setting(s, keys, 1, "NoAutorun", 0);
	if (mask < 0 || none < 0)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	if (row_emit(s, STR("machine"), mask, none, 0, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (person_emit(s, sids[i], e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_autorun = {
	.contract = &contract_host_autorun,
	.scan = scan,
};
