/* yaml.h - a YAML file as a tree, read strictly and within bounds. */
#ifndef CATALOG_YAML_H
#define CATALOG_YAML_H

#include "base/str.h"

struct arena;
struct buf;
struct diags;

#define YAML_SIZE_MAX ((size_t)1024 * 1024)
#define YAML_DEPTH_MAX 16
#define YAML_NODES_MAX 50000
#define YAML_KEYS_MAX 1000 /* in one map */

enum yaml_kind {
	YAML_TEXT,
	YAML_LIST,
	YAML_MAP,
};

/* What an unquoted scalar stands for; a quoted one is always YAML_IS_TEXT. */
enum yaml_scalar {
	YAML_IS_TEXT,
	YAML_IS_NULL, /* null, ~ or nothing */
	YAML_IS_BOOL, /* true, false */
	YAML_IS_INT,  /* without leading zero or sign + */
	YAML_IS_REAL, /* 9.0 */
};

struct yaml {
	enum yaml_kind kind;
	enum yaml_scalar scalar;
	int line, column; /* from 1 */
	struct str text;  /* of a scalar */
	size_t n;	  /* items or pairs */
	struct yaml **items;
	struct yaml_pair *pairs; /* in the order of the file, keys unique */
};

struct yaml_pair {
	struct str key;
	int line, column; /* of the key */
	struct yaml *value;
};

/*
 * Reads one document. Refused, with their place in d: syntax errors, anchors,
 * aliases, tags, merge keys, duplicate keys, keys that are no scalars, control
 * and text-direction characters, a second document, and what is over the
 * limits above. Goes on wherever the rest can still be understood.
 * NULL when there is no tree; text stays the caller's, the tree is a copy.
 */
struct yaml *yaml_parse(struct arena *a, struct str file, struct str text,
			struct diags *d);

/* NULL when map is no map or lacks the key. */
struct yaml *yaml_find(const struct yaml *map, const char *key);

/* The value as JSON, maps in the order of the file. */
void yaml_json(const struct yaml *y, struct buf *out);

#endif
