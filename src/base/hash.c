/* hash.c - what is the same about hashes on every system. */
#include "base/hash.h"

#include "base/arena.h"
#include "base/buf.h"

struct hash
hash_of(const void *p, size_t len)
{
	struct hasher *h = hasher_new();

	hasher_add(h, p, len);
	return hasher_end(h);
}

struct hash
hash_of_str(struct str s)
{
	return hash_of(s.p, s.len);
}

#define BLOCK 64

struct hash
hash_hmac(struct str key, const void *p, size_t len)
{
	uint8_t pad[BLOCK] = { 0 };

	if (key.len > BLOCK) {
		struct hash h = hash_of_str(key);

		memcpy(pad, h.b, HASH_LEN);
	} else if (key.len > 0) {
		memcpy(pad, key.p, key.len);
	}

	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36;
	struct hasher *inner = hasher_new();
	hasher_add(inner, pad, BLOCK);
	hasher_add(inner, p, len);
	struct hash first = hasher_end(inner);

	for (size_t i = 0; i < BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	struct hasher *outer = hasher_new();
	hasher_add(outer, pad, BLOCK);
	hasher_add(outer, first.b, HASH_LEN);
	return hasher_end(outer);
}

bool
hash_eq(struct hash a, struct hash b)
{
	unsigned diff = 0;

	for (size_t i = 0; i < HASH_LEN; i++)
		diff |= (unsigned)(a.b[i] ^ b.b[i]);
	return diff == 0;
}

struct str
hex_encode(struct arena *a, struct str s)
{
	auto_buf b = { 0 };

	buf_init(&b, s.len * 2);
	buf_hex(&b, (const uint8_t *)s.p, s.len);
	return str_copy(a, buf_view(&b));
}

struct str
hash_hex(struct arena *a, struct hash h)
{
	return hex_encode(a, (struct str){ (const char *)h.b, HASH_LEN });
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

struct str
hex_decode(struct arena *a, struct str s)
{
	if (s.len % 2 != 0)
		return (struct str){ NULL, 0 };

	char *p = arena_alloc(a, s.len / 2 + 1);
	for (size_t i = 0; i < s.len; i += 2) {
		int high = nibble(s.p[i]);
		int low = nibble(s.p[i + 1]);

		if (high < 0 || low < 0)
			return (struct str){ NULL, 0 };
		p[i / 2] = (char)(high << 4 | low);
	}
	return (struct str){ p, s.len / 2 };
}

bool
hash_from_hex(struct str s, struct hash *ret)
{
	auto_arena *a = arena_new();
	struct str raw = hex_decode(a, s);

	if (raw.p == NULL || raw.len != HASH_LEN)
		return false;
	memcpy(ret->b, raw.p, HASH_LEN);
	return true;
}

int64_t
hash_short(struct hash h)
{
	uint64_t n = 0;

	for (size_t i = 0; i < 8; i++)
		n = n << 8 | h.b[i];
	return (int64_t)n;
}
