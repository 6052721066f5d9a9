/* accounts_windows.c - calls about users, groups and their rules. */
#include <winsock2.h>
#include <windows.h>

#include <lm.h>
#include <ntsecapi.h>
#include <sddl.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

/* The SID of a name on this machine; does nothing when there is none. */
static void
sid_put(struct arena *a, struct buf *out, const char *key, const wchar_t *name)
{
	BYTE sid[SECURITY_MAX_SID_SIZE];
	wchar_t domain[256];
	DWORD sid_len = sizeof(sid), domain_len = ARRAY_LEN(domain);
	SID_NAME_USE use;
	LPWSTR text = NULL;

	if (!LookupAccountNameW(NULL, name, sid, &sid_len, domain, &domain_len,
				&use) ||
	    !ConvertSidToStringSidW(sid, &text))
		return;
	put_wide(out, a, key, text);
	(void)LocalFree(text);
}

/* An account named like the machine needs the machine's name before it. */
static const wchar_t *
qualified(struct arena *a, const wchar_t *name)
{
	wchar_t machine[256] = L"";
	DWORD len = ARRAY_LEN(machine);

	if (!GetComputerNameW(machine, &len))
		return name;
	size_t size = wcslen(machine) + wcslen(name) + 2;
	wchar_t *full = ARENA_ARRAY(a, size, wchar_t);
	(void)swprintf(full, size, L"%ls\\%ls", machine, name);
	return full;
}

static void
user_put(struct arena *a, const USER_INFO_3 *u, struct buf *out)
{
	put_wide(out, a, "name", u->usri3_name);
	sid_put(a, out, "sid", qualified(a, u->usri3_name));
	put_wide(out, a, "full_name", u->usri3_full_name);
	put_int(out, "flags", u->usri3_flags);
	put_int(out, "password_age_s", u->usri3_password_age);
	put_int(out, "last_login_s", u->usri3_last_logon);
	put_int(out, "expires_s", u->usri3_acct_expires);
	put_end(out);
}

static int
ask_users(struct arena *a, const char *arg UNUSED, struct buf *out,
	  struct err *e)
{
	DWORD resume = 0, n, all;
	NET_API_STATUS r;

	do {
		LPBYTE list = NULL;

		r = NetUserEnum(NULL, 3, FILTER_NORMAL_ACCOUNT, &list,
				MAX_PREFERRED_LENGTH, &n, &all, &resume);
		if (r != NERR_Success && r != ERROR_MORE_DATA)
			return win_fail(e, r, "users");
		const void *p = list;
		const USER_INFO_3 *u = p;
		for (DWORD i = 0; i < n; i++)
			user_put(a, &u[i], out);
		(void)NetApiBufferFree(list);
	} while (r == ERROR_MORE_DATA && n > 0);
	return 0;
}

static void
members_put(struct arena *a, const wchar_t *group, struct buf *out)
{
	LPBYTE list = NULL;
	DWORD n = 0, all;
	DWORD_PTR resume = 0;

	if (NetLocalGroupGetMembers(NULL, group, 2, &list, MAX_PREFERRED_LENGTH,
				    &n, &all, &resume) != NERR_Success)
		return;
	const void *p = list;
	const LOCALGROUP_MEMBERS_INFO_2 *m = p;
	for (DWORD i = 0; i < n; i++) {
		LPWSTR sid = NULL;

		put_wide(out, a, "group", group);
		sid_put(a, out, "group_sid", group);
		put_wide(out, a, "user", m[i].lgrmi2_domainandname);
		if (ConvertSidToStringSidW(m[i].lgrmi2_sid, &sid)) {
			put_wide(out, a, "user_sid", sid);
			(void)LocalFree(sid);
		}
		put_end(out);
	}
	(void)NetApiBufferFree(list);
}

static int
groups_each(struct arena *a, bool members, struct buf *out, struct err *e)
{
	LPBYTE list = NULL;
	DWORD n = 0, all;
	DWORD_PTR resume = 0;

	NET_API_STATUS r = NetLocalGroupEnum(
		NULL, 0, &list, MAX_PREFERRED_LENGTH, &n, &all, &resume);
	if (r != NERR_Success)
		return win_fail(e, r, "groups");
	const void *p = list;
	const LOCALGROUP_INFO_0 *g = p;
	for (DWORD i = 0; i < n; i++) {
		if (members) {
			members_put(a, g[i].lgrpi0_name, out);
			continue;
		}
		put_wide(out, a, "name", g[i].lgrpi0_name);
		sid_put(a, out, "sid", g[i].lgrpi0_name);
		put_end(out);
	}
	(void)NetApiBufferFree(list);
	return 0;
}

static int
ask_groups(struct arena *a, const char *arg UNUSED, struct buf *out,
	   struct err *e)
{
	return groups_each(a, false, out, e);
}

