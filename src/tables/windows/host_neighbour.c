/*
 * host_neighbour.c - table `host_neighbour` of Windows: ARP and ND.
 *
 * Source: the call neighbours. Needs no rights.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "neighbours", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		win_set_text(s, HOST_NEIGHBOUR_ADDRESS, rec, "address");
		win_set_text(s, HOST_NEIGHBOUR_MAC, rec, "mac");
		win_set_text(s, HOST_NEIGHBOUR_INTERFACE, rec, "interface");
		win_set_bool(s, HOST_NEIGHBOUR_ROUTER, rec, "router");
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_neighbour = {
	.contract = &contract_host_neighbour,
	.scan = scan,
};
