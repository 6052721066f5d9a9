/*
 * host_update.c - table `host_update` of Windows.
 *
 * Source: policies of Windows Update, its settings and what waits for a
 * restart from the registry; the calls update (settings and last results)
 * and update_pending (what the last search found). Needs no rights.
 */
#include "base/err.h"
#include "base/moment.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define POLICY WIN_POLICIES "Microsoft\\Windows\\WindowsUpdate"
#define OPTIONS "AUOptions"

struct choice {
	int check, install; /* 1, 0, -1 = not known */
};

/* AUOptions of the policy, and the levels the interface gives, agree. */
static struct choice
by_level(int64_t level)
{
	switch (level) {
	case 1:
		return (struct choice){ 0, 0 };
	case 2:
	case 3:
	case 7:
		return (struct choice){ 1, 0 };
	case 4:
		return (struct choice){ 1, 1 };
	default:
		return (struct choice){ -1, -1 };
	}
}

/*
 * Without a policy a client installs by itself since Windows 10; a server
 * does what its own setting says.
 */
static struct choice
choice_of(struct scan *s, struct str update)
{
	static const char *const policy[] = { POLICY "\\AU" };
	static const char *const legacy[] = { WIN_CURRENT
					      "WindowsUpdate\\Auto Update" };
	int64_t off = win_setting(s, policy, 1, "NoAutoUpdate", 0);
	int64_t level = win_setting(s, policy, 1, OPTIONS, 0);

	if (off < 0 || level < 0)
		return (struct choice){ -1, -1 };
	if (off == 1 || win_start(s, "wuauserv") == 4)
		return (struct choice){ 0, 0 };
	if (level > 0)
		return by_level(level);
	if (!win_is_server(s) && win_build(s) >= 10240)
		return (struct choice){ 1, 1 };
	level = win_setting(s, legacy, 1, OPTIONS, 0);
	return by_level(level > 0 ? level
				  : win_int(update, "notification_level", 0));
}

static void
set_pending(struct scan *s)
{
	struct str rest, rec;
	int64_t n = 0, n_security = 0;
	struct err none = { 0 };

	if (scan_call(s, "update_pending", &rest, &none) < 0) {
		(void)scan_cannot_err(s, HOST_UPDATE_N_PENDING, &none);
		(void)scan_cannot_err(s, HOST_UPDATE_N_SECURITY, &none);
		return;
	}
	while (win_record(&rest, &rec)) {
		n++;
		n_security += win_int(rec, "security", 0) == 1;
	}
	scan_int(s, HOST_UPDATE_N_PENDING, n);
	scan_int(s, HOST_UPDATE_N_SECURITY, n_security);
}

static void
set_paused(struct scan *s)
{
	static const char *const keys[] = {
		"HKLM\\SOFTWARE\\Microsoft\\WindowsUpdate\\UX\\Settings"
	};
	struct str v;
	int64_t at;
	struct err none = { 0 };

	if (win_text(s, keys[0], "PauseUpdatesExpiryTime", &v) > 0 &&
	    v.len > 0 && at_parse(v, zone_utc, &at, &none) == 0)
		scan_at(s, HOST_UPDATE_PAUSED_UNTIL_AT, at);
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const policy[] = { POLICY "\\AU" };
	struct str update = { 0 };
	struct err none = { 0 };

	if (scan_call(s, "update", &update, &none) < 0) {
		(void)scan_cannot_err(s, HOST_UPDATE_LAST_CHECK_AT, &none);
		(void)scan_cannot_err(s, HOST_UPDATE_LAST_INSTALL_AT, &none);
	}
	if (!win_key(s, WIN_NT))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	struct choice c = choice_of(s, update);
	scan_c(s, HOST_UPDATE_MANAGER, "windows");
	if (c.check >= 0)
		scan_bool(s, HOST_UPDATE_AUTO_CHECK, c.check == 1);
	if (c.install >= 0)
		scan_bool(s, HOST_UPDATE_AUTO_INSTALL, c.install == 1);
	win_set_at(s, HOST_UPDATE_LAST_CHECK_AT, update, "last_search_at");
	win_set_at(s, HOST_UPDATE_LAST_INSTALL_AT, update, "last_install_at");
	set_pending(s);
	scan_bool(s, HOST_UPDATE_REBOOT_NEEDED,
		  win_key(s, WIN_CURRENT
			  "WindowsUpdate\\Auto Update\\RebootRequired") ||
			  win_key(s, WIN_CURRENT
				  "Component Based Servicing\\RebootPending"));
	set_paused(s);
	int64_t wsus = win_setting(s, policy, 1, "UseWUServer", 0);
	if (wsus >= 0)
		scan_c(s, HOST_UPDATE_SOURCE, wsus == 1 ? "wsus" : "internet");
	return scan_emit(s, e);
}

const struct table table_host_update = {
	.contract = &contract_host_update,
	.scan = scan,
};
