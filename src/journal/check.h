/* check.h - walks a chain, from the database or from a pack. */
#ifndef JOURNAL_CHECK_H
#define JOURNAL_CHECK_H

#include "journal/chain.h"
#include "journal/head.h"
#include "journal/journal.h"
#include "journal/map.h"

/* A fault of a kind at a place; everything in it is copied. */
struct journal_fault *check_fault(struct journal_report *r, struct arena *a,
				  const char *kind, int64_t seq,
				  const char *fmt, ...) PRINTF_LIKE(5, 6);
struct journal_fault *check_notice(struct journal_report *r, struct arena *a,
				   const char *kind, int64_t seq,
				   const char *fmt, ...) PRINTF_LIKE(5, 6);

/* The last image of a row, or of a column of it. */
struct last_image {
	int64_t seq;
	struct hash value;
	struct str text; /* kept for journal_table only */
	enum data_class class;
	bool open;	 /* not erased */
	bool is_deleted; /* the row is gone since that entry */
	bool seen;	 /* the live row was compared */
};

struct checker {
	struct arena *arena;
	struct journal_report *report;
	bool pack; /* values may be left out, the first entry need not be 1 */

	/* where the walk is */
	int64_t seq;
	int64_t at;
	struct hash hash;
	struct entry entry; /* only its seq, body_root and kind are read */
	char kind[24];	    /* of this entry, cut */
	struct merkle merkle;
	struct str field; /* the last of this entry */

	struct map images;   /* "row:..." to struct last_image; not for packs */
	struct map erasures; /* "SEQ:FIELD" to the entry that says so */
	struct map erased;   /* the same, found closed */
	struct map keys;     /* 32 bytes: keys that are trusted */
	struct key_change *changes; /* rotations, newest first */
	struct restored *restored;
	uint8_t first_key[KEY_LEN];
	bool has_key;

	/* heads and anchors, sorted by seq */
	struct check_head *heads;
	size_t n_heads, next_head;

	/* pieces of the entry that are looked at when it ends */
	struct str part_key_old, part_key_new, part_by_old, part_by_new;
	struct str part_head_seq, part_head_hash, part_reason;
};

struct check_head {
	struct head head;
	const char *path; /* of the anchor file; NULL = of the journal */
	bool agrees;
};

void checker_init(struct checker *k, struct arena *a, bool pack,
		  struct journal_report *report);

/* Anchor files and the key; before the first entry. */
int checker_files(struct checker *k, const struct journal_check *check,
		  struct err *e);
void checker_head(struct checker *k, const struct head *h, const char *path);
void checker_heads_sort(struct checker *k);

void checker_entry(struct checker *k, const struct entry *en,
		   const struct hash *stored);
void checker_field(struct checker *k, const struct field *f);
void checker_entry_end(struct checker *k);

/* What is known only at the end: heads beyond it, keys, erasures. */
void checker_end(struct checker *k);

#endif
