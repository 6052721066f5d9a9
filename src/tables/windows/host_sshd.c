/*
 * host_sshd.c - table `host_sshd` of Windows: the OpenSSH server, if any.
 *
 * Source: the service sshd and its file sshd_config; what the file does not
 * say has the default of OpenSSH. What Match blocks say is not applied, they
 * are counted. Needs no rights on most machines.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define FILE "/ProgramData/ssh/sshd_config"

static bool
setting_read(struct str line, struct str *ret_key, struct str *ret_value)
{
	line = str_trim(str_until(line, '#'));
	if (line.len == 0 || !str_next_word(&line, ret_key))
		return false;
	*ret_value = str_unquote(str_trim(line));
	return true;
}

/* The first one counts, as in sshd; other when there is none. */
static struct str
first_value(struct str text, const char *name, const char *other)
{
	struct str line, key, value;

	while (str_next_line(&text, &line)) {
		if (!setting_read(line, &key, &value))
			continue;
		if (str_is_nocase(key, "Match"))
			break;
		if (str_is_nocase(key, name))
			return value;
	}
	return str_c(other);
}

static void
set_bool(struct scan *s, size_t col, struct str text, const char *name,
	 const char *other)
{
	scan_bool(s, col, str_is_nocase(first_value(text, name, other), "yes"));
}

static void
set_int(struct scan *s, size_t col, struct str text, const char *name,
	const char *other)
{
	int64_t n;

	if (num_try(first_value(text, name, other), &n))
		scan_int(s, col, n);
}

static int64_t
match_blocks(struct str text)
{
	struct str line, key, value;
	int64_t n = 0;

	while (str_next_line(&text, &line))
		n += setting_read(line, &key, &value) &&
		     str_is_nocase(key, "Match");
	return n;
}

static void
set_all(struct scan *s, struct str t)
{
	struct str root = first_value(t, "PermitRootLogin",
				      "prohibit-password");
	struct str users = first_value(t, "AllowUsers", "");
	struct str groups = first_value(t, "AllowGroups", "");

	scan_text(s, HOST_SSHD_PORT, first_value(t, "Port", "22"));
	scan_text(s, HOST_SSHD_PERMIT_ROOT_LOGIN, root);
	set_bool(s, HOST_SSHD_PASSWORD_AUTHENTICATION, t,
		 "PasswordAuthentication", "yes");
	set_bool(s, HOST_SSHD_KBD_INTERACTIVE, t,
		 "KbdInteractiveAuthentication", "yes");
	set_bool(s, HOST_SSHD_PERMIT_EMPTY_PASSWORDS, t, "PermitEmptyPasswords",
		 "no");
	set_bool(s, HOST_SSHD_PUBKEY_AUTHENTICATION, t, "PubkeyAuthentication",
		 "yes");
	scan_text(s, HOST_SSHD_AUTHENTICATION_METHODS,
		  first_value(t, "AuthenticationMethods", "any"));
	scan_bool(s, HOST_SSHD_USE_PAM, false);
	set_int(s, HOST_SSHD_MAX_AUTH_TRIES, t, "MaxAuthTries", "6");
	set_int(s, HOST_SSHD_LOGIN_GRACE_S, t, "LoginGraceTime", "120");
	scan_bool(s, HOST_SSHD_X11_FORWARDING, false);
	scan_text(s, HOST_SSHD_TCP_FORWARDING,
		  first_value(t, "AllowTcpForwarding", "yes"));
	scan_text(s, HOST_SSHD_ALLOW,
		  str_trim(str_fmt(scan_arena(s), "%.*s %.*s", STR_ARG(users),
				   STR_ARG(groups))));
	scan_text(s, HOST_SSHD_LOG_LEVEL, first_value(t, "LogLevel", "INFO"));
	scan_int(s, HOST_SSHD_MATCH_BLOCKS, match_blocks(t));
}

static int
scan(struct scan *s, struct err *e)
{
	struct str text;
	struct err why = { 0 };

	if (!win_key(s, WIN_NT))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	if (!win_key(s, WIN_SERVICES "sshd"))
		return 0;
	int running = win_running(s, "sshd");
	if (running >= 0)
		scan_bool(s, HOST_SSHD_RUNNING, running == 1);
	scan_c(s, HOST_SSHD_SOURCE, FILE);
	int r = scan_file(s, FILE, &text, &why);
	if (r == 0)
		set_all(s, text);
	else if (r == -ENOENT) /* it is written at the first start */
		set_all(s, STR(""));
	else
		(void)scan_cannot_err(s, SCAN_ALL, &why);
	return scan_emit(s, e);
}

const struct table table_host_sshd = {
	.contract = &contract_host_sshd,
	.scan = scan,
};
