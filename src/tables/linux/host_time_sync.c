/*
 * host_time_sync.c - table `host_time_sync`: is the clock kept right?
 *
 * Source: adjtimex(2); `chronyc -c tracking`; the settings of chrony,
 * systemd-timesyncd, ntpd and OpenNTPD and their units; the clock source of
 * the kernel. Needs no rights; where chronyc does not answer, the kernel's
 * figures stay.
 */
#include "base/arena.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

struct daemon {
	const char *name;
	const char *services[4];
	const char *paths[4];	/* of its settings; the first that is there */
	const char *folders[4]; /* of further ones ... */
	const char *suffix;	/* ... with this ending */
};

static const struct daemon daemons[] = {
	{
		.name = "chrony",
		.services = { "chrony.service", "chronyd.service" },
		.paths = { "/etc/chrony/chrony.conf", "/etc/chrony.conf" },
		.folders = { "/etc/chrony/sources.d", "/etc/chrony/conf.d",
			     "/etc/chrony.d", "/run/chrony-dhcp" },
		.suffix = "",
	},
	{
		.name = "systemd-timesyncd",
		.services = { "systemd-timesyncd.service" },
		.paths = { "/etc/systemd/timesyncd.conf",
			   "/usr/lib/systemd/timesyncd.conf" },
		.folders = { "/etc/systemd/timesyncd.conf.d",
			     "/run/systemd/timesyncd.conf.d",
			     "/usr/lib/systemd/timesyncd.conf.d" },
		.suffix = ".conf",
	},
	{
		.name = "ntpd",
		.services = { "ntpsec.service", "ntp.service", "ntpd.service",
			      "openntpd.service" },
		.paths = { "/etc/ntpsec/ntp.conf", "/etc/ntp.conf",
			   "/etc/openntpd/ntpd.conf" },
		.folders = { "/etc/ntpsec/ntp.d" },
		.suffix = ".conf",
	},
};

struct state {
	const struct daemon *daemon; /* NULL = none is on */
	int running;		     /* 1, 0, -1 = not known */
	int enabled;
};

static void
daemon_look(struct scan *s, const struct units *u, const struct daemon *d,
	    struct state *best)
{
	for (size_t i = 0; i < ARRAY_LEN(d->services); i++) {
		const char *name = d->services[i];

		if (name == NULL || units_find(u, name) == NULL)
			continue;
		struct state x = {
			.daemon = d,
			.running = units_running(s, u, name),
			.enabled = units_enabled(u, name),
		};
		/* One that runs comes before one that is only to start. */
		if ((x.running == 1 && best->running != 1) ||
		    (x.enabled == 1 && best->daemon == NULL))
			*best = x;
	}
}

static struct state
daemon_find(struct scan *s)
{
	struct state best = { .running = -1, .enabled = -1 };
	struct units u;
	struct err none = { 0 };

	if (units_load(s, &u, &none) < 0)
		return best;
	best.enabled = 0;
	for (size_t i = 0; i < ARRAY_LEN(daemons); i++)
		daemon_look(s, &u, &daemons[i], &best);
	return best;
}

static void
server_add(struct arena *a, struct str *list, struct str name)
{
	struct str rest = *list, one;

	while (list->len > 0 && str_next(&rest, ',', &one)) {
		if (str_eq(one, name))
			return;
	}
	*list = str_fmt(a, "%.*s%s%.*s", STR_ARG(*list),
			list->len > 0 ? "," : "", STR_ARG(name));
}

/* server ntp.example.jp iburst; pool ...; refclock PHC /dev/ptp0 */
static void
servers_lines(struct arena *a, struct str text, struct str *list)
{
	struct str line, key, value;

	while (conf_line(&text, &line)) {
		if (!str_next_word(&line, &key))
			continue;
		bool clock = str_is(key, "refclock");
		if ((clock || str_is(key, "server") || str_is(key, "pool") ||
		     str_is(key, "peer") || str_is(key, "servers")) &&
		    str_next_word(&line, &value)) {
			if (clock && !str_next_word(&line, &value))
				continue;
			server_add(a, list, value);
		}
	}
}

