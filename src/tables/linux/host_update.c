/*
 * host_update.c - table `host_update`: apt's periodic settings, unattended
 * upgrades and their timers; dnf-automatic. Anyone may read all of it.
 */
#include "base/arena.h"
#include "base/moment.h"
#include "base/num.h"
#include "base/version.h"
#include "tables/contracts.h"
#include "tables/linux/apt.h"
#include "tables/linux/clock.h"
#include "tables/linux/conf.h"
#include "tables/linux/dnf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

#define HISTORY_MAX ((size_t)64 * 1024 * 1024)

/* Lines `Name "value";` of apt-config dump. */
static bool
apt_value(struct str dump, const char *name, struct str *ret)
{
	struct str line;
	bool found = false;

	while (str_next_line(&dump, &line)) {
		if (!str_is_nocase(str_until(line, ' '), name))
			continue;
		struct str v = str_trim(str_after(line, ' '));
		if (v.len > 0 && v.p[v.len - 1] == ';')
			v.len--;
		*ret = str_unquote(v);
		found = true;
	}
	return found;
}

/* 0 and nothing mean never; "always", days and "2h" mean some time. */
static bool
apt_is_on(struct str dump, const char *name)
{
	struct str v;

	return apt_value(dump, name, &v) && v.len > 0 && !str_is(v, "0") &&
	       !str_is_nocase(v, "no") && !str_is_nocase(v, "false");
}

static bool
origins_allow_security(struct str dump)
{
	struct str line;

	while (str_next_line(&dump, &line)) {
		if (!str_starts(line, "Unattended-Upgrade::Origins-Pattern:") &&
		    !str_starts(line, "Unattended-Upgrade::Allowed-Origins:"))
			continue;
		if (str_has(line, "-security") ||
		    str_has(line, "Debian-Security"))
			return true;
		/* A pattern of the whole distribution takes in security, too. */
		struct str v = str_after(line, '"');
		if (str_starts(v, "*:") || str_starts(v, "origin=*") ||
		    str_starts(v, "site=*") || str_starts(v, "o=*"))
			return true;
	}
	return false;
}

/* A timer that is switched on and, on this machine, really ticks. */
static bool
ticks(struct scan *s, const struct units *u, bool has_units, const char *timer,
      const char *script)
{
	if (has_units && u->booted)
		return units_enabled(u, timer);
	return script != NULL && scan_exists(s, script) &&
	       scan_exists(s, "/run/crond.pid");
}

static int64_t
modified(struct scan *s, const char *path)
{
	struct scan_stat st;
	struct err none = { 0 };

	return scan_stat(s, path, &st, &none) == 0 ? st.modified_at : 0;
}

static void
set_latest(struct scan *s, size_t col, const char *const *paths)
{
	int64_t at = 0;

	for (; *paths != NULL; paths++) {
		int64_t m = modified(s, *paths);

		if (m > at)
			at = m;
	}
	if (at > 0)
		scan_at(s, col, at);
}

/* The last End-Date of a stanza that upgraded something. */
static int64_t
apt_history(struct scan *s, const char *path)
{
	struct err none = { 0 };
	struct str text, line;
	const struct zone *z = clock_zone(s);
	bool upgraded = false;
	int64_t last = 0, at;

	if (scan_file_max(s, path, HISTORY_MAX, &text, &none) < 0)
		return 0;
	while (str_next_line(&text, &line)) {
		if (str_starts(line, "Start-Date:"))
			upgraded = false;
		else if (str_starts(line, "Upgrade:"))
			upgraded = true;
		if (!upgraded || !str_starts(line, "End-Date:"))
			continue;
		/* "2026-11-20  06:25:01", with two blanks. */
		struct str v = str_after(line, ':'), day, time;
		if (str_next_word(&v, &day) && str_next_word(&v, &time) &&
		    at_parse(str_fmt(scan_arena(s), "%.*sT%.*s", STR_ARG(day),
				     STR_ARG(time)),
			     z, &at, &none) == 0)
			last = at;
	}
	return last;
}

/* What is behind the dashes of the version: amd64, cloud-amd64, generic. */
static struct str
flavour(struct str release)
{
	size_t last = 0;

	for (size_t i = 0; i + 1 < release.len; i++) {
		if (release.p[i] == '-' && release.p[i + 1] >= '0' &&
		    release.p[i + 1] <= '9')
			last = i + 1;
	}
	while (last < release.len && release.p[last] != '-')
		last++;
	return str_from(release, last);
}

