/*
 * host_ups.c - table `host_ups`: NUT (its files hold passwords and need
 * root), apcupsd, and what UPower sees in /sys. No row: no UPS.
 */
#include "base/arena.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

static bool
is_started(struct scan *s, const char *const *names)
{
	struct units u;
	struct err none = { 0 };

	if (units_load(s, &u, &none) < 0)
		return false;
	for (; *names != NULL; names++) {
		if (units_enabled(&u, *names) ||
		    units_running(s, &u, *names) == 1)
			return true;
	}
	return false;
}

static int
emit(struct scan *s, struct str name, const char *daemon, int connected,
     struct str when, struct err *e)
{
	scan_text(s, HOST_UPS_NAME, name);
	scan_c(s, HOST_UPS_DAEMON, daemon);
	if (connected >= 0)
		scan_bool(s, HOST_UPS_CONNECTED, connected == 1);
	scan_bool(s, HOST_UPS_SHUTDOWN_CONFIGURED, when.len > 0);
	scan_text(s, HOST_UPS_SHUTDOWN_WHEN, when);
	return scan_emit(s, e);
}

/* 1 answers, 0 does not, -1 the tool is not there. */
static int
nut_answers(struct scan *s, struct str name)
{
	const char *const ask[] = { "upsc", str_to_c(scan_arena(s), name),
				    "ups.status", NULL };
	struct err none = { 0 };
	struct str said;
	int code;
	int r = scan_exec(s, ask, &said, &code, &none);

	if (r == -ENOENT)
		return -1;
	return r == 0 && code == 0 && str_trim(said).len > 0;
}

/* "MONITOR system powervalue user password type": only the first two. */
static bool
monitor_read(struct str line, struct str *ret_name, int64_t *ret_power)
{
	struct str word;

	return str_next_word(&line, &word) && str_is(word, "MONITOR") &&
	       str_next_word(&line, ret_name) && str_next_word(&line, &word) &&
	       num_try(word, ret_power);
}

/* The power a UPS gives here, or -1 when it is not watched. */
static int64_t
nut_power(struct str upsmon, struct str ups)
{
	struct str line, name;
	int64_t power;

	while (conf_line(&upsmon, &line)) {
		if (monitor_read(line, &name, &power) &&
		    str_eq(str_until(name, '@'), ups))
			return power;
	}
	return -1;
}

static int
nut_emit(struct scan *s, struct str upsmon, struct str name, bool watched,
	 struct err *e)
{
	struct str line, key, v;
	bool command = false;

	for (struct str rest = upsmon; conf_line(&rest, &line);) {
		conf_pair(line, &key, &v);
		command |= str_is(key, "SHUTDOWNCMD") && v.len > 0;
	}
	bool works = watched && command &&
		     nut_power(upsmon, str_until(name, '@')) > 0;
	return emit(s, name, "nut", nut_answers(s, name),
		    works ? str_c("battery low") : str_c(""), e);
}

static int
nut_scan(struct scan *s, bool *denied, struct err *e)
{
	static const char *const units[] = { "nut-monitor.service",
					     "nut-client.service", NULL };
	static const char *const dirs[] = { "/etc/nut", "/etc/ups" };
	struct err why = { 0 };
	struct str ups = { 0 }, upsmon = { 0 }, line, name;
	int64_t power;
	const char *dir = dirs[scan_exists(s, dirs[0]) ? 0 : 1];

	int r = scan_file(s, scan_path(s, "%s/ups.conf", dir), &ups, &why);
	int r2 = scan_file(s, scan_path(s, "%s/upsmon.conf", dir), &upsmon,
			   &why);
	if (r == -EACCES || r2 == -EACCES) {
		*denied = true;
		return 0;
	}
	if (r < 0 && r2 < 0)
		return 0;

	bool watched = is_started(s, units);
	for (struct str rest = ups; conf_line(&rest, &line);) {
		if (line.p[0] == '[' &&
		    nut_emit(s, upsmon, str_until(str_from(line, 1), ']'),
			     watched, e) < 0)
			return e->code;
	}
	/* Those of other machines are known to the watcher alone. */
	for (struct str rest = upsmon; conf_line(&rest, &line);) {
		if (!monitor_read(line, &name, &power) ||
		    str_find(name, '@') == STR_NONE ||
		    str_ends(name, "@localhost") ||
		    str_ends(name, "@127.0.0.1"))
			continue;
		if (nut_emit(s, upsmon, name, watched, e) < 0)
			return e->code;
	}
	return 0;
}

static int
apcupsd_scan(struct scan *s, struct err *e)
{
	static const char *const units[] = { "apcupsd.service", NULL };
	static const char *const ask[] = { "apcaccess", "status", NULL };
	struct err why = { 0 };
	struct str conf, said, v, name = str_c("apcupsd"), when = str_c("");
	struct str level = str_c("5"), minutes = str_c("3");
	int connected = -1, code;

	if (!scan_exists(s, "/usr/sbin/apcupsd") &&
	    !scan_exists(s, "/sbin/apcupsd"))
		return 0;
	if (scan_file(s, "/etc/apcupsd/apcupsd.conf", &conf, &why) < 0)
		return scan_cannot_err(s, SCAN_ALL, &why);
	if (conf_get(conf, "UPSNAME", &v) && v.len > 0)
		name = v;
	(void)conf_get(conf, "BATTERYLEVEL", &level); /* else defaults */
	(void)conf_get(conf, "MINUTES", &minutes);
	if (is_started(s, units))
		when = str_fmt(scan_arena(s), "battery <= %.*s %%, %.*s min",
			       STR_ARG(level), STR_ARG(minutes));
	if (scan_exec(s, ask, &said, &code, &why) == 0)
		connected = code == 0 && conf_get(said, "STATUS", &v) &&
			    !str_has(v, "COMMLOST");
	return emit(s, name, "apcupsd", connected, when, e);
}

/* A UPS on USB that shows itself like the battery of a laptop. */
static int
upower_scan(struct scan *s, struct err *e)
{
	static const char *const units[] = { "upower.service", NULL };
	static const char *const conf[] = { "/etc/UPower/UPower.conf", NULL };
	static const char folder[] = "/sys/class/power_supply";
	struct err none = { 0 };
	struct str *names, text, action = str_c("HybridSleep");
	size_t n;

	if (scan_dir(s, folder, &names, &n, &none) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct units u;

		if (scan_file_max(s,
				  scan_path(s, "%s/%.*s/type", folder,
					    STR_ARG(names[i])),
				  64, &text, &none) < 0 ||
		    !str_is(str_trim(text), "UPS"))
			continue;
		if (conf_read(s, conf, NULL, 0, &text, &none) == 0)
			(void)conf_ini(text, "UPower", "CriticalPowerAction",
				       &action);
		bool works = units_load(s, &u, &none) == 0 &&
			     (units_running(s, &u, units[0]) == 1 ||
			      units_enabled(&u, units[0]));
		if (emit(s, names[i], "upower", 1,
			 works ? str_fmt(scan_arena(s),
					 "battery critical: "
					 "%.*s",
					 STR_ARG(action))
			       : str_c(""),
			 e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	bool denied = false;

	if (nut_scan(s, &denied, e) < 0 || apcupsd_scan(s, e) < 0 ||
	    upower_scan(s, e) < 0)
		return e->code;
	return denied ? scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT) : 0;
}

const struct table table_host_ups = {
	.contract = &contract_host_ups,
	.scan = scan,
};
