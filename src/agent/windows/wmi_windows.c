/* wmi_windows.c - calls that WMI answers. */
#define COBJMACROS /* methods as functions */
#include <initguid.h>
#include <winsock2.h>
#include <windows.h>

#include <oleauto.h>
#include <wbemcli.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

#define WAIT_MS 20000
#define OBJECTS_MAX 1000

struct wmi {
	IWbemLocator *locator;
	IWbemServices *services;
	IEnumWbemClassObject *found;
};

struct wmi_question {
	const wchar_t *space, *query;
	const char *properties; /* parted by blanks */
	const wchar_t *method;	/* run on each object, or NULL */
	const char *results;	/* of the method */
};

static void
wmi_done(struct wmi *w)
{
	if (w->found != NULL)
		(void)IEnumWbemClassObject_Release(w->found);
	if (w->services != NULL)
		(void)IWbemServices_Release(w->services);
	if (w->locator != NULL)
		(void)IWbemLocator_Release(w->locator);
}

static HRESULT
wmi_ask(struct wmi *w, const struct wmi_question *q)
{
	void *p = NULL;
	BSTR space = SysAllocString(q->space);
	BSTR language = SysAllocString(L"WQL");
	BSTR query = SysAllocString(q->query);

	HRESULT r = CoCreateInstance(&CLSID_WbemLocator, NULL,
				     CLSCTX_INPROC_SERVER, &IID_IWbemLocator,
				     &p);
	w->locator = p;
	if (SUCCEEDED(r))
		r = IWbemLocator_ConnectServer(w->locator, space, NULL, NULL,
					       NULL,
					       WBEM_FLAG_CONNECT_USE_MAX_WAIT,
					       NULL, NULL, &w->services);
	/* Some namespaces answer only to encrypted calls. */
	union {
		IWbemServices *services;
		IUnknown *unknown;
	} u = { w->services };
	if (SUCCEEDED(r))
		(void)CoSetProxyBlanket(u.unknown, RPC_C_AUTHN_DEFAULT,
					RPC_C_AUTHZ_DEFAULT, NULL,
					RPC_C_AUTHN_LEVEL_PKT_PRIVACY,
					RPC_C_IMP_LEVEL_IMPERSONATE, NULL,
					EOAC_NONE); /* else the query fails */
	if (SUCCEEDED(r))
		r = IWbemServices_ExecQuery(
			w->services, language, query,
			WBEM_FLAG_FORWARD_ONLY | WBEM_FLAG_RETURN_IMMEDIATELY,
			NULL, &w->found);
	SysFreeString(space);
	SysFreeString(language);
	SysFreeString(query);
	return r;
}

static void
property_put(struct arena *a, IWbemClassObject *o, struct str name,
	     struct buf *out)
{
	VARIANT v, text;
	const char *key = str_to_c(a, name);

	VariantInit(&v);
	VariantInit(&text);
	if (FAILED(IWbemClassObject_Get(o, wide_of(a, name), 0, &v, NULL,
					NULL)))
		return;
	if (v.vt == VT_BOOL)
		put_int(out, key, v.boolVal != 0);
	else if (v.vt == VT_BSTR)
		put_wide(out, a, key, v.bstrVal);
	else if (v.vt != VT_NULL && v.vt != VT_EMPTY &&
		 (v.vt & VT_ARRAY) == 0 &&
		 SUCCEEDED(VariantChangeType(&text, &v, 0, VT_BSTR)))
		put_wide(out, a, key, text.bstrVal);
	(void)VariantClear(&v);
	(void)VariantClear(&text);
}

static void
properties_put(struct arena *a, IWbemClassObject *o, const char *names,
	       struct buf *out)
{
	struct str rest = str_c(names), name;

	while (str_next_word(&rest, &name))
		property_put(a, o, name, out);
}

