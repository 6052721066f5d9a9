/* cidr.c - addresses and networks of IPv4 and IPv6. */
#include "base/cidr.h"

#define V4_BITS 96 /* in front of the four bytes of IPv4 */

static const uint8_t v4_prefix[12] = { [10] = 0xff, [11] = 0xff };

/* A number of at most n digits up to max, without a leading zero. */
static bool
small_take(struct str *s, size_t n, unsigned max, unsigned *ret)
{
	unsigned v = 0;
	size_t i = 0;

	while (i < s->len && s->p[i] >= '0' && s->p[i] <= '9') {
		if (i == n)
			return false;
		v = v * 10 + (unsigned)(s->p[i++] - '0');
	}
	if (i == 0 || v > max || (i > 1 && s->p[0] == '0'))
		return false;
	*s = str_from(*s, i);
	*ret = v;
	return true;
}

static bool
v4_parse(struct str s, uint8_t ret[4])
{
	for (int i = 0; i < 4; i++) {
		unsigned v;

		if (i > 0 && (s.len == 0 || s.p[0] != '.'))
			return false;
		s = str_from(s, i > 0 ? 1 : 0);
		if (!small_take(&s, 3, 255, &v))
			return false;
		ret[i] = (uint8_t)v;
	}
	return s.len == 0;
}

/* Up to four hex digits; leaves what follows. */
static bool
group_take(struct str *s, uint8_t ret[2])
{
	unsigned v = 0;
	size_t i = 0;

	for (; i < s->len && i < 5; i++) {
		char c = s->p[i];
		int d = c >= '0' && c <= '9'   ? c - '0'
			: c >= 'a' && c <= 'f' ? c - 'a' + 10
			: c >= 'A' && c <= 'F' ? c - 'A' + 10
					       : -1;

		if (d < 0)
			break;
		v = v * 16 + (unsigned)d;
	}
	if (i == 0 || i > 4)
		return false;
	*s = str_from(*s, i);
	ret[0] = (uint8_t)(v >> 8);
	ret[1] = (uint8_t)(v & 0xff);
	return true;
}

/* Groups without "::"; the last one may be IPv4. Their bytes, or -1. */
static int
groups_parse(struct str s, uint8_t ret[16])
{
	int n = 0;

	if (s.len == 0)
		return 0;
	for (;;) {
		if (n <= 12 && v4_parse(s, ret + n))
			return n + 4;
		if (n > 14 || !group_take(&s, ret + n))
			return -1;
		n += 2;
		if (s.len == 0)
			return n;
		if (s.p[0] != ':')
			return -1;
		s = str_from(s, 1);
	}
}

static bool
v6_parse(struct str s, struct cidr_addr *ret)
{
	size_t gap = str_find_c(s, "::");
	uint8_t head[16], tail[16];
	int n_head = groups_parse(str_first(s, gap), head);
	if (gap == STR_NONE) {
		if (n_head == 16)
			memcpy(ret->b, head, 16);
		return n_head == 16;
	}

	/* IPv4 stands at the very end only. */
	int n_tail = groups_parse(str_from(s, gap + 2), tail);
	if (n_head < 0 || n_tail < 0 || n_head + n_tail > 14 ||
	    str_find(str_first(s, gap), '.') != STR_NONE)
		return false;
	*ret = (struct cidr_addr){ 0 };
	memcpy(ret->b, head, (size_t)n_head);
	memcpy(ret->b + 16 - n_tail, tail, (size_t)n_tail);
	return true;
}

bool
cidr_addr_parse(struct str s, struct cidr_addr *ret)
{
	struct cidr_addr ip = { 0 };

	if (v4_parse(s, ip.b + 12)) {
		memcpy(ip.b, v4_prefix, sizeof(v4_prefix));
		*ret = ip;
		return true;
	}
	return v6_parse(str_until(s, '%'), ret);
}

bool
cidr_addr_is_v4(const struct cidr_addr *ip)
{
	return memcmp(ip->b, v4_prefix, sizeof(v4_prefix)) == 0;
}

/* 255.255.0.0 is 16; a mask with holes is none. */
static bool
mask_bits(const uint8_t mask[4], unsigned *ret)
{
	uint32_t m = (uint32_t)mask[0] << 24 | (uint32_t)mask[1] << 16 |
		     (uint32_t)mask[2] << 8 | mask[3];
	unsigned bits = m == 0 ? 0 : 32 - (unsigned)__builtin_ctz(m);

	*ret = bits;
	return bits == 0 || m == UINT32_MAX << (32 - bits);
}

bool
cidr_parse(struct str s, struct cidr *ret)
{
	struct str prefix = str_after(s, '/');
	bool dotted = str_find(str_until(s, '/'), ':') == STR_NONE;
	unsigned max = dotted ? 32 : 128;
	unsigned bits = max;
	uint8_t mask[4];
	struct cidr_addr net;

	if (!cidr_addr_parse(str_until(s, '/'), &net))
		return false;
	if (dotted && v4_parse(prefix, mask)) {
		if (!mask_bits(mask, &bits))
			return false;
	} else if (str_find(s, '/') != STR_NONE &&
		   (!small_take(&prefix, 3, max, &bits) || prefix.len > 0)) {
		return false;
	}

	int all = (int)bits + (dotted ? V4_BITS : 0);
	for (int i = 0; i < 16; i++) {
		int kept = all - i * 8;

		if (kept < 8)
			net.b[i] &= (uint8_t)(kept <= 0 ? 0 : 0xff00 >> kept);
	}
	*ret = (struct cidr){ net, all };
	return true;
}

bool
cidr_has(const struct cidr *net, const struct cidr_addr *ip)
{
	int whole = net->bits / 8, rest = net->bits % 8;

	if (net->bits < V4_BITS && cidr_addr_is_v4(ip))
		return false;
	if (memcmp(net->net.b, ip->b, (size_t)whole) != 0)
		return false;
	return rest == 0 ||
	       (net->net.b[whole] ^ ip->b[whole]) >> (8 - rest) == 0;
}
