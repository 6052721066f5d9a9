/*
 * host_antivirus.c - table `host_antivirus`: antivirus products.
 *
 * Source: ClamAV from the units of systemd, the head of its database files,
 * cron and the logs of clamscan; other products from their services and
 * processes only, which tell that they run but not what they know. Needs no
 * rights for most; the logs and the crontabs of others need root.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

#define PROCESSES_MAX ((size_t)20000)
#define CLAM_DB "/var/lib/clamav"

struct agent {
	const char *product, *vendor;
	const char *services[3];
	const char *processes[3]; /* as /proc/PID/comm cuts them: 15 bytes */
};

static const struct agent agents[] = {
	{ "Avast Business Antivirus",
	  "Gen Digital",
	  { "avast.service" },
	  { "avast" } },
	{ "Bitdefender GravityZone",
	  "Bitdefender",
	  { "bdsec.service", "bd.service" },
	  { "bdsecd", "bdsrvscand" } },
	{ "Carbon Black",
	  "Broadcom",
	  { "cbagentd.service", "cbdaemon.service" },
	  { "cbagentd", "cbdaemon" } },
	{ "CrowdStrike Falcon",
	  "CrowdStrike",
	  { "falcon-sensor.service" },
	  { "falcon-sensor", "falcon-sensor-b" } },
	{ "Cortex XDR",
	  "Palo Alto Networks",
	  { "traps_pmd.service" },
	  { "pmd", "traps_pmd" } },
	{ "Cybereason",
	  "Cybereason",
	  { "cybereason-sensor.service" },
	  { "cybereason-sens", "cybereason" } },
	{ "Cylance",
	  "Arctic Wolf",
	  { "cylancesvc.service" },
	  { "cylancesvc" } },
	{ "Deep Security Agent",
	  "Trend Micro",
	  { "ds_agent.service" },
	  { "ds_agent", "ds_am" } },
	{ "Dr.Web",
	  "Doctor Web",
	  { "drweb-configd.service" },
	  { "drweb-configd" } },
	{ "Elastic Defend",
	  "Elastic",
	  { "ElasticEndpoint.service" },
	  { "elastic-endpoin" } },
	{ "ESET",
	  "ESET",
	  { "eea.service", "efs.service", "esets.service" },
	  { "oaeventd", "esets_daemon" } },
	{ "FortiClient",
	  "Fortinet",
	  { "forticlient.service" },
	  { "fctsched", "fortitray" } },
	{ "Kaspersky Endpoint Security",
	  "Kaspersky",
	  { "kesl.service" },
	  { "kesl" } },
	{ "Microsoft Defender",
	  "Microsoft",
	  { "mdatp.service" },
	  { "wdavdaemon" } },
	{ "SentinelOne",
	  "SentinelOne",
	  { "sentinelone.service" },
	  { "s1-agent", "s1-scanner" } },
	{ "ServerProtect",
	  "Trend Micro",
	  { "splx.service" },
	  { "splxmain", "vsapiapp" } },
	{ "Sophos",
	  "Sophos",
	  { "sophos-spl.service", "sav-protect.service" },
	  { "sophos_watchdog", "savd", "savscand" } },
	{ "Symantec Endpoint Protection",
	  "Broadcom",
	  { "sisamdagent.service", "rtvscand.service" },
	  { "sisamddaemon", "rtvscand", "symcfgd" } },
	{ "Trellix Endpoint Security",
	  "Trellix",
	  { "mfetpd.service", "isectpd.service" },
	  { "mfetpd", "isectpd" } },
	{ "WithSecure",
	  "WithSecure",
	  { "f-secure-linuxsecurity-activate.service", "fsaua.service" },
	  { "fsoasd", "fsavd", "fsaua" } },
};

struct machine {
	struct units units;
	bool has_units;
	struct str *comm; /* names of running processes */
	size_t n_comm;
};

static void
processes_read(struct scan *s, struct machine *m)
{
	struct str *names, text;
	size_t n;
	int64_t pid;
	struct err none = { 0 };

	if (scan_dir(s, "/proc", &names, &n, &none) < 0)
		return;
	m->comm = ARENA_ARRAY(scan_arena(s), n + 1, struct str);
	for (size_t i = 0; i < n && m->n_comm < PROCESSES_MAX; i++) {
		if (num_try(names[i], &pid) &&
		    scan_file(
			    s,
			    scan_path(s, "/proc/%.*s/comm", STR_ARG(names[i])),
			    &text, &none) == 0)
			m->comm[m->n_comm++] = str_trim(text);
	}
}

