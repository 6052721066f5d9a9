/* image.h - how the catalog lies in its database; private to this folder. */
#ifndef CATALOG_IMAGE_H
#define CATALOG_IMAGE_H

#include "catalog/catalog.h"

struct arena;
struct buf;

enum col_kind {
	COL_KIND_STR,	/* struct str; NULL when p is NULL */
	COL_KIND_WORDS, /* struct words: two columns, NAME_ja and NAME_en */
	COL_KIND_INT,	/* int */
	COL_KIND_INT64, /* int64_t */
	COL_KIND_BOOL,	/* bool: 0, 1 */
	COL_KIND_NAMES, /* an enum (int), kept as its name */
};

struct col {
	const char *name;
	enum col_kind kind;
	size_t off;
	const char *const *names;
	size_t n_names;
};

/*
 * One table. The rows of a table with an owner belong to another row: they
 * carry its id and their place `seq`; the owner's pointer to them and their
 * number are at off_list and off_n.
 */
struct shape {
	const char *table;
	const char *owner; /* column, or NULL */
	size_t off_list, off_n;
	const struct col *cols;
	size_t n_cols;
	size_t size;
};

/* Parts of control and ledger that are no more than lists of text. */
struct text_list {
	const char *name;
	size_t off_list, off_n;
};

/* A table whose rows own others. */
struct owner_shape {
	struct shape self;
	const struct shape *parts;
	size_t n_parts;
	const char *lists_table; /* owner, list, seq, value; or NULL */
	const struct text_list *lists;
	size_t n_lists;
	size_t off_list, off_n; /* in struct catalog */
};

/* A choice or label, which belongs to a part of an owner. */
struct choice_row {
	struct str owner, part, list;
	struct named named;
};
extern const struct shape control_choice_shape;
extern const struct shape ledger_choice_shape;

extern const struct owner_shape owner_shapes[];
extern const size_t n_owner_shapes;

/* " a, b_ja, b_en": the columns of the shape, each with `behind` after it. */
void shape_columns(const struct shape *sh, const char *behind, struct buf *b);
size_t shape_n_columns(const struct shape *sh);

#endif
