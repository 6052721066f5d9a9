/* hash_windows.c - SHA-256 and random bytes by the system's own library. */
#include "base/hash.h"

#include <windows.h>

#include <bcrypt.h>

struct hasher {
	BCRYPT_ALG_HANDLE alg;
	BCRYPT_HASH_HANDLE hash;
};

static void
must(bool good, const char *what)
{
	if (good)
		return;
	(void)fprintf(stderr, "yamori: %s\n", what);
	abort();
}

struct hasher *
hasher_new(void)
{
	struct hasher *h = calloc(1, sizeof(*h));

	must(h != NULL, "out of memory");
	must(BCryptOpenAlgorithmProvider(&h->alg, BCRYPT_SHA256_ALGORITHM, NULL,
					 0) == 0 &&
		     BCryptCreateHash(h->alg, &h->hash, NULL, 0, NULL, 0, 0) ==
			     0,
	     "the system has no SHA-256");
	return h;
}

void
hasher_add(struct hasher *h, const void *p, size_t len)
{
	union {
		const void *from;
		PUCHAR to; /* the call only reads */
	} u = { p };

	assert(len <= ULONG_MAX);
	if (len > 0)
		must(BCryptHashData(h->hash, u.to, (ULONG)len, 0) == 0,
		     "SHA-256 failed");
}

struct hash
hasher_end(struct hasher *h)
{
	struct hash out;

	must(BCryptFinishHash(h->hash, out.b, HASH_LEN, 0) == 0,
	     "SHA-256 failed");
	(void)BCryptDestroyHash(h->hash);
	(void)BCryptCloseAlgorithmProvider(h->alg, 0);
	free(h);
	return out;
}

void
random_bytes(void *p, size_t len)
{
	assert(len <= ULONG_MAX);
	must(BCryptGenRandom(NULL, p, (ULONG)len,
			     BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0,
	     "no random numbers");
}