static bool
process_runs(const struct machine *m, const char *name)
{
	for (size_t i = 0; name != NULL && i < m->n_comm; i++) {
		if (str_is(m->comm[i], name))
			return true;
	}
	return false;
}

/* 1 it runs, 0 it does not, -1 not there, -2 there but not known. */
static int
service_state(struct scan *s, const struct machine *m, const char *name)
{
	if (name == NULL || !m->has_units ||
	    units_find(&m->units, name) == NULL)
		return -1;
	int running = units_running(s, &m->units, name);
	if (running >= 0)
		return running;
	return units_enabled(&m->units, name) ? 1 : -2;
}

static int
agent_emit(struct scan *s, const struct machine *m, const struct agent *g,
	   struct err *e)
{
	int state = -1;
	bool process = false;

	for (size_t i = 0; i < ARRAY_LEN(g->services); i++) {
		int x = service_state(s, m, g->services[i]);

		state = x == 1 || state == -1 ? x : state;
	}
	for (size_t i = 0; i < ARRAY_LEN(g->processes); i++)
		process |= process_runs(m, g->processes[i]);
	if (state == -1 && !process)
		return 0;
	scan_c(s, HOST_ANTIVIRUS_PRODUCT, g->product);
	scan_c(s, HOST_ANTIVIRUS_VENDOR, g->vendor);
	if (process || state >= 0)
		scan_bool(s, HOST_ANTIVIRUS_ENABLED, process || state == 1);
	scan_c(s, HOST_ANTIVIRUS_SOURCE, state == -1 ? "process" : "service");
	return scan_emit(s, e);
}

/*
 * ClamAV-VDB:21 Nov 2026 06-40 +0900:27400:2067000:90:MD5:SIGNATURE:builder:
 * seconds
 */
static bool
database_head(struct scan *s, const char *name, int64_t *ret_at,
	      struct str *ret_version)
{
	struct str head, f[9];
	int64_t sec;
	size_t n = 0;
	struct err none = { 0 };

	if (scan_call(s, scan_path(s, "head:" CLAM_DB "/%s", name), &head,
		      &none) < 0 ||
	    !str_starts(head, "ClamAV-VDB:"))
		return false;
	head = str_first(head, 512);
	while (n < ARRAY_LEN(f) && str_next(&head, ':', &f[n]))
		n++;
	if (n < ARRAY_LEN(f) ||
	    !num_try(str_first(f[8], str_find(f[8], ' ')), &sec) || sec <= 0 ||
	    sec > INT32_MAX * INT64_C(8))
		return false;
	*ret_at = sec * MOMENT_SEC;
	*ret_version = str_copy(scan_arena(s), f[2]);
	return true;
}

static bool
database_exists(struct scan *s, const char *name)
{
	struct str head;
	struct err none = { 0 };

	return scan_call(s, scan_path(s, "head:" CLAM_DB "/%s", name), &head,
			 &none) == 0;
}

static void
definitions_set(struct scan *s)
{
	static const char *const files[] = { "daily.cld", "daily.cvd",
					     "daily.inc", "main.cld",
					     "main.cvd" };
	int64_t newest = 0, at;
	struct str version = STR(""), v;
	bool broken = false;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		bool ok = database_head(s, files[i], &at, &v);

		if (ok && at > newest) {
			newest = at;
			version = v;
		}
		broken |= !ok && database_exists(s, files[i]);
	}
	if (newest == 0) {
		(void)scan_cannot(s, HOST_ANTIVIRUS_DEFINITIONS_AT,
				  broken ? CANNOT_DAMAGED : CANNOT_ABSENT);
		return;
	}
	scan_at(s, HOST_ANTIVIRUS_DEFINITIONS_AT, newest);
	scan_text(s, HOST_ANTIVIRUS_DEFINITIONS_VERSION, version);
}

/* Scans that are to run by themselves. */
struct schedule {
	bool scan, fresh; /* of files; of definitions */
	struct str scope; /* folders, blank between them */
	struct str log;
	bool unread;
};

static bool
is_option_with_value(struct str word)
{
	return str_is(word, "-l") || str_is(word, "-f") || str_is(word, "-d") ||
	       str_is(word, "-c");
}

