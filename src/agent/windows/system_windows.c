/* system_windows.c - calls about the machine, its drives and services. */
#include <winsock2.h>
#include <windows.h>

#include <lm.h>
#include <powrprof.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"

#define DRIVES 26

static const char *
arch_name(WORD arch)
{
	switch (arch) {
	case PROCESSOR_ARCHITECTURE_AMD64:
		return "x86_64";
	case PROCESSOR_ARCHITECTURE_INTEL:
		return "x86";
	case 12: /* ARM64 */
		return "aarch64";
	default:
		return "other";
	}
}

static void
domain_put(struct arena *a, struct buf *out)
{
	LPWSTR name = NULL;
	NETSETUP_JOIN_STATUS status = NetSetupUnknownStatus;

	if (NetGetJoinInformation(NULL, &name, &status) != NERR_Success)
		return;
	if (status == NetSetupDomainName)
		put_wide(out, a, "domain", name);
	else if (status != NetSetupUnknownStatus)
		put_text(out, "domain", STR(""));
	(void)NetApiBufferFree(name);
}

static int
ask_system(struct arena *a, const char *arg UNUSED, struct buf *out,
	   struct err *e UNUSED)
{
	wchar_t name[256];
	DWORD len = ARRAY_LEN(name);
	MEMORYSTATUSEX memory = { .dwLength = sizeof(memory) };
	SYSTEM_INFO info;

	if (GetComputerNameExW(ComputerNamePhysicalDnsHostname, name, &len))
		put_text(out, "hostname", wide_utf8_n(a, name, len));
	GetNativeSystemInfo(&info);
	put_text(out, "arch", str_c(arch_name(info.wProcessorArchitecture)));
	if (GlobalMemoryStatusEx(&memory))
		put_int(out, "memory_bytes", (int64_t)memory.ullTotalPhys);
	put_int(out, "boot_at",
		moment_now() - (int64_t)GetTickCount64() * 1000);
	domain_put(a, out);
	return 0;
}

static const char *
drive_type(UINT type)
{
	switch (type) {
	case DRIVE_FIXED:
		return "fixed";
	case DRIVE_REMOVABLE:
		return "removable";
	case DRIVE_REMOTE:
		return "remote";
	case DRIVE_CDROM:
		return "cdrom";
	case DRIVE_RAMDISK:
		return "ram";
	default:
		return NULL;
	}
}

static void
drive_put(struct arena *a, wchar_t letter, wchar_t system, struct buf *out)
{
	wchar_t root[] = { letter, L':', L'\\', L'\0' };
	wchar_t device[] = { letter, L':', L'\0' };
	wchar_t name[MAX_PATH + 1] = L"";
	DWORD len = MAX_PATH;
	ULARGE_INTEGER unused = { 0 }, all = { 0 };
	UINT type = GetDriveTypeW(root);
	const char *words = drive_type(type);

	if (words == NULL)
		return;
	put_wide(out, a, "letter", device);
	put_text(out, "type", str_c(words));
	/* An empty drive, or a server that is away: then it is not known. */
	if (GetVolumeInformationW(root, NULL, 0, NULL, NULL, NULL, name,
				  MAX_PATH))
		put_wide(out, a, "fs", name);
	if (GetDiskFreeSpaceExW(root, NULL, &all, &unused)) {
		put_int(out, "size_bytes", (int64_t)all.QuadPart);
		put_int(out, "free_bytes", (int64_t)unused.QuadPart);
	}
	if (type == DRIVE_REMOTE &&
	    WNetGetConnectionW(device, name, &len) == NO_ERROR)
		put_wide(out, a, "remote", name);
	if (type != DRIVE_REMOTE &&
	    GetVolumeNameForVolumeMountPointW(root, name, MAX_PATH))
		put_wide(out, a, "device", name);
	put_int(out, "system", letter == system);
	put_end(out);
}

