/*
 * host_setting.c - table `host_setting`: log-in without password, PAM, shells,
 * Samba, sleep, browsers, audit rules (these need root); one row each.
 */
#include "base/arena.h"
#include "base/json_read.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/gnome_sleep.h"
#include "tables/linux/pam.h"
#include "tables/linux/password.h"
#include "tables/linux/units.h"
#include "tables/table.h"

/* Settings are emitted as they are found; a failure of the sink stays. */
struct settings {
	struct scan *s;
	struct units units;
	bool has_units;
	bool graphical;
	int code;
	struct err *e;
};

static void
put(struct settings *t, const char *name, struct str value, const char *source)
{
	if (t->code < 0)
		return;
	scan_c(t->s, HOST_SETTING_NAME, name);
	scan_text(t->s, HOST_SETTING_VALUE, value);
	scan_c(t->s, HOST_SETTING_SOURCE, source);
	t->code = scan_emit(t->s, t->e);
}

static void
put_bool(struct settings *t, const char *name, bool value, const char *source)
{
	put(t, name, str_c(value ? "1" : "0"), source);
}

static void
put_int(struct settings *t, const char *name, int64_t value, const char *source)
{
	put(t, name, str_fmt(scan_arena(t->s), "%" PRId64, value), source);
}

static void
put_unknown(struct settings *t, const char *name, const char *source)
{
	if (t->code < 0)
		return;
	scan_c(t->s, HOST_SETTING_NAME, name);
	scan_c(t->s, HOST_SETTING_SOURCE, source);
	t->code = scan_emit(t->s, t->e);
}

/* 1 yes, 0 no, -1 a file that may not be read. */
static int
ini_is_set(struct settings *t, const char *path, const char *section,
	   const char *key)
{
	struct err why = { 0 };
	struct str text, v;
	bool on = true;
	int r = scan_file(t->s, path, &text, &why);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return -1;
	if (!conf_ini(text, section, key, &v) || v.len == 0)
		return 0;
	(void)conf_bool(v, &on); /* a name means yes */
	return on;
}

static const char *
getty_autologin(struct settings *t)
{
	struct err none = { 0 };
	struct str text;

	for (size_t i = 0; t->has_units && i < t->units.n; i++) {
		struct unit u = t->units.v[i];
		size_t at = str_find(u.name, '@');

		if (u.masked || !str_has(u.name, "getty@"))
			continue;
		/* An instance has drop-ins of its own, but not its own file. */
		if (u.path == NULL) {
			const struct unit *of = units_find(
				&t->units, scan_path(t->s, "%.*s@.service",
						     (int)at, u.name.p));

			if (of == NULL)
				continue;
			u.path = of->path;
		}
		if (u.path != NULL && unit_text(t->s, &u, &text, &none) == 0 &&
		    str_has(unit_list(scan_arena(t->s), text, "Service",
				      "ExecStart"),
			    "--autologin"))
			return scan_path(t->s, "%.*s", STR_ARG(u.name));
	}
	return NULL;
}

static void
autologin(struct settings *t)
{
	static const struct {
		const char *path, *section, *key;
	} places[] = {
		{ "/etc/gdm3/daemon.conf", "daemon", "AutomaticLoginEnable" },
		{ "/etc/gdm3/daemon.conf", "daemon", "TimedLoginEnable" },
		{ "/etc/gdm3/custom.conf", "daemon", "AutomaticLoginEnable" },
		{ "/etc/gdm/custom.conf", "daemon", "AutomaticLoginEnable" },
		{ "/etc/gdm/custom.conf", "daemon", "TimedLoginEnable" },
		{ "/etc/lightdm/lightdm.conf", "Seat:*", "autologin-user" },
		{ "/etc/lightdm/lightdm.conf", "SeatDefaults",
		  "autologin-user" },
		{ "/etc/sddm.conf", "Autologin", "User" },
		{ "/etc/lxdm/lxdm.conf", "base", "autologin" },
	};
	static const struct {
		const char *folder, *section, *key;
	} folders[] = {
		{ "/etc/lightdm/lightdm.conf.d", "Seat:*", "autologin-user" },
		{ "/etc/sddm.conf.d", "Autologin", "User" },
	};
	static const char name[] = "autologin.enabled";
	const char *on = getty_autologin(t), *denied = NULL;

	for (size_t i = 0; i < ARRAY_LEN(places) && on == NULL; i++) {
		int r = ini_is_set(t, places[i].path, places[i].section,
				   places[i].key);

		if (r == 1)
			on = places[i].path;
		else if (r < 0)
			denied = places[i].path;
	}
	for (size_t i = 0; i < ARRAY_LEN(folders) && on == NULL; i++) {
		const char **files;
		struct err none = { 0 };
		size_t n;

		if (conf_dropins(t->s, &folders[i].folder, 1, ".conf", &files,
				 &n, &none) < 0)
			denied = folders[i].folder;
		else
			for (size_t j = 0; j < n; j++) {
				if (ini_is_set(t, files[j], folders[i].section,
					       folders[i].key) == 1)
					on = files[j];
			}
	}
	if (on != NULL)
		put_bool(t, name, true, on);
	else if (denied != NULL)
		put_unknown(t, name, denied);
	else
		put_bool(t, name, false, "gdm, lightdm, sddm, lxdm, getty");
}