/* nice clamscan -r -i --log=/var/log/x.log /home / >> /var/log/y.log */
static void
command_read(struct scan *s, struct schedule *t, struct str line)
{
	struct str word, after;
	bool on = false;

	while (str_next_word(&line, &word)) {
		word = str_unquote(word);
		if (str_is(word, "|") || str_is(word, ";") ||
		    str_is(word, "&&") || str_is(word, "||")) {
			on = false;
		} else if (str_starts(word, "--log=")) {
			t->log = str_after(word, '=');
		} else if (is_option_with_value(word) &&
			   str_next_word(&line, &after)) {
			t->log = str_is(word, "-l") ? after : t->log;
		} else if (str_starts(word, ">") || str_is(word, "2>") ||
			   str_is(word, "1>")) {
			if (word.len <= 2 && str_next_word(&line, &after) && on)
				t->log = after;
		} else if (str_ends(word, "clamscan") ||
			   str_ends(word, "clamdscan")) {
			on = t->scan = true;
		} else if (on && str_starts(word, "/")) {
			t->scope = str_fmt(
				scan_arena(s), "%.*s%s%.*s", STR_ARG(t->scope),
				t->scope.len > 0 ? " " : "", STR_ARG(word));
		}
	}
}

static void
commands_read(struct scan *s, struct schedule *t, const char *path)
{
	struct str rest, line;
	struct err e = { 0 };

	if (scan_file(s, path, &rest, &e) < 0) {
		t->unread |= e.code == -EACCES;
		return;
	}
	while (conf_line(&rest, &line)) {
		t->fresh |= str_has(line, "freshclam");
		if (str_has(line, "clamscan") || str_has(line, "clamdscan"))
			command_read(s, t, line);
	}
}

static void
schedule_read(struct scan *s, const struct machine *m, struct schedule *t)
{
	static const char *const folders[] = {
		"/etc/cron.d",	     "/etc/cron.hourly",
		"/etc/cron.daily",   "/etc/cron.weekly",
		"/etc/cron.monthly", "/var/spool/cron/crontabs",
		"/var/spool/cron",
	};
	struct str *names;
	size_t n;

	commands_read(s, t, "/etc/crontab");
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct err e = { 0 };

		if (scan_dir(s, folders[i], &names, &n, &e) < 0) {
			t->unread |= e.code == -EACCES;
			continue;
		}
		for (size_t j = 0; j < n; j++)
			commands_read(s, t,
				      scan_path(s, "%s/%.*s", folders[i],
						STR_ARG(names[j])));
	}
	/* A timer starts the service of its name. */
	for (size_t i = 0; m->has_units && i < m->units.n; i++) {
		const struct unit *u = &m->units.v[i];
		struct str stem = str_first(u->name, u->name.len - 6);
		const struct unit *service = NULL;

		if (str_ends(u->name, ".timer") &&
		    units_enabled(&m->units, str_to_c(scan_arena(s), u->name)))
			service = units_find(
				&m->units,
				scan_path(s, "%.*s.service", STR_ARG(stem)));
		if (service != NULL && service->path != NULL &&
		    str_has(service->name, "clam"))
			commands_read(s, t, service->path);
	}
}

/* The zone of the machine: clamscan writes its own time. */
static const struct zone *
local_zone(struct scan *s)
{
	const struct zone *z = zone_utc;
	struct str target;
	size_t at;
	struct err none = { 0 };

	if (scan_link(s, "/etc/localtime", &target, &none) == 0 &&
	    (at = str_find_c(target, "zoneinfo/")) != STR_NONE)
		(void)zone_load(
			scan_arena(s),
			str_to_c(scan_arena(s), str_from(target, at + 9)), &z,
			&none); /* else UTC */
	return z;
}

/* "End Date:   2026:11:20 03:12:45" of the last summary that is whole. */
static bool
log_end(struct scan *s, struct str text, int64_t *ret)
{
	struct str line;
	bool found = false;
	struct err none = { 0 };

	while (str_next_line(&text, &line)) {
		if (!str_starts(line, "End Date:"))
			continue;
		char *p = str_to_c(scan_arena(s), str_trim(str_from(line, 9)));

		if (strlen(p) < 19)
			continue;
		p[4] = p[7] = '-';
		p[10] = 'T';
		found |= at_parse(str_c(p), local_zone(s), ret, &none) == 0;
	}
	return found;
}

