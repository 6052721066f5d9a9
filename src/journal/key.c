/* key.c - Ed25519 keys and their files. */
#include "journal/key.h"

#include <nettle/eddsa.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"

#define FILE_MAX 4096
#define SECRET_HEAD "yamori signing key 1\n"
#define PUBLIC_HEAD "yamori public key 1\n"

void
key_make(struct key_pair *ret)
{
	random_bytes(ret->secret, KEY_LEN);
	ed25519_sha512_public_key(ret->public, ret->secret);
}

void
key_wipe(struct key_pair *k)
{
	explicit_bzero(k, sizeof(*k));
}

void
key_sign(const struct key_pair *k, struct str msg, uint8_t ret[SIGNATURE_LEN])
{
	ed25519_sha512_sign(k->public, k->secret, msg.len,
			    (const uint8_t *)msg.p, ret);
}

bool
key_verify(const uint8_t public[KEY_LEN], struct str msg, struct str signature)
{
	return signature.len == SIGNATURE_LEN &&
	       ed25519_sha512_verify(public, msg.len, (const uint8_t *)msg.p,
				     (const uint8_t *)signature.p) == 1;
}

int
key_save(const char *path, const struct key_pair *k, struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, FILE_MAX);
	buf_c(&b, SECRET_HEAD "# Whoever has this file can sign the journal. "
			      "Only 'yamori journal sign' needs it.\n"
			      "ed25519-secret: ");
	buf_hex(&b, k->secret, KEY_LEN);
	buf_c(&b, "\n");
	int r = fs_write_atomic(path, buf_view(&b), 0600, e);
	explicit_bzero(b.p, b.len);
	return r;
}

struct str
text_value(struct str text, const char *name)
{
	struct str line;

	while (str_next_line(&text, &line)) {
		if (str_starts(line, "#"))
			continue;
		size_t at = str_find_c(line, ": ");
		if (at != STR_NONE && str_is(str_first(line, at), name))
			return str_trim(str_from(line, at + 2));
	}
	return (struct str){ NULL, 0 };
}

static int
hex_load(const char *path, const char *head, const char *name,
	 uint8_t ret[KEY_LEN], struct err *e)
{
	auto_arena *a = arena_new();
	struct str text, raw;

	if (fs_read(a, path, FILE_MAX, &text, e) < 0)
		return e->code;
	raw = hex_decode(a, text_value(text, name));
	bool ok = str_starts(text, head) && raw.len == KEY_LEN;
	if (ok)
		memcpy(ret, raw.p, KEY_LEN);
	else
		(void)err_set(e, -EBADMSG, "'%s' is no key of yamori", path);
	return ok ? 0 : e->code;
}

int
key_load(const char *path, struct key_pair *ret, struct err *e)
{
	if (hex_load(path, SECRET_HEAD, "ed25519-secret", ret->secret, e) < 0)
		return e->code;
	ed25519_sha512_public_key(ret->public, ret->secret);
	return 0;
}

int
key_public_save(const char *path, const uint8_t public[KEY_LEN], struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, FILE_MAX);
	buf_c(&b, PUBLIC_HEAD "ed25519: ");
	buf_hex(&b, public, KEY_LEN);
	buf_c(&b, "\nfingerprint: ");
	buf_str(&b, key_fingerprint(a, public));
	buf_c(&b, "\n");
	return fs_write_atomic(path, buf_view(&b), 0644, e);
}

int
key_public_load(const char *path, uint8_t ret[KEY_LEN], struct err *e)
{
	return hex_load(path, PUBLIC_HEAD, "ed25519", ret, e);
}

struct str
key_fingerprint(struct arena *a, const uint8_t public[KEY_LEN])
{
	return hash_hex(a, hash_of(public, KEY_LEN));
}
