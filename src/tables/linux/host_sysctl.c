/*
 * host_sysctl.c - table `host_sysctl`: kernel parameters that matter for
 * security.
 *
 * Source: /proc/sys. Needs no rights for most; those only root may read are
 * left out for others. What a kernel does not have has no row.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/table.h"

static const char *const names[] = {
	/* A service that crashes must not leave secrets in a file. */
	"fs.suid_dumpable",
	"kernel.core_pattern",
	"kernel.core_uses_pid",
	/* Links and pipes laid out by others in shared folders. */
	"fs.protected_fifos",
	"fs.protected_hardlinks",
	"fs.protected_regular",
	"fs.protected_symlinks",
	/* What a local account may learn of the kernel and do to others. */
	"kernel.dmesg_restrict",
	"kernel.kexec_load_disabled",
	"kernel.kptr_restrict",
	"kernel.modules_disabled",
	"kernel.perf_event_paranoid",
	"kernel.randomize_va_space",
	"kernel.sysrq",
	"kernel.unprivileged_bpf_disabled",
	"kernel.unprivileged_userns_clone",
	"kernel.yama.ptrace_scope",
	"net.core.bpf_jit_harden",
	"user.max_user_namespaces",
	"vm.mmap_min_addr",
	"vm.unprivileged_userfaultfd",
	/* Is this machine a router, and do others decide about its routes? */
	"net.ipv4.conf.all.accept_redirects",
	"net.ipv4.conf.all.accept_source_route",
	"net.ipv4.conf.all.forwarding",
	"net.ipv4.conf.all.log_martians",
	"net.ipv4.conf.all.rp_filter",
	"net.ipv4.conf.all.secure_redirects",
	"net.ipv4.conf.all.send_redirects",
	"net.ipv4.conf.default.accept_redirects",
	"net.ipv4.conf.default.accept_source_route",
	"net.ipv4.conf.default.log_martians",
	"net.ipv4.conf.default.rp_filter",
	"net.ipv4.conf.default.secure_redirects",
	"net.ipv4.conf.default.send_redirects",
	"net.ipv4.icmp_echo_ignore_broadcasts",
	"net.ipv4.icmp_ignore_bogus_error_responses",
	"net.ipv4.ip_forward",
	"net.ipv4.tcp_rfc1337",
	"net.ipv4.tcp_syncookies",
	"net.ipv6.conf.all.accept_ra",
	"net.ipv6.conf.all.accept_redirects",
	"net.ipv6.conf.all.accept_source_route",
	"net.ipv6.conf.all.disable_ipv6",
	"net.ipv6.conf.all.forwarding",
	"net.ipv6.conf.default.accept_ra",
	"net.ipv6.conf.default.accept_redirects",
	"net.ipv6.conf.default.accept_source_route",
};

static const char *
proc_path(struct scan *s, const char *name)
{
	char *p = str_to_c(scan_arena(s),
			   str_fmt(scan_arena(s), "/proc/sys/%s", name));

	for (char *c = p; *c != '\0'; c++) {
		if (*c == '.')
			*c = '/';
	}
	return p;
}

static int
scan(struct scan *s, struct err *e)
{
	bool denied = false;

	if (!scan_exists(s, "/proc/sys/kernel"))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct str value;
		struct err file_err = { 0 };

		if (scan_file(s, proc_path(s, names[i]), &value, &file_err) <
		    0) {
			denied |= file_err.code == -EACCES ||
				  file_err.code == -EPERM;
			continue;
		}
		scan_c(s, HOST_SYSCTL_NAME, names[i]);
		scan_text(s, HOST_SYSCTL_VALUE, str_trim(value));
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return denied ? scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT) : 0;
}

const struct table table_host_sysctl = {
	.contract = &contract_host_sysctl,
	.scan = scan,
};
