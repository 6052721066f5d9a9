/* map.h - a map from text to a pointer; memory is the arena's. */
#ifndef JOURNAL_MAP_H
#define JOURNAL_MAP_H

#include "base/str.h"

struct arena;

struct map_item {
	struct str key;
	void *value;
};

struct map {
	struct arena *arena;
	size_t n;
	size_t cap;
	size_t *slots;		/* 1 + place in items; 0 = free */
	struct map_item *items; /* in the order they were added */
};

void map_init(struct map *m, struct arena *a);

/* The place of its value, made (and the key copied) when it is new. */
void **map_put(struct map *m, struct str key);
void *map_find(const struct map *m, struct str key); /* NULL = none */

#endif
