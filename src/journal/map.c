/* map.c - a map from text to a pointer; memory is the arena's. */
#include "journal/map.h"

#include "base/arena.h"

void
map_init(struct map *m, struct arena *a)
{
	*m = (struct map){ .arena = a };
}

/* FNV-1a; who may write keys may write the database, so no secret seed. */
static uint64_t
hash_key(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(1099511628211);
	return h ^ h >> 32;
}

static size_t
slot_of(const struct map *m, struct str key)
{
	size_t at = hash_key(key) & (m->cap - 1);

	while (m->slots[at] != 0 &&
	       !str_eq(m->items[m->slots[at] - 1].key, key))
		at = (at + 1) & (m->cap - 1);
	return at;
}

static void
grow(struct map *m)
{
	struct map_item *old = m->items;

	m->cap = m->cap == 0 ? 64 : m->cap * 2;
	m->slots = ARENA_ARRAY(m->arena, m->cap, size_t);
	m->items = ARENA_ARRAY(m->arena, m->cap / 2, struct map_item);
	for (size_t i = 0; i < m->n; i++) {
		m->items[i] = old[i];
		m->slots[slot_of(m, old[i].key)] = i + 1;
	}
}

void **
map_put(struct map *m, struct str key)
{
	if (m->n >= m->cap / 2)
		grow(m);
	size_t at = slot_of(m, key);
	if (m->slots[at] == 0) {
		m->items[m->n].key = str_copy(m->arena, key);
		m->slots[at] = ++m->n;
	}
	return &m->items[m->slots[at] - 1].value;
}

void *
map_find(const struct map *m, struct str key)
{
	if (m->n == 0)
		return NULL;
	size_t slot = m->slots[slot_of(m, key)];
	return slot == 0 ? NULL : m->items[slot - 1].value;
}