struct pam_seen {
	bool nullok;
	const struct pam_rule *factor;
};

static void
seen(void *ctx, const struct pam_rule *r)
{
	static const char *const factors[] = {
		"pam_google_authenticator",
		"pam_oath",
		"pam_u2f",
		"pam_yubico",
		"pam_duo",
		"pam_pkcs11",
		"pam_totp",
		"pam_linotp",
		"pam_fido2",
		"pam_rsa_securid",
		"pam_securid",
	};
	struct pam_seen *p = ctx;

	if (str_is(r->module, "pam_unix"))
		p->nullok |= pam_arg(r->args, "nullok") ||
			     pam_arg(r->args, "nullok_secure");
	for (size_t i = 0; i < ARRAY_LEN(factors); i++) {
		if (str_is(r->module, factors[i]))
			p->factor = r;
	}
}

/* 1 demanded, 0 not, -1 cannot be read, -2 there is no such way in. */
static int
factor_demanded(struct settings *t, const char *way, bool *nullok)
{
	struct pam_seen p = { 0 };
	struct pam_stack st;
	struct err none = { 0 };
	struct pam_try right = {
		.uid = 1000, .password_ok = true, .seen = seen, .ctx = &p
	};

	if (!pam_has_service(t->s, way))
		return -2;
	if (pam_load(t->s, way, PAM_AUTH, &st, &none) < 0)
		return -1;
	(void)pam_run(&st, &right);
	*nullok |= p.nullok;
	/* nullok and nouserok let in whoever has set up none. */
	if (p.factor == NULL || pam_arg(p.factor->args, "nullok") ||
	    pam_arg(p.factor->args, "nouserok"))
		return 0;
	right.seen = NULL;
	right.failing = str_to_c(scan_arena(t->s), p.factor->module);
	return !pam_run(&st, &right);
}

/* Every way of the list that is there must demand it. */
static void
factor(struct settings *t, const char *name, const char *const *ways)
{
	bool nullok = false;
	int all = -2;

	for (; *ways != NULL; ways++) {
		int r = factor_demanded(t, *ways, &nullok);

		if (r == -2 || all == -1)
			continue;
		all = r == -1 ? -1 : all == 0 ? 0 : r;
	}
	if (all == -1)
		put_unknown(t, name, "pam.d");
	else if (all >= 0)
		put_bool(t, name, all == 1, "pam.d");
}

static void
pam(struct settings *t)
{
	static const char *const sshd[] = { "sshd", NULL };
	static const char *const sudo[] = { "sudo", "su", NULL };
	static const char *const login[] = { "login", "gdm-password", "lightdm",
					     "sddm",  "greetd",	      NULL };
	struct password_rules rules;
	struct err none = { 0 };
	bool nullok = false, denied = false, any = false;

	for (size_t i = 0; pam_ways[i] != NULL; i++) {
		int r = factor_demanded(t, pam_ways[i], &nullok);

		any |= r >= 0;
		denied |= r == -1;
	}
	if (nullok || (any && !denied))
		put_bool(t, "pam.nullok", nullok, "pam.d");
	else
		put_unknown(t, "pam.nullok", "pam.d");
	factor(t, "pam.mfa_sshd", sshd);
	factor(t, "pam.mfa_sudo", sudo);
	factor(t, "pam.mfa_login", login);
	if (password_rules_load(t->s, &rules, &none) < 0)
		put_unknown(t, "password.user_check", "pam.d");
	else
		put_bool(t, "password.user_check",
			 rules.enforced && rules.user_check, rules.source);
}

