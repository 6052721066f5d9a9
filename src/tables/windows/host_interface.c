/*
 * host_interface.c - table `host_interface` of Windows.
 *
 * Source: the call adapters. Needs no rights. A tunnel is known by its type,
 * or by the name of its driver, which no language changes.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

enum { /* types as the IANA numbers them */
       TYPE_ETHERNET = 6,
       TYPE_PPP = 23,
       TYPE_LOOPBACK = 24,
       TYPE_PROPRIETARY = 53,
       TYPE_WIFI = 71,
       TYPE_TUNNEL = 131,
       TYPE_MOBILE = 243,
       TYPE_MOBILE_CDMA = 244,
};

static bool
has_one(struct str text, const char *const *marks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (win_has_nocase(text, marks[i]))
			return true;
	}
	return false;
}

static const char *
kind_of(int64_t type, struct str about)
{
	static const char *const tunnels[] = {
		"tap-windows", "wintun", "wireguard", "openvpn",   "fortinet",
		"anyconnect",  "pangp",	 "softether", "tailscale", "vpn"
	};
	static const char *const virtuals[] = { "hyper-v virtual", "virtualbox",
						"vmware virtual",
						"wi-fi direct virtual" };

	if (has_one(about, tunnels, ARRAY_LEN(tunnels)))
		return "vpn";
	if (has_one(about, virtuals, ARRAY_LEN(virtuals)))
		return "virtual";
	switch (type) {
	case TYPE_ETHERNET:
		return win_has_nocase(about, "bluetooth") ? "virtual"
							  : "ethernet";
	case TYPE_WIFI:
		return "wifi";
	case TYPE_LOOPBACK:
		return "loopback";
	case TYPE_PPP:
	case TYPE_TUNNEL:
	case TYPE_PROPRIETARY:
		return "vpn";
	case TYPE_MOBILE:
	case TYPE_MOBILE_CDMA:
		return "mobile";
	default:
		return "virtual";
	}
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "adapters", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		const char *kind = kind_of(win_int(rec, "type", 0),
					   win_get(rec, "about"));

		win_set_text(s, HOST_INTERFACE_NAME, rec, "name");
		win_set_text(s, HOST_INTERFACE_MAC, rec, "mac");
		scan_c(s, HOST_INTERFACE_KIND, kind);
		win_set_bool(s, HOST_INTERFACE_UP, rec, "up");
		scan_bool(s, HOST_INTERFACE_VPN, strcmp(kind, "vpn") == 0);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_interface = {
	.contract = &contract_host_interface,
	.scan = scan,
};
