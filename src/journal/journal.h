/* journal.h - the append-only, hash-chained record of every change. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/err.h"
#include "base/hash.h"
#include "base/str.h"
#include "journal/change.h"
#include "tables/contract.h"

struct arena;
struct buf;
struct store;

/*
 * What is hashed, signed and exported is written down in yamori-journal(5);
 * tools/verify-journal.py checks it without any code of ours. How rows are
 * changed is in change.h.
 */
struct journal_column {
	const char *name;
	enum data_class class;
};

/*
 * A table declares itself. The row with this key must be one, and a column
 * change_seq holds the entry that wrote it: statements set it to the SQL
 * function change_seq(). A table of values (`many`) has several rows a key
 * and no change_seq; all rows of a key are one image, an array.
 * Keys are random ids or names of ours, never personal data.
 */
struct journal_table {
	const char *name;
	const char *key;
	bool many;
	const struct journal_column *cols; /* with the key, no change_seq */
	size_t n_cols;
};

/* The tables of the first migrations. */
extern const struct journal_table journal_base_tables[];
extern const size_t n_journal_base_tables;

/*
 * Makes a table journaled, or follows its new shape: triggers, the row of
 * journal_table, images of all its rows. Nothing happens when it is known in
 * this shape. Returns 1 when something was written.
 */
int change_declare(struct change *c, const struct journal_table *t,
		   struct err *e);

/*
 * The first entry of all: in a change of kind JOURNAL_START it makes DIR/keys
 * with a new signing key, notes the organisation's id and the key, and
 * declares the base tables. -EEXIST when the journal has begun.
 */
#define JOURNAL_START "journal.start"
int journal_start(struct change *c, struct str organisation, struct err *e);

/* Declares tables that are new or have a new shape, in one change if any. */
int journal_declare(struct store *s, const struct journal_table *tables,
		    size_t n, struct err *e);

/*
 * After a migration: declares the base tables again if their shape is
 * another now. Nothing happens before the journal has begun.
 */
int journal_follow(struct store *s, struct err *e);

/*
 * Who the organisation is, from the first entry; -ENOENT when there is none.
 * The key is the one that signs now.
 */
struct journal_identity {
	struct str organisation;
	int64_t started_at;
	uint8_t key[32];
	struct str fingerprint; /* hex SHA-256 of the first key */
};
int journal_identity(struct store *s, struct arena *a,
		     struct journal_identity *ret, struct err *e);

/* In groups of four, as shown to people. */
struct str journal_fingerprint_print(struct arena *a, struct str hex);

/*
 * Signs the head as it is now; the process that does it is forked, sandboxed
 * and alone reads DIR/keys. It refuses (-EPERM) a journal that does not
 * continue the last head it signed. restore_reason is for a journal that was
 * restored from a backup: an entry then names the head that was lost.
 */
struct journal_signed {
	int64_t seq;
	int64_t at;
	struct str hash;	/* hex */
	struct str fingerprint; /* of the key that signed */
};
int journal_sign(struct store *s, struct arena *a, const char *restore_reason,
		 struct journal_signed *ret, struct err *e);

/* A new key takes the old one's place; both sign that. */
int journal_rotate(struct store *s, struct arena *a, struct journal_signed *ret,
		   struct err *e);

/* The last signed head as text to keep elsewhere; -ENOENT: none yet. */
int journal_anchor_print(struct store *s, struct buf *out, struct err *e);

/*
 * Verifying. A fault says where: entry and field, or table, key and column;
 * `kind` is a word for programs (yamori-journal(5) lists them), text the
 * sentence. A notice is no fault: the clock went back, for example.
 */
#define REPORT_FAULTS_MAX 1000 /* kept; all are counted */

struct journal_fault {
	const char *kind;
	bool notice;
	int64_t seq; /* 0 = about no entry */
	struct str field;
	struct str table, key, column;
	struct str expected, found;
	struct err_text text;
};

struct journal_report {
	struct journal_fault *faults;
	size_t n_kept;
	int64_t n_faults, n_notices;
	int64_t n_entries, n_fields, n_erased, n_redacted;
	int64_t n_tables, n_rows;
	int64_t n_heads, n_anchors; /* compared, and they agree */
	struct str organisation;
	struct str fingerprint; /* of the first key known */
	int64_t first_seq, last_seq;
	int64_t first_at, last_at;
	struct str last_hash;
	/*
	 * Up to this entry nothing can have been rewritten unseen: an anchor
	 * that was kept elsewhere names it. 0: no anchor was given, and then
	 * whoever is root could have rewritten everything since first_at.
	 */
	int64_t anchored_seq, anchored_at;
};

struct journal_check {
	const char *const *anchors; /* paths of anchor files */
	size_t n_anchors;
	const char *key; /* path of a public key that must have signed */
};

/*
 * Negative only when it could not be done; faults are in the report. It sees
 * one snapshot: that of the transaction it is called in, or one of its own.
 */
int journal_verify(struct store *s, struct arena *a,
		   const struct journal_check *check,
		   struct journal_report *ret, struct err *e);

/* Entries as a file for another machine; what is left out stays hashed. */
struct journal_pack {
	int64_t from;	  /* the first entry; 0 = 1 */
	bool no_personal; /* leave out values of class personal and level3 */
	const char *const *without; /* patterns (GLOB) of fields to leave out */
	size_t n_without;
};
int journal_export(struct store *s, const char *path,
		   const struct journal_pack *what, struct err *e);
int journal_verify_pack(struct arena *a, const char *path,
			const struct journal_check *check,
			struct journal_report *ret, struct err *e);

/*
 * Deletes salt and value of old fields; an entry tells who, why and who
 * approved it. The approver is another person than the actor. What a live
 * row still holds is refused (-EBUSY): change the row first.
 */
struct journal_erase {
	struct str approved_by;
	struct str reason;
	const struct journal_place {
		int64_t seq;
		const char *field;
	} * places;
	size_t n_places;
};
int journal_erase(struct store *s, const struct journal_erase *what,
		  int64_t *ret_seq, struct err *e);

#endif
