/* ip.h - IP addresses as the kernel and people write them. */
#ifndef TABLES_LINUX_IP_H
#define TABLES_LINUX_IP_H

#include "base/str.h"

struct arena;

struct ip {
	int family;    /* 4 or 6 */
	uint8_t b[16]; /* in the order of the network; 4 or all of them */
};

/* 8 or 32 hex digits as in /proc/net/tcp: words in this machine's order. */
bool ip_of_words(struct str hex, struct ip *ret);

/* 32 hex digits in the order of the network, as in /proc/net/if_inet6. */
bool ip_of_hex6(struct str hex, struct ip *ret);

bool ip_parse(struct str s, struct ip *ret);
struct str ip_print(struct arena *a, const struct ip *ip);
const char *ip_family(const struct ip *ip); /* ip or ip6 */

bool ip_is_any(const struct ip *ip);	  /* 0.0.0.0 or :: */
bool ip_is_loopback(const struct ip *ip); /* also ::ffff:127.0.0.1 */

#endif
