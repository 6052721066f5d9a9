/*
 * host_log_config.c - table `host_log_config`: journald, rsyslog, syslog-ng,
 * auditd (its files need root), wtmp and btmp, with what logrotate keeps.
 */
#include "base/arena.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/linux/utmp.h"
#include "tables/table.h"

#define DAY_S INT64_C(86400)
#define UTMP_MAX ((size_t)256 * 1024 * 1024)

struct logs {
	struct scan *s;
	struct units units;
	bool has_units;
	struct str rotate; /* logrotate.conf */
	bool rotates;	   /* logrotate is installed */
};

struct row {
	const char *log;
	int enabled, persistent;		   /* -1: not known */
	int64_t max_bytes, retention_s, oldest_at; /* 0: none known */
	struct str forward_to, detail;
};

static int
emit(struct scan *s, const struct row *r, struct err *e)
{
	scan_c(s, HOST_LOG_CONFIG_LOG, r->log);
	if (r->enabled >= 0)
		scan_bool(s, HOST_LOG_CONFIG_ENABLED, r->enabled == 1);
	if (r->persistent >= 0)
		scan_bool(s, HOST_LOG_CONFIG_PERSISTENT, r->persistent == 1);
	if (r->max_bytes > 0)
		scan_int(s, HOST_LOG_CONFIG_MAX_BYTES, r->max_bytes);
	if (r->retention_s > 0)
		scan_int(s, HOST_LOG_CONFIG_RETENTION_S, r->retention_s);
	if (r->forward_to.p != NULL)
		scan_text(s, HOST_LOG_CONFIG_FORWARD_TO, r->forward_to);
	if (r->oldest_at > 0)
		scan_at(s, HOST_LOG_CONFIG_OLDEST_AT, r->oldest_at);
	if (r->detail.p != NULL)
		scan_text(s, HOST_LOG_CONFIG_DETAIL, r->detail);
	return scan_emit(s, e);
}

/* "512M": bytes; 0 when it is not that. */
static int64_t
bytes_of(struct str v)
{
	static const char units[] = "KMGTPE";
	int64_t n, factor = 1;

	if (v.len > 0 && v.p[v.len - 1] == 'B')
		v.len--;
	const char *u = v.len > 0 && v.p[v.len - 1] != '\0'
				? strchr(units, v.p[v.len - 1])
				: NULL;
	if (u != NULL) {
		v.len--;
		for (const char *p = units; p <= u; p++)
			factor *= 1024;
	}
	return num_try(v, &n) && n > 0 && num_mul(n, factor, &n) ? n : 0;
}

/* systemd's time spans: "1month 2week", "90d", "3600"; 0 when not one. */
static int64_t
span_of(struct str v)
{
	static const struct {
		const char *name;
		int64_t s;
	} units[] = {
		{ "", 1 },
		{ "s", 1 },
		{ "sec", 1 },
		{ "m", 60 },
		{ "min", 60 },
		{ "h", 3600 },
		{ "hour", 3600 },
		{ "hours", 3600 },
		{ "d", DAY_S },
		{ "day", DAY_S },
		{ "days", DAY_S },
		{ "w", 7 * DAY_S },
		{ "week", 7 * DAY_S },
		{ "weeks", 7 * DAY_S },
		{ "M", 2629800 },
		{ "month", 2629800 },
		{ "months", 2629800 },
		{ "y", 31557600 },
		{ "year", 31557600 },
		{ "years", 31557600 },
	};
	int64_t all = 0;

	v = str_trim(v);
	while (v.len > 0) {
		size_t n = 0, letters;
		int64_t part;
		bool known = false;

		while (n < v.len && v.p[n] >= '0' && v.p[n] <= '9')
			n++;
		if (!num_try(str_first(v, n), &part))
			return 0;
		v = str_trim(str_from(v, n));
		for (letters = 0;
		     letters < v.len && ((v.p[letters] | 0x20) >= 'a' &&
					 (v.p[letters] | 0x20) <= 'z');)
			letters++;
		for (size_t i = 0; i < ARRAY_LEN(units); i++) {
			if (str_is(str_first(v, letters), units[i].name)) {
				known = num_mul(part, units[i].s, &part) &&
					num_add(all, part, &all);
				break;
			}
		}
		if (!known)
			return 0;
		v = str_trim(str_from(v, letters));
	}
	return all;
}