static int
ask_volumes(struct arena *a, const char *arg UNUSED, struct buf *out,
	    struct err *e)
{
	wchar_t windows[MAX_PATH + 1] = L"";
	DWORD drives = GetLogicalDrives();

	if (drives == 0)
		return win_fail(e, GetLastError(), "drives");
	(void)GetWindowsDirectoryW(windows, MAX_PATH);
	/* No box asking for a medium. */
	(void)SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX);
	for (int i = 0; i < DRIVES; i++) {
		if ((drives >> i & 1) != 0)
			drive_put(a, (wchar_t)(L'A' + i), windows[0], out);
	}
	return 0;
}

static void
services_put(struct arena *a, const ENUM_SERVICE_STATUS_PROCESSW *list, DWORD n,
	     struct buf *out)
{
	for (DWORD i = 0; i < n; i++) {
		DWORD state = list[i].ServiceStatusProcess.dwCurrentState;

		put_wide(out, a, "name", list[i].lpServiceName);
		put_wide(out, a, "display", list[i].lpDisplayName);
		put_int(out, "running", state == SERVICE_RUNNING);
		put_end(out);
	}
}

static int
ask_services(struct arena *a, const char *arg UNUSED, struct buf *out,
	     struct err *e)
{
	SC_HANDLE m = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
	DWORD need = 0, n = 0, resume = 0;
	DWORD size = 256 * 1024; /* the most the call takes */
	void *list = arena_alloc(a, size);
	BOOL good;

	if (m == NULL)
		return win_fail(e, GetLastError(), "services");
	do {
		good = EnumServicesStatusExW(m, SC_ENUM_PROCESS_INFO,
					     SERVICE_WIN32 | SERVICE_DRIVER,
					     SERVICE_STATE_ALL, list, size,
					     &need, &n, &resume, NULL);
		DWORD code = good ? 0 : GetLastError();
		if (!good && code != ERROR_MORE_DATA) {
			(void)CloseServiceHandle(m);
			return win_fail(e, code, "services");
		}
		services_put(a, list, n, out);
	} while (!good && n > 0);
	(void)CloseServiceHandle(m);
	return 0;
}

static int
ask_power(struct arena *a UNUSED, const char *arg UNUSED, struct buf *out,
	  struct err *e)
{
	static const GUID sleep_group = { 0x238c9fa8,
					  0x0aad,
					  0x41ed,
					  { 0x83, 0xf4, 0x97, 0xbe, 0x24, 0x2c,
					    0x8f, 0x20 } };
	static const GUID standby = { 0x29f6c1db,
				      0x86da,
				      0x48c5,
				      { 0x9f, 0xdb, 0xf2, 0xb6, 0x7b, 0x1f,
					0x44, 0xda } };
	static const GUID no_group = { 0xfea3413e,
				       0x7e05,
				       0x4911,
				       { 0x9a, 0x71, 0x70, 0x03, 0x31, 0xf1,
					 0xc2, 0x94 } };
	static const GUID lock = { 0x0e796bdb,
				   0x100d,
				   0x47d6,
				   { 0xa2, 0xd5, 0xf7, 0xd2, 0xda, 0xa5, 0x1f,
				     0x51 } };
	GUID *scheme = NULL;
	DWORD n, r = PowerGetActiveScheme(NULL, &scheme);

	if (r != ERROR_SUCCESS)
		return win_fail(e, r, "the power plan");
	if (PowerReadACValueIndex(NULL, scheme, &sleep_group, &standby, &n) ==
	    ERROR_SUCCESS)
		put_int(out, "sleep_s", n);
	if (PowerReadACValueIndex(NULL, scheme, &no_group, &lock, &n) ==
	    ERROR_SUCCESS)
		put_int(out, "wake_password", n != 0);
	(void)LocalFree(scheme);
	return 0;
}

const struct call calls_system[] = {
	{ "system", ask_system },
	{ "volumes", ask_volumes },
	{ "services", ask_services },
	{ "power", ask_power },
	{ 0 },
};