/* The last TMOUT= of a script; what stands before it does not matter. */
static void
tmout_of(struct str text, int64_t *ret, const char **source, const char *path)
{
	struct str line;
	int64_t n;

	while (conf_line(&text, &line)) {
		size_t at = str_find_c(line, "TMOUT=");

		if (at == STR_NONE ||
		    (at > 0 && line.p[at - 1] != ' ' && line.p[at - 1] != ';' &&
		     line.p[at - 1] != '\t'))
			continue;
		struct str v = str_from(line, at + strlen("TMOUT="));
		size_t len = 0;
		while (len < v.len && v.p[len] >= '0' && v.p[len] <= '9')
			len++;
		if (num_try(str_first(v, len), &n)) {
			*ret = n;
			*source = path;
		}
	}
}

static void
shell(struct settings *t)
{
	static const char *const files[] = { "/etc/profile", "/etc/bash.bashrc",
					     "/etc/bashrc",
					     "/etc/environment" };
	static const char *const folders[] = { "/etc/profile.d" };
	const char *source = "/etc/profile", **more;
	struct err none = { 0 };
	struct str text;
	int64_t n = 0;
	size_t n_more;

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (scan_file(t->s, files[i], &text, &none) == 0)
			tmout_of(text, &n, &source, files[i]);
	}
	if (conf_dropins(t->s, folders, 1, ".sh", &more, &n_more, &none) < 0)
		n_more = 0;
	for (size_t i = 0; i < n_more; i++) {
		if (scan_file(t->s, more[i], &text, &none) == 0)
			tmout_of(text, &n, &source, more[i]);
	}
	put(t, "shell.tmout", str_fmt(scan_arena(t->s), "%" PRId64, n), source);
}

/* Samba takes a key with any blanks and case; so does this. */
static bool
smb_value(struct str text, const char *key, struct str *ret)
{
	struct str line, now = str_c("global");
	bool found = false;

	while (conf_line(&text, &line)) {
		if (line.p[0] == '[') {
			now = str_trim(str_until(str_from(line, 1), ']'));
		} else if (str_is_nocase(now, "global") &&
			   str_is_nocase(str_trim(str_until(line, '=')), key)) {
			*ret = str_trim(str_after(line, '='));
			found = true;
		}
	}
	return found;
}

static bool
is_old_dialect(struct str v)
{
	static const char *const old[] = { "CORE", "COREPLUS", "LANMAN1",
					   "LANMAN2", "NT1" };

	for (size_t i = 0; i < ARRAY_LEN(old); i++) {
		if (str_is_nocase(v, old[i]))
			return true;
	}
	return false;
}

static void
samba(struct settings *t)
{
	static const char path[] = "/etc/samba/smb.conf";
	struct err why = { 0 };
	struct str text, v = str_c("");

	if (!scan_exists(t->s, "/usr/sbin/smbd")) {
		put_bool(t, "smb.smb1", false, "no Samba");
		return;
	}
	if (scan_file(t->s, path, &text, &why) < 0) {
		put_unknown(t, "smb.smb1", path);
		put_unknown(t, "smb.signing_required", path);
		put_unknown(t, "smb.audit", path);
		return;
	}
	/* Since version 4.11 the default is SMB2. */
	if (!smb_value(text, "server min protocol", &v))
		(void)smb_value(text, "min protocol", &v);
	put_bool(t, "smb.smb1", is_old_dialect(v), path);
	v = str_c("");
	(void)smb_value(text, "server signing", &v);
	put_bool(t, "smb.signing_required",
		 str_is_nocase(v, "mandatory") ||
			 str_is_nocase(v, "required") ||
			 str_is_nocase(v, "force"),
		 path);
	v = str_c("");
	(void)smb_value(text, "vfs objects", &v);
	put_bool(t, "smb.audit",
		 str_has(v, "full_audit") || str_has(v, "extd_audit"), path);
}

static void
llmnr(struct settings *t)
{
	static const char *const paths[] = { "/etc/systemd/resolved.conf",
					     "/usr/lib/systemd/resolved.conf",
					     NULL };
	static const char *const folders[] = {
		"/etc/systemd/resolved.conf.d",
		"/run/systemd/resolved.conf.d",
		"/usr/lib/systemd/resolved.conf.d",
	};
	static const char name[] = "llmnr.enabled";
	struct err none = { 0 };
	struct str text, v, line;
	bool on = true;

	if (!t->has_units ||
	    units_find(&t->units, "systemd-resolved.service") == NULL ||
	    (!units_enabled(&t->units, "systemd-resolved.service") &&
	     units_running(t->s, &t->units, "systemd-resolved.service") != 1)) {
		put_bool(t, name, false, "systemd-resolved is off");
		return;
	}
	if (conf_read(t->s, paths, folders, ARRAY_LEN(folders), &text, &none) <
	    0) {
		put_unknown(t, name, paths[0]);
		return;
	}
	/* The default is a choice of the distribution: its file shows it. */
	for (struct str rest = text; str_next_line(&rest, &line);) {
		if (str_starts(line, "#LLMNR="))
			(void)conf_bool(str_after(line, '='), &on);
	}
	if (conf_ini(text, "Resolve", "LLMNR", &v) && !conf_bool(v, &on))
		on = true; /* "resolve": it asks, though it does not answer */
	put_bool(t, name, on, paths[0]);
}

