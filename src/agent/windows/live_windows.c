/* live_windows.c - the machine this runs on. */
#include <windows.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"
#include "tables/scan.h"

#define ANSWER_MAX ((size_t)16 * 1024 * 1024)
#define KEYS_MAX ((DWORD)20000)
#define VALUE_MAX ((DWORD)1024 * 1024)
#define NAME_LEN 16384 /* of a value; of a key it is 255 */

static const struct call *const all_calls[] = {
	calls_system, calls_accounts, calls_network,	calls_devices,
	calls_logs,   calls_wmi,      calls_automation,
};

static int
live_call(void *ctx UNUSED, struct arena *a, const char *name, struct str *ret,
	  struct err *e)
{
	struct str head = str_until(str_c(name), ':');
	auto_buf out = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(all_calls); i++) {
		const struct call *c = all_calls[i];

		while (c->name != NULL && !str_is(head, c->name))
			c++;
		if (c->name == NULL)
			continue;
		buf_init(&out, ANSWER_MAX);
		int r = c->ask(a, str_after(str_c(name), ':').p, &out, e);
		if (r < 0)
			return r;
		if (out.bad)
			return err_set(e, -EFBIG, "the answer is too large");
		*ret = str_copy(a, buf_view(&out));
		return 0;
	}
	return err_set(e, -ENOSYS, "no call '%s' on this system", name);
}

static void
handle_close(HANDLE *h)
{
	if (*h != INVALID_HANDLE_VALUE)
		(void)CloseHandle(*h);
}

/* "/ProgramData/x" is below the drive of the system. */
static int
live_file(void *ctx UNUSED, struct arena *a, const char *path, size_t max,
	  struct str *ret, struct err *e)
{
	wchar_t drive[8] = L"C:";
	DWORD n = 0;

	(void)GetEnvironmentVariableW(L"SystemDrive", drive, 8);
	wchar_t *rest = wide_of(a, str_c(path));
	size_t len = wcslen(drive) + wcslen(rest) + 1;
	wchar_t *full = ARENA_ARRAY(a, len, wchar_t);
	(void)swprintf(full, len, L"%ls%ls", drive, rest);
	CLEANUP(handle_close)
	HANDLE h = CreateFileW(full, GENERIC_READ,
			       FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
			       OPEN_EXISTING, 0, NULL);
	if (h == INVALID_HANDLE_VALUE)
		return win_fail(e, GetLastError(), path);
	LARGE_INTEGER size;
	if (!GetFileSizeEx(h, &size))
		return win_fail(e, GetLastError(), path);
	if (size.QuadPart < 0 || (uint64_t)size.QuadPart > max)
		return err_set(e, -EFBIG, "'%s' is larger than %zu bytes", path,
			       max);
	char *p = arena_alloc(a, (size_t)size.QuadPart + 1);
	if (!ReadFile(h, p, (DWORD)size.QuadPart, &n, NULL))
		return win_fail(e, GetLastError(), path);
	*ret = (struct str){ p, n };
	return 0;
}

static void
key_close(HKEY *k)
{
	if (*k != NULL)
		(void)RegCloseKey(*k);
}

static int
key_open(struct arena *a, const char *key, HKEY *ret, struct err *e)
{
	struct str head = str_until(str_c(key), '\\');
	HKEY root = str_is(head, "HKU") ? HKEY_USERS : HKEY_LOCAL_MACHINE;

	LSTATUS r = RegOpenKeyExW(root, wide_of(a, str_after(str_c(key), '\\')),
				  0, KEY_READ | KEY_WOW64_64KEY, ret);
	return r == ERROR_SUCCESS ? 0 : win_fail(e, (unsigned long)r, key);
}

static struct str
strings_of(struct arena *a, const wchar_t *w, size_t n, DWORD type)
{
	wchar_t *copy = ARENA_ARRAY(a, n + 1, wchar_t);

	while (n > 0 && w[n - 1] == L'\0')
		n--;
	for (size_t i = 0; i < n; i++) {
		copy[i] = w[i];
		/* Behind a zero stands what was there before, but in a list. */
		if (w[i] == L'\0' && type != REG_MULTI_SZ)
			n = i;
		else if (w[i] == L'\0')
			copy[i] = L'\n';
	}
	return wide_utf8_n(a, copy, n);
}

