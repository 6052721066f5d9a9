/*
 * host_setting.c - table `host_setting` of Windows: the names its contract
 * lists.
 *
 * Source: registry (a policy goes before the own setting), the calls audit
 * (needs an administrator), power, modals, optical, defender_preference.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define UNKNOWN (-1)
#define DEFAULT_PIN 4
#define SMB1_LEFT_OUT 16299 /* builds from here on come without it */
#define SMB_SIGNING 26100   /* builds from here on may demand it unset */
#define OFFICE_BLOCKS 15601 /* builds from here on block by themselves */
#define TERMINAL WIN_CONTROL "Terminal Server"
#define RDP_POLICY WIN_POLICIES "Microsoft\\Windows NT\\Terminal Services"
#define OFFICE "Microsoft\\Office\\16.0\\"
#define APP_PATHS WIN_CURRENT "App Paths\\"

struct out {
	struct scan *s;
	struct err *e;
	int code; /* of the sink */
};

static void
text_put(struct out *o, const char *name, struct str value, const char *source)
{
	if (o->code < 0)
		return;
	scan_c(o->s, HOST_SETTING_NAME, name);
	if (value.p != NULL)
		scan_text(o->s, HOST_SETTING_VALUE, value);
	scan_c(o->s, HOST_SETTING_SOURCE, source);
	o->code = scan_emit(o->s, o->e);
}

/* UNKNOWN gives a row without a value. */
static void
put(struct out *o, const char *name, int64_t n, const char *source)
{
	struct str value = { 0 };

	if (n != UNKNOWN)
		value = str_fmt(scan_arena(o->s), "%" PRId64, n);
	text_put(o, name, value, source);
}

static int64_t
first_of(struct out *o, const char *key, const char *other_key,
	 const char *name, int64_t other)
{
	const char *const keys[] = { key, other_key };

	return win_setting(o->s, keys, other_key != NULL ? 2 : 1, name, other);
}

static int64_t
not_of(int64_t n)
{
	return n == UNKNOWN ? UNKNOWN : n == 0;
}

static void
login_put(struct out *o)
{
	int64_t pin = first_of(o,
			       WIN_POLICIES "Microsoft\\PassportForWork\\"
					    "PINComplexity",
			       NULL, "MinimumPINLength", DEFAULT_PIN);
	int64_t card = first_of(o, WIN_CURRENT "Policies\\System", NULL,
				"scforceoption", 0);
	struct str unlock, modals;
	struct err none = { 0 };

	put(o, "autologin.enabled",
	    first_of(o, WIN_NT "\\Winlogon", NULL, "AutoAdminLogon", 0),
	    "AutoAdminLogon");
	/* Multi-factor unlock names what a second factor may be. */
	if (card == 0 &&
	    win_text(o->s,
		     WIN_POLICIES "Microsoft\\PassportForWork\\DeviceUnlock",
		     "GroupB", &unlock) > 0 &&
	    unlock.len > 0)
		card = 1;
	put(o, "hello.second_factor", card, "scforceoption, DeviceUnlock");
	put(o, "hello.pin_min_length", pin, "PINComplexity");
	put(o, "password.user_check",
	    scan_call(o->s, "modals", &modals, &none) == 0
		    ? win_int(modals, "complexity", UNKNOWN)
		    : UNKNOWN,
	    "account policy");
	put(o, "uac.enabled",
	    first_of(o, WIN_CURRENT "Policies\\System", NULL, "EnableLUA", 1),
	    "EnableLUA");
}

static void
rdp_put(struct out *o)
{
	int64_t idle = first_of(o, RDP_POLICY,
				TERMINAL "\\WinStations\\RDP-Tcp",
				"MaxIdleTime", 0);

	put(o, "rdp.enabled",
	    not_of(first_of(o, RDP_POLICY, TERMINAL, "fDenyTSConnections", 1)),
	    "fDenyTSConnections");
	put(o, "rdp.nla",
	    first_of(o, RDP_POLICY, TERMINAL "\\WinStations\\RDP-Tcp",
		     "UserAuthentication", 0),
	    "UserAuthentication");
	put(o, "rdp.idle_s", idle == UNKNOWN ? UNKNOWN : idle / 1000,
	    "MaxIdleTime");
}

/* The subcategory's flags, 1 success and 2 failure; UNKNOWN. */
static int64_t
audit_of(struct out *o, const char *name)
{
	struct str rec;
	struct err none = { 0 };

	if (scan_call(o->s, "audit", &rec, &none) < 0)
		return UNKNOWN;
	return win_int(rec, name, UNKNOWN);
}

static int64_t
has_bits(int64_t flags, int64_t bits)
{
	return flags == UNKNOWN ? UNKNOWN : (flags & bits) == bits;
}

