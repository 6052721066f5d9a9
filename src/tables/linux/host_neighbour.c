/*
 * host_neighbour.c - table `host_neighbour`: machines seen on the local
 * network.
 *
 * Source: /proc/net/arp and `ip -6 neigh show`. Needs no rights. ARP does not
 * tell who is a router.
 */
#include "tables/contracts.h"
#include "tables/linux/ip.h"
#include "tables/table.h"

struct neighbour {
	struct str address, mac, interface;
	bool router, router_known;
};

static int
neighbour_emit(struct scan *s, const struct neighbour *n, struct err *e)
{
	struct ip ip;

	if (!ip_parse(n->address, &ip))
		return err_set(e, -EBADMSG, "neighbours make no sense");
	scan_text(s, HOST_NEIGHBOUR_ADDRESS, n->address);
	scan_text(s, HOST_NEIGHBOUR_MAC, n->mac);
	scan_text(s, HOST_NEIGHBOUR_INTERFACE, n->interface);
	if (n->router_known)
		scan_bool(s, HOST_NEIGHBOUR_ROUTER, n->router);
	return scan_emit(s, e);
}

/* IP address, HW type, Flags, HW address, Mask, Device */
static int
arp_line(struct scan *s, struct str line, struct err *e)
{
	struct neighbour n = { 0 };
	struct str type, flags, mask;

	if (!str_next_word(&line, &n.address) || !str_next_word(&line, &type) ||
	    !str_next_word(&line, &flags) || !str_next_word(&line, &n.mac) ||
	    !str_next_word(&line, &mask) || !str_next_word(&line, &n.interface))
		return err_set(e, -EBADMSG, "neighbours make no sense");
	if (str_is(flags, "0x0")) /* asked for, but nobody answered */
		return 0;
	return neighbour_emit(s, &n, e);
}

/* fe80::1 dev eth0 lladdr 02:00:00:00:00:01 router REACHABLE */
static int
nd_line(struct scan *s, struct str line, struct err *e)
{
	struct neighbour n = { .router_known = true };
	struct str word;

	if (!str_next_word(&line, &n.address))
		return 0;
	while (str_next_word(&line, &word)) {
		if (str_is(word, "dev"))
			(void)str_next_word(&line, &n.interface);
		else if (str_is(word, "lladdr"))
			(void)str_next_word(&line, &n.mac);
		else if (str_is(word, "router"))
			n.router = true;
	}
	/* Without a hardware address nobody answered. */
	return n.mac.len > 0 ? neighbour_emit(s, &n, e) : 0;
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const argv[] = { "ip", "-6", "neigh", "show", NULL };
	struct str rest, line;

	if (scan_file(s, "/proc/net/arp", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	(void)str_next_line(&rest, &line); /* the heads of the columns */
	while (str_next_line(&rest, &line)) {
		if (arp_line(s, line, e) < 0)
			return e->code;
	}

	if (!scan_exists(s, "/proc/net/if_inet6"))
		return 0; /* no IPv6 */
	if (scan_exec(s, argv, &rest, NULL, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (str_next_line(&rest, &line)) {
		if (nd_line(s, line, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_neighbour = {
	.contract = &contract_host_neighbour,
	.scan = scan,
};
