/* devices_windows.c - calls about USB devices and certificates. */
#include <initguid.h>
#include <winsock2.h>
#include <windows.h>

#include <devpkey.h>
#include <setupapi.h>
#include <wincrypt.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

typedef BOOL(WINAPI device_property)(HDEVINFO, PSP_DEVINFO_DATA,
				     const DEVPROPKEY *, DEVPROPTYPE *, PBYTE,
				     DWORD, PDWORD, DWORD);

/* The call is missing on old systems and elsewhere. */
static void
arrival_put(HDEVINFO set, SP_DEVINFO_DATA *d, struct buf *out)
{
	union {
		FARPROC raw;
		device_property *ask;
	} f = { GetProcAddress(GetModuleHandleW(L"setupapi.dll"),
			       "SetupDiGetDevicePropertyW") };
	FILETIME at = { 0 };
	DEVPROPTYPE type = 0;
	void *p = &at;

	if (f.raw == NULL || !f.ask(set, d, &DEVPKEY_Device_LastArrivalDate,
				    &type, p, sizeof(at), NULL, 0))
		return;
	int64_t when = filetime_at(at.dwHighDateTime, at.dwLowDateTime);
	if (when > 0)
		put_int(out, "arrived_at", when);
}

static int
ask_usb(struct arena *a, const char *arg UNUSED, struct buf *out, struct err *e)
{
	HDEVINFO all = SetupDiGetClassDevsW(NULL, L"USB", NULL,
					    DIGCF_ALLCLASSES);
	HDEVINFO here = SetupDiGetClassDevsW(NULL, L"USB", NULL,
					     DIGCF_ALLCLASSES | DIGCF_PRESENT);
	SP_DEVINFO_DATA d = { .cbSize = sizeof(d) };
	wchar_t id[512];

	if (all == INVALID_HANDLE_VALUE || here == INVALID_HANDLE_VALUE)
		return win_fail(e, GetLastError(), "USB devices");
	for (DWORD i = 0; SetupDiEnumDeviceInfo(all, i, &d); i++) {
		SP_DEVINFO_DATA same = { .cbSize = sizeof(same) };

		if (!SetupDiGetDeviceInstanceIdW(all, &d, id, ARRAY_LEN(id),
						 NULL))
			continue;
		put_wide(out, a, "instance", id);
		bool present = false;
		for (DWORD n = 0;
		     !present && SetupDiEnumDeviceInfo(here, n, &same); n++)
			present = same.DevInst == d.DevInst;
		put_int(out, "present", present);
		arrival_put(all, &d, out);
		put_end(out);
	}
	(void)SetupDiDestroyDeviceInfoList(all);
	(void)SetupDiDestroyDeviceInfoList(here);
	return 0;
}

static int
ask_certificates(struct arena *a UNUSED, const char *arg UNUSED,
		 struct buf *out, struct err *e)
{
	HCERTSTORE store = CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0,
					 CERT_SYSTEM_STORE_LOCAL_MACHINE |
						 CERT_STORE_READONLY_FLAG |
						 CERT_STORE_OPEN_EXISTING_FLAG,
					 L"MY");
	PCCERT_CONTEXT c = NULL;

	if (store == NULL)
		return win_fail(e, GetLastError(), "certificates");
	while ((c = CertEnumCertificatesInStore(store, c)) != NULL) {
		buf_c(out, "store=LocalMachine\\My\nder=");
		buf_hex(out, c->pbCertEncoded, c->cbCertEncoded);
		buf_c(out, "\n\n");
	}
	(void)CertCloseStore(store, 0);
	return 0;
}

const struct call calls_devices[] = {
	{ "usb", ask_usb },
	{ "certificates", ask_certificates },
	{ 0 },
};
