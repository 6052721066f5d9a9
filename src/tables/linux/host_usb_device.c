/*
 * host_usb_device.c - table `host_usb_device`: USB devices connected now.
 *
 * Source: /sys/bus/usb/devices; hubs are left out. Needs no rights. Linux
 * remembers no devices that were taken away.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/table.h"

#define SYS_USB "/sys/bus/usb/devices"

static struct str
attribute(struct scan *s, struct str device, const char *what)
{
	struct str text = STR("");
	struct err none = { 0 };

	(void)scan_file(s,
			scan_path(s, SYS_USB "/%.*s/%s", STR_ARG(device), what),
			&text, &none); /* many devices have no serial number */
	return str_trim(text);
}

/* Its interfaces stand beside it: 1-2 has 1-2:1.0 and so on. */
static bool
is_storage(struct scan *s, struct str device, const struct str *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (names[i].len > device.len &&
		    str_eq(str_first(names[i], device.len), device) &&
		    names[i].p[device.len] == ':' &&
		    str_is(attribute(s, names[i], "bInterfaceClass"), "08"))
			return true;
	}
	return false;
}

static int
scan(struct scan *s, struct err *e)
{
	struct str *names;
	size_t n;
	struct err dir_err = { 0 };

	/* Without a USB bus there are no devices on it. */
	if (scan_dir(s, SYS_USB, &names, &n, &dir_err) < 0)
		return dir_err.code == -ENOENT && scan_exists(s, "/sys/bus")
			       ? 0
			       : scan_cannot_err(s, SCAN_ALL, &dir_err);
	for (size_t i = 0; i < n; i++) {
		struct str vendor = attribute(s, names[i], "idVendor");

		if (vendor.len == 0 ||
		    str_is(attribute(s, names[i], "bDeviceClass"), "09"))
			continue;
		scan_text(s, HOST_USB_DEVICE_VENDOR_ID, vendor);
		scan_text(s, HOST_USB_DEVICE_PRODUCT_ID,
			  attribute(s, names[i], "idProduct"));
		scan_text(s, HOST_USB_DEVICE_VENDOR,
			  attribute(s, names[i], "manufacturer"));
		scan_text(s, HOST_USB_DEVICE_PRODUCT,
			  attribute(s, names[i], "product"));
		scan_text(s, HOST_USB_DEVICE_SERIAL,
			  attribute(s, names[i], "serial"));
		/* One that is refused does not show what it is. */
		if (!str_is(attribute(s, names[i], "authorized"), "0"))
			scan_bool(s, HOST_USB_DEVICE_STORAGE,
				  is_storage(s, names[i], names, n));
		scan_bool(s, HOST_USB_DEVICE_PRESENT, true);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_usb_device = {
	.contract = &contract_host_usb_device,
	.scan = scan,
};
