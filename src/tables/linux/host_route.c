/*
 * host_route.c - table `host_route`: where packets are sent.
 *
 * Source: /proc/net/route and /proc/net/ipv6_route; routes to the machine
 * itself and multicast are left out. Needs no rights.
 */
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/ip.h"
#include "tables/table.h"

#define WORDS 12

/* Flags of a route, from the kernel's route.h. */
enum {
	RTF_UP = 1,
	RTF_REJECT = 0x200,
};
#define RTF_LOCAL UINT64_C(0x80000000)

struct route {
	struct ip to;
	int prefix_len;
	struct ip gateway;
	struct str interface;
};

static size_t
words_split(struct str line, struct str words[WORDS])
{
	size_t n = 0;

	while (n < WORDS && str_next_word(&line, &words[n]))
		n++;
	return n;
}

static int
route_emit(struct scan *s, const struct route *r, struct err *e)
{
	struct arena *a = scan_arena(s);
	struct str to = ip_print(a, &r->to);

	if (r->prefix_len == 0)
		scan_c(s, HOST_ROUTE_DESTINATION, "default");
	else
		scan_text(s, HOST_ROUTE_DESTINATION,
			  str_fmt(a, "%.*s/%d", STR_ARG(to), r->prefix_len));
	scan_text(s, HOST_ROUTE_GATEWAY,
		  ip_is_any(&r->gateway) ? STR("") : ip_print(a, &r->gateway));
	scan_text(s, HOST_ROUTE_INTERFACE, r->interface);
	scan_c(s, HOST_ROUTE_FAMILY, ip_family(&r->to));
	return scan_emit(s, e);
}

/* Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT */
static int
line4(struct scan *s, struct str line, struct err *e)
{
	struct str w[WORDS];
	struct route r = { 0 };
	struct ip mask;
	uint64_t flags;

	if (words_split(line, w) < 8 || !ip_of_words(w[1], &r.to) ||
	    !ip_of_words(w[2], &r.gateway) || !num_try_hex(w[3], &flags) ||
	    !ip_of_words(w[7], &mask))
		return err_set(e, -EBADMSG, "routes make no sense");
	if (!(flags & RTF_UP) || (flags & RTF_REJECT))
		return 0;
	for (size_t i = 0; i < 4; i++)
		r.prefix_len += __builtin_popcount(mask.b[i]);
	r.interface = w[0];
	return route_emit(s, &r, e);
}

/* to, its length, from, its length, gateway, metric, references, use, flags,
 * interface: all in hex */
static int
line6(struct scan *s, struct str line, struct err *e)
{
	struct str w[WORDS];
	struct route r = { 0 };
	uint64_t len, flags;

	if (words_split(line, w) < 10 || !ip_of_hex6(w[0], &r.to) ||
	    !num_try_hex(w[1], &len) || len > 128 ||
	    !ip_of_hex6(w[4], &r.gateway) || !num_try_hex(w[8], &flags))
		return err_set(e, -EBADMSG, "routes make no sense");
	if (!(flags & RTF_UP) || (flags & (RTF_REJECT | RTF_LOCAL)) ||
	    r.to.b[0] == 0xff || str_is(w[9], "lo"))
		return 0;
	r.prefix_len = (int)len;
	r.interface = w[9];
	return route_emit(s, &r, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, line;
	struct err none = { 0 };

	if (scan_file(s, "/proc/net/route", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	(void)str_next_line(&rest, &line); /* the heads of the columns */
	while (str_next_line(&rest, &line)) {
		if (line4(s, line, e) < 0)
			return e->code;
	}

	/* A kernel without IPv6 has no such file. */
	if (scan_file(s, "/proc/net/ipv6_route", &rest, &none) < 0)
		return 0;
	while (str_next_line(&rest, &line)) {
		if (line6(s, line, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_route = {
	.contract = &contract_host_route,
	.scan = scan,
};
