/* head.h - a signed head of the journal, and the anchor file that holds it. */
#ifndef JOURNAL_HEAD_H
#define JOURNAL_HEAD_H

#include "base/hash.h"
#include "journal/key.h"

struct buf;

struct head {
	struct str organisation;
	int64_t seq;
	struct hash hash; /* of that entry */
	int64_t at;	  /* when it was signed */
	uint8_t key[KEY_LEN];
	uint8_t signature[SIGNATURE_LEN];
	bool is_signed; /* an anchor may be copied by hand, without one */
};

/* What is signed. */
struct str head_bytes(struct arena *a, const struct head *h);
bool head_verify(const struct head *h);

/* What both keys sign when one follows the other after the head h. */
struct str rotation_bytes(struct arena *a, const struct head *h,
			  const uint8_t old[KEY_LEN],
			  const uint8_t new[KEY_LEN]);

/* Text a person can read, type off and put into verify. */
void anchor_print(struct arena *a, const struct head *h, struct buf *out);
int anchor_parse(struct arena *a, struct str text, struct head *ret,
		 struct err *e);

#endif
