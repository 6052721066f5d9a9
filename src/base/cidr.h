/* cidr.h - addresses and networks of IPv4 and IPv6. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include "base/str.h"

/* IPv4 is kept as ::ffff:a.b.c.d; who wrote it so meant IPv4 too. */
struct cidr_addr {
	uint8_t b[16];
};

struct cidr {
	struct cidr_addr net;
	int bits; /* 0 to 128, of the 16 bytes; 96 and more for IPv4 */
};

/* "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"; a %zone is passed over. */
bool cidr_addr_parse(struct str s, struct cidr_addr *ret);
bool cidr_addr_is_v4(const struct cidr_addr *ip);

/*
 * "10.0.0.0/8", "10.0.0.0/255.0.0.0", "fe80::/10", or one address. Bits
 * behind the prefix are taken as 0.
 */
bool cidr_parse(struct str s, struct cidr *ret);

/* IPv4 is in no IPv6 network, not even in ::/0. */
bool cidr_has(const struct cidr *net, const struct cidr_addr *ip);

#endif
