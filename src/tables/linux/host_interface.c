/*
 * host_interface.c - table `host_interface`: network interfaces.
 *
 * Source: /sys/class/net. Needs no rights.
 */
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/table.h"

#define SYS_NET "/sys/class/net"

/* From the kernel's if_arp.h. */
enum {
	ARP_PPP = 512,
	ARP_RAWIP = 519,
	ARP_TUNNEL = 768,
	ARP_TUNNEL6 = 769,
	ARP_LOOPBACK = 772,
	ARP_SIT = 776,
	ARP_GRE = 778,
	ARP_IP6GRE = 823,
	ARP_NONE = 65534,
};

struct interface {
	struct str name;
	struct str devtype; /* DEVTYPE of uevent; may be empty */
	int64_t arp;
};

static struct str
attribute(struct scan *s, struct str name, const char *what)
{
	struct str text = STR("");
	struct err none = { 0 };

	(void)scan_file(s,
			scan_path(s, SYS_NET "/%.*s/%s", STR_ARG(name), what),
			&text, &none); /* not every kind has every file */
	return str_trim(text);
}

static bool
has(struct scan *s, struct str name, const char *what)
{
	return scan_exists(
		s, scan_path(s, SYS_NET "/%.*s/%s", STR_ARG(name), what));
}

static struct str
devtype(struct scan *s, struct str name)
{
	struct str rest = attribute(s, name, "uevent"), line;

	while (str_next_line(&rest, &line)) {
		if (str_starts(line, "DEVTYPE="))
			return str_after(line, '=');
	}
	return STR("");
}

/* A tap is mostly the cable of a virtual machine, a tun a VPN. */
static bool
is_tun(struct scan *s, struct str name)
{
	struct str flags = attribute(s, name, "tun_flags");
	uint64_t v;

	return str_starts(flags, "0x") && num_try_hex(str_from(flags, 2), &v) &&
	       (v & 1) != 0;
}

static bool
is_tunnel(struct scan *s, const struct interface *i)
{
	switch (i->arp) {
	case ARP_TUNNEL:
	case ARP_TUNNEL6:
	case ARP_SIT:
	case ARP_GRE:
	case ARP_IP6GRE:
		return true;
	case ARP_NONE:
		return !has(s, i->name, "tun_flags") || is_tun(s, i->name);
	default:
		return str_is(i->devtype, "wireguard");
	}
}

static const char *
kind(struct scan *s, const struct interface *i)
{
	if (i->arp == ARP_LOOPBACK)
		return "loopback";
	if (has(s, i->name, "wireless") || has(s, i->name, "phy80211") ||
	    str_is(i->devtype, "wlan"))
		return "wifi";
	if (str_is(i->devtype, "wwan") || i->arp == ARP_RAWIP)
		return "mobile";
	if (is_tunnel(s, i))
		return "vpn";
	if (has(s, i->name, "bridge"))
		return "bridge";
	return has(s, i->name, "device") ? "ethernet" : "virtual";
}

/* Switched on and with a carrier; "unknown" is what lo and tunnels say. */
static void
up_set(struct scan *s, struct str name)
{
	struct str flags = attribute(s, name, "flags");
	struct str state = attribute(s, name, "operstate");
	uint64_t v;

	if (!str_starts(flags, "0x") || !num_try_hex(str_from(flags, 2), &v) ||
	    state.len == 0)
		return;
	scan_bool(s, HOST_INTERFACE_UP,
		  (v & 1) != 0 &&
			  (str_is(state, "up") || str_is(state, "unknown")));
}

static int
interface_emit(struct scan *s, struct str name, struct err *e)
{
	struct interface i = { .name = name, .devtype = devtype(s, name) };
	struct str mac = attribute(s, name, "address");

	if (!num_try(attribute(s, name, "type"), &i.arp))
		return 0; /* a file such as bonding_masters */
	if (i.arp == ARP_LOOPBACK || str_is(mac, "00:00:00:00:00:00"))
		mac = STR("");
	scan_text(s, HOST_INTERFACE_NAME, name);
	scan_text(s, HOST_INTERFACE_MAC, mac);
	scan_c(s, HOST_INTERFACE_KIND, kind(s, &i));
	up_set(s, name);
	/* PPP carries dial-up, PPPoE and VPNs alike. */
	if (i.arp != ARP_PPP)
		scan_bool(s, HOST_INTERFACE_VPN, is_tunnel(s, &i));
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str *names;
	size_t n;

	if (scan_dir(s, SYS_NET, &names, &n, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	for (size_t i = 0; i < n; i++) {
		if (interface_emit(s, names[i], e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_interface = {
	.contract = &contract_host_interface,
	.scan = scan,
};
