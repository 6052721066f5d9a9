/*
 * host_system.c - table `host_system`: uname, machine-id, DMI, /proc and the
 * log-in manager. The serial number needs root, the rest anyone may read.
 */
#include "base/arena.h"
#include "base/hash.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

#define DMI "/sys/class/dmi/id/"

static bool
line_of(struct scan *s, const char *path, struct str *ret)
{
	struct err none = { 0 };
	struct str text;

	if (scan_file_max(s, path, 65536, &text, &none) < 0)
		return false;
	*ret = str_trim(str_until(text, '\n'));
	while (ret->len > 0 && ret->p[ret->len - 1] == '\0')
		ret->len--; /* as the device tree ends them */
	return ret->len > 0;
}

static void
set_names(struct scan *s)
{
	struct err none = { 0 };
	struct str text, v;

	if (scan_call(s, "uname", &text, &none) == 0 &&
	    conf_get(text, "nodename", &v) && v.len > 0)
		scan_text(s, HOST_SYSTEM_HOSTNAME, v);
	else if (line_of(s, "/etc/hostname", &v))
		scan_text(s, HOST_SYSTEM_HOSTNAME, v);
	if ((line_of(s, "/etc/machine-id", &v) ||
	     line_of(s, "/var/lib/dbus/machine-id", &v)) &&
	    v.len == 32)
		scan_text(
			s, HOST_SYSTEM_MACHINE_ID,
			str_first(hash_hex(scan_arena(s), hash_of_str(v)), 32));
	else
		(void)scan_cannot(s, HOST_SYSTEM_MACHINE_ID, CANNOT_ABSENT);
}

static void
set_hardware(struct scan *s)
{
	struct err why = { 0 };
	struct str v;

	if (line_of(s, DMI "sys_vendor", &v))
		scan_text(s, HOST_SYSTEM_VENDOR, v);
	if (line_of(s, DMI "product_name", &v) ||
	    line_of(s, "/proc/device-tree/model", &v))
		scan_text(s, HOST_SYSTEM_MODEL, v);
	if (scan_file_max(s, DMI "product_serial", 4096, &v, &why) < 0)
		(void)scan_cannot_err(s, HOST_SYSTEM_SERIAL, &why);
	else
		scan_text(s, HOST_SYSTEM_SERIAL, str_trim(v));
}

static bool
in_container(struct scan *s)
{
	return scan_exists(s, "/run/systemd/container") ||
	       scan_exists(s, "/.dockerenv") ||
	       scan_exists(s, "/run/.containerenv") ||
	       scan_exists(s, "/dev/lxd/sock");
}

static bool
is_virtual_hardware(struct scan *s)
{
	static const char *const makers[] = {
		"QEMU",	     "VMware",	      "innotek", "Xen",
		"KVM",	     "Amazon EC2",    "Google",	 "OpenStack",
		"Parallels", "Bochs",	      "Red Hat", "DigitalOcean",
		"Hetzner",   "Alibaba Cloud",
	};
	struct str vendor, model;

	if (!line_of(s, DMI "sys_vendor", &vendor))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(makers); i++) {
		if (str_starts(vendor, makers[i]))
			return true;
	}
	return str_starts(vendor, "Microsoft") &&
	       line_of(s, DMI "product_name", &model) &&
	       str_has(model, "Virtual Machine");
}

/* NULL when neither the firmware nor the processor says anything. */
static void
set_processor(struct scan *s)
{
	struct err none = { 0 };
	struct str text = { 0 }, v;
	bool read = scan_file(s, "/proc/cpuinfo", &text, &none) == 0;
	bool hypervisor = false;

	if (read &&
	    (conf_get(text, "model name", &v) || /* keys hold blanks */
	     conf_get(text, "Model", &v)) &&
	    v.len > 0)
		scan_text(s, HOST_SYSTEM_CPU, v);

	struct str rest = text, line;
	while (str_next_line(&rest, &line)) {
		if (str_starts(line, "model name"))
			scan_text(s, HOST_SYSTEM_CPU,
				  str_trim(str_after(line, ':')));
		if (str_starts(line, "flags"))
			hypervisor |= str_has(line, " hypervisor");
		if (line.len == 0)
			break; /* one processor is enough */
	}
	if (hypervisor || in_container(s) || is_virtual_hardware(s))
		scan_bool(s, HOST_SYSTEM_VIRTUAL, true);
	else if (read &&
		 (str_has(text, "flags\t") || scan_exists(s, DMI "sys_vendor")))
		scan_bool(s, HOST_SYSTEM_VIRTUAL, false);
}