static int
is_running(struct logs *l, const char *unit)
{
	if (!l->has_units)
		return -1;
	return units_running(l->s, &l->units, unit);
}

static int64_t
modified(struct scan *s, const char *path)
{
	struct scan_stat st;
	struct err none = { 0 };

	return scan_stat(s, path, &st, &none) == 0 ? st.modified_at : 0;
}

/* Settings of a block, or of the file outside blocks. */
struct rotation {
	int64_t period_s, rotate, maxage_days;
};

static void
rotation_line(struct str line, struct rotation *r)
{
	static const struct {
		const char *word;
		int64_t s;
	} periods[] = {
		{ "hourly", 3600 },	   { "daily", DAY_S },
		{ "weekly", 7 * DAY_S },   { "monthly", 30 * DAY_S },
		{ "yearly", 365 * DAY_S },
	};
	struct str word, rest = line, v = str_c("");

	if (!str_next_word(&rest, &word))
		return;
	(void)str_next_word(&rest, &v); /* a word alone has no value */
	for (size_t i = 0; i < ARRAY_LEN(periods); i++) {
		if (str_is(word, periods[i].word))
			r->period_s = periods[i].s;
	}
	if (str_is(word, "rotate"))
		(void)num_try(v, &r->rotate); /* what was before stays */
	else if (str_is(word, "maxage"))
		(void)num_try(v, &r->maxage_days);
}

/* The block whose heading names the path; its settings go over the rest. */
static bool
rotation_find(struct str text, const char *path, struct rotation *r)
{
	struct str line, head = str_c("");
	bool inside = false, ours = false, found = false;

	while (conf_line(&text, &line)) {
		bool opens = str_ends(line, "{");

		if (inside && str_starts(line, "}")) {
			inside = ours = false;
			head = str_c("");
		} else if (inside && ours) {
			rotation_line(line, r);
		} else if (!inside && opens) {
			/* The paths may stand on lines of their own before. */
			inside = true;
			ours = str_has(line, path) || str_is(head, path);
			found |= ours;
			head = str_c("");
		} else if (!inside && line.p[0] == '/') {
			if (str_has(line, path))
				head = str_c(path);
		} else if (!inside) {
			rotation_line(line, r);
		}
	}
	return found;
}

/* Seconds for which a file's records are kept; 0 when nothing is known. */
static int64_t
kept_s(struct logs *l, const char *path)
{
	static const char *const folders[] = { "/etc/logrotate.d" };
	struct rotation r = { .period_s = 7 * DAY_S, .rotate = 0 };
	struct err none = { 0 };
	struct str *names, text;
	size_t n;
	bool found = rotation_find(l->rotate, path, &r);

	if (!l->rotates || scan_dir(l->s, folders[0], &names, &n, &none) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct rotation here = r;

		if (scan_file(l->s,
			      scan_path(l->s, "%s/%.*s", folders[0],
					STR_ARG(names[i])),
			      &text, &none) == 0 &&
		    rotation_find(text, path, &here)) {
			r = here;
			found = true;
		}
	}
	int64_t s = r.period_s * r.rotate;
	if (!found || r.rotate < 0 || r.rotate > 100000)
		return 0;
	if (r.maxage_days > 0 && r.maxage_days * DAY_S < s)
		s = r.maxage_days * DAY_S;
	return s;
}

/* Files closed long ago carry the time of their first entry in the name:
 * system@SOURCE-SEQUENCE-MICROSECONDS.journal, in hexadecimal. */