/* A newer kernel is installed, or the running one was replaced. */
static bool
kernel_is_old(struct scan *s, enum version_scheme scheme)
{
	static const char prefix[] = "vmlinuz-";
	struct err none = { 0 };
	struct str uname, release, *names, stat, v;
	int64_t boot = 0;
	size_t n;
	bool here = false, newer = false;

	if (scan_call(s, "uname", &uname, &none) < 0 ||
	    !conf_get(uname, "release", &release) ||
	    scan_dir(s, "/boot", &names, &n, &none) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str k = str_from(names[i], sizeof(prefix) - 1);

		if (!str_starts(names[i], prefix) || str_has(k, "rescue") ||
		    str_ends(k, "+debug"))
			continue;
		if (str_eq(k, release))
			here = true;
		else if (str_eq(flavour(k), flavour(release)))
			newer |= version_cmp(scheme, k, release) > 0;
	}
	/* A kernel from outside (a container, a cloud) is not ours to judge. */
	if (!here)
		return false;
	if (scan_file(s, "/proc/stat", &stat, &none) == 0 &&
	    conf_get(stat, "btime", &v))
		(void)num_try(v, &boot); /* 0: not known */
	int64_t made = modified(
		s, scan_path(s, "/boot/vmlinuz-%.*s", STR_ARG(release)));
	return newer || (boot > 0 && made > boot * MOMENT_SEC);
}

static bool
is_public(struct str line)
{
	static const char *const hosts[] = {
		"deb.debian.org",     "security.debian.org", ".debian.org",
		"archive.ubuntu.com", "security.ubuntu.com", "ports.ubuntu.com",
	};

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		if (str_has(line, hosts[i]))
			return true;
	}
	return false;
}

/* "internet" when the distribution's own servers are named, else "mirror". */
static void
set_apt_source(struct scan *s)
{
	static const char *const paths[] = { "/etc/apt/sources.list", NULL };
	static const char *const folders[] = { "/etc/apt/sources.list.d" };
	static const char *const endings[] = { ".list", ".sources" };
	struct err none = { 0 };
	struct str text = str_c(""), more, line;
	bool any = false, from_maker = false;

	if (conf_read(s, paths, NULL, 0, &text, &none) < 0)
		return;
	for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
		const char **files;
		size_t n;

		if (conf_dropins(s, folders, 1, endings[i], &files, &n, &none) <
		    0)
			return;
		for (size_t j = 0; j < n; j++) {
			if (scan_file(s, files[j], &more, &none) == 0)
				text = str_fmt(scan_arena(s), "%.*s\n%.*s",
					       STR_ARG(text), STR_ARG(more));
		}
	}
	while (conf_line(&text, &line)) {
		bool entry = str_starts(line, "deb ") ||
			     str_starts(line, "deb\t") ||
			     str_starts(line, "URIs:");

		any |= entry;
		from_maker |= entry && is_public(line);
	}
	if (any)
		scan_c(s, HOST_UPDATE_SOURCE,
		       from_maker ? "internet" : "mirror");
}

static void
set_apt_pending(struct scan *s)
{
	struct apt_updates u;
	struct err why = { 0 };
	int64_t n_security = 0;

	if (apt_updates_load(s, &u, &why) < 0) {
		(void)scan_cannot_err(s, HOST_UPDATE_N_PENDING, &why);
		(void)scan_cannot_err(s, HOST_UPDATE_N_SECURITY, &why);
		return;
	}
	for (size_t i = 0; i < u.n; i++)
		n_security += u.v[i].security;
	scan_int(s, HOST_UPDATE_N_PENDING, (int64_t)u.n);
	if (u.no_security)
		(void)scan_cannot(s, HOST_UPDATE_N_SECURITY, CANNOT_ABSENT);
	else
		scan_int(s, HOST_UPDATE_N_SECURITY, n_security);
}

static void
set_apt_auto(struct scan *s)
{
	static const char *const ask[] = { "apt-config", "dump", NULL };
	struct units u = { 0 };
	struct err why = { 0 };
	struct str dump, v;
	bool has_units = units_load(s, &u, &why) == 0;

	if (scan_exec(s, ask, &dump, NULL, &why) < 0) {
		(void)scan_cannot_err(s, HOST_UPDATE_AUTO_CHECK, &why);
		(void)scan_cannot_err(s, HOST_UPDATE_AUTO_INSTALL, &why);
		return;
	}
	bool on = !apt_value(dump, "APT::Periodic::Enable", &v) ||
		  !str_is(v, "0");
	bool check = on &&
		     apt_is_on(dump, "APT::Periodic::Update-Package-Lists") &&
		     ticks(s, &u, has_units, "apt-daily.timer",
			   "/etc/cron.daily/apt-compat");
	bool install = on &&
		       apt_is_on(dump, "APT::Periodic::Unattended-Upgrade") &&
		       scan_exists(s, "/usr/bin/unattended-upgrade") &&
		       origins_allow_security(dump) &&
		       ticks(s, &u, has_units, "apt-daily-upgrade.timer",
			     "/etc/cron.daily/apt-compat");
	scan_bool(s, HOST_UPDATE_AUTO_CHECK, check);
	scan_bool(s, HOST_UPDATE_AUTO_INSTALL, install && check);
}