static void
set_numbers(struct scan *s)
{
	struct err none = { 0 };
	struct str text, v, rest, line;
	int64_t n;

	if (scan_file(s, "/proc/meminfo", &text, &none) == 0 &&
	    conf_get(text, "MemTotal", &v) && num_try(str_until(v, ' '), &n) &&
	    num_mul(n, 1024, &n))
		scan_int(s, HOST_SYSTEM_MEMORY_BYTES, n);
	if (scan_file(s, "/proc/stat", &rest, &none) < 0)
		return;
	while (str_next_line(&rest, &line)) {
		if (str_starts(line, "btime ") &&
		    num_try(str_from(line, 6), &n) &&
		    num_mul(n, MOMENT_SEC, &n))
			scan_at(s, HOST_SYSTEM_BOOT_AT, n);
	}
}

static bool
section_domain(struct str text, struct str *ret)
{
	struct str line;

	while (conf_line(&text, &line)) {
		if (str_starts(line, "[domain/")) {
			*ret = str_until(str_from(line, 8), ']');
			return true;
		}
	}
	return false;
}

/* Windows domain by Samba, or any directory by SSSD. */
static void
set_domain(struct scan *s)
{
	struct err why = { 0 };
	struct str text, v, realm;

	int r = scan_file(s, "/etc/sssd/sssd.conf", &text, &why);
	if (r == 0 && section_domain(text, &v)) {
		scan_text(s, HOST_SYSTEM_DOMAIN, v);
		return;
	}
	bool unknown = r < 0 && r != -ENOENT;
	if (scan_file(s, "/etc/samba/smb.conf", &text, &why) == 0 &&
	    conf_ini(text, "global", "security", &v) &&
	    (str_is_nocase(v, "ads") || str_is_nocase(v, "domain")) &&
	    (conf_ini(text, "global", "realm", &realm) ||
	     conf_ini(text, "global", "workgroup", &realm))) {
		scan_text(s, HOST_SYSTEM_DOMAIN, realm);
		return;
	}
	if (unknown)
		(void)scan_cannot(s, HOST_SYSTEM_DOMAIN, CANNOT_NEEDS_ROOT);
	else
		scan_c(s, HOST_SYSTEM_DOMAIN, "");
}

/* A log-in manager that is started; the target alone says nothing. */
static bool
has_screen(struct scan *s)
{
	struct err none = { 0 };
	struct units u;
	struct str target;

	if (units_load(s, &u, &none) < 0)
		return scan_exists(s, "/etc/X11/default-display-manager");
	if (scan_link(s, "/etc/systemd/system/default.target", &target,
		      &none) == 0 &&
	    str_ends(target, "/multi-user.target"))
		return false;
	const struct unit *dm = units_find(&u, "display-manager.service");
	return dm != NULL && !dm->masked && dm->path != NULL;
}

static void
set_role(struct scan *s, bool graphical)
{
	struct err none = { 0 };
	struct str v, *names;
	size_t n = 0;
	int64_t type = 0;
	bool battery = false;

	if (line_of(s, DMI "chassis_type", &v))
		(void)num_try(v, &type); /* stays 0: unknown */
	if (scan_dir(s, "/sys/class/power_supply", &names, &n, &none) < 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		battery |= str_starts(names[i], "BAT");

	/* Numbers of the SMBIOS table of enclosures. */
	bool laptop = (type >= 8 && type <= 11) || type == 14 ||
		      (type >= 30 && type <= 32);
	bool rack = type == 17 || type == 23 || type == 25 || type == 28 ||
		    type == 29;
	scan_c(s, HOST_SYSTEM_ROLE,
	       laptop || battery    ? "laptop"
	       : graphical && !rack ? "desktop"
				    : "server");
}

static int
scan(struct scan *s, struct err *e)
{
	bool graphical = has_screen(s);

	set_names(s);
	set_hardware(s);
	set_processor(s);
	set_numbers(s);
	set_domain(s);
	set_role(s, graphical);
	scan_c(s, HOST_SYSTEM_PLATFORM, "linux");
	scan_bool(s, HOST_SYSTEM_GRAPHICAL, graphical);
	scan_c(s, HOST_SYSTEM_COLLECTED_AS, scan_as_root(s) ? "root" : "user");
	return scan_emit(s, e);
}

const struct table table_host_system = {
	.contract = &contract_host_system,
	.scan = scan,
};
