/* arena.c - memory that belongs to a unit of work and is freed as a whole. */
#include "base/arena.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_SEPARATE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_SEPARATE 1
#endif
#endif
#ifndef ARENA_SEPARATE
#define ARENA_SEPARATE 0
#endif

#define CHUNK_MIN ((size_t)8 * 1024)
#define CHUNK_MAX ((size_t)1024 * 1024)
#define ALIGN _Alignof(max_align_t)

struct chunk {
	struct chunk *prev;
	size_t size; /* bytes behind the header */
	size_t used;
	_Alignas(max_align_t) char data[];
};

struct arena {
	struct chunk *last;
	size_t next_size; /* size of the next chunk; doubles up to CHUNK_MAX */
	size_t used;
};

NORETURN static void
out_of_memory(void)
{
	fputs("yamori: out of memory\n", stderr);
	abort();
}

struct arena *
arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));
	if (a == NULL)
		out_of_memory();

	a->next_size = CHUNK_MIN;
	return a;
}

static void
chunks_free_until(struct arena *a, const struct chunk *stop)
{
	while (a->last != stop) {
		struct chunk *c = a->last;

		assert(c != NULL);
		a->last = c->prev;
		a->used -= c->used;
		free(c);
	}
}

void
arena_free(struct arena *a)
{
	if (a == NULL)
		return;
	chunks_free_until(a, NULL);
	free(a);
}

static struct chunk *
chunk_add(struct arena *a, size_t n)
{
	size_t size = n;

	/* One malloc each lets the sanitizer see every overflow. */
	if (!ARENA_SEPARATE && size < a->next_size) {
		size = a->next_size;
		if (a->next_size < CHUNK_MAX)
			a->next_size *= 2;
	}
	if (size > SIZE_MAX - sizeof(struct chunk))
		out_of_memory();

	struct chunk *c = calloc(1, sizeof(*c) + size);
	if (c == NULL)
		out_of_memory();

	c->size = size;
	c->prev = a->last;
	a->last = c;
	return c;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	if (n > SIZE_MAX - ALIGN)
		out_of_memory();

	size_t want = ARENA_SEPARATE ? n : (n + ALIGN - 1) & ~(ALIGN - 1);
	struct chunk *c = a->last;
	if (ARENA_SEPARATE || c == NULL || c->size - c->used < want)
		c = chunk_add(a, want);

	void *p = c->data + c->used;
	c->used += want;
	a->used += want;
	return p;
}

void *
arena_array(struct arena *a, size_t n, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(n, size, &total))
		out_of_memory();
	return arena_alloc(a, total);
}

char *
arena_dup(struct arena *a, const void *p, size_t len)
{
	if (len == SIZE_MAX)
		out_of_memory();

	char *copy = arena_alloc(a, len + 1);
	if (len > 0)
		memcpy(copy, p, len);
	return copy;
}

struct arena_mark
arena_mark(const struct arena *a)
{
	return (struct arena_mark){ a->last, a->last ? a->last->used : 0 };
}

void
arena_reset(struct arena *a, struct arena_mark m)
{
	struct chunk *c = m.chunk;

	/* A mark from before the first chunk: that chunk is used again, so
	 * that a reset in a loop costs no malloc. */
	if (c == NULL && !ARENA_SEPARATE) {
		for (c = a->last; c != NULL && c->prev != NULL;)
			c = c->prev;
	}
	chunks_free_until(a, c);
	if (c == NULL)
		return;
	assert(c->used >= m.used);
	memset(c->data + m.used, 0, c->used - m.used);
	a->used -= c->used - m.used;
	c->used = m.used;
}

size_t
arena_used(const struct arena *a)
{
	return a->used;
}