static int
apt_scan(struct scan *s, struct err *e)
{
	/* The folder changes when a fetch brings something new. */
	static const char *const fetched[] = {
		"/var/lib/apt/periodic/update-success-stamp",
		"/var/lib/apt/periodic/update-stamp", "/var/lib/apt/lists", NULL
	};

	scan_c(s, HOST_UPDATE_MANAGER, "apt");
	set_apt_auto(s);
	set_apt_pending(s);
	set_latest(s, HOST_UPDATE_LAST_CHECK_AT, fetched);
	int64_t at = apt_history(s, "/var/log/apt/history.log");
	if (at == 0)
		at = apt_history(s, "/var/log/apt/history.log.1");
	if (at > 0)
		scan_at(s, HOST_UPDATE_LAST_INSTALL_AT, at);
	scan_bool(s, HOST_UPDATE_REBOOT_NEEDED,
		  scan_exists(s, "/run/reboot-required") ||
			  kernel_is_old(s, VERSION_DPKG));
	set_apt_source(s);
	return scan_emit(s, e);
}

static void
set_dnf_auto(struct scan *s)
{
	static const char *const conf[] = { "/etc/dnf/automatic.conf", NULL };
	struct units u = { 0 };
	struct err none = { 0 };
	struct str text, v;
	bool apply = false;

	if (units_load(s, &u, &none) < 0 || !u.booted) {
		(void)scan_cannot(s, HOST_UPDATE_AUTO_INSTALL, CANNOT_ABSENT);
		(void)scan_cannot(s, HOST_UPDATE_AUTO_CHECK, CANNOT_ABSENT);
		return;
	}
	/* The kind of updates does not matter: both take in security. */
	if (conf_read(s, conf, NULL, 0, &text, &none) == 0 &&
	    conf_ini(text, "commands", "apply_updates", &v))
		(void)conf_bool(v, &apply); /* stays off */
	bool install = units_enabled(&u, "dnf-automatic-install.timer") ||
		       (apply && units_enabled(&u, "dnf-automatic.timer"));
	scan_bool(s, HOST_UPDATE_AUTO_INSTALL, install);
	scan_bool(s, HOST_UPDATE_AUTO_CHECK,
		  install || units_enabled(&u, "dnf-automatic.timer") ||
			  units_enabled(&u, "dnf-makecache.timer"));
}

static void
set_dnf_pending(struct scan *s)
{
	struct dnf_updates u;
	struct err why = { 0 };
	int64_t n_security = 0;

	if (dnf_updates_load(s, &u, &why) < 0) {
		(void)scan_cannot_err(s, HOST_UPDATE_N_PENDING, &why);
		(void)scan_cannot_err(s, HOST_UPDATE_N_SECURITY, &why);
		return;
	}
	for (size_t i = 0; i < u.n; i++)
		n_security += u.v[i].security;
	scan_int(s, HOST_UPDATE_N_PENDING, (int64_t)u.n);
	scan_int(s, HOST_UPDATE_N_SECURITY, n_security);
}

/* "2026-11-20T06:25:01+0900 SUBDEBUG Upgrade: openssl-..." */
static int64_t
dnf_history(struct scan *s)
{
	struct err none = { 0 };
	struct str text, line;
	int64_t last = 0, at;

	if (scan_file_max(s, "/var/log/dnf.rpm.log", HISTORY_MAX, &text,
			  &none) < 0)
		return 0;
	while (str_next_line(&text, &line)) {
		struct str word;

		if (str_has(line, " Upgrade: ") &&
		    str_next_word(&line, &word) &&
		    at_parse(word, zone_utc, &at, &none) == 0)
			last = at;
	}
	return last;
}

static void
set_dnf_check(struct scan *s)
{
	struct err none = { 0 };
	struct str *names;
	size_t n;
	int64_t last = 0;

	if (scan_dir(s, "/var/cache/dnf", &names, &n, &none) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		int64_t at = 0;

		if (str_ends(names[i], ".solv"))
			at = modified(s, scan_path(s, "/var/cache/dnf/%.*s",
						   STR_ARG(names[i])));
		if (at > last)
			last = at;
	}
	if (last > 0)
		scan_at(s, HOST_UPDATE_LAST_CHECK_AT, last);
}

static int
dnf_scan(struct scan *s, struct err *e)
{
	scan_c(s, HOST_UPDATE_MANAGER, "dnf");
	set_dnf_auto(s);
	set_dnf_pending(s);
	set_dnf_check(s);
	int64_t at = dnf_history(s);
	if (at > 0)
		scan_at(s, HOST_UPDATE_LAST_INSTALL_AT, at);
	scan_bool(s, HOST_UPDATE_REBOOT_NEEDED, kernel_is_old(s, VERSION_RPM));
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	if (dnf_is_used(s))
		return dnf_scan(s, e);
	if (scan_exists(s, "/var/lib/dpkg/status"))
		return apt_scan(s, e);
	return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
}

const struct table table_host_update = {
	.contract = &contract_host_update,
	.scan = scan,
};
