/* arena.h - memory that belongs to a unit of work and is freed as a whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

struct arena;

/* What was allocated after a mark goes when the arena is reset to it. */
struct arena_mark {
	void *chunk;
	size_t used;
};

/* Never returns NULL: when memory is exhausted the process aborts. */
struct arena *arena_new(void);
void arena_free(struct arena *a); /* NULL is fine */

/* Zeroed, aligned for any type; n may be 0. Aborts rather than fails. */
void *arena_alloc(struct arena *a, size_t n);

/* Zeroed array of n members; aborts when n * size overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);

/* A copy of len bytes with a NUL behind it. */
char *arena_dup(struct arena *a, const void *p, size_t len);

struct arena_mark arena_mark(const struct arena *a);
void arena_reset(struct arena *a, struct arena_mark m);

/* Bytes handed out and not yet reset; for limits and benchmarks. */
size_t arena_used(const struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

static inline void
arena_cleanup(struct arena **a)
{
	arena_free(*a);
}
#define auto_arena CLEANUP(arena_cleanup) struct arena

#endif
