/*
 * host_screen_lock.c - table `host_screen_lock` of Windows.
 *
 * Source: registry: the limit of the machine, and each account whose hive is
 * loaded (who is logged on); an ordinary user sees the own one.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define MACHINE WIN_CURRENT "Policies\\System"

struct lock {
	bool unknown;	/* the account's settings may not be read */
	int64_t idle_s; /* 0 = never */
	bool asks, enforced;
	const char *source;
};

static void
lock_set(struct scan *s, const struct lock *l)
{
	scan_c(s, HOST_SCREEN_LOCK_DESKTOP, "windows");
	scan_c(s, HOST_SCREEN_LOCK_SOURCE, l->source);
	if (l->unknown) {
		(void)scan_cannot(s, HOST_SCREEN_LOCK_LOCK_ENABLED,
				  CANNOT_NEEDS_ROOT);
		return;
	}
	scan_bool(s, HOST_SCREEN_LOCK_LOCK_ENABLED, l->idle_s > 0 && l->asks);
	if (l->idle_s > 0)
		scan_int(s, HOST_SCREEN_LOCK_IDLE_S, l->idle_s);
	scan_bool(s, HOST_SCREEN_LOCK_PASSWORD_REQUIRED, l->asks);
	scan_bool(s, HOST_SCREEN_LOCK_ENFORCED, l->enforced);
}

/* The screen saver, where the policy of the account goes first. */
static struct lock
saver_of(struct scan *s, struct str sid)
{
	const char *policy = scan_path(
		s,
		"HKU\\%.*s\\Software\\Policies\\Microsoft"
		"\\Windows\\Control Panel\\Desktop",
		STR_ARG(sid));
	const char *own = scan_path(s, "HKU\\%.*s\\Control Panel\\Desktop",
				    STR_ARG(sid));
	const char *const keys[] = { policy, own };
	int64_t active = win_setting(s, keys, 2, "ScreenSaveActive", 0);
	int64_t secure = win_setting(s, keys, 2, "ScreenSaverIsSecure", 0);
	int64_t after = win_setting(s, keys, 2, "ScreenSaveTimeOut", 0);
	struct str program = { 0 };
	struct lock l = { .source = "screen saver" };

	if (win_text(s, policy, "SCRNSAVE.EXE", &program) <= 0)
		(void)win_text(s, own, "SCRNSAVE.EXE", &program);
	l.unknown = active < 0 || secure < 0 || after < 0;
	if (active == 1 && after > 0 && program.len > 0)
		l.idle_s = after;
	l.asks = secure == 1;
	l.enforced = win_setting(s, keys, 1, "ScreenSaverIsSecure", 0) == 1 &&
		     win_setting(s, keys, 1, "ScreenSaveTimeOut", 0) > 0;
	return l;
}

static int
person_emit(struct scan *s, struct str sid, const struct lock *machine,
	    struct err *e)
{
	struct lock l = saver_of(s, sid);

	/* The machine's limit holds whatever the saver does. */
	if (machine->idle_s > 0 &&
	    (!l.asks || l.idle_s == 0 || machine->idle_s <= l.idle_s))
		l = *machine;
	scan_text(s, HOST_SCREEN_LOCK_USER_NAME, win_person_name(s, sid));
	lock_set(s, &l);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const keys[] = { MACHINE };
	struct lock machine = { .source = "InactivityTimeoutSecs" };
	struct str *sids;
	size_t n;

	if (win_people(s, &sids, &n, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	int64_t limit = win_setting(s, keys, 1, "InactivityTimeoutSecs", 0);
	if (limit < 0)
		return scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	if (limit > 0) {
		machine.idle_s = limit;
		machine.asks = machine.enforced = true;
	}
	scan_c(s, HOST_SCREEN_LOCK_USER_NAME, "");
	lock_set(s, &machine);
	if (scan_emit(s, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (person_emit(s, sids[i], &machine, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_screen_lock = {
	.contract = &contract_host_screen_lock,
	.scan = scan,
};