static int64_t
idle_seconds(struct str v)
{
	int64_t n;
	size_t len = 0;

	while (len < v.len && v.p[len] >= '0' && v.p[len] <= '9')
		len++;
	if (!num_try(str_first(v, len), &n))
		return 1800; /* the default of systemd: 30 minutes */
	struct str unit = str_trim(str_from(v, len));
	if (str_starts(unit, "h"))
		return n * 3600;
	return str_starts(unit, "m") ? n * 60 : n;
}

static void
sleep_settings(struct settings *t)
{
	static const char *const paths[] = { "/etc/systemd/logind.conf",
					     "/usr/lib/systemd/logind.conf",
					     NULL };
	static const char *const folders[] = {
		"/etc/systemd/logind.conf.d", "/run/systemd/logind.conf.d",
		"/usr/lib/systemd/logind.conf.d"
	};
	static const char gnome[] = "GNOME of the people here";
	struct err none = { 0 };
	struct str text, v, after = str_c("");
	struct gnome_sleep g;
	bool known = t->graphical && gnome_sleep_load(t->s, &g);

	if (conf_read(t->s, paths, folders, ARRAY_LEN(folders), &text, &none) ==
		    0 &&
	    conf_ini(text, "Login", "IdleAction", &v) &&
	    (str_starts(v, "suspend") || str_has(v, "hibernate") ||
	     str_has(v, "sleep"))) {
		(void)conf_ini(text, "Login", "IdleActionSec", &after);
		put_int(t, "sleep.idle_s", idle_seconds(after), paths[0]);
	} else if (!t->graphical) {
		put_int(t, "sleep.idle_s", 0, paths[0]);
	} else if (known) {
		put_int(t, "sleep.idle_s", g.idle_s, gnome);
	} else {
		put_unknown(t, "sleep.idle_s", "chosen by each person");
	}

	if (!t->graphical)
		put_bool(t, "sleep.password", true, "no desktop");
	else if (known)
		put_bool(t, "sleep.password", g.password, gnome);
	else
		put_unknown(t, "sleep.password", "chosen by each person");
}

/* Rules that see reading and writing: a watch -p r..w, or the system calls. */
static bool
rule_sees_files(struct str line)
{
	size_t at = str_find_c(line, "-p ");
	struct str rest, perm = str_c("");

	if (str_starts(line, "-w ") && at != STR_NONE) {
		rest = str_from(line, at + 3);
		(void)str_next_word(&rest, &perm); /* stays empty */
	} else if ((at = str_find_c(line, "perm=")) != STR_NONE) {
		rest = str_from(line, at + 5);
		(void)str_next_word(&rest, &perm);
	} else {
		return str_starts(line, "-a ") && str_has(line, "open") &&
		       !str_has(line, "never");
	}
	return str_find(perm, 'r') != STR_NONE &&
	       str_find(perm, 'w') != STR_NONE;
}

static void
audit(struct settings *t)
{
	static const char *const paths[] = { "/etc/audit/audit.rules", NULL };
	static const char *const folders[] = { "/etc/audit/rules.d" };
	static const char name[] = "audit.file_access";
	const char **files;
	struct err why = { 0 };
	struct str text, line, more;
	size_t n;
	bool sees = false;

	if (!scan_exists(t->s, "/usr/sbin/auditd") &&
	    !scan_exists(t->s, "/sbin/auditd")) {
		put_bool(t, name, false, "no auditd");
		return;
	}
	if (conf_read(t->s, paths, NULL, 0, &text, &why) < 0 ||
	    conf_dropins(t->s, folders, 1, ".rules", &files, &n, &why) < 0) {
		put_unknown(t, name, paths[0]);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (scan_file(t->s, files[i], &more, &why) < 0) {
			put_unknown(t, name, files[i]);
			return;
		}
		text = str_fmt(scan_arena(t->s), "%.*s\n%.*s", STR_ARG(text),
			       STR_ARG(more));
	}
	while (conf_line(&text, &line))
		sees |= rule_sees_files(line);
	bool on = t->has_units && units_enabled(&t->units, "auditd.service");
	bool dead = t->has_units &&
		    units_running(t->s, &t->units, "auditd.service") == 0;
	put_bool(t, name, sees && on && !dead,
		 dead ? "auditd does not run" : paths[0]);
}

