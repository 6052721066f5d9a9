/*
 * host_usb_policy.c - table `host_usb_policy` of Windows.
 *
 * Source: registry: the driver of USB storage, policies about removable
 * storage and about installing devices. Needs no rights.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define STORAGE WIN_POLICIES "Microsoft\\Windows\\RemovableStorageDevices"
#define DISKS STORAGE "\\{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}"
#define INSTALL WIN_POLICIES "Microsoft\\Windows\\DeviceInstall\\Restrictions"
#define PROTECT WIN_CONTROL "StorageDevicePolicies"
#define START_DISABLED 4

static bool
is_one(struct scan *s, const char *key, const char *name)
{
	return win_setting(s, &key, 1, name, 0) == 1;
}

static int
scan(struct scan *s, struct err *e)
{
	if (!win_key(s, WIN_NT))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	bool driver = win_start(s, "USBSTOR") == START_DISABLED;
	bool policy = is_one(s, STORAGE, "Deny_All") ||
		      is_one(s, DISKS, "Deny_Read") ||
		      is_one(s, INSTALL, "DenyRemovableDevices");
	bool read_only = is_one(s, DISKS, "Deny_Write") ||
			 is_one(s, PROTECT, "WriteProtect");
	bool listed = is_one(s, INSTALL, "DenyUnspecified");

	scan_bool(s, HOST_USB_POLICY_STORAGE_BLOCKED, driver || policy);
	scan_bool(s, HOST_USB_POLICY_READ_ONLY, read_only);
	scan_bool(s, HOST_USB_POLICY_ALLOW_LIST, listed);
	scan_c(s, HOST_USB_POLICY_MECHANISM,
	       policy || read_only || listed ? "policy"
	       : driver			     ? "driver"
					     : "");
	return scan_emit(s, e);
}

const struct table table_host_usb_policy = {
	.contract = &contract_host_usb_policy,
	.scan = scan,
};
