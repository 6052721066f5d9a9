/* os_windows.c - what the collector itself needs of Windows. */
#include "agent/windows/os.h"

#include <windows.h>

#include <objbase.h>
#include <shellapi.h>

#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

#define PATH_CHARS 32768

struct os_file {
	const char *name;
	wchar_t *path, *tmp;
	HANDLE h;
};

void
os_begin(struct arena *a, int *argc, char ***argv)
{
	int n = 0;
	LPWSTR *wide = CommandLineToArgvW(GetCommandLineW(), &n);

	if (wide != NULL) {
		*argc = n;
		*argv = ARENA_ARRAY(a, (size_t)n + 1, char *);
		for (int i = 0; i < n; i++)
			(*argv)[i] = str_to_c(a, wide_utf8(a, wide[i]));
		(void)LocalFree(wide);
	}
	/* What needs them says so itself when they are not there. */
	(void)CoInitializeEx(NULL, COINIT_MULTITHREADED);
	(void)CoInitializeSecurity(
		NULL, -1, NULL, NULL, RPC_C_AUTHN_LEVEL_DEFAULT,
		RPC_C_IMP_LEVEL_IMPERSONATE, NULL, EOAC_NONE, NULL);
}

void
os_end(void)
{
	CoUninitialize();
}

bool
os_speaks_japanese(void)
{
	return PRIMARYLANGID(GetUserDefaultUILanguage()) == LANG_JAPANESE;
}

void
os_print(struct arena *a, bool to_errors, struct str text)
{
	HANDLE h = GetStdHandle(to_errors ? STD_ERROR_HANDLE
					  : STD_OUTPUT_HANDLE);
	DWORD mode, n;
	wchar_t *w = wide_of(a, text);

	/* There is nobody else to tell. */
	if (GetConsoleMode(h, &mode))
		(void)WriteConsoleW(h, w, (DWORD)wcslen(w), &n, NULL);
	else
		(void)WriteFile(h, text.p, (DWORD)text.len, &n, NULL);
}

struct str
os_folder(struct arena *a)
{
	wchar_t *w = ARENA_ARRAY(a, PATH_CHARS, wchar_t);
	DWORD n = GetModuleFileNameW(NULL, w, PATH_CHARS);

	while (n > 0 && w[n - 1] != L'\\')
		n--;
	return wide_utf8_n(a, w, n);
}

int
os_read(struct arena *a, const char *path, size_t max, struct str *ret,
	struct err *e)
{
	HANDLE h = CreateFileW(wide_of(a, str_c(path)), GENERIC_READ,
			       FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
	char *p = arena_alloc(a, max + 1);
	DWORD n = 0;

	assert(max < INT_MAX);
	if (h == INVALID_HANDLE_VALUE)
		return win_fail(e, GetLastError(), path);
	BOOL good = ReadFile(h, p, (DWORD)max, &n, NULL);
	DWORD code = GetLastError();
	(void)CloseHandle(h);
	if (!good)
		return win_fail(e, code, path);
	*ret = (struct str){ p, n };
	return 0;
}

static int
write_fail(const struct os_file *f, struct err *e)
{
	DWORD code = GetLastError();

	return err_set(e, win_errno(code), "cannot write '%s' (code %lu)",
		       f->name, (unsigned long)code);
}

int
os_file_new(struct arena *a, const char *path, struct os_file **ret,
	    struct err *e)
{
	struct os_file *f = ARENA_NEW(a, struct os_file);

	f->name = str_to_c(a, str_c(path));
	f->path = wide_of(a, str_c(path));
	f->tmp = wide_of(a, str_fmt(a, "%s.tmp", path));
	f->h = CreateFileW(f->tmp, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
			   FILE_ATTRIBUTE_NORMAL, NULL);
	if (f->h == INVALID_HANDLE_VALUE)
		return write_fail(f, e);
	*ret = f;
	return 0;
}

int
os_file_put(void *file, struct str bytes, struct err *e)
{
	struct os_file *f = file;
	DWORD n = 0;

	if (!WriteFile(f->h, bytes.p, (DWORD)bytes.len, &n, NULL) ||
	    n != bytes.len)
		return write_fail(f, e);
	return 0;
}

int
os_file_end(struct os_file *f, struct err *e)
{
	BOOL flushed = FlushFileBuffers(f->h);

	(void)CloseHandle(f->h);
	if (!flushed ||
	    !MoveFileExW(f->tmp, f->path,
			 MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH))
		return write_fail(f, e);
	return 0;
}

void
os_file_drop(struct os_file *f)
{
	(void)CloseHandle(f->h);
	(void)DeleteFileW(f->tmp); /* half a file is none */
}
