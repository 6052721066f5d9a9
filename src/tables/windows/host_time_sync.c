/*
 * host_time_sync.c - table `host_time_sync` of Windows: the service W32Time.
 *
 * Source: registry, the call time_events (when the service last said that it
 * got a good time, and that it did not). Needs no rights. The offset is not
 * measured: the collector sends nothing.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define W32TIME WIN_SERVICES "W32Time\\"
#define POLICY WIN_POLICIES "Microsoft\\W32Time\\Parameters"
#define GOOD_FOR (8 * MOMENT_DAY) /* it asks once a week by default */

/* "time.windows.com,0x9 ntp.example.jp,0x1" */
static struct str
servers_of(struct scan *s, struct str v)
{
	struct str word, all = { 0 };

	while (str_next_word(&v, &word))
		all = str_fmt(scan_arena(s), "%.*s%s%.*s", STR_ARG(all),
			      all.len > 0 ? "," : "",
			      STR_ARG(str_until(word, ',')));
	return all;
}

static void
set_source(struct scan *s)
{
	struct str type = { 0 }, servers = { 0 };

	if (win_text(s, POLICY, "Type", &type) <= 0)
		(void)win_text(s, W32TIME "Parameters", "Type", &type);
	if (win_text(s, POLICY, "NtpServer", &servers) <= 0)
		(void)win_text(s, W32TIME "Parameters", "NtpServer", &servers);
	int start = win_start(s, "W32Time");
	if (start >= 0 && type.len > 0)
		scan_bool(s, HOST_TIME_SYNC_ENABLED,
			  start != 4 && !win_same(type, STR("NoSync")));
	if (win_same(type, STR("NT5DS")))
		scan_c(s, HOST_TIME_SYNC_SERVERS, "domain");
	else
		scan_text(s, HOST_TIME_SYNC_SERVERS, servers_of(s, servers));
}

static void
set_state(struct scan *s)
{
	struct str events = { 0 };
	struct err none = { 0 };
	int64_t ticks, good = 0, bad = 0, at;

	if (scan_call(s, "time_events", &events, &none) == 0) {
		good = win_int(events, "good_at", 0);
		bad = win_int(events, "bad_at", 0);
	}
	if (win_number(s, W32TIME "Config", "LastKnownGoodTime", &ticks) > 0 &&
	    win_filetime(ticks, &at) && at > good && at <= scan_now(s))
		good = at;
	if (good > 0)
		scan_at(s, HOST_TIME_SYNC_LAST_SYNC_AT, good);
	if (good > 0 || bad > 0)
		scan_bool(s, HOST_TIME_SYNC_SYNCHRONISED,
			  good > bad && scan_now(s) - good <= GOOD_FOR);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str zone;

	if (!win_key(s, WIN_SERVICES "W32Time"))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	scan_c(s, HOST_TIME_SYNC_DAEMON, "w32time");
	set_source(s);
	set_state(s);
	if (win_text(s, WIN_CONTROL "TimeZoneInformation", "TimeZoneKeyName",
		     &zone) > 0)
		scan_text(s, HOST_TIME_SYNC_TIME_ZONE, zone);
	(void)scan_cannot(s, HOST_TIME_SYNC_OFFSET_US, CANNOT_ABSENT);
	(void)scan_cannot(s, HOST_TIME_SYNC_MAX_ERROR_US, CANNOT_ABSENT);
	return scan_emit(s, e);
}

const struct table table_host_time_sync = {
	.contract = &contract_host_time_sync,
	.scan = scan,
};
