/* sign.h - the process that holds the signing key, and how it is asked. */
#ifndef JOURNAL_SIGN_H
#define JOURNAL_SIGN_H

#include "journal/chain.h"
#include "journal/head.h"

/*
 * The process `sign` is the only one that reads keys/journal.key. It keeps
 * the last head it signed in keys/journal.last, outside the database, and
 * signs only heads that extend it: it is given the entries behind that one,
 * as the bytes that are hashed, and walks the chain itself.
 */
struct signer;

/* Forks it; it goes when the signer is closed. */
int signer_open(struct arena *a, const char *keys, struct signer **ret,
		struct err *e);
void signer_close(struct signer *s); /* NULL is fine */

static inline void
signer_cleanup(struct signer **s)
{
	signer_close(*s);
}
#define auto_signer CLEANUP(signer_cleanup) struct signer

/* Makes the first key, or tells it when nothing was signed with it yet. */
int signer_make(struct signer *s, uint8_t ret[KEY_LEN], struct err *e);

/* The last head it signed: seq 0 when there is none. */
int signer_last(struct signer *s, int64_t *ret_seq, struct hash *ret,
		struct err *e);

/*
 * Then: begin, each entry behind the last one, sign. key is the one the
 * journal says signs now. `restored`: the journal was restored from a backup
 * and begins anew; all entries are given and the head is a journal.restore.
 */
int signer_begin(struct signer *s, struct str organisation,
		 const uint8_t key[KEY_LEN], bool restored, struct err *e);
int signer_entry(struct signer *s, const struct entry *en, struct err *e);
int signer_sign(struct signer *s, struct head *ret, struct err *e);

/* A new key, and both signatures over the last head and both keys. */
struct rotation {
	uint8_t old[KEY_LEN];
	uint8_t new[KEY_LEN];
	uint8_t by_old[SIGNATURE_LEN];
	uint8_t by_new[SIGNATURE_LEN];
};
int signer_rotate(struct signer *s, struct str organisation,
		  struct rotation *ret, struct err *e);

#endif
