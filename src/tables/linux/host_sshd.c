/*
 * host_sshd.c - table `host_sshd`: `sshd -T` as root, else sshd_config and
 * what it includes, with the server's own defaults; ciphers then unknown.
 */
#include "base/arena.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/sshd.h"
#include "tables/linux/units.h"
#include "tables/table.h"

static struct str
value(const struct sshd_config *c, const char *key, const char *dflt)
{
	struct str v;

	return sshd_get(c, key, &v) ? v : str_c(dflt);
}

static void
set_bool(struct scan *s, size_t col, struct str v)
{
	bool b;

	if (conf_bool(v, &b))
		scan_bool(s, col, b);
}

static void
set_int(struct scan *s, size_t col, struct str v)
{
	int64_t n;

	if (sshd_seconds(v, &n))
		scan_int(s, col, n);
}

/* Whoever says nothing for so long is gone; the count 0 never ends it. */
static void
set_alive(struct scan *s, const struct sshd_config *c)
{
	int64_t interval, count;

	if (sshd_seconds(value(c, "clientaliveinterval", "0"), &interval) &&
	    num_try(value(c, "clientalivecountmax", "3"), &count) &&
	    num_mul(interval, count, &interval))
		scan_int(s, HOST_SSHD_CLIENT_ALIVE_S, interval);
}

static void
set_allow(struct scan *s, const struct sshd_config *c)
{
	static const char *const keys[] = { "AllowUsers", "AllowGroups",
					    "DenyUsers", "DenyGroups" };
	struct arena *a = scan_arena(s);
	struct str all = str_c("");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str v = sshd_all(a, c, keys[i], " ");

		if (v.len > 0)
			all = str_fmt(a, "%.*s%s%s %.*s", STR_ARG(all),
				      all.len > 0 ? "; " : "", keys[i],
				      STR_ARG(v));
	}
	scan_text(s, HOST_SSHD_ALLOW, all);
}

static void
set_rights(struct scan *s, const struct sshd_config *c)
{
	struct str root = value(c, "permitrootlogin", "prohibit-password");
	struct str kbd;
	bool off = false;

	if (str_is_nocase(root, "without-password"))
		root = str_c("prohibit-password"); /* its older name */
	if (root.len > 0)
		scan_text(s, HOST_SSHD_PERMIT_ROOT_LOGIN, root);
	set_bool(s, HOST_SSHD_PASSWORD_AUTHENTICATION,
		 value(c, "passwordauthentication", "yes"));
	if (!sshd_get(c, "kbdinteractiveauthentication", &kbd))
		kbd = value(c, "challengeresponseauthentication", "yes");
	set_bool(s, HOST_SSHD_KBD_INTERACTIVE, kbd);
	set_bool(s, HOST_SSHD_PERMIT_EMPTY_PASSWORDS,
		 value(c, "permitemptypasswords", "no"));
	set_bool(s, HOST_SSHD_PUBKEY_AUTHENTICATION,
		 value(c, "pubkeyauthentication", "yes"));
	scan_text(s, HOST_SSHD_AUTHENTICATION_METHODS,
		  value(c, "authenticationmethods", "any"));
	set_bool(s, HOST_SSHD_USE_PAM, value(c, "usepam", "no"));
	set_bool(s, HOST_SSHD_X11_FORWARDING, value(c, "x11forwarding", "no"));
	(void)conf_bool(value(c, "disableforwarding", "no"), &off);
	scan_text(s, HOST_SSHD_TCP_FORWARDING,
		  off ? str_c("no") : value(c, "allowtcpforwarding", "yes"));
	set_allow(s, c);
}

static void
set_crypto(struct scan *s, const struct sshd_config *c)
{
	static const struct {
		size_t col;
		const char *key;
	} lists[] = {
		{ HOST_SSHD_CIPHERS, "ciphers" },
		{ HOST_SSHD_MACS, "macs" },
		{ HOST_SSHD_KEX, "kexalgorithms" },
	};
	struct str v;

	/* A list beginning with + - ^ changes defaults only the server knows. */
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		if (sshd_get(c, lists[i].key, &v) && v.len > 0 &&
		    strchr("+-^", v.p[0]) == NULL)
			scan_text(s, lists[i].col, v);
		else
			(void)scan_cannot(s, lists[i].col,
					  scan_as_root(s) ? CANNOT_ABSENT
							  : CANNOT_NEEDS_ROOT);
	}
}

static int
by_pid_file(struct scan *s)
{
	struct err none = { 0 };
	struct str pid, comm;

	if (scan_file_max(s, "/run/sshd.pid", 64, &pid, &none) < 0)
		return 0;
	return scan_file_max(
		       s,
		       scan_path(s, "/proc/%.*s/comm", STR_ARG(str_trim(pid))),
		       64, &comm, &none) == 0 &&
	       str_is(str_trim(comm), "sshd");
}

/* The service, or a socket that starts it for each visitor. */
static void
set_running(struct scan *s)
{
	static const char *const ask[] = { "systemctl", "is-active",
					   "ssh.socket", "sshd.socket", NULL };
	struct units u = { 0 };
	struct err none = { 0 };
	struct str said = { 0 }, line;
	int code;

	if (units_load(s, &u, &none) < 0 || !u.booted) {
		scan_bool(s, HOST_SSHD_RUNNING, by_pid_file(s));
		return;
	}
	bool running = units_running(s, &u, "ssh.service") == 1 ||
		       units_running(s, &u, "sshd.service") == 1;
	bool socket = units_find(&u, "ssh.socket") != NULL ||
		      units_find(&u, "sshd.socket") != NULL;
	if (!running && socket && scan_exec(s, ask, &said, &code, &none) == 0) {
		while (str_next_line(&said, &line))
			running |= str_is(line, "active");
	}
	scan_bool(s, HOST_SSHD_RUNNING, running);
}

static struct str
source(struct scan *s, const struct sshd_config *c)
{
	if (c->asked)
		return str_c("sshd -T");
	return str_fmt(scan_arena(s), "sshd_config%s%s",
		       c->n_included > 0 ? ", Include" : "",
		       c->n_match > 0 ? ", Match not applied" : "");
}

static int
scan(struct scan *s, struct err *e)
{
	struct sshd_config c;
	struct str port;

	int r = sshd_load(s, &c, e);
	if (r == -ENOENT)
		return 0; /* no server, no row */
	if (r < 0)
		return scan_cannot_err(s, SCAN_ALL, e);

	set_running(s);
	port = sshd_all(scan_arena(s), &c, "port", ",");
	scan_text(s, HOST_SSHD_PORT, port.len > 0 ? port : str_c("22"));
	set_rights(s, &c);
	set_int(s, HOST_SSHD_MAX_AUTH_TRIES, value(&c, "maxauthtries", "6"));
	set_int(s, HOST_SSHD_LOGIN_GRACE_S, value(&c, "logingracetime", "120"));
	set_alive(s, &c);
	set_crypto(s, &c);
	scan_text(s, HOST_SSHD_LOG_LEVEL, value(&c, "loglevel", "INFO"));
	scan_int(s, HOST_SSHD_MATCH_BLOCKS, c.n_match);
	scan_text(s, HOST_SSHD_SOURCE, source(s, &c));
	return scan_emit(s, e);
}

const struct table table_host_sshd = {
	.contract = &contract_host_sshd,
	.scan = scan,
};