/* What is built in stands in the file as a comment. */
static bool
built_in(struct str text, struct str *ret)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		if (str_starts(line, "#FallbackNTP=")) {
			*ret = str_after(line, '=');
			return ret->len > 0;
		}
	}
	return false;
}

static void
servers_timesyncd(struct arena *a, struct str text, struct str *list)
{
	struct str value = STR(""), word;

	if (!conf_ini(text, "Time", "NTP", &value) || value.len == 0) {
		if (!conf_ini(text, "Time", "FallbackNTP", &value))
			(void)built_in(text, &value);
	}
	while (str_next_word(&value, &word))
		server_add(a, list, word);
}

static void
servers_set(struct scan *s, const struct daemon *d)
{
	struct arena *a = scan_arena(s);
	struct str list = STR(""), text;
	const char **paths;
	size_t n = 0, n_folders = 0;
	struct err none = { 0 };

	while (n_folders < ARRAY_LEN(d->folders) &&
	       d->folders[n_folders] != NULL)
		n_folders++;
	(void)conf_dropins(s, d->folders, n_folders, d->suffix, &paths, &n,
			   &none);
	struct str all = STR("");
	for (size_t i = 0; i < ARRAY_LEN(d->paths); i++) {
		if (d->paths[i] != NULL &&
		    scan_file(s, d->paths[i], &text, &none) == 0) {
			all = text;
			break;
		}
	}
	for (size_t i = 0; i < n; i++) {
		if (scan_file(s, paths[i], &text, &none) == 0)
			all = str_fmt(a, "%.*s\n%.*s", STR_ARG(all),
				      STR_ARG(text));
	}
	if (strcmp(d->name, "systemd-timesyncd") == 0)
		servers_timesyncd(a, all, &list);
	else
		servers_lines(a, all, &list);
	/* timesyncd also takes what DHCP says, so none here is not none. */
	if (list.len > 0 || strcmp(d->name, "systemd-timesyncd") != 0)
		scan_text(s, HOST_TIME_SYNC_SERVERS, list);
}

/* "-0.000123456" in seconds; false if it is no such number. */
static bool
seconds_us(struct str text, int64_t *ret)
{
	bool negative = str_starts(text, "-");
	struct str whole = str_until(str_from(text, negative), '.');
	struct str part = str_first(str_after(text, '.'), 6);
	int64_t sec, us = 0;

	if (!num_try(whole, &sec) || (part.len > 0 && !num_try(part, &us)) ||
	    !num_mul(sec, MOMENT_SEC, &sec))
		return false;
	for (size_t i = part.len; i < 6; i++)
		us *= 10;
	*ret = negative ? -(sec + us) : sec + us;
	return true;
}

/*
 * id, name, stratum, reference time, offset of the clock, ..., leap status.
 * Tells more than the kernel, which knows nothing of when.
 */
static bool
chrony_set(struct scan *s)
{
	static const char *const argv[] = { "chronyc", "-c", "tracking", NULL };
	struct str rest, f[14];
	size_t n = 0;
	int64_t at, offset;
	struct err none = { 0 };

	if (scan_exec(s, argv, &rest, NULL, &none) < 0)
		return false;
	rest = str_until(rest, '\n');
	while (n < ARRAY_LEN(f) && str_next(&rest, ',', &f[n]))
		n++;
	if (n < ARRAY_LEN(f))
		return false;
	bool yes = !str_is(f[13], "Not synchronised");
	scan_bool(s, HOST_TIME_SYNC_SYNCHRONISED, yes);
	if (!yes)
		return true;
	if (seconds_us(f[3], &at) && at > 0)
		scan_at(s, HOST_TIME_SYNC_LAST_SYNC_AT, at);
	if (seconds_us(f[4], &offset))
		scan_int(s, HOST_TIME_SYNC_OFFSET_US, offset);
	return true;
}