static void
scans_set(struct scan *s, const struct schedule *t)
{
	static const char *const logs[] = { "/var/log/clamav/clamscan.log",
					    "/var/log/clamscan.log",
					    "/var/log/clamav/scan.log" };
	struct str text, word, rest = t->scope;
	int64_t at;
	bool whole = false, found = false, denied = false;

	while (str_next_word(&rest, &word))
		whole |= str_is(word, "/");
	for (size_t i = 0; i <= ARRAY_LEN(logs) && !found; i++) {
		const char *path = i == 0 ? str_to_c(scan_arena(s), t->log)
					  : logs[i - 1];
		struct err e = { 0 };

		if (*path == '/' && scan_file(s, path, &text, &e) == 0)
			found = log_end(s, text, &at);
		denied |= e.code == -EACCES;
	}
	if (t->scope.len > 0)
		scan_text(s, HOST_ANTIVIRUS_FULL_SCAN_SCOPE, t->scope);
	/* What a log without a known scope was about, nobody knows. */
	if (found && t->scope.len > 0)
		scan_at(s,
			whole ? HOST_ANTIVIRUS_LAST_FULL_SCAN_AT
			      : HOST_ANTIVIRUS_LAST_QUICK_SCAN_AT,
			at);
	if (denied && !found)
		(void)scan_cannot(s, HOST_ANTIVIRUS_LAST_FULL_SCAN_AT,
				  CANNOT_NEEDS_ROOT);
	if (t->scan || !t->unread)
		scan_bool(s, HOST_ANTIVIRUS_SCHEDULED_SCAN, t->scan);
	else
		(void)scan_cannot(s, HOST_ANTIVIRUS_SCHEDULED_SCAN,
				  CANNOT_NEEDS_ROOT);
}

static void
clam_version_set(struct scan *s)
{
	static const char *const argv[] = { "clamscan", "--version", NULL };
	struct str text;
	struct err none = { 0 };

	/* "ClamAV 1.0.7/27400/Sat Nov 21 06:40:12 2026" */
	if (scan_exec(s, argv, &text, NULL, &none) == 0 &&
	    str_starts(text, "ClamAV "))
		scan_text(s, HOST_ANTIVIRUS_VERSION,
			  str_until(str_trim(str_from(text, 7)), '/'));
}

/* The best of several: 1 runs, 0 is there, -1 is not, -2 is not known. */
static int
any_state(struct scan *s, const struct machine *m, const char *const *names)
{
	int best = -1;

	for (size_t i = 0; names[i] != NULL; i++) {
		int x = service_state(s, m, names[i]);

		best = x == 1 || best == -1 ? x : best;
	}
	return best;
}

static int
clam_emit(struct scan *s, const struct machine *m, struct err *e)
{
	static const char *const daemon[] = { "clamav-daemon.service",
					      "clamd@scan.service",
					      "clamd.service", NULL };
	static const char *const access[] = { "clamav-clamonacc.service",
					      "clamonacc.service", NULL };
	static const char *const fresh[] = { "clamav-freshclam.service",
					     "freshclam.service", NULL };
	struct schedule t = { .scope = STR(""), .log = STR("") };

	if (!scan_exists(s, "/usr/bin/clamscan") &&
	    !scan_exists(s, "/usr/sbin/clamd") &&
	    !scan_exists(s, "/usr/local/bin/clamscan"))
		return 0;
	schedule_read(s, m, &t);
	int runs = any_state(s, m, daemon);
	bool on = runs == 1 || process_runs(m, "clamd");
	bool watching = any_state(s, m, access) == 1 ||
			process_runs(m, "clamonacc");

	scan_c(s, HOST_ANTIVIRUS_PRODUCT, "ClamAV");
	scan_c(s, HOST_ANTIVIRUS_VENDOR, "Cisco");
	clam_version_set(s);
	if (on || t.scan || !t.unread)
		scan_bool(s, HOST_ANTIVIRUS_ENABLED, on || t.scan);
	else
		(void)scan_cannot(s, HOST_ANTIVIRUS_ENABLED, CANNOT_NEEDS_ROOT);
	/* Watching is the daemon's work: without it nothing is found. */
	scan_bool(s, HOST_ANTIVIRUS_REALTIME, on && watching);
	definitions_set(s);
	scan_bool(s, HOST_ANTIVIRUS_AUTO_DEFINITIONS,
		  any_state(s, m, fresh) == 1 || process_runs(m, "freshclam") ||
			  t.fresh);
	scans_set(s, &t);
	scan_c(s, HOST_ANTIVIRUS_SOURCE, "service");
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct machine m = { 0 };
	struct err none = { 0 };

	if (!scan_exists(s, "/etc"))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	m.has_units = units_load(s, &m.units, &none) == 0;
	processes_read(s, &m);
	if (clam_emit(s, &m, e) < 0)
		return e->code;
	for (size_t i = 0; i < ARRAY_LEN(agents); i++) {
		if (agent_emit(s, &m, &agents[i], e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_antivirus = {
	.contract = &contract_host_antivirus,
	.scan = scan,
};