static int64_t
journal_oldest(struct scan *s, const char *root)
{
	struct err none = { 0 };
	struct str *ids, *names;
	size_t n_ids, n;
	int64_t oldest = 0;

	if (scan_dir(s, root, &ids, &n_ids, &none) < 0)
		return 0;
	for (size_t i = 0; i < n_ids; i++) {
		if (scan_dir(s, scan_path(s, "%s/%.*s", root, STR_ARG(ids[i])),
			     &names, &n, &none) < 0)
			continue;
		for (size_t j = 0; j < n; j++) {
			struct str name = names[j];
			uint64_t at;

			if (!str_ends(name, ".journal") ||
			    str_find(name, '@') == STR_NONE)
				continue;
			name.len -= strlen(".journal");
			size_t dash = name.len;
			while (dash > 0 && name.p[dash - 1] != '-')
				dash--;
			if (num_try_hex(str_from(name, dash), &at) &&
			    at < INT64_MAX &&
			    (oldest == 0 || (int64_t)at < oldest))
				oldest = (int64_t)at;
		}
	}
	return oldest;
}

static struct str
journal_upload(struct logs *l)
{
	static const char *const paths[] = { "/etc/systemd/journal-upload.conf",
					     NULL };
	static const char *const folders[] = {
		"/etc/systemd/journal-upload.conf.d"
	};
	struct err none = { 0 };
	struct str text, v = str_c("");

	if (l->has_units &&
	    units_enabled(&l->units, "systemd-journal-upload.service") &&
	    conf_read(l->s, paths, folders, 1, &text, &none) == 0)
		(void)conf_ini(text, "Upload", "URL", &v); /* stays empty */
	return v;
}

static int
journald_scan(struct logs *l, struct err *e)
{
	static const char *const paths[] = { "/etc/systemd/journald.conf",
					     "/usr/lib/systemd/journald.conf",
					     NULL };
	static const char *const folders[] = {
		"/etc/systemd/journald.conf.d",
		"/run/systemd/journald.conf.d",
		"/usr/lib/systemd/journald.conf.d",
	};
	struct row r = { .log = "journald" };
	struct str text, v, storage = str_c("auto");
	bool kept = scan_exists(l->s, "/var/log/journal");

	if (!scan_exists(l->s, "/usr/lib/systemd/systemd-journald") &&
	    !scan_exists(l->s, "/lib/systemd/systemd-journald"))
		return 0;
	if (conf_read(l->s, paths, folders, ARRAY_LEN(folders), &text, e) < 0)
		return scan_cannot_err(l->s, SCAN_ALL, e);
	if (conf_ini(text, "Journal", "Storage", &v) && v.len > 0)
		storage = v;
	bool none = str_is(storage, "none");
	r.persistent = str_is(storage, "persistent") ||
		       (str_is(storage, "auto") && kept);
	r.enabled = !none && scan_exists(l->s, "/run/systemd/journal/socket");
	if (conf_ini(text, "Journal",
		     r.persistent ? "SystemMaxUse" : "RuntimeMaxUse", &v))
		r.max_bytes = bytes_of(v);
	if (conf_ini(text, "Journal", "MaxRetentionSec", &v))
		r.retention_s = span_of(v);
	r.oldest_at = journal_oldest(l->s, r.persistent ? "/var/log/journal"
							: "/run/log/journal");
	r.forward_to = journal_upload(l);
	r.detail = str_fmt(scan_arena(l->s), "Storage=%.*s", STR_ARG(storage));
	return emit(l->s, &r, e);
}

/* The value in target="log.example.jp" of a line of either syntax. */
static struct str
target_of(struct str line)
{
	size_t at = str_find_c(line, "target=");

	if (str_has(line, "omfwd") && at != STR_NONE)
		return str_until(str_from(line, at + strlen("target=\"")), '"');
	at = str_find(line, '@');
	if (line.p[0] == '$' || line.p[0] == ':' || at == STR_NONE || at == 0 ||
	    (line.p[at - 1] != ' ' && line.p[at - 1] != '\t'))
		return str_c("");
	struct str to = str_from(line, at), word = str_c("");
	(void)str_next_word(&to, &word); /* stays empty */
	while (word.len > 0 && word.p[0] == '@')
		word = str_from(word, 1);
	return str_until(word, ';');
}

static struct str
rsyslog_targets(struct arena *a, struct str text)
{
	struct str line, all = str_c("");

	while (conf_line(&text, &line)) {
		struct str to = target_of(line);

		if (to.len > 0)
			all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all),
				      all.len > 0 ? "," : "", STR_ARG(to));
	}
	return all;
}

