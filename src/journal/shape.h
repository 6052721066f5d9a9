/* shape.h - journaled tables as declared, and the images of their rows. */
#ifndef JOURNAL_SHAPE_H
#define JOURNAL_SHAPE_H

#include "journal/journal.h"

struct stmt;

/* JSON with sorted columns; the same table gives the same text. */
struct str shape_print(struct arena *a, const struct journal_table *t);
int shape_parse(struct arena *a, struct str name, struct str json,
		struct journal_table *ret, struct err *e);

/*
 * Reads rows of t, of one key or of all, sorted by key: column 0 is the key
 * as text, 1 change_seq (NULL for many), then the columns of t.
 */
int shape_select(struct store *s, const struct journal_table *t, bool one,
		 struct stmt **ret, struct err *e);

/* The triggers that abort outside a change and name the row inside one. */
#define N_TRIGGERS 3
struct str trigger_name(struct arena *a, const struct journal_table *t,
			size_t i);
struct str trigger_print(struct arena *a, const struct journal_table *t,
			 size_t i);

/* The part of a row that is one field. */
struct image {
	const char *column; /* NULL = the row */
	enum data_class class;
	struct str value;
};

/*
 * Images of the row (or rows, for many) the statement stands on; at most
 * n_cols + 1. *more: it stands on the next key now, else at the end.
 */
int image_read(struct arena *a, const struct journal_table *t, struct stmt *st,
	       struct image *ret, size_t *ret_n, bool *more, struct err *e);

/* "row:TABLE:KEY" or "row:TABLE:KEY.COLUMN". */
struct str image_name(struct arena *a, const char *table, struct str key,
		      const char *column);

#endif
