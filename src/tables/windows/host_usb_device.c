/*
 * host_usb_device.c - table `host_usb_device` of Windows.
 *
 * Source: what the system remembers of USB devices in the registry; the call
 * usb says which are there and when they came last. Needs no rights.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define ENUM "HKLM\\SYSTEM\\CurrentControlSet\\Enum\\USB"

/* "@usb.inf,%name%;Words": the words. */
static struct str
words_of(struct str v)
{
	return str_find(v, ';') != STR_NONE ? str_after(v, ';') : v;
}

static bool
usb_find(struct str all, struct str instance, struct str *ret)
{
	while (win_record(&all, ret)) {
		if (win_same(win_get(*ret, "instance"), instance))
			return true;
	}
	return false;
}

static struct str
hex_part(struct scan *s, struct str id, const char *mark)
{
	size_t at = str_find_c(id, mark);

	if (at == STR_NONE)
		return (struct str){ 0 };
	struct str v = str_first(str_from(id, at + 4), 4);
	char *p = str_to_c(scan_arena(s), v);
	for (size_t i = 0; i < v.len; i++)
		p[i] = (char)(p[i] >= 'A' && p[i] <= 'F' ? p[i] + 32 : p[i]);
	return (struct str){ p, v.len };
}

static int
device_emit(struct scan *s, struct str id, struct str serial,
	    const struct reg_key *k, struct str known, struct err *e)
{
	struct str service = win_value_text(k, "Service"), rec;
	struct str name = win_value_text(k, "FriendlyName");

	if (name.len == 0)
		name = win_value_text(k, "DeviceDesc");
	scan_text(s, HOST_USB_DEVICE_VENDOR_ID, hex_part(s, id, "VID_"));
	scan_text(s, HOST_USB_DEVICE_PRODUCT_ID, hex_part(s, id, "PID_"));
	scan_text(s, HOST_USB_DEVICE_VENDOR,
		  words_of(win_value_text(k, "Mfg")));
	scan_text(s, HOST_USB_DEVICE_PRODUCT, words_of(name));
	/* An & in it: the system made it up because the device has none. */
	if (str_find(serial, '&') == STR_NONE)
		scan_text(s, HOST_USB_DEVICE_SERIAL, serial);
	scan_bool(s, HOST_USB_DEVICE_STORAGE,
		  win_same(service, STR("USBSTOR")) ||
			  win_same(service, STR("UASPStor")));
	struct str instance = str_fmt(scan_arena(s), "USB\\%.*s\\%.*s",
				      STR_ARG(id), STR_ARG(serial));
	if (usb_find(known, instance, &rec)) {
		win_set_bool(s, HOST_USB_DEVICE_PRESENT, rec, "present");
		win_set_at(s, HOST_USB_DEVICE_LAST_SEEN_AT, rec, "arrived_at");
	}
	return scan_emit(s, e);
}

static int
devices_emit(struct scan *s, struct str id, struct str known, struct err *e)
{
	const char *path = scan_path(s, ENUM "\\%.*s", STR_ARG(id));
	struct reg_key list, k;
	struct err none = { 0 };

	if (scan_reg(s, path, &list, &none) < 0)
		return 0; /* unplugged and forgotten meanwhile */
	for (size_t i = 0; i < list.n_keys; i++) {
		if (scan_reg(s,
			     scan_path(s, "%s\\%.*s", path,
				       STR_ARG(list.keys[i])),
			     &k, &none) == 0 &&
		    device_emit(s, id, list.keys[i], &k, known, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct reg_key k;
	struct str known = { 0 };
	struct err none = { 0 };

	if (scan_reg(s, ENUM, &k, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (scan_call(s, "usb", &known, &none) < 0) {
		(void)scan_cannot_err(s, HOST_USB_DEVICE_PRESENT, &none);
		(void)scan_cannot_err(s, HOST_USB_DEVICE_LAST_SEEN_AT, &none);
	}
	for (size_t i = 0; i < k.n_keys; i++) {
		/* Not hubs, and not the parts (MI_) of one device. */
		if (str_starts(k.keys[i], "VID_") &&
		    !str_has(k.keys[i], "&MI_") &&
		    devices_emit(s, k.keys[i], known, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_usb_device = {
	.contract = &contract_host_usb_device,
	.scan = scan,
};
