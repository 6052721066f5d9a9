/* head.c - a signed head of the journal, and the anchor file that holds it. */
#include "journal/head.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"

#define HEAD_DOMAIN "yamori/1 head" /* with its NUL */
#define ROTATE_DOMAIN "yamori/1 rotate"
#define ANCHOR_HEAD "yamori journal anchor 1\n"

static void
add_uint(struct buf *b, uint64_t n, int len)
{
	for (int i = len - 1; i >= 0; i--)
		buf_char(b, (char)(n >> (8 * i)));
}

static void
add_place(struct buf *b, const struct head *h)
{
	add_uint(b, h->organisation.len, 4);
	buf_str(b, h->organisation);
	add_uint(b, (uint64_t)h->seq, 8);
	buf_add(b, h->hash.b, HASH_LEN);
}

struct str
head_bytes(struct arena *a, const struct head *h)
{
	auto_buf b = { 0 };

	buf_init(&b, 512 + h->organisation.len);
	buf_add(&b, HEAD_DOMAIN, sizeof(HEAD_DOMAIN));
	add_place(&b, h);
	add_uint(&b, (uint64_t)h->at, 8);
	return str_copy(a, buf_view(&b));
}

bool
head_verify(const struct head *h)
{
	auto_arena *a = arena_new();

	return key_verify(
		h->key, head_bytes(a, h),
		(struct str){ (const char *)h->signature, SIGNATURE_LEN });
}

struct str
rotation_bytes(struct arena *a, const struct head *h,
	       const uint8_t old[KEY_LEN], const uint8_t new[KEY_LEN])
{
	auto_buf b = { 0 };

	buf_init(&b, 512 + h->organisation.len);
	buf_add(&b, ROTATE_DOMAIN, sizeof(ROTATE_DOMAIN));
	add_place(&b, h);
	buf_add(&b, old, KEY_LEN);
	buf_add(&b, new, KEY_LEN);
	return str_copy(a, buf_view(&b));
}

void
anchor_print(struct arena *a, const struct head *h, struct buf *out)
{
	buf_c(out, ANCHOR_HEAD);
	buf_fmt(out,
		"# The journal as it was on %s (UTC). Keep this outside the\n"
		"# computer it comes from: what is older cannot be changed "
		"unseen then.\n"
		"# yamori journal verify --anchor FILE\n",
		at_print_short(a, h->at, zone_utc).p);
	buf_fmt(out, "organisation: %.*s\nentry: %" PRId64 "\nhash: ",
		STR_ARG(h->organisation), h->seq);
	buf_hex(out, h->hash.b, HASH_LEN);
	buf_fmt(out, "\nat: %" PRId64 "\n", h->at);
	if (!h->is_signed)
		return;
	buf_c(out, "key: ");
	buf_hex(out, h->key, KEY_LEN);
	buf_c(out, "\nsignature: ");
	buf_hex(out, h->signature, SIGNATURE_LEN);
	buf_c(out, "\n");
}

static bool
hex_into(struct arena *a, struct str text, uint8_t *ret, size_t len)
{
	struct str raw = hex_decode(a, text);

	if (raw.p == NULL || raw.len != len)
		return false;
	memcpy(ret, raw.p, len);
	return true;
}

int
anchor_parse(struct arena *a, struct str text, struct head *ret, struct err *e)
{
	struct head h = { .organisation = text_value(text, "organisation") };

	if (!str_starts(text, ANCHOR_HEAD))
		return err_set(e, -EBADMSG, "this is no anchor of a journal");
	if (!num_try(text_value(text, "entry"), &h.seq) || h.seq < 1)
		return err_set(e, -EBADMSG, "the anchor has no line '%s'",
			       "entry");
	if (!hash_from_hex(text_value(text, "hash"), &h.hash))
		return err_set(e, -EBADMSG, "the anchor has no line '%s'",
			       "hash");
	if (!num_try(text_value(text, "at"), &h.at))
		return err_set(e, -EBADMSG, "the anchor has no line '%s'",
			       "at");
	if (text_value(text, "signature").p != NULL) {
		if (!hex_into(a, text_value(text, "key"), h.key, KEY_LEN) ||
		    !hex_into(a, text_value(text, "signature"), h.signature,
			      SIGNATURE_LEN))
			return err_set(e, -EBADMSG,
				       "the signature of the anchor is broken");
		h.is_signed = true;
	}
	h.organisation = str_copy(a, h.organisation);
	*ret = h;
	return 0;
}