/* 1 may keep passwords, 0 a policy forbids it. */
static bool
policy_forbids(struct settings *t, struct str text)
{
	struct json_read r;
	struct str key, inner;
	bool keeps = true;

	json_read_init(&r, scan_arena(t->s), text);
	if (!json_read_object(&r))
		return false;
	while (json_read_key(&r, &key)) {
		if (str_is(key, "PasswordManagerEnabled") ||
		    str_is(key, "OfferToSaveLogins")) {
			keeps &= json_read_bool(&r, true);
		} else if (str_is(key, "policies") && json_read_object(&r)) {
			while (json_read_key(&r, &inner)) {
				if (str_is(inner, "PasswordManagerEnabled") ||
				    str_is(inner, "OfferToSaveLogins"))
					keeps &= json_read_bool(&r, true);
				else
					json_read_skip(&r);
			}
		} else if (!str_is(key, "policies")) {
			json_read_skip(&r);
		}
	}
	return !r.bad && !keeps;
}

static void
browser(struct settings *t, const char *name, const char *const *programs,
	const char *const *folders)
{
	const char *source = folders[0];
	bool forbidden = false, installed = false;

	for (; *programs != NULL; programs++)
		installed |= scan_exists(t->s, *programs);
	if (!installed)
		return; /* no browser, no setting */
	for (; *folders != NULL && !forbidden; folders++) {
		struct err none = { 0 };
		const char **files;
		struct str text;
		size_t n;

		if (conf_dropins(t->s, folders, 1, ".json", &files, &n, &none) <
		    0) {
			put_unknown(t, name, *folders);
			return;
		}
		for (size_t i = 0; i < n; i++) {
			if (scan_file(t->s, files[i], &text, &none) == 0 &&
			    policy_forbids(t, text)) {
				forbidden = true;
				source = files[i];
			}
		}
	}
	put_bool(t, name, !forbidden, source);
}

static void
browsers(struct settings *t)
{
	static const char *const chrome[] = { "/opt/google/chrome/chrome",
					      "/usr/bin/chromium",
					      "/usr/bin/chromium-browser",
					      NULL };
	static const char *const chrome_policy[] = {
		"/etc/opt/chrome/policies/managed",
		"/etc/chromium/policies/managed",
		"/etc/chromium-browser/policies/managed", NULL
	};
	static const char *const edge[] = { "/opt/microsoft/msedge/msedge",
					    NULL };
	static const char *const edge_policy[] = {
		"/etc/opt/edge/policies/managed", NULL
	};
	static const char *const firefox[] = { "/usr/bin/firefox",
					       "/usr/bin/firefox-esr", NULL };
	static const char *const firefox_policy[] = {
		"/etc/firefox/policies", "/usr/lib/firefox/distribution",
		"/usr/lib/firefox-esr/distribution",
		"/usr/lib64/firefox/distribution", NULL
	};

	browser(t, "chrome.password_saving", chrome, chrome_policy);
	browser(t, "edge.password_saving", edge, edge_policy);
	browser(t, "firefox.password_saving", firefox, firefox_policy);
}

/* "Can write CD-R:" and the like, a 1 for each drive that can. */
static void
optical(struct settings *t)
{
	static const char path[] = "/proc/sys/dev/cdrom/info";
	struct err none = { 0 };
	struct str text = str_c(""), line;
	bool writes = false;

	/* Without a drive the kernel does not make the file. */
	(void)scan_file(t->s, path, &text, &none);
	while (str_next_line(&text, &line)) {
		if (str_starts(line, "Can write "))
			writes |= str_find(str_after(line, ':'), '1') !=
				  STR_NONE;
	}
	put_bool(t, "optical.writer", writes, path);
}

static int
scan(struct scan *s, struct err *e)
{
	struct settings t = { .s = s, .e = e };
	struct err none = { 0 };

	t.has_units = units_load(s, &t.units, &none) == 0;
	if (t.has_units) {
		const struct unit *dm = units_find(&t.units,
						   "display-manager.service");

		t.graphical = dm != NULL && !dm->masked && dm->path != NULL;
	}
	autologin(&t);
	pam(&t);
	shell(&t);
	samba(&t);
	llmnr(&t);
	sleep_settings(&t);
	audit(&t);
	browsers(&t);
	optical(&t);
	return t.code;
}

const struct table table_host_setting = {
	.contract = &contract_host_setting,
	.scan = scan,
};
