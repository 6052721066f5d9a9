/*
 * host_user.c - table `host_user` of Windows: accounts of this machine.
 *
 * Source: the calls users, members and modals; profiles from the registry.
 * Needs no rights; some machines let only an administrator ask. Whether a
 * password is set or empty cannot be found out without trying it.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define ADMINISTRATORS "S-1-5-32-544"
#define FLAG_DISABLED 0x2
#define FLAG_LOCKED 0x10
#define FLAG_NO_EXPIRY 0x10000
#define NEVER 4294967295 /* as the interface says it */

enum { RID_ADMINISTRATOR = 500, RID_FIRST_OWN = 1000 };

/* 1, 0, -1 = not known. A group below it is not followed. */
static int
is_admin(struct str members, bool known, struct str sid)
{
	struct str rec;

	while (known && win_record(&members, &rec)) {
		if (str_is(win_get(rec, "group_sid"), ADMINISTRATORS) &&
		    str_eq(win_get(rec, "user_sid"), sid))
			return 1;
	}
	return known ? 0 : -1;
}

static void
set_state(struct scan *s, struct str rec)
{
	int64_t flags, expires = win_int(rec, "expires_s", -1);
	bool expired = expires > 0 && expires != NEVER &&
		       expires * MOMENT_SEC <= scan_now(s);

	if (!win_get_int(rec, "flags", &flags))
		return;
	scan_bool(s, HOST_USER_LOCKED,
		  (flags & (FLAG_DISABLED | FLAG_LOCKED)) != 0);
	scan_bool(s, HOST_USER_CAN_LOGIN,
		  (flags & FLAG_DISABLED) == 0 && !expired);
	if (expires > 0 && expires != NEVER)
		scan_on(s, HOST_USER_EXPIRES_ON,
			days_of_at(expires * MOMENT_SEC, zone_tokyo));
}

static void
set_password(struct scan *s, struct str rec, struct str modals)
{
	int64_t flags = win_int(rec, "flags", FLAG_NO_EXPIRY);
	int64_t age, max = win_int(modals, "max_age_s", NEVER);

	if (win_get_int(rec, "password_age_s", &age) && age > 0)
		scan_on(s, HOST_USER_PASSWORD_CHANGED_ON,
			days_of_at(scan_now(s) - age * MOMENT_SEC, zone_tokyo));
	if ((flags & FLAG_NO_EXPIRY) == 0 && max > 0 && max != NEVER)
		scan_int(s, HOST_USER_PASSWORD_MAX_DAYS, max / 86400);
}

static int
user_emit(struct scan *s, struct str rec, int admin, struct str modals,
	  struct err *e)
{
	struct str sid = win_get(rec, "sid"), home;
	int64_t rid = win_rid(sid), login;

	win_set_text(s, HOST_USER_NAME, rec, "name");
	scan_text(s, HOST_USER_USER_ID, sid);
	win_set_text(s, HOST_USER_FULL_NAME, rec, "full_name");
	if (win_text(s,
		     scan_path(s, WIN_NT "\\ProfileList\\%.*s", STR_ARG(sid)),
		     "ProfileImagePath", &home) > 0)
		scan_text(s, HOST_USER_HOME, home);
	scan_c(s, HOST_USER_SHELL, "");
	scan_bool(s, HOST_USER_HUMAN,
		  rid >= RID_FIRST_OWN || rid == RID_ADMINISTRATOR);
	scan_bool(s, HOST_USER_IS_BUILTIN, rid >= 0 && rid < RID_FIRST_OWN);
	if (admin >= 0)
		scan_bool(s, HOST_USER_IS_ADMIN, admin == 1);
	set_state(s, rec);
	set_password(s, rec, modals);
	if (win_get_int(rec, "last_login_s", &login) && login > 0)
		scan_at(s, HOST_USER_LAST_LOGIN_AT, login * MOMENT_SEC);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec, members = { 0 }, modals = { 0 };
	struct err none = { 0 };

	if (scan_call(s, "users", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	bool known = scan_call(s, "members", &members, &none) == 0;
	if (!known)
		(void)scan_cannot_err(s, HOST_USER_IS_ADMIN, &none);
	if (scan_call(s, "modals", &modals, &none) < 0)
		(void)scan_cannot_err(s, HOST_USER_PASSWORD_MAX_DAYS, &none);
	(void)scan_cannot(s, HOST_USER_PASSWORD_SET, CANNOT_ABSENT);
	(void)scan_cannot(s, HOST_USER_PASSWORD_EMPTY, CANNOT_ABSENT);
	while (win_record(&rest, &rec)) {
		int admin = is_admin(members, known, win_get(rec, "sid"));

		if (user_emit(s, rec, admin, modals, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_user = {
	.contract = &contract_host_user,
	.scan = scan,
};