static struct reg_value
value_of(struct arena *a, struct str name, DWORD type, const BYTE *data,
	 DWORD len)
{
	struct reg_value v = { .name = name, .kind = REG_KIND_BYTES };
	uint32_t small = 0;
	const void *p = data;

	v.text = (struct str){ arena_dup(a, data, len), len };
	if (type == REG_SZ || type == REG_EXPAND_SZ || type == REG_MULTI_SZ) {
		v.kind = REG_KIND_TEXT;
		v.text = strings_of(a, p, len / sizeof(wchar_t), type);
	} else if (type == REG_DWORD && len >= sizeof(small)) {
		memcpy(&small, data, sizeof(small));
		v.kind = REG_KIND_NUMBER;
		v.n = small;
	} else if (type == REG_QWORD && len >= sizeof(v.n)) {
		memcpy(&v.n, data, sizeof(v.n));
		v.kind = REG_KIND_NUMBER;
	}
	if (v.kind == REG_KIND_NUMBER)
		v.text = str_fmt(a, "%" PRId64, v.n);
	return v;
}

static void
values_read(struct arena *a, HKEY k, DWORD n, DWORD largest,
	    struct reg_key *ret)
{
	wchar_t name[NAME_LEN]; /* not of the arena: many keys are read */
	BYTE *data = arena_alloc(a, largest + 2);

	ret->values = ARENA_ARRAY(a, n, struct reg_value);
	for (DWORD i = 0; i < n; i++) {
		DWORD name_len = NAME_LEN, len = largest, type = 0;

		/* One that grew meanwhile, or has gone, is left out. */
		if (RegEnumValueW(k, i, name, &name_len, NULL, &type, data,
				  &len) != ERROR_SUCCESS)
			continue;
		ret->values[ret->n_values++] = value_of(
			a, wide_utf8_n(a, name, name_len), type, data, len);
	}
}

static int
live_reg(void *ctx UNUSED, struct arena *a, const char *key,
	 struct reg_key *ret, struct err *e)
{
	CLEANUP(key_close) HKEY k = NULL;
	DWORD n_keys = 0, n_values = 0, largest = 0;
	FILETIME at = { 0 };
	wchar_t name[256];
	struct reg_key out = { 0 };

	if (key_open(a, key, &k, e) < 0)
		return e->code;
	LSTATUS r = RegQueryInfoKeyW(k, NULL, NULL, NULL, &n_keys, NULL, NULL,
				     &n_values, NULL, &largest, NULL, &at);
	if (r != ERROR_SUCCESS)
		return win_fail(e, (unsigned long)r, key);
	if (n_keys > KEYS_MAX || n_values > KEYS_MAX || largest > VALUE_MAX)
		return err_set(e, -EFBIG, "the key '%s' is too large", key);
	out.keys = ARENA_ARRAY(a, n_keys, struct str);
	for (DWORD i = 0; i < n_keys; i++) {
		DWORD len = ARRAY_LEN(name);

		if (RegEnumKeyExW(k, i, name, &len, NULL, NULL, NULL, NULL) ==
		    ERROR_SUCCESS)
			out.keys[out.n_keys++] = wide_utf8_n(a, name, len);
	}
	values_read(a, k, n_values, largest, &out);
	out.written_at = filetime_at(at.dwHighDateTime, at.dwLowDateTime);
	*ret = out;
	return 0;
}

static bool
is_elevated(void)
{
	TOKEN_ELEVATION up = { 0 };
	DWORD len = 0;
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return false;
	BOOL good = GetTokenInformation(token, TokenElevation, &up, sizeof(up),
					&len);
	(void)CloseHandle(token);
	return good && up.TokenIsElevated != 0;
}

void
world_live(struct world *w)
{
	*w = (struct world){
		.file = live_file,
		.call = live_call,
		.reg = live_reg,
		.as_root = is_elevated(),
	};
}
