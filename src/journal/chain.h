/* chain.h - the bytes that are hashed; yamori-journal(5) is the text of it. */
#ifndef JOURNAL_CHAIN_H
#define JOURNAL_CHAIN_H

#include "base/hash.h"
#include "base/str.h"
#include "tables/contract.h"

struct buf;

#define SALT_LEN 16

/* An entry without its own hash. prev of the first entry is all zeros. */
struct entry {
	int64_t seq; /* 1, 2, 3 ... */
	int64_t at;
	struct str actor;
	struct str kind;
	struct str subject;
	struct hash body_root;
	struct hash prev;
};

/* One piece of content; salt and value go together, or are both away. */
struct field {
	struct str name;
	enum data_class class;
	bool open; /* salt and value are here */
	uint8_t salt[SALT_LEN];
	struct str value;
	struct hash seal;
	int64_t erased_by; /* the entry that took the value away, or 0 */
};

void entry_bytes(const struct entry *en, struct buf *out);
struct hash entry_hash(const struct entry *en);

/* H(salt, name, value): stays when salt and value are taken away. */
struct hash field_seal(const struct field *f);

/* Merkle tree of RFC 6962 over the fields in byte order of their names. */
struct merkle {
	uint64_t n;
	struct hash
		left[64]; /* complete subtree of 2^i leaves, if bit i of n */
};

void merkle_init(struct merkle *m);
void merkle_add(struct merkle *m, const void *p, size_t len);
void merkle_add_field(struct merkle *m, const struct field *f);
struct hash merkle_root(const struct merkle *m);

/* "plain" "personal" "level3" "secret", as in the files of data/. */
const char *class_name(enum data_class class);
bool class_parse(struct str s, enum data_class *ret);

#endif
