/* hash_linux.c - SHA-256 by nettle, random bytes from the kernel. */
#include "base/hash.h"

#include <nettle/sha2.h>
#include <sys/random.h>

struct hasher {
	struct sha256_ctx ctx;
};

struct hasher *
hasher_new(void)
{
	struct hasher *h = calloc(1, sizeof(*h));
	if (h == NULL) {
		fputs("yamori: out of memory\n", stderr);
		abort();
	}

	sha256_init(&h->ctx);
	return h;
}

void
hasher_add(struct hasher *h, const void *p, size_t len)
{
	if (len > 0)
		sha256_update(&h->ctx, len, p);
}

struct hash
hasher_end(struct hasher *h)
{
	struct hash out;

	sha256_digest(&h->ctx, HASH_LEN, out.b);
	free(h);
	return out;
}

void
random_bytes(void *p, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t n = getrandom((char *)p + done, len - done, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fputs("yamori: no random numbers\n", stderr);
			abort();
		}
		done += (size_t)n;
	}
}