static void
timesyncd_set(struct scan *s)
{
	static const char *const files[] = {
		"/run/systemd/timesync/synchronized",
		"/var/lib/systemd/timesync/clock",
		"/var/lib/private/systemd/timesync/clock",
	};
	struct scan_stat st;
	struct err none = { 0 };

	/* They are touched at each synchronisation. */
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (scan_stat(s, files[i], &st, &none) == 0) {
			scan_at(s, HOST_TIME_SYNC_LAST_SYNC_AT, st.modified_at);
			return;
		}
	}
}

static void
kernel_set(struct scan *s)
{
	struct str text, value;
	int64_t n;
	bool yes;
	struct err e = { 0 };

	if (scan_call(s, "adjtimex", &text, &e) < 0) {
		(void)scan_cannot_err(s, HOST_TIME_SYNC_SYNCHRONISED, &e);
		return;
	}
	if (conf_get(text, "synchronised", &value) && conf_bool(value, &yes)) {
		scan_bool(s, HOST_TIME_SYNC_SYNCHRONISED, yes);
		/* What the kernel has left over from before says nothing. */
		if (!yes)
			return;
	}
	if (conf_get(text, "offset_us", &value) && num_try(value, &n))
		scan_int(s, HOST_TIME_SYNC_OFFSET_US, n);
	if (conf_get(text, "max_error_us", &value) && num_try(value, &n))
		scan_int(s, HOST_TIME_SYNC_MAX_ERROR_US, n);
}

static void
zone_set(struct scan *s)
{
	struct str text;
	size_t at;
	struct err none = { 0 };

	if (scan_link(s, "/etc/localtime", &text, &none) == 0 &&
	    (at = str_find_c(text, "zoneinfo/")) != STR_NONE)
		scan_text(s, HOST_TIME_SYNC_TIME_ZONE,
			  str_from(text, at + strlen("zoneinfo/")));
	else if (scan_file(s, "/etc/timezone", &text, &none) == 0)
		scan_text(s, HOST_TIME_SYNC_TIME_ZONE, str_trim(text));
	else if (!scan_exists(s, "/etc/localtime"))
		scan_c(s, HOST_TIME_SYNC_TIME_ZONE, "UTC");
}

/* A virtual machine whose clock comes from what it runs on. */
static bool
has_hypervisor_clock(struct scan *s)
{
	static const char *const clocks[] = { "kvm-clock", "xen",
					      "hyperv_clocksource_tsc_page",
					      "hyperv_clocksource_msr" };
	struct str text;
	struct err none = { 0 };

	if (scan_exists(s, "/sys/bus/vmbus/drivers/hv_utils"))
		return true;
	if (scan_file(s,
		      "/sys/devices/system/clocksource/clocksource0/"
		      "current_clocksource",
		      &text, &none) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(clocks); i++) {
		if (str_is(str_trim(text), clocks[i]))
			return true;
	}
	return false;
}

static int
scan(struct scan *s, struct err *e)
{
	struct state t = daemon_find(s);

	kernel_set(s);
	zone_set(s);
	if (t.daemon != NULL) {
		scan_c(s, HOST_TIME_SYNC_DAEMON, t.daemon->name);
		servers_set(s, t.daemon);
		if (strcmp(t.daemon->name, "chrony") == 0)
			(void)chrony_set(s); /* else the kernel's word */
		if (strcmp(t.daemon->name, "systemd-timesyncd") == 0)
			timesyncd_set(s);
	} else if (has_hypervisor_clock(s)) {
		/* Whether the host keeps it right is not seen from here. */
		scan_c(s, HOST_TIME_SYNC_DAEMON, "hypervisor");
		t.enabled = -1;
	} else if (t.enabled == 0) {
		scan_c(s, HOST_TIME_SYNC_DAEMON, "");
	}
	if (t.enabled >= 0)
		scan_bool(s, HOST_TIME_SYNC_ENABLED, t.enabled == 1);
	return scan_emit(s, e);
}

const struct table table_host_time_sync = {
	.contract = &contract_host_time_sync,
	.scan = scan,
};
