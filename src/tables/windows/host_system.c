/*
 * host_system.c - table `host_system` of Windows.
 *
 * Source: registry (MachineGuid, BIOS, InstallationType), the calls system,
 * computer and bios. Needs no rights.
 */
#include "base/arena.h"
#include "base/hash.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define BIOS "HKLM\\HARDWARE\\DESCRIPTION\\System\\BIOS"

static bool
is_virtual(struct str vendor, struct str model)
{
	static const char *const marks[] = { "virtual",	 "vmware",   "kvm",
					     "qemu",	 "bochs",    "xen",
					     "hvm domu", "parallels" };

	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (win_has_nocase(model, marks[i]) ||
		    win_has_nocase(vendor, marks[i]))
			return true;
	}
	return win_has_nocase(vendor, "amazon ec2") ||
	       win_has_nocase(model, "google compute");
}

static void
set_hardware(struct scan *s)
{
	struct str vendor = { 0 }, model = { 0 }, cpu, bios;
	struct err none = { 0 };

	if (win_text(s, BIOS, "SystemManufacturer", &vendor) > 0)
		scan_text(s, HOST_SYSTEM_VENDOR, str_trim(vendor));
	if (win_text(s, BIOS, "SystemProductName", &model) > 0) {
		scan_text(s, HOST_SYSTEM_MODEL, str_trim(model));
		scan_bool(s, HOST_SYSTEM_VIRTUAL, is_virtual(vendor, model));
	}
	if (win_text(s,
		     "HKLM\\HARDWARE\\DESCRIPTION\\System\\CentralProcessor\\0",
		     "ProcessorNameString", &cpu) > 0)
		scan_text(s, HOST_SYSTEM_CPU, str_trim(cpu));
	if (scan_call(s, "bios", &bios, &none) == 0)
		win_set_text(s, HOST_SYSTEM_SERIAL, bios, "SerialNumber");
	else
		(void)scan_cannot_err(s, HOST_SYSTEM_SERIAL, &none);
}

/* PCSystemType: 2 is mobile, 8 a slate. */
static const char *
role_of(struct scan *s)
{
	struct str computer;
	struct err none = { 0 };

	if (win_is_server(s))
		return "server";
	if (scan_call(s, "computer", &computer, &none) < 0)
		return "unknown";
	switch (win_int(computer, "PCSystemType", 0)) {
	case 2:
	case 8:
		return "laptop";
	case 1:
	case 3:
	case 6:
		return "desktop";
	case 4:
	case 5:
	case 7:
		return "server";
	default:
		return "unknown";
	}
}

static int
scan(struct scan *s, struct err *e)
{
	struct str system, v;

	if (scan_call(s, "system", &system, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	win_set_text(s, HOST_SYSTEM_HOSTNAME, system, "hostname");
	win_set_int(s, HOST_SYSTEM_MEMORY_BYTES, system, "memory_bytes");
	win_set_at(s, HOST_SYSTEM_BOOT_AT, system, "boot_at");
	win_set_text(s, HOST_SYSTEM_DOMAIN, system, "domain");
	if (win_text(s, "HKLM\\SOFTWARE\\Microsoft\\Cryptography",
		     "MachineGuid", &v) > 0)
		scan_text(s, HOST_SYSTEM_MACHINE_ID,
			  str_first(hash_hex(scan_arena(s),
					     hash_of_str(str_trim(v))),
				    32));
	scan_c(s, HOST_SYSTEM_PLATFORM, "windows");
	scan_c(s, HOST_SYSTEM_ROLE, role_of(s));
	set_hardware(s);
	if (win_text(s, WIN_NT, "InstallationType", &v) > 0)
		scan_bool(s, HOST_SYSTEM_GRAPHICAL,
			  !str_is(v, "Server Core") &&
				  !str_is(v, "Nano Server"));
	scan_c(s, HOST_SYSTEM_COLLECTED_AS, scan_as_root(s) ? "root" : "user");
	return scan_emit(s, e);
}

const struct table table_host_system = {
	.contract = &contract_host_system,
	.scan = scan,
};
