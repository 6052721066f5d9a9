/* chain.c - the bytes that are hashed: entries, seals, trees. */
#include "journal/chain.h"

#include "base/buf.h"

#define ENTRY_DOMAIN "yamori/1 journal" /* with its NUL */

static void
put_u32(uint8_t *p, size_t n)
{
	assert(n <= UINT32_MAX);
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(n >> (24 - 8 * i));
}

static void
add_u64(struct buf *b, uint64_t n)
{
	uint8_t p[8];

	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(n >> (56 - 8 * i));
	buf_add(b, p, sizeof(p));
}

static void
add_part(struct buf *b, const void *p, size_t len)
{
	uint8_t n[4];

	put_u32(n, len);
	buf_add(b, n, sizeof(n));
	buf_add(b, p, len);
}

static void
hash_part(struct hasher *h, struct str s)
{
	uint8_t n[4];

	put_u32(n, s.len);
	hasher_add(h, n, sizeof(n));
	hasher_add(h, s.p, s.len);
}

void
entry_bytes(const struct entry *en, struct buf *out)
{
	buf_add(out, ENTRY_DOMAIN, sizeof(ENTRY_DOMAIN));
	add_u64(out, (uint64_t)en->seq);
	add_u64(out, (uint64_t)en->at);
	add_part(out, en->actor.p, en->actor.len);
	add_part(out, en->kind.p, en->kind.len);
	add_part(out, en->subject.p, en->subject.len);
	add_part(out, en->body_root.b, HASH_LEN);
	buf_add(out, en->prev.b, HASH_LEN);
}

struct hash
entry_hash(const struct entry *en)
{
	auto_buf b = { 0 };

	buf_init(&b, 256 + en->actor.len + en->kind.len + en->subject.len);
	entry_bytes(en, &b);
	assert(!b.bad);
	return hash_of(b.p, b.len);
}

struct hash
field_seal(const struct field *f)
{
	struct hasher *h = hasher_new();

	hasher_add(h, f->salt, SALT_LEN);
	hash_part(h, f->name);
	hash_part(h, f->value);
	return hasher_end(h);
}

void
merkle_init(struct merkle *m)
{
	m->n = 0;
}

static struct hash
node(const struct hash *left, const struct hash *right)
{
	uint8_t p[1 + 2 * HASH_LEN];

	p[0] = 1;
	memcpy(p + 1, left->b, HASH_LEN);
	memcpy(p + 1 + HASH_LEN, right->b, HASH_LEN);
	return hash_of(p, sizeof(p));
}

static void
add_leaf(struct merkle *m, struct hash h)
{
	int i = 0;

	for (; (m->n >> i & 1) != 0; i++)
		h = node(&m->left[i], &h);
	m->left[i] = h;
	m->n++;
}

void
merkle_add(struct merkle *m, const void *p, size_t len)
{
	struct hasher *h = hasher_new();

	hasher_add(h, "\0", 1);
	hasher_add(h, p, len);
	add_leaf(m, hasher_end(h));
}

void
merkle_add_field(struct merkle *m, const struct field *f)
{
	uint8_t class = (uint8_t)f->class;
	struct hasher *h = hasher_new();

	hasher_add(h, "\0", 1);
	hash_part(h, f->name);
	hasher_add(h, &class, 1);
	hasher_add(h, f->seal.b, HASH_LEN);
	add_leaf(m, hasher_end(h));
}

struct hash
merkle_root(const struct merkle *m)
{
	struct hash h;
	bool any = false;

	if (m->n == 0)
		return hash_of("", 0);
	for (int i = 0; i < 64; i++) {
		if ((m->n >> i & 1) == 0)
			continue;
		h = any ? node(&m->left[i], &h) : m->left[i];
		any = true;
	}
	return h;
}

static const char *const class_names[] = {
	[CLASS_PLAIN] = "plain",
	[CLASS_PERSONAL] = "personal",
	[CLASS_LEVEL3] = "level3",
	[CLASS_SECRET] = "secret",
};

const char *class_name(enum data_class class)
{
	return class_names[class];
}

bool
class_parse(struct str s, enum data_class *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(class_names); i++) {
		if (str_is(s, class_names[i])) {
			*ret = (enum data_class)i;
			return true;
		}
	}
	return false;
}
