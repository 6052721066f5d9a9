/*
 * host_route.c - table `host_route` of Windows.
 *
 * Source: the call routes. Needs no rights. Multicast, broadcast and the
 * addresses of the machine itself are left out.
 */
#include "base/cidr.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

static bool
is_of_no_use(struct str destination)
{
	static const char *const left_out[] = { "127.0.0.0/8", "224.0.0.0/4",
						"255.255.255.255", "ff00::/8",
						"::1" };
	struct cidr net;
	struct cidr_addr ip;

	if (!cidr_addr_parse(str_until(destination, '/'), &ip))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(left_out); i++) {
		if (cidr_parse(str_c(left_out[i]), &net) && cidr_has(&net, &ip))
			return true;
	}
	/* One address: the machine's own, or the end of a network. */
	return str_ends(destination, cidr_addr_is_v4(&ip) ? "/32" : "/128");
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "routes", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		struct str to = win_get(rec, "destination");
		bool six = str_find(to, ':') != STR_NONE;

		if (is_of_no_use(to))
			continue;
		if (str_is(to, "0.0.0.0/0") || str_is(to, "::/0"))
			to = STR("default");
		scan_text(s, HOST_ROUTE_DESTINATION, to);
		scan_text(s, HOST_ROUTE_GATEWAY, win_get(rec, "gateway"));
		win_set_text(s, HOST_ROUTE_INTERFACE, rec, "interface");
		scan_c(s, HOST_ROUTE_FAMILY, six ? "ip6" : "ip");
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_route = {
	.contract = &contract_host_route,
	.scan = scan,
};
