/* gvdb.c - reads the binary databases of dconf. */
#include "tables/linux/gvdb.h"

#include "base/err.h"

#define ITEM_LEN 24
#define ITEMS_MAX ((size_t)100000)
#define PARENTS_MAX 32 /* parts of a key */
#define NO_PARENT UINT32_MAX

/*
 * File: "GVariant", version, options, place of the first table. A table:
 * words of a filter, buckets, both skipped; then its items: hash, parent,
 * place and length of the last part of the key, type, value.
 */
struct item {
	uint32_t parent;
	struct str key;
	char type;
	struct str value;
};

static uint32_t
u32(struct str s, size_t at)
{
	const uint8_t *p = (const uint8_t *)s.p + at;

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static bool
span(struct str file, uint32_t start, uint32_t end, struct str *ret)
{
	if (start > end || end > file.len)
		return false;
	*ret = str_first(str_from(file, start), end - start);
	return true;
}

static bool
table_open(struct str file, struct str table, struct gvdb *ret)
{
	if (table.len < 8)
		return false;
	uint64_t words = u32(table, 0) & ((1U << 27) - 1);
	uint64_t skip = 8 + (words + u32(table, 4)) * 4;
	if (skip > table.len)
		return false;
	ret->file = file;
	ret->items = str_from(table, (size_t)skip);
	return ret->items.len / ITEM_LEN <= ITEMS_MAX;
}

int
gvdb_open(struct str file, struct gvdb *ret, struct err *e)
{
	struct str root;

	if (file.len < 24 || !str_starts(file, "GVariant") ||
	    u32(file, 8) != 0 ||
	    !span(file, u32(file, 16), u32(file, 20), &root) ||
	    !table_open(file, root, ret))
		return err_set(e, -EBADMSG, "this is no database of dconf");
	return 0;
}

static bool
item_at(const struct gvdb *g, size_t i, struct item *ret)
{
	if (i >= g->items.len / ITEM_LEN)
		return false;

	struct str x = str_from(g->items, i * ITEM_LEN);
	uint32_t key = u32(x, 8), len = u32(x, 12) & 0xffff;
	ret->parent = u32(x, 4);
	ret->type = x.p[14];
	return key <= UINT32_MAX - len &&
	       span(g->file, key, key + len, &ret->key) &&
	       span(g->file, u32(x, 16), u32(x, 20), &ret->value);
}

/* Is this the item of the key? Each part is below the one before it. */
static bool
key_is(const struct gvdb *g, const struct item *item, struct str key)
{
	struct item x = *item;

	for (int depth = 0; depth < PARENTS_MAX; depth++) {
		if (x.key.len > key.len ||
		    !str_eq(str_from(key, key.len - x.key.len), x.key))
			return false;
		key.len -= x.key.len;
		if (x.parent == NO_PARENT)
			return key.len == 0;
		if (!item_at(g, x.parent, &x))
			return false;
	}
	return false;
}

static bool
item_find(const struct gvdb *g, const char *key, struct item *ret)
{
	for (size_t i = 0; i < g->items.len / ITEM_LEN; i++) {
		if (item_at(g, i, ret) && key_is(g, ret, str_c(key)))
			return true;
	}
	return false;
}

bool
gvdb_table(const struct gvdb *g, const char *name, struct gvdb *ret)
{
	struct item x;

	return item_find(g, name, &x) && x.type == 'H' &&
	       table_open(g->file, x.value, ret);
}

bool
gvdb_has(const struct gvdb *g, const char *key)
{
	struct item x;

	return item_find(g, key, &x);
}

/* A variant: the bytes of the value, NUL, its type. */
bool
gvdb_get(const struct gvdb *g, const char *key, struct gvdb_value *ret)
{
	struct item x;
	size_t at;

	if (!item_find(g, key, &x) || x.type != 'v' || x.value.len < 2)
		return false;
	for (at = x.value.len; at > 0 && x.value.p[at - 1] != '\0'; at--)
		;
	if (at == 0)
		return false;
	struct str type = str_from(x.value, at);
	struct str data = str_first(x.value, at - 1);
	struct gvdb_value v = { .type = '?' };
	if (str_is(type, "b") && data.len == 1) {
		v.type = 'b';
		v.n = data.p[0] != 0;
	} else if ((str_is(type, "u") || str_is(type, "i")) && data.len == 4) {
		uint32_t n = u32(data, 0);

		v.type = type.p[0];
		v.n = v.type == 'u' ? (int64_t)n : (int64_t)(int32_t)n;
	} else if (str_is(type, "s")) {
		v.type = 's';
		v.s = str_until(data, '\0');
	}
	*ret = v;
	return true;
}
