/* key.h - Ed25519 keys and their files. */
#ifndef JOURNAL_KEY_H
#define JOURNAL_KEY_H

#include "base/str.h"

struct arena;
struct err;

#define KEY_LEN 32
#define SIGNATURE_LEN 64

struct key_pair {
	uint8_t secret[KEY_LEN];
	uint8_t public[KEY_LEN];
};

void key_make(struct key_pair *ret);
void key_wipe(struct key_pair *k);

/* The secret key's file is readable by its owner only. */
int key_save(const char *path, const struct key_pair *k, struct err *e);
int key_load(const char *path, struct key_pair *ret, struct err *e);

void key_sign(const struct key_pair *k, struct str msg,
	      uint8_t ret[SIGNATURE_LEN]);
bool key_verify(const uint8_t public[KEY_LEN], struct str msg,
		struct str signature);

/* The public key's file is text: three lines with words before each value. */
int key_public_save(const char *path, const uint8_t public[KEY_LEN],
		    struct err *e);
int key_public_load(const char *path, uint8_t ret[KEY_LEN], struct err *e);

/* Hex SHA-256 of the public key. */
struct str key_fingerprint(struct arena *a, const uint8_t public[KEY_LEN]);

/* The value behind "NAME: " in a text of such lines; # begins a comment. */
struct str text_value(struct str text, const char *name);

#endif
