/*
 * host_log_config.c - table `host_log_config` of Windows: its event logs.
 *
 * Source: the call channel:NAME; the policy of event forwarding from the
 * registry. The log Security needs an administrator.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define FORWARDING                                                             \
	WIN_POLICIES "Microsoft\\Windows\\EventLog\\EventForwarding\\"         \
		     "SubscriptionManager"

static const char *const channels[] = {
	"Security",
	"System",
	"Application",
	"Setup",
	"Microsoft-Windows-PowerShell/Operational",
	"Microsoft-Windows-Windows Defender/Operational",
};

/* "Server=https://collector.example.jp:5986/wsman/...,Refresh=60" */
static struct str
forward_to(struct scan *s)
{
	struct reg_key k;
	struct err none = { 0 };

	if (scan_reg(s, FORWARDING, &k, &none) < 0)
		return STR("");
	for (size_t i = 0; i < k.n_values; i++) {
		struct str v = k.values[i].text;
		size_t at = str_find_c(v, "Server=");

		if (k.values[i].kind == REG_KIND_TEXT && at != STR_NONE)
			return str_until(str_from(v, at + 7), ',');
	}
	return STR("");
}

/* 1 emitted, 0 there is no such log here, or negative. */
static int
channel_emit(struct scan *s, const char *name, struct str target, struct err *e)
{
	struct str rec;
	struct err why = { 0 };
	int r = scan_call(s, scan_path(s, "channel:%s", name), &rec, &why);

	if (r == -ENOENT)
		return 0; /* this release has no such log */
	scan_text(s, HOST_LOG_CONFIG_LOG,
		  str_fmt(scan_arena(s), "eventlog:%s", name));
	scan_bool(s, HOST_LOG_CONFIG_PERSISTENT, true);
	scan_text(s, HOST_LOG_CONFIG_FORWARD_TO, target);
	if (r < 0) {
		(void)scan_cannot_err(s, HOST_LOG_CONFIG_ENABLED, &why);
		return scan_emit(s, e) < 0 ? e->code : 1;
	}
	int64_t keep = win_int(rec, "retention", -1);
	int64_t archive = win_int(rec, "auto_backup", 0);

	win_set_bool(s, HOST_LOG_CONFIG_ENABLED, rec, "enabled");
	win_set_int(s, HOST_LOG_CONFIG_MAX_BYTES, rec, "max_bytes");
	win_set_at(s, HOST_LOG_CONFIG_OLDEST_AT, rec, "oldest_at");
	if (keep >= 0)
		scan_c(s, HOST_LOG_CONFIG_DETAIL,
		       keep == 0      ? "overwrite"
		       : archive == 1 ? "archive"
				      : "stop when full");
	return scan_emit(s, e) < 0 ? e->code : 1;
}

static int
scan(struct scan *s, struct err *e)
{
	struct str target = forward_to(s);
	int n = 0;

	for (size_t i = 0; i < ARRAY_LEN(channels); i++) {
		int r = channel_emit(s, channels[i], target, e);

		if (r < 0)
			return r;
		n += r;
	}
	return n > 0 ? 0 : scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
}

const struct table table_host_log_config = {
	.contract = &contract_host_log_config,
	.scan = scan,
};