static void
audit_put(struct out *o)
{
	int64_t logon = audit_of(o, "logon");

	put(o, "audit.logon_success", has_bits(logon, 1), "audit policy");
	put(o, "audit.logon_failure", has_bits(logon, 2), "audit policy");
	put(o, "audit.file_access", has_bits(audit_of(o, "file_system"), 3),
	    "audit policy");
	put(o, "smb.audit", has_bits(audit_of(o, "file_share"), 1),
	    "audit policy");
}

static void
network_put(struct out *o)
{
	static const char server[] = WIN_SERVICES "LanmanServer\\Parameters";
	int64_t smb1 = first_of(o, server, NULL, "SMB1", 2);
	int64_t signing = first_of(o, server, NULL, "RequireSecuritySignature",
				   2);

	/* The driver is there only while the feature is installed. */
	if (smb1 == 2)
		smb1 = win_key(o->s, WIN_SERVICES "srv") ||
		       (win_build(o->s) < SMB1_LEFT_OUT &&
			win_key(o->s, WIN_SERVICES "LanmanServer"));
	put(o, "smb.smb1", smb1, "LanmanServer");
	if (signing == 2)
		signing = win_build(o->s) >= SMB_SIGNING ? UNKNOWN : 0;
	put(o, "smb.signing_required", signing, "RequireSecuritySignature");
	put(o, "llmnr.enabled",
	    first_of(o, WIN_POLICIES "Microsoft\\Windows NT\\DNSClient", NULL,
		     "EnableMulticast", 1),
	    "EnableMulticast");
}

static void
power_put(struct out *o)
{
	struct str rec = { 0 };
	struct err none = { 0 };

	(void)scan_call(o->s, "power", &rec, &none); /* then: not known */
	put(o, "sleep.idle_s", win_int(rec, "sleep_s", UNKNOWN), "power plan");
	put(o, "sleep.password", win_int(rec, "wake_password", UNKNOWN),
	    "power plan");
}

static void
guard_put(struct out *o)
{
	struct str pref, smart, rest, rec;
	int64_t removable = UNKNOWN, on, writer = UNKNOWN;
	struct err none = { 0 };

	if (scan_call(o->s, "defender_preference", &pref, &none) == 0)
		removable = not_of(win_int(
			pref, "DisableRemovableDriveScanning", UNKNOWN));
	put(o, "defender.scan_removable", removable, "MSFT_MpPreference");
	on = first_of(o, WIN_POLICIES "Microsoft\\Windows\\System", NULL,
		      "EnableSmartScreen", 2);
	if (on == 2)
		on = win_text(o->s, WIN_CURRENT "Explorer",
			      "SmartScreenEnabled", &smart) <= 0 ||
		     !win_same(smart, STR("Off"));
	put(o, "smartscreen.enabled", on, "SmartScreenEnabled");
	if (scan_call(o->s, "optical", &rest, &none) == 0) {
		writer = 0;
		while (win_record(&rest, &rec)) {
			struct str type = win_get(rec, "MediaType");
			struct str name = win_get(rec, "Name");

			if (win_has_nocase(type, "writer") ||
			    win_has_nocase(name, "dvdram") ||
			    win_has_nocase(name, "dvd+-rw") ||
			    win_has_nocase(name, "rw "))
				writer = 1;
		}
	}
	put(o, "optical.writer", writer, "Win32_CDROMDrive");
}

static bool
has_program(struct out *o, const char *exe)
{
	return win_key(o->s, scan_path(o->s, APP_PATHS "%s", exe));
}

/* 0 never and 2 only by hand do not count as automatic. */
static int64_t
google_like(struct out *o, const char *key, const char *app)
{
	int64_t n = first_of(o, key, NULL, app, UNKNOWN - 1);

	if (n == UNKNOWN - 1)
		n = first_of(o, key, NULL, "UpdateDefault", 1);
	return n == UNKNOWN ? UNKNOWN : n == 1 || n == 3;
}