static void
method_put(struct arena *a, struct wmi *w, IWbemClassObject *o,
	   const struct wmi_question *q, struct buf *out)
{
	VARIANT path;
	IWbemClassObject *result = NULL;
	BSTR method = SysAllocString(q->method);

	VariantInit(&path);
	if (SUCCEEDED(IWbemClassObject_Get(o, L"__RELPATH", 0, &path, NULL,
					   NULL)) &&
	    path.vt == VT_BSTR &&
	    SUCCEEDED(IWbemServices_ExecMethod(w->services, path.bstrVal,
					       method, 0, NULL, NULL, &result,
					       NULL)) &&
	    result != NULL) {
		properties_put(a, result, q->results, out);
		(void)IWbemClassObject_Release(result);
	}
	SysFreeString(method);
	(void)VariantClear(&path);
}

static int
wmi_answer(struct arena *a, const struct wmi_question *q, struct buf *out,
	   struct err *e)
{
	CLEANUP(wmi_done) struct wmi w = { 0 };
	HRESULT r = wmi_ask(&w, q);

	for (int i = 0; SUCCEEDED(r) && i < OBJECTS_MAX; i++) {
		IWbemClassObject *o = NULL;
		ULONG n = 0;

		r = IEnumWbemClassObject_Next(w.found, WAIT_MS, 1, &o, &n);
		if (r == WBEM_S_FALSE ||
		    (SUCCEEDED(r) && n == 0 && r != WBEM_S_TIMEDOUT))
			return 0;
		if (r == WBEM_S_TIMEDOUT)
			break;
		if (FAILED(r))
			break;
		properties_put(a, o, q->properties, out);
		if (q->method != NULL)
			method_put(a, &w, o, q, out);
		put_end(out);
		(void)IWbemClassObject_Release(o);
	}
	if (r == WBEM_S_NO_ERROR)
		return err_set(e, -E2BIG, "more than %d objects", OBJECTS_MAX);
	return win_fail(e, (unsigned long)(ULONG)r, "WMI objects");
}

#define QUESTION(name, ...)                                                    \
	static int ask_##name(struct arena *a, const char *arg UNUSED,         \
			      struct buf *out, struct err *e)                  \
	{                                                                      \
		static const struct wmi_question q = { __VA_ARGS__ };          \
                                                                               \
		return wmi_answer(a, &q, out, e);                              \
	}

QUESTION(computer, L"root\\cimv2",
	 L"SELECT PCSystemType FROM Win32_ComputerSystem", "PCSystemType", NULL,
	 NULL)
QUESTION(bios, L"root\\cimv2", L"SELECT SerialNumber FROM Win32_BIOS",
	 "SerialNumber", NULL, NULL)
QUESTION(battery, L"root\\cimv2", L"SELECT Name FROM Win32_Battery", "Name",
	 NULL, NULL)
QUESTION(optical, L"root\\cimv2",
	 L"SELECT Name, MediaType FROM Win32_CDROMDrive", "Name MediaType",
	 NULL, NULL)
QUESTION(security_center, L"root\\SecurityCenter2",
	 L"SELECT * FROM AntiVirusProduct",
	 "displayName instanceGuid productState", NULL, NULL)
QUESTION(defender, L"root\\Microsoft\\Windows\\Defender",
	 L"SELECT * FROM MSFT_MpComputerStatus",
	 "AMProductVersion AntivirusEnabled RealTimeProtectionEnabled "
	 "AntivirusSignatureLastUpdated AntivirusSignatureVersion "
	 "FullScanEndTime QuickScanEndTime",
	 NULL, NULL)
QUESTION(defender_preference, L"root\\Microsoft\\Windows\\Defender",
	 L"SELECT * FROM MSFT_MpPreference",
	 "ScanScheduleDay SignatureUpdateInterval SignatureScheduleDay "
	 "DisableRemovableDriveScanning",
	 NULL, NULL)
QUESTION(bitlocker, L"root\\cimv2\\Security\\MicrosoftVolumeEncryption",
	 L"SELECT * FROM Win32_EncryptableVolume",
	 "DriveLetter ProtectionStatus", L"GetConversionStatus",
	 "ConversionStatus EncryptionPercentage")

const struct call calls_wmi[] = {
	{ "computer", ask_computer },
	{ "bios", ask_bios },
	{ "battery", ask_battery },
	{ "optical", ask_optical },
	{ "security_center", ask_security_center },
	{ "defender", ask_defender },
	{ "defender_preference", ask_defender_preference },
	{ "bitlocker", ask_bitlocker },
	{ 0 },
};
