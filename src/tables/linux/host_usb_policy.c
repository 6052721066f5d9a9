/*
 * host_usb_policy.c - table `host_usb_policy`: what happens to USB storage.
 *
 * Source: modprobe.d, /lib/modules, /proc/cmdline, USBGuard, rules of udev.
 * Needs no rights.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

struct policy {
	int blocked; /* 1, 0, -1 = not known */
	bool read_only, allow_list;
	const char *mechanism;
};

static bool
is_usb_storage(struct str name)
{
	return str_is(name, "usb-storage") || str_is(name, "usb_storage");
}

/* "install usb-storage /bin/false", "blacklist usb-storage" */
static bool
modprobe_blocks(struct scan *s)
{
	static const char *const folders[] = { "/etc/modprobe.d",
					       "/run/modprobe.d",
					       "/usr/local/lib/modprobe.d",
					       "/usr/lib/modprobe.d",
					       "/lib/modprobe.d" };
	static const char *const paths[] = { "/etc/modprobe.conf", NULL };
	struct str rest, line, word, name, command;
	struct err none = { 0 };

	if (conf_read(s, paths, folders, ARRAY_LEN(folders), &rest, &none) < 0)
		return false;
	while (conf_line(&rest, &line)) {
		if (!str_next_word(&line, &word) ||
		    !str_next_word(&line, &name) || !is_usb_storage(name))
			continue;
		if (str_is(word, "blacklist"))
			return true;
		if (str_is(word, "install") && str_next_word(&line, &command) &&
		    (str_ends(command, "/false") ||
		     str_ends(command, "/true") || str_is(command, "false") ||
		     str_is(command, "true")))
			return true;
	}
	return false;
}

static struct str
kernel_release(struct scan *s)
{
	struct str text, release = STR("");
	struct err none = { 0 };

	if (scan_call(s, "uname", &text, &none) == 0)
		(void)conf_get(text, "release", &release);
	return release;
}

/* 1 the kernel can drive such a device, 0 it cannot, -1 not known. */
static int
kernel_can(struct scan *s)
{
	static const char *const lists[] = { "modules.dep", "modules.builtin" };
	struct str release = kernel_release(s), text;
	bool read = false;

	if (scan_exists(s, "/sys/module/usb_storage") ||
	    scan_exists(s, "/sys/bus/usb/drivers/usb-storage"))
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		struct err none = { 0 };

		if (scan_file_max(s,
				  scan_path(s, "/lib/modules/%.*s/%s",
					    STR_ARG(release), lists[i]),
				  (size_t)32 * 1024 * 1024, &text, &none) < 0)
			continue;
		read = true;
		if (str_has(text, "/usb-storage.ko"))
			return 1;
	}
	if (read)
		return 0;
	/* No modules at all, and nothing built in that has such a bus. */
	return scan_exists(s, "/sys/bus") && !scan_exists(s, "/sys/bus/usb")
		       ? 0
		       : -1;
}

/* Devices that no rule names are refused. */
static bool
usbguard_on(struct scan *s)
{
	static const char *const paths[] = {
		"/etc/usbguard/usbguard-daemon.conf", NULL
	};
	struct units u;
	struct str text, target = STR("block");
	struct err none = { 0 };

	if (units_load(s, &u, &none) < 0 ||
	    !units_enabled(&u, "usbguard.service") ||
	    units_running(s, &u, "usbguard.service") == 0)
		return false;
	/* Only root may read it; block is what it does when nothing is set. */
	if (scan_file(s, paths[0], &text, &none) == 0)
		(void)conf_get(text, "ImplicitPolicyTarget", &target);
	return !str_is_nocase(target, "allow");
}

static void
udev_read(struct scan *s, struct policy *p)
{
	static const char *const folders[] = { "/etc/udev/rules.d",
					       "/run/udev/rules.d" };
	const char **paths;
	size_t n = 0;
	struct err none = { 0 };

	if (conf_dropins(s, folders, ARRAY_LEN(folders), ".rules", &paths, &n,
			 &none) < 0)
		return;
	for (size_t i = 0; i < n; i++) {
		struct str rest, line;

		if (scan_file(s, paths[i], &rest, &none) < 0)
			continue;
		while (conf_line(&rest, &line)) {
			if (!str_has(line, "usb"))
				continue;
			if (str_has(line, "ATTR{authorized}=\"0\"") &&
			    str_has(line, "bInterfaceClass}==\"08\"")) {
				p->blocked = 1;
				p->mechanism = "udev";
			}
			if (str_has(line, "blockdev --setro") ||
			    str_has(line, "ATTR{ro}=\"1\"")) {
				p->read_only = true;
				p->mechanism = "udev";
			}
		}
	}
}

static int
scan(struct scan *s, struct err *e)
{
	struct policy p = { .mechanism = "" };
	struct str cmdline;
	struct err none = { 0 };
	int can = kernel_can(s);

	if (!scan_exists(s, "/etc"))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	p.blocked = can == -1 ? -1 : can == 0;
	udev_read(s, &p);
	/* What is in the kernel already no setting of modprobe keeps out. */
	if (modprobe_blocks(s) && !scan_exists(s, "/sys/module/usb_storage")) {
		p.blocked = 1;
		p.mechanism = "modprobe";
	}
	if (scan_file(s, "/proc/cmdline", &cmdline, &none) == 0 &&
	    str_has(cmdline, "usbcore.authorized_default=0")) {
		p.allow_list = true;
		p.mechanism = "kernel";
	}
	if (usbguard_on(s)) {
		p.allow_list = true;
		p.mechanism = "usbguard";
	}
	if (p.blocked >= 0)
		scan_bool(s, HOST_USB_POLICY_STORAGE_BLOCKED, p.blocked == 1);
	scan_bool(s, HOST_USB_POLICY_READ_ONLY, p.read_only);
	scan_bool(s, HOST_USB_POLICY_ALLOW_LIST, p.allow_list);
	scan_c(s, HOST_USB_POLICY_MECHANISM, p.mechanism);
	return scan_emit(s, e);
}

const struct table table_host_usb_policy = {
	.contract = &contract_host_usb_policy,
	.scan = scan,
};
