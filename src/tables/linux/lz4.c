/* lz4.c - unpacks LZ4 frames: apt keeps package lists so on small machines. */
#include "tables/linux/lz4.h"

#include "base/arena.h"
#include "base/err.h"

#define MAGIC 0x184D2204U
#define UNPACKED_BIT 0x80000000U
#define MATCH_MIN 4

/* Reads within bounds; stays failed. out NULL: only the length is counted. */
struct unpack {
	struct str in;
	char *out;
	size_t n; /* bytes written or counted */
	size_t max;
	bool bad;
};

static uint32_t
u8(struct unpack *u)
{
	if (u->in.len == 0) {
		u->bad = true;
		return 0;
	}
	uint32_t v = (unsigned char)u->in.p[0];
	u->in = str_from(u->in, 1);
	return v;
}

static uint32_t
u16(struct unpack *u)
{
	uint32_t low = u8(u);

	return low | u8(u) << 8;
}

static uint32_t
u32(struct unpack *u)
{
	uint32_t low = u16(u);

	return low | u16(u) << 16;
}

static struct str
take(struct unpack *u, size_t n)
{
	if (n > u->in.len) {
		u->bad = true;
		return (struct str){ 0 };
	}
	struct str s = str_first(u->in, n);
	u->in = str_from(u->in, n);
	return s;
}

static void
literals(struct unpack *u, struct str s)
{
	if (u->bad || s.len > u->max - u->n) {
		u->bad = true;
		return;
	}
	if (u->out != NULL && s.len > 0)
		memcpy(u->out + u->n, s.p, s.len);
	u->n += s.len;
}

static void
match(struct unpack *u, size_t offset, size_t len)
{
	if (u->bad || offset == 0 || offset > u->n || len > u->max - u->n) {
		u->bad = true;
		return;
	}
	if (u->out != NULL && offset >= len) {
		memcpy(u->out + u->n, u->out + u->n - offset, len);
	} else if (u->out != NULL) {
		/* It repeats itself: byte by byte is what is meant. */
		for (size_t i = 0; i < len; i++)
			u->out[u->n + i] = u->out[u->n + i - offset];
	}
	u->n += len;
}

static size_t
length(struct unpack *u, uint32_t nibble)
{
	size_t n = nibble;
	uint32_t more = nibble == 15 ? 255 : 0;

	while (more == 255 && !u->bad) {
		more = u8(u);
		n += more;
	}
	return n;
}

static void
block(struct unpack *u, struct str data)
{
	struct str rest = u->in;

	u->in = data;
	while (u->in.len > 0 && !u->bad) {
		uint32_t token = u8(u);

		literals(u, take(u, length(u, token >> 4)));
		if (u->in.len == 0)
			break; /* the last sequence has literals only */
		size_t offset = u16(u);
		match(u, offset, length(u, token & 15) + MATCH_MIN);
	}
	u->in = rest;
}

static void
frame(struct unpack *u)
{
	(void)u32(u); /* the magic was looked at */
	uint32_t flags = u8(u);

	(void)u8(u); /* the largest block; each says its own length */
	if (flags & 0x08)
		(void)take(u, 8);
	if (flags & 0x01)
		u->bad = true; /* a dictionary we do not have */
	(void)u8(u);
	while (!u->bad) {
		uint32_t size = u32(u);

		if (size == 0)
			break;
		struct str data = take(u, size & ~UNPACKED_BIT);
		if (size & UNPACKED_BIT)
			literals(u, data);
		else
			block(u, data);
		if (flags & 0x10)
			(void)take(u, 4);
	}
}

bool
lz4_is_frame(struct str in)
{
	struct unpack u = { .in = in };

	return u32(&u) == MAGIC && !u.bad;
}

int
lz4_unpack(struct arena *a, struct str in, struct str *ret, struct err *e)
{
	struct unpack u = { .in = in, .max = LZ4_OUT_MAX };

	if (!lz4_is_frame(in))
		return err_set(e, -EBADMSG, "no LZ4 frame");
	frame(&u);
	if (u.bad)
		return err_set(e, -EBADMSG, "the LZ4 frame is broken");

	char *out = arena_alloc(a, u.n + 1);
	struct unpack again = { .in = in, .out = out, .max = u.n };
	frame(&again);
	*ret = (struct str){ out, again.n };
	return 0;
}