/* The oldest file left by rotation: all in it is older than its time. */
static int64_t
rotated_oldest(struct scan *s, const char *const *stems)
{
	struct err none = { 0 };
	struct str *names;
	size_t n;
	int64_t oldest = 0;

	if (scan_dir(s, "/var/log", &names, &n, &none) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		for (const char *const *stem = stems; *stem != NULL; stem++) {
			size_t len = strlen(*stem);

			if (!str_starts(names[i], *stem) ||
			    names[i].len <= len ||
			    (names[i].p[len] != '.' && names[i].p[len] != '-'))
				continue;
			int64_t at = modified(s, scan_path(s, "/var/log/%.*s",
							   STR_ARG(names[i])));
			if (at > 0 && (oldest == 0 || at < oldest))
				oldest = at;
		}
	}
	return oldest;
}

static int
rsyslog_scan(struct logs *l, struct err *e)
{
	static const char *const paths[] = { "/etc/rsyslog.conf", NULL };
	static const char *const folders[] = { "/etc/rsyslog.d" };
	static const char *const stems[] = { "syslog", "messages", NULL };
	struct row r = { .log = "rsyslog", .persistent = 1 };
	struct err why = { 0 };
	struct str text;

	if (!scan_exists(l->s, "/usr/sbin/rsyslogd"))
		return 0;
	r.enabled = is_running(l, "rsyslog.service");
	if (r.enabled < 0)
		r.enabled = scan_exists(l->s, "/run/rsyslogd.pid");
	if (conf_read(l->s, paths, folders, 1, &text, &why) < 0)
		(void)scan_cannot_err(l->s, HOST_LOG_CONFIG_FORWARD_TO, &why);
	else
		r.forward_to = rsyslog_targets(scan_arena(l->s), text);
	r.retention_s = kept_s(l, "/var/log/syslog");
	if (r.retention_s == 0)
		r.retention_s = kept_s(l, "/var/log/messages");
	r.oldest_at = rotated_oldest(l->s, stems);
	return emit(l->s, &r, e);
}

/* Destinations: network("host"), syslog("host"), tcp("host"), udp("host"). */
static struct str
syslog_ng_targets(struct arena *a, struct str text)
{
	static const char *const calls[] = { "network(\"", "syslog(\"",
					     "tcp(\"", "udp(\"" };
	struct str line, all = str_c("");
	bool destination = false;

	while (conf_line(&text, &line)) {
		if (str_starts(line, "destination"))
			destination = true;
		else if (str_starts(line, "source"))
			destination = false;
		for (size_t i = 0; destination && i < ARRAY_LEN(calls); i++) {
			size_t at = str_find_c(line, calls[i]);

			if (at == STR_NONE)
				continue;
			struct str to = str_until(
				str_from(line, at + strlen(calls[i])), '"');
			all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all),
				      all.len > 0 ? "," : "", STR_ARG(to));
		}
	}
	return all;
}

static int
syslog_ng_scan(struct logs *l, struct err *e)
{
	static const char *const paths[] = { "/etc/syslog-ng/syslog-ng.conf",
					     NULL };
	static const char *const folders[] = { "/etc/syslog-ng/conf.d" };
	static const char *const stems[] = { "syslog", "messages", NULL };
	struct row r = { .log = "syslog-ng", .persistent = 1 };
	struct err why = { 0 };
	struct str text;

	if (!scan_exists(l->s, "/usr/sbin/syslog-ng"))
		return 0;
	r.enabled = is_running(l, "syslog-ng.service");
	if (r.enabled < 0)
		r.enabled = scan_exists(l->s, "/run/syslog-ng.pid");
	if (conf_read(l->s, paths, folders, 1, &text, &why) < 0)
		(void)scan_cannot_err(l->s, HOST_LOG_CONFIG_FORWARD_TO, &why);
	else
		r.forward_to = syslog_ng_targets(scan_arena(l->s), text);
	r.retention_s = kept_s(l, "/var/log/syslog");
	if (r.retention_s == 0)
		r.retention_s = kept_s(l, "/var/log/messages");
	r.oldest_at = rotated_oldest(l->s, stems);
	return emit(l->s, &r, e);
}

