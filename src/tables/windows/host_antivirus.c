/*
 * host_antivirus.c - table `host_antivirus` of Windows.
 *
 * Source: Security Center on clients (servers have none) by the call
 * security_center; Defender by the calls defender and defender_preference.
 * Needs no rights.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define DEFENDER_ID "D68DDC3A-831F-4FAE-9E44-DA132C1ACF46"
/* productState of Security Center. */
#define STATE(n) ((n) >> 12 & 0xf)
#define STATE_ON 1
#define STATE_OLD 0x10 /* the definitions are out of date */
#define SCHEDULE_NEVER 8

static bool
is_defender(struct str rec)
{
	return win_has_nocase(win_get(rec, "instanceGuid"), DEFENDER_ID) ||
	       str_is(win_get(rec, "displayName"), "Windows Defender") ||
	       str_is(win_get(rec, "displayName"),
		      "Microsoft Defender Antivirus");
}

static int
other_emit(struct scan *s, struct str rec, struct err *e)
{
	int64_t state = win_int(rec, "productState", -1);

	win_set_text(s, HOST_ANTIVIRUS_PRODUCT, rec, "displayName");
	if (state >= 0) {
		scan_bool(s, HOST_ANTIVIRUS_ENABLED, STATE(state) == STATE_ON);
		scan_bool(s, HOST_ANTIVIRUS_REALTIME, STATE(state) == STATE_ON);
	}
	scan_c(s, HOST_ANTIVIRUS_SOURCE,
	       state >= 0 && (state & STATE_OLD) != 0
		       ? "SecurityCenter2: definitions out of date"
		       : "SecurityCenter2");
	return scan_emit(s, e);
}

/* The rest of the columns of Defender, which alone says so much of itself. */
static void
defender_preference(struct scan *s, bool has_scan)
{
	struct str pref;
	int64_t day, removable;
	struct err none = { 0 };

	if (scan_call(s, "defender_preference", &pref, &none) < 0) {
		(void)scan_cannot_err(s, HOST_ANTIVIRUS_SCHEDULED_SCAN, &none);
		return;
	}
	if (win_get_int(pref, "ScanScheduleDay", &day))
		scan_bool(s, HOST_ANTIVIRUS_SCHEDULED_SCAN,
			  day != SCHEDULE_NEVER);
	/* Definitions come with Windows Update, or on its own schedule. */
	if (win_get_int(pref, "SignatureUpdateInterval", &day))
		scan_bool(s, HOST_ANTIVIRUS_AUTO_DEFINITIONS,
			  day > 0 ||
				  win_int(pref, "SignatureScheduleDay",
					  SCHEDULE_NEVER) != SCHEDULE_NEVER ||
				  win_start(s, "wuauserv") != 4);
	if (has_scan &&
	    win_get_int(pref, "DisableRemovableDriveScanning", &removable))
		scan_c(s, HOST_ANTIVIRUS_FULL_SCAN_SCOPE,
		       removable != 0 ? "fixed drives"
				      : "fixed and removable drives");
}

static int
defender_emit(struct scan *s, struct str rec, struct err *e)
{
	struct str full = win_get(rec, "FullScanEndTime");
	int64_t at = 0;

	scan_c(s, HOST_ANTIVIRUS_PRODUCT, "Microsoft Defender Antivirus");
	scan_c(s, HOST_ANTIVIRUS_VENDOR, "Microsoft");
	win_set_text(s, HOST_ANTIVIRUS_VERSION, rec, "AMProductVersion");
	win_set_bool(s, HOST_ANTIVIRUS_ENABLED, rec, "AntivirusEnabled");
	win_set_bool(s, HOST_ANTIVIRUS_REALTIME, rec,
		     "RealTimeProtectionEnabled");
	win_set_at(s, HOST_ANTIVIRUS_DEFINITIONS_AT, rec,
		   "AntivirusSignatureLastUpdated");
	win_set_text(s, HOST_ANTIVIRUS_DEFINITIONS_VERSION, rec,
		     "AntivirusSignatureVersion");
	bool has_scan = full.p != NULL && win_cim_time(full, &at);
	if (has_scan)
		scan_at(s, HOST_ANTIVIRUS_LAST_FULL_SCAN_AT, at);
	win_set_at(s, HOST_ANTIVIRUS_LAST_QUICK_SCAN_AT, rec,
		   "QuickScanEndTime");
	defender_preference(s, has_scan);
	scan_c(s, HOST_ANTIVIRUS_SOURCE, "MSFT_MpComputerStatus");
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest = { 0 }, rec, defender;
	struct err none = { 0 }, no_center = { 0 };
	bool has_defender = scan_call(s, "defender", &defender, &none) == 0 &&
			    win_record(&defender, &rec);
	bool has_center = scan_call(s, "security_center", &rest, &no_center) ==
			  0;

	if (has_defender && defender_emit(s, rec, e) < 0)
		return e->code;
	while (has_center && win_record(&rest, &rec)) {
		if (is_defender(rec) && has_defender)
			continue; /* it said more above */
		if (other_emit(s, rec, e) < 0)
			return e->code;
	}
	if (has_center)
		return 0;
	/* A server without Defender may have a product that tells nobody. */
	if (!win_is_server(s) || !has_defender)
		return scan_cannot_err(s, SCAN_ALL, &no_center);
	return 0;
}

const struct table table_host_antivirus = {
	.contract = &contract_host_antivirus,
	.scan = scan,
};
