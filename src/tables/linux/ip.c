/* ip.c - IP addresses as the kernel and people write them. */
#include "tables/linux/ip.h"

#include <arpa/inet.h>

#include "base/arena.h"
#include "base/num.h"

bool
ip_of_words(struct str hex, struct ip *ret)
{
	struct ip ip = { .family = hex.len == 8 ? 4 : 6 };

	if (hex.len != 8 && hex.len != 32)
		return false;
	for (size_t i = 0; i < hex.len / 8; i++) {
		uint64_t v;

		if (!num_try_hex(str_first(str_from(hex, i * 8), 8), &v))
			return false;
		uint32_t word = (uint32_t)v;
		memcpy(ip.b + i * 4, &word, 4);
	}
	*ret = ip;
	return true;
}

bool
ip_of_hex6(struct str hex, struct ip *ret)
{
	struct ip ip = { .family = 6 };

	if (hex.len != 32)
		return false;
	for (size_t i = 0; i < 16; i++) {
		uint64_t v;

		if (!num_try_hex(str_first(str_from(hex, i * 2), 2), &v))
			return false;
		ip.b[i] = (uint8_t)v;
	}
	*ret = ip;
	return true;
}

bool
ip_parse(struct str s, struct ip *ret)
{
	char text[INET6_ADDRSTRLEN];
	struct ip ip = { 0 };

	if (s.len == 0 || s.len >= sizeof(text))
		return false;
	memcpy(text, s.p, s.len);
	text[s.len] = '\0';
	if (inet_pton(AF_INET, text, ip.b) == 1)
		ip.family = 4;
	else if (inet_pton(AF_INET6, text, ip.b) == 1)
		ip.family = 6;
	else
		return false;
	*ret = ip;
	return true;
}

struct str
ip_print(struct arena *a, const struct ip *ip)
{
	char text[INET6_ADDRSTRLEN] = "";

	const char *ok = inet_ntop(ip->family == 4 ? AF_INET : AF_INET6, ip->b,
				   text, sizeof(text));
	assert(ok != NULL);
	return str_copy(a, str_c(text));
}

const char *
ip_family(const struct ip *ip)
{
	return ip->family == 4 ? "ip" : "ip6";
}

static bool
all_zero(const uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != 0)
			return false;
	}
	return true;
}

bool
ip_is_any(const struct ip *ip)
{
	return all_zero(ip->b, ip->family == 4 ? 4 : 16);
}

bool
ip_is_loopback(const struct ip *ip)
{
	if (ip->family == 4)
		return ip->b[0] == 127;
	if (!all_zero(ip->b, 10))
		return false;
	if (ip->b[10] == 0xff && ip->b[11] == 0xff)
		return ip->b[12] == 127;
	return all_zero(ip->b + 10, 5) && ip->b[15] == 1;
}
