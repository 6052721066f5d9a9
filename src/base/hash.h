/* hash.h - SHA-256, HMAC and hexadecimal text. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/str.h"

struct arena;

#define HASH_LEN 32

struct hash {
	uint8_t b[HASH_LEN];
};

struct hash hash_of(const void *p, size_t len);
struct hash hash_of_str(struct str s);
struct hash hash_hmac(struct str key, const void *p, size_t len);

/* Incremental: begin, add ..., end frees it. */
struct hasher;
struct hasher *hasher_new(void);
void hasher_add(struct hasher *h, const void *p, size_t len);
struct hash hasher_end(struct hasher *h);

bool hash_eq(struct hash a, struct hash b); /* constant time */
struct str hash_hex(struct arena *a, struct hash h);
bool hash_from_hex(struct str s, struct hash *ret);

/* Any even number of hex digits; NULL data when it is not that. */
struct str hex_decode(struct arena *a, struct str s);
struct str hex_encode(struct arena *a, struct str s);

/* First 64 bits as a signed number, for tables. */
int64_t hash_short(struct hash h);

/* Bytes from the system's random generator; aborts when there is none. */
void random_bytes(void *p, size_t len);

#endif