static void
auditd_limits(struct str conf, struct row *r, struct arena *a)
{
	struct str v, action = str_c("rotate");
	int64_t mb = 0, n = 0;

	(void)conf_get(conf, "max_log_file_action", &action); /* or default */
	r->detail = str_fmt(a, "max_log_file_action=%.*s", STR_ARG(action));
	if (str_is_nocase(action, "rotate") &&
	    conf_get(conf, "max_log_file", &v) && num_try(v, &mb) &&
	    conf_get(conf, "num_logs", &v) && num_try(v, &n) && n > 0 &&
	    num_mul(mb, n, &mb) && num_mul(mb, 1024 * 1024, &mb))
		r->max_bytes = mb;
}

static int
auditd_scan(struct logs *l, struct err *e)
{
	static const char *const plugins[] = { "/etc/audit/plugins.d",
					       "/etc/audisp/plugins.d" };
	struct row r = { .log = "auditd", .persistent = 1 };
	struct err why = { 0 };
	struct str conf, text, v, server;
	bool active = false;

	if (!scan_exists(l->s, "/usr/sbin/auditd") &&
	    !scan_exists(l->s, "/sbin/auditd"))
		return 0;
	r.enabled = is_running(l, "auditd.service");
	if (r.enabled < 0)
		r.enabled = scan_exists(l->s, "/run/auditd.pid");
	if (scan_file(l->s, "/etc/audit/auditd.conf", &conf, &why) < 0) {
		(void)scan_cannot_err(l->s, HOST_LOG_CONFIG_MAX_BYTES, &why);
		(void)scan_cannot_err(l->s, HOST_LOG_CONFIG_FORWARD_TO, &why);
		return emit(l->s, &r, e);
	}
	auditd_limits(conf, &r, scan_arena(l->s));
	r.forward_to = str_c("");
	for (size_t i = 0; i < ARRAY_LEN(plugins); i++) {
		if (scan_file(l->s,
			      scan_path(l->s, "%s/au-remote.conf", plugins[i]),
			      &text, &why) == 0 &&
		    conf_get(text, "active", &v))
			(void)conf_bool(v, &active); /* stays off */
	}
	if (active &&
	    (scan_file(l->s, "/etc/audit/audisp-remote.conf", &text, &why) ==
		     0 ||
	     scan_file(l->s, "/etc/audisp/audisp-remote.conf", &text, &why) ==
		     0) &&
	    conf_get(text, "remote_server", &server))
		r.forward_to = server;
	return emit(l->s, &r, e);
}

static int
utmp_scan(struct logs *l, const char *log, struct err *e)
{
	const char *path = scan_path(l->s, "/var/log/%s", log);
	const char *const files[] = { scan_path(l->s, "%s.1", path), path };
	struct row r = { .log = log, .enabled = 1, .persistent = 1 };

	if (!scan_exists(l->s, path))
		return 0;
	r.forward_to = str_c("");
	r.retention_s = kept_s(l, path);
	for (size_t i = 0; i < ARRAY_LEN(files) && r.oldest_at == 0; i++) {
		struct err none = { 0 };
		struct utmp_record rec;
		struct utmp u;
		struct str text;

		if (scan_file_max(l->s, files[i], UTMP_MAX, &text, &none) ==
			    0 &&
		    utmp_init(&u, text) && utmp_next(&u, &rec))
			r.oldest_at = rec.at;
	}
	return emit(l->s, &r, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct logs l = { .s = s, .rotate = str_c("") };
	struct err none = { 0 };

	l.has_units = units_load(s, &l.units, &none) == 0;
	l.rotates = scan_exists(s, "/usr/sbin/logrotate");
	(void)scan_file(s, "/etc/logrotate.conf", &l.rotate, &none);
	if (journald_scan(&l, e) < 0 || rsyslog_scan(&l, e) < 0 ||
	    syslog_ng_scan(&l, e) < 0 || auditd_scan(&l, e) < 0 ||
	    utmp_scan(&l, "wtmp", e) < 0 || utmp_scan(&l, "btmp", e) < 0)
		return e->code;
	return 0;
}

const struct table table_host_log_config = {
	.contract = &contract_host_log_config,
	.scan = scan,
};