static void
browsers_put(struct out *o)
{
	static const char chrome[] = WIN_POLICIES "Google\\Chrome";
	static const char edge[] = WIN_POLICIES "Microsoft\\Edge";
	static const char firefox[] = WIN_POLICIES "Mozilla\\Firefox";

	if (has_program(o, "chrome.exe")) {
		put(o, "update.chrome",
		    google_like(o, WIN_POLICIES "Google\\Update",
				"Update{8A69D345-D564-463C-AFF1-A69D9E530F96}"),
		    "policy");
		put(o, "chrome.password_saving",
		    first_of(o, chrome, NULL, "PasswordManagerEnabled", 1),
		    "policy");
	}
	if (has_program(o, "msedge.exe")) {
		put(o, "update.edge",
		    google_like(o, WIN_POLICIES "Microsoft\\EdgeUpdate",
				"Update{56EB18F8-B008-4CBD-B6D2-8C97FE7E9062}"),
		    "policy");
		put(o, "edge.password_saving",
		    first_of(o, edge, NULL, "PasswordManagerEnabled", 1),
		    "policy");
	}
	if (has_program(o, "firefox.exe")) {
		int64_t save = first_of(o, firefox, NULL,
					"PasswordManagerEnabled", 1);

		if (save == 1)
			save = first_of(o, firefox, NULL, "OfferToSaveLogins",
					1);
		put(o, "update.firefox",
		    not_of(first_of(o, firefox, NULL, "DisableAppUpdate", 0)),
		    "policy");
		put(o, "firefox.password_saving", save, "policy");
	}
}

/* The third part of "16.0.17928.20114". */
static int64_t
office_build(struct out *o)
{
	struct str v, part;
	int64_t n = 0;

	if (win_text(o->s,
		     "HKLM\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\"
		     "Configuration",
		     "VersionToReport", &v) <= 0)
		return 0;
	for (int i = 0; i < 3; i++) {
		if (!str_next(&v, '.', &part))
			return 0;
	}
	return num_try(part, &n) ? n : 0;
}

static const char *const office_programs[] = { "Word", "Excel", "PowerPoint" };

/*
 * The weakest among accounts and programs: the policy of an account, then
 * its own choice when it may have one, then what holds by itself.
 */
static int64_t
office_weakest(struct out *o, const char *name, bool own, int64_t by_itself)
{
	struct str *sids;
	size_t n;
	int64_t weakest = INT64_MAX;
	struct err none = { 0 };

	if (win_people(o->s, &sids, &n, &none) < 0 || n == 0)
		return UNKNOWN;
	for (size_t i = 0; i < n * ARRAY_LEN(office_programs); i++) {
		struct str sid = sids[i / ARRAY_LEN(office_programs)];
		const char *app =
			office_programs[i % ARRAY_LEN(office_programs)];
		int64_t v = first_of(
			o,
			scan_path(o->s,
				  "HKU\\%.*s\\Software\\Policies\\" OFFICE
				  "%s\\Security",
				  STR_ARG(sid), app),
			own ? scan_path(o->s,
					"HKU\\%.*s\\Software\\" OFFICE
					"%s\\Security",
					STR_ARG(sid), app)
			    : NULL,
			name, by_itself);

		if (v == UNKNOWN)
			return UNKNOWN;
		if (v < weakest)
			weakest = v;
	}
	return weakest;
}

static void
office_put(struct out *o)
{
	struct str enabled = { 0 };
	int64_t n;

	if (!has_program(o, "WINWORD.EXE") && !has_program(o, "excel.exe"))
		return;
	put(o, "office.macro_blocked",
	    office_weakest(o, "blockcontentexecutionfrominternet", false,
			   office_build(o) >= OFFICE_BLOCKS ? 1 : UNKNOWN),
	    "policy of each account");
	put(o, "office.vba_warnings", office_weakest(o, "VBAWarnings", true, 2),
	    "VBAWarnings");
	n = first_of(o, WIN_POLICIES OFFICE "Common\\OfficeUpdate", NULL,
		     "EnableAutomaticUpdates", 2);
	if (n == 2 && win_text(o->s,
			       "HKLM\\SOFTWARE\\Microsoft\\Office\\ClickToRun\\"
			       "Configuration",
			       "UpdatesEnabled", &enabled) > 0)
		n = win_same(enabled, STR("True"));
	put(o, "update.office", n == 2 ? UNKNOWN : n, "ClickToRun");
}

static void
acrobat_put(struct out *o)
{
	static const char reader[] = WIN_POLICIES
		"Adobe\\Acrobat Reader\\DC\\FeatureLockDown";
	static const char whole[] = WIN_POLICIES
		"Adobe\\Adobe Acrobat\\DC\\FeatureLockDown";

	if (has_program(o, "AcroRd32.exe") || has_program(o, "Acrobat.exe"))
		put(o, "update.acrobat",
		    first_of(o, reader, whole, "bUpdater", 1), "bUpdater");
}

static int
scan(struct scan *s, struct err *e)
{
	struct out o = { s, e, 0 };

	if (!win_key(s, WIN_NT))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	login_put(&o);
	rdp_put(&o);
	audit_put(&o);
	network_put(&o);
	power_put(&o);
	guard_put(&o);
	browsers_put(&o);
	office_put(&o);
	acrobat_put(&o);
	return o.code;
}

const struct table table_host_setting = {
	.contract = &contract_host_setting,
	.scan = scan,
};
