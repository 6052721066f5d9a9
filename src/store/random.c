/* random.c - where new ids and salts come from. */
#include "store/private.h"

void
store_random_seed(struct store *s, struct str seed)
{
	s->seeded = true;
	s->seed = hash_of_str(seed);
	s->n_random = 0;
}

static void
seeded_bytes(struct store *s, char *p, size_t len)
{
	while (len > 0) {
		struct hasher *h = hasher_new();

		hasher_add(h, s->seed.b, HASH_LEN);
		hasher_add(h, &s->n_random, sizeof(s->n_random));
		struct hash block = hasher_end(h);
		size_t n = len < HASH_LEN ? len : HASH_LEN;

		memcpy(p, block.b, n);
		s->n_random++;
		p += n;
		len -= n;
	}
}

void
store_random(struct store *s, void *p, size_t len)
{
	if (s->seeded)
		seeded_bytes(s, p, len);
	else
		random_bytes(p, len);
}
