/* wide_windows.c - text of Windows, its error codes, and lines of answers. */
#include "agent/windows/wide.h"

#include <windows.h>

#include "base/arena.h"
#include "base/err.h"

#define TICKS_TO_1970 INT64_C(116444736000000000)

wchar_t *
wide_of(struct arena *a, struct str s)
{
	wchar_t *w = ARENA_ARRAY(a, s.len + 1, wchar_t);

	if (s.len > 0 && s.len < INT_MAX)
		(void)MultiByteToWideChar(CP_UTF8, 0, s.p, (int)s.len, w,
					  (int)s.len); /* else it stays "" */
	return w;
}

struct str
wide_utf8_n(struct arena *a, const wchar_t *w, size_t n)
{
	if (w == NULL || n == 0 || n > INT_MAX / 4)
		return STR("");
	char *p = arena_alloc(a, n * 3 + 1);
	int len = WideCharToMultiByte(CP_UTF8, 0, w, (int)n, p, (int)(n * 3),
				      NULL, NULL);
	return (struct str){ p, len > 0 ? (size_t)len : 0 };
}

struct str
wide_utf8(struct arena *a, const wchar_t *w)
{
	return wide_utf8_n(a, w, w != NULL ? wcslen(w) : 0);
}

int
win_errno(unsigned long code)
{
	switch (code) {
	case ERROR_ACCESS_DENIED:
	case ERROR_PRIVILEGE_NOT_HELD:
	case 740:	 /* ERROR_ELEVATION_REQUIRED */
	case 0x80070005: /* E_ACCESSDENIED */
	case 0x80041003: /* WBEM_E_ACCESS_DENIED */
	case 0x80041062: /* WBEM_E_PRIVILEGE_NOT_HELD */
		return -EACCES;
	case ERROR_FILE_NOT_FOUND:
	case ERROR_PATH_NOT_FOUND:
	case ERROR_NOT_FOUND:
	case ERROR_SERVICE_DOES_NOT_EXIST:
	case 15007:	 /* ERROR_EVT_CHANNEL_NOT_FOUND */
	case 0x80041002: /* WBEM_E_NOT_FOUND */
	case 0x8004100e: /* WBEM_E_INVALID_NAMESPACE */
	case 0x80041010: /* WBEM_E_INVALID_CLASS */
	case 0x80070002:
		return -ENOENT;
	case ERROR_NOT_SUPPORTED:
	case ERROR_CALL_NOT_IMPLEMENTED:
	case ERROR_INVALID_LEVEL:
	case RPC_S_SERVER_UNAVAILABLE:
	case EPT_S_NOT_REGISTERED:
	case 0x80004001: /* E_NOTIMPL */
	case 0x80040154: /* REGDB_E_CLASSNOTREG */
	case 0x800401f3: /* CO_E_CLASSSTRING */
	case 0x80070422: /* the service is disabled */
		return -ENOSYS;
	case ERROR_TIMEOUT:
	case WAIT_TIMEOUT:
	case 0x00040004: /* WBEM_S_TIMEDOUT */
		return -ETIMEDOUT;
	default:
		return -EIO;
	}
}

int
win_fail(struct err *e, unsigned long code, const char *what)
{
	return err_set(e, win_errno(code), "cannot ask for %s (code %lx)", what,
		       code);
}

void
put_text(struct buf *b, const char *key, struct str v)
{
	buf_fmt(b, "%s=", key);
	for (size_t i = 0; i < v.len; i++)
		buf_char(b, (unsigned char)v.p[i] < ' ' ? ' ' : v.p[i]);
	buf_char(b, '\n');
}

void
put_wide(struct buf *b, struct arena *a, const char *key, const wchar_t *w)
{
	if (w != NULL)
		put_text(b, key, wide_utf8(a, w));
}

void
put_int(struct buf *b, const char *key, int64_t n)
{
	buf_fmt(b, "%s=%" PRId64 "\n", key, n);
}

void
put_end(struct buf *b)
{
	buf_char(b, '\n');
}

int64_t
filetime_at(uint32_t high, uint32_t low)
{
	int64_t ticks = (int64_t)((uint64_t)high << 32 | low);

	return ticks > TICKS_TO_1970 ? (ticks - TICKS_TO_1970) / 10 : 0;
}