static int
ask_members(struct arena *a, const char *arg UNUSED, struct buf *out,
	    struct err *e)
{
	return groups_each(a, true, out, e);
}

/*
 * The rules are asked what they say to a long password of one letter: they
 * refuse it as not complex, or do not. Nothing is changed by that.
 */
static void
complexity_put(struct buf *out)
{
	static wchar_t password[] = L"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static wchar_t account[] = L"yamori-0";
	typedef NET_API_STATUS(WINAPI validate)(
		LPCWSTR, LPVOID, NET_VALIDATE_PASSWORD_TYPE, LPVOID, LPVOID *);
	typedef NET_API_STATUS(WINAPI release)(LPVOID *);
	union {
		FARPROC raw;
		validate *ask;
		release *free;
	} f, g;
	NET_VALIDATE_PASSWORD_RESET_INPUT_ARG in = {
		.ClearPassword = password,
		.UserAccountName = account,
	};
	void *got = NULL;
	HMODULE lib = GetModuleHandleW(L"netapi32.dll");

	if (lib == NULL)
		return;
	f.raw = GetProcAddress(lib, "NetValidatePasswordPolicy");
	g.raw = GetProcAddress(lib, "NetValidatePasswordPolicyFree");
	if (f.raw == NULL || g.raw == NULL ||
	    f.ask(NULL, NULL, NetValidatePasswordReset, &in, &got) !=
		    NERR_Success ||
	    got == NULL)
		return;
	const NET_VALIDATE_OUTPUT_ARG *answer = got;
	if (answer->ValidationStatus == NERR_Success ||
	    answer->ValidationStatus == NERR_PasswordNotComplexEnough)
		put_int(out, "complexity",
			answer->ValidationStatus != NERR_Success);
	(void)g.free(&got);
}

static int
ask_modals(struct arena *a UNUSED, const char *arg UNUSED, struct buf *out,
	   struct err *e)
{
	LPBYTE p = NULL;
	NET_API_STATUS r = NetUserModalsGet(NULL, 0, &p);

	if (r != NERR_Success)
		return win_fail(e, r, "the password rules");
	const void *v = p;
	const USER_MODALS_INFO_0 *m = v;
	put_int(out, "min_length", m->usrmod0_min_passwd_len);
	put_int(out, "history", m->usrmod0_password_hist_len);
	put_int(out, "max_age_s", m->usrmod0_max_passwd_age);
	put_int(out, "min_age_s", m->usrmod0_min_passwd_age);
	(void)NetApiBufferFree(p);
	r = NetUserModalsGet(NULL, 3, &p);
	if (r != NERR_Success)
		return win_fail(e, r, "the lockout rules");
	v = p;
	const USER_MODALS_INFO_3 *l = v;
	put_int(out, "lockout_threshold", l->usrmod3_lockout_threshold);
	put_int(out, "lockout_duration_s", l->usrmod3_lockout_duration);
	put_int(out, "lockout_window_s", l->usrmod3_lockout_observation_window);
	(void)NetApiBufferFree(p);
	complexity_put(out);
	return 0;
}

/* Asking for the audit policy is a right that has to be switched on. */
static void
privilege_on(const wchar_t *name)
{
	TOKEN_PRIVILEGES to = { .PrivilegeCount = 1 };
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(),
			      TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
		return;
	to.Privileges[0].Attributes = SE_PRIVILEGE_ENABLED;
	if (LookupPrivilegeValueW(NULL, name, &to.Privileges[0].Luid))
		(void)AdjustTokenPrivileges(token, FALSE, &to, 0, NULL, NULL);
	(void)CloseHandle(token);
}

static int
ask_audit(struct arena *a UNUSED, const char *arg UNUSED, struct buf *out,
	  struct err *e)
{
	static const struct {
		const char *key;
		GUID id;
	} asked[] = {
#define SUBCATEGORY(n)                                                         \
	{ n,                                                                   \
	  0x69ae,                                                              \
	  0x11d9,                                                              \
	  { 0xbe, 0xd3, 0x50, 0x50, 0x54, 0x50, 0x30, 0x30 } }
		{ "logon", SUBCATEGORY(0x0cce9215) },
		{ "file_system", SUBCATEGORY(0x0cce921d) },
		{ "file_share", SUBCATEGORY(0x0cce9224) },
	};

	privilege_on(L"SeSecurityPrivilege");
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		AUDIT_POLICY_INFORMATION *p = NULL;

		if (!AuditQuerySystemPolicy(&asked[i].id, 1, &p))
			return win_fail(e, GetLastError(), "the audit policy");
		put_int(out, asked[i].key, p->AuditingInformation & 3);
		AuditFree(p);
	}
	return 0;
}

const struct call calls_accounts[] = {
	{ "users", ask_users },	    { "groups", ask_groups },
	{ "members", ask_members }, { "modals", ask_modals },
	{ "audit", ask_audit },	    { 0 },
};
