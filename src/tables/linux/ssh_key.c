/* ssh_key.c - public keys in files of authorized keys. */
#include "tables/linux/ssh_key.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "tables/linux/accounts.h"
#include "tables/linux/sshd.h"
#include "tables/table.h"

#define BLOB_MAX ((size_t)65536)

static const char digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static bool
base64_decode(struct arena *a, struct str s, struct str *ret)
{
	char *out = arena_alloc(a, s.len / 4 * 3 + 3);
	uint32_t bits = 0;
	size_t n = 0, held = 0;

	while (s.len > 0 && s.p[s.len - 1] == '=')
		s.len--;
	if (s.len == 0 || s.len > BLOB_MAX || s.len % 4 == 1)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		const char *d = s.p[i] != '\0' ? strchr(digits, s.p[i]) : NULL;

		if (d == NULL)
			return false;
		bits = bits << 6 | (uint32_t)(d - digits);
		if (++held < 4)
			continue;
		out[n++] = (char)(bits >> 16 & 0xff);
		out[n++] = (char)(bits >> 8 & 0xff);
		out[n++] = (char)(bits & 0xff);
		bits = 0;
		held = 0;
	}
	if (held == 2)
		out[n++] = (char)(bits >> 4 & 0xff);
	if (held == 3) {
		out[n++] = (char)(bits >> 10 & 0xff);
		out[n++] = (char)(bits >> 2 & 0xff);
	}
	*ret = (struct str){ out, n };
	return true;
}

static struct str
fingerprint(struct arena *a, struct str blob)
{
	struct hash h = hash_of_str(blob);
	auto_buf out = { 0 };

	buf_init(&out, 64);
	buf_c(&out, "SHA256:");
	for (size_t i = 0; i < HASH_LEN; i += 3) {
		size_t n = HASH_LEN - i < 3 ? HASH_LEN - i : 3;
		uint32_t v = (uint32_t)h.b[i] << 16;

		if (n > 1)
			v |= (uint32_t)h.b[i + 1] << 8;
		if (n > 2)
			v |= h.b[i + 2];
		for (size_t j = 0; j <= n; j++)
			buf_char(&out, digits[v >> (18 - 6 * j) & 63]);
	}
	return str_copy(a, buf_view(&out));
}

/* A length of four bytes, then as many bytes. */
static bool
string_take(struct str *rest, struct str *ret)
{
	const unsigned char *p = (const unsigned char *)rest->p;

	if (rest->len < 4)
		return false;
	size_t n = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 |
		   p[3];
	if (n > rest->len - 4)
		return false;
	*ret = str_first(str_from(*rest, 4), n);
	*rest = str_from(*rest, 4 + n);
	return true;
}

static int64_t
mpint_bits(struct str n)
{
	while (n.len > 0 && n.p[0] == '\0')
		n = str_from(n, 1);
	if (n.len == 0)
		return 0;
	int64_t bits = (int64_t)n.len * 8;
	for (unsigned char top = (unsigned char)n.p[0]; !(top & 0x80);
	     top = (unsigned char)(top << 1))
		bits--;
	return bits;
}

static int64_t
key_bits(struct str type, struct str rest)
{
	struct str part;

	if (str_has(type, "ed25519"))
		return 256;
	if (str_has(type, "nistp256"))
		return 256;
	if (str_has(type, "nistp384"))
		return 384;
	if (str_has(type, "nistp521"))
		return 521;
	if (str_has(type, "-cert-"))
		return 0;
	if (str_is(type, "ssh-dss") && string_take(&rest, &part))
		return mpint_bits(part);
	/* The exponent first, then the modulus. */
	if (str_is(type, "ssh-rsa") && string_take(&rest, &part) &&
	    string_take(&rest, &part))
		return mpint_bits(part);
	return 0;
}

static bool
key_read(struct arena *a, struct str line, struct ssh_key *ret)
{
	struct str type, data, blob, inner;

	if (!str_next_word(&line, &type) || !str_next_word(&line, &data) ||
	    !base64_decode(a, data, &blob))
		return false;
	struct str rest = blob;
	if (!string_take(&rest, &inner) || !str_eq(inner, type))
		return false;
	ret->type = type;
	ret->comment = str_trim(line);
	ret->bits = key_bits(type, rest);
	ret->fingerprint = fingerprint(a, blob);
	return true;
}

/* Options end at the first blank outside quotes. */
static size_t
options_len(struct str line)
{
	bool quoted = false;

	for (size_t i = 0; i < line.len; i++) {
		if (line.p[i] == '"' && (i == 0 || line.p[i - 1] != '\\'))
			quoted = !quoted;
		if (!quoted && (line.p[i] == ' ' || line.p[i] == '\t'))
			return i;
	}
	return line.len;
}

bool
ssh_keys_next(struct arena *a, struct ssh_keys *k, struct ssh_key *ret)
{
	struct str line;

	while (str_next_line(&k->rest, &line)) {
		struct ssh_key key = { .line = ++k->line };

		line = str_trim(line);
		if (line.len == 0 || line.p[0] == '#')
			continue;
		if (!key_read(a, line, &key)) {
			size_t n = options_len(line);

			key.options = str_first(line, n);
			if (!key_read(a, str_from(line, n), &key))
				continue;
		}
		*ret = key;
		return true;
	}
	return false;
}

static struct str
expanded(struct scan *s, struct str pattern, const struct account *u)
{
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	for (size_t i = 0; i < pattern.len; i++) {
		char next = i + 1 < pattern.len ? pattern.p[i + 1] : '\0';

		if (pattern.p[i] != '%') {
			buf_char(&b, pattern.p[i]);
			continue;
		}
		i++;
		if (next == 'h')
			buf_str(&b, u->home);
		else if (next == 'u')
			buf_str(&b, u->name);
		else if (next == 'U')
			buf_fmt(&b, "%" PRId64, u->uid);
		else
			buf_char(&b, next);
	}
	return str_copy(scan_arena(s), buf_view(&b));
}

size_t
ssh_key_files(struct scan *s, const struct sshd_config *c,
	      const struct account *u, const char *ret[SSH_KEY_FILES_MAX])
{
	struct str list = str_c(".ssh/authorized_keys .ssh/authorized_keys2");
	struct str one;
	size_t n = 0;

	if (c != NULL)
		(void)sshd_get(c, "authorizedkeysfile", &list);
	while (n < SSH_KEY_FILES_MAX && str_next_word(&list, &one)) {
		one = expanded(s, str_unquote(one), u);
		if (one.len == 0 || str_is(one, "none"))
			continue;
		if (one.p[0] != '/')
			one = str_fmt(scan_arena(s), "%.*s/%.*s",
				      STR_ARG(u->home), STR_ARG(one));
		ret[n++] = str_to_c(scan_arena(s), one);
	}
	return n;
}
