/* cert.c - reads X.509 certificates, DER and PEM. */
#include "tables/cert.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/moment.h"

#define NAME_TEXT_MAX ((size_t)2000)
#define OID_TEXT_MAX ((size_t)128)

/* What is left of the content of one element; stays failed. */
struct der {
	struct str rest;
	bool bad;
};

struct element {
	uint8_t tag;
	struct str body;
	struct str whole; /* with its head */
};

enum {
	TAG_BOOLEAN = 0x01,
	TAG_INTEGER = 0x02,
	TAG_BITS = 0x03,
	TAG_OCTETS = 0x04,
	TAG_OID = 0x06,
	TAG_UTF8 = 0x0c,
	TAG_BMP = 0x1e,
	TAG_UTC_TIME = 0x17,
	TAG_TIME = 0x18,
	TAG_SEQUENCE = 0x30,
	TAG_SET = 0x31,
	TAG_VERSION = 0xa0,
	TAG_EXTENSIONS = 0xa3,
};

/* Lengths of at most four bytes, and no indefinite ones. */
static struct element
der_next(struct der *d)
{
	const uint8_t *p = (const uint8_t *)d->rest.p;
	struct element x = { 0 };
	size_t len, head = 2;

	if (d->bad || d->rest.len < 2) {
		d->bad = true;
		return x;
	}
	len = p[1];
	if (len & 0x80) {
		size_t n = len & 0x7f;

		if (n == 0 || n > 4 || d->rest.len < 2 + n) {
			d->bad = true;
			return x;
		}
		len = 0;
		for (size_t i = 0; i < n; i++)
			len = len << 8 | p[2 + i];
		head += n;
	}
	if (len > d->rest.len - head) {
		d->bad = true;
		return x;
	}
	x.tag = p[0];
	x.body = str_first(str_from(d->rest, head), len);
	x.whole = str_first(d->rest, head + len);
	d->rest = str_from(d->rest, head + len);
	return x;
}

static struct element
der_take(struct der *d, uint8_t tag)
{
	struct element x = der_next(d);

	if (x.tag != tag)
		d->bad = true;
	return x;
}

static struct der
der_in(struct der *d, uint8_t tag)
{
	struct element x = der_take(d, tag);

	return (struct der){ .rest = d->bad ? STR("") : x.body, .bad = d->bad };
}

static bool
der_is(const struct der *d, uint8_t tag)
{
	return !d->bad && d->rest.len > 0 && (uint8_t)d->rest.p[0] == tag;
}

/* Dotted numbers, as people look them up. */
static struct str
oid_text(struct arena *a, struct str body)
{
	auto_buf b = { 0 };
	uint64_t v = 0;
	bool first = true;

	buf_init(&b, OID_TEXT_MAX);
	for (size_t i = 0; i < body.len; i++) {
		uint8_t c = (uint8_t)body.p[i];

		if (v > UINT64_MAX >> 8)
			break;
		v = v << 7 | (c & 0x7f);
		if (c & 0x80)
			continue;
		if (first) {
			uint64_t top = v < 80 ? v / 40 : 2;

			buf_fmt(&b, "%" PRIu64 ".%" PRIu64, top, v - top * 40);
		} else {
			buf_fmt(&b, ".%" PRIu64, v);
		}
		first = false;
		v = 0;
	}
	return str_copy(a, buf_view(&b));
}

struct oid_name {
	const char *oid, *name;
	int64_t bits; /* of a curve */
};

static const struct oid_name *
oid_find(const struct oid_name *known, size_t n, struct str oid)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is(oid, known[i].oid))
			return &known[i];
	}
	return NULL;
}

static struct str
attribute_name(struct arena *a, struct str oid)
{
	static const struct oid_name known[] = {
		{ .oid = "2.5.4.3", .name = "CN" },
		{ .oid = "2.5.4.5", .name = "serialNumber" },
		{ .oid = "2.5.4.6", .name = "C" },
		{ .oid = "2.5.4.7", .name = "L" },
		{ .oid = "2.5.4.8", .name = "ST" },
		{ .oid = "2.5.4.10", .name = "O" },
		{ .oid = "2.5.4.11", .name = "OU" },
		{ .oid = "0.9.2342.19200300.100.1.25", .name = "DC" },
		{ .oid = "1.2.840.113549.1.9.1", .name = "emailAddress" },
	};
	struct str text = oid_text(a, oid);
	const struct oid_name *hit = oid_find(known, ARRAY_LEN(known), text);

	return hit != NULL ? str_c(hit->name) : text;
}

/* The oldest kind: two bytes a character, here without pairs. */
static void
bmp_print(struct buf *b, struct str body)
{
	for (size_t i = 0; i + 1 < body.len; i += 2) {
		uint32_t c = (uint32_t)(uint8_t)body.p[i] << 8 |
			     (uint8_t)body.p[i + 1];

		if (c < 0x80) {
			buf_char(b, (char)c);
		} else if (c < 0x800) {
			buf_char(b, (char)(0xc0 | c >> 6));
			buf_char(b, (char)(0x80 | (c & 0x3f)));
		} else {
			buf_char(b, (char)(0xe0 | c >> 12));
			buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
			buf_char(b, (char)(0x80 | (c & 0x3f)));
		}
	}
}

/* Control characters have no place in a name. */
static struct str
clean(struct arena *a, struct str s)
{
	char *p = str_to_c(a, s);

	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f)
			p[i] = '?';
	}
	return str_scrub(a, (struct str){ p, s.len });
}

static struct str
name_text(struct arena *a, struct der *d)
{
	struct der name = der_in(d, TAG_SEQUENCE);
	auto_buf b = { 0 };

	buf_init(&b, NAME_TEXT_MAX);
	while (!name.bad && name.rest.len > 0) {
		struct der set = der_in(&name, TAG_SET);

		while (!set.bad && set.rest.len > 0) {
			struct der one = der_in(&set, TAG_SEQUENCE);
			struct element oid = der_take(&one, TAG_OID);
			struct element value = der_next(&one);

			if (one.bad)
				break;
			buf_c(&b, b.len > 0 ? ", " : "");
			buf_str(&b, attribute_name(a, oid.body));
			buf_char(&b, '=');
			if (value.tag == TAG_BMP)
				bmp_print(&b, value.body);
			else
				buf_str(&b, value.body);
		}
		name.bad |= set.bad;
	}
	d->bad |= name.bad;
	return clean(a, buf_view(&b));
}

static bool
two(struct str s, size_t at, int *ret)
{
	struct str d = str_first(str_from(s, at), 2);

	if (d.len < 2 || d.p[0] < '0' || d.p[0] > '9' || d.p[1] < '0' ||
	    d.p[1] > '9')
		return false;
	*ret = (d.p[0] - '0') * 10 + (d.p[1] - '0');
	return true;
}

/* YYMMDDhhmmssZ or YYYYMMDDhhmmssZ */
static int64_t
time_take(struct der *d)
{
	struct element x = der_next(d);
	struct civil c = { 0 };
	int century = -1;
	size_t at = 0;

	if (x.tag == TAG_TIME && two(x.body, 0, &century))
		at = 2;
	else if (x.tag != TAG_UTC_TIME)
		d->bad = true;
	if (d->bad || !two(x.body, at, &c.year) ||
	    !two(x.body, at + 2, &c.month) || !two(x.body, at + 4, &c.day) ||
	    !two(x.body, at + 6, &c.hour) || !two(x.body, at + 8, &c.minute)) {
		d->bad = true;
		return 0;
	}
	(void)two(x.body, at + 10, &c.second); /* old ones have none */
	c.year += century >= 0 ? century * 100 : c.year < 50 ? 2000 : 1900;
	if (c.year < 1 || c.month < 1 || c.month > 12 || c.day < 1 ||
	    c.day > month_days(c.year, c.month) || c.hour > 23 ||
	    c.minute > 59 || c.second > 59) {
		d->bad = true;
		return 0;
	}
	return at_of_civil(&c, zone_utc);
}

static struct str
signature_name(struct arena *a, struct der *d)
{
	static const struct oid_name known[] = {
		{ .oid = "1.2.840.113549.1.1.2", .name = "md2-rsa" },
		{ .oid = "1.2.840.113549.1.1.4", .name = "md5-rsa" },
		{ .oid = "1.2.840.113549.1.1.5", .name = "sha1-rsa" },
		{ .oid = "1.2.840.113549.1.1.10", .name = "rsa-pss" },
		{ .oid = "1.2.840.113549.1.1.11", .name = "sha256-rsa" },
		{ .oid = "1.2.840.113549.1.1.12", .name = "sha384-rsa" },
		{ .oid = "1.2.840.113549.1.1.13", .name = "sha512-rsa" },
		{ .oid = "1.2.840.113549.1.1.14", .name = "sha224-rsa" },
		{ .oid = "1.2.840.10040.4.3", .name = "sha1-dsa" },
		{ .oid = "1.2.840.10045.4.1", .name = "sha1-ecdsa" },
		{ .oid = "1.2.840.10045.4.3.2", .name = "sha256-ecdsa" },
		{ .oid = "1.2.840.10045.4.3.3", .name = "sha384-ecdsa" },
		{ .oid = "1.2.840.10045.4.3.4", .name = "sha512-ecdsa" },
		{ .oid = "1.3.101.112", .name = "ed25519" },
		{ .oid = "1.3.101.113", .name = "ed448" },
	};
	struct der in = der_in(d, TAG_SEQUENCE);
	struct element oid = der_take(&in, TAG_OID);
	struct str text = oid_text(a, oid.body);
	const struct oid_name *hit = oid_find(known, ARRAY_LEN(known), text);

	d->bad |= in.bad;
	return hit != NULL ? str_c(hit->name) : text;
}

/* Bits of a whole number: without the zeroes in front. */
static int64_t
integer_bits(struct str body)
{
	while (body.len > 0 && body.p[0] == 0)
		body = str_from(body, 1);
	if (body.len == 0)
		return 0;
	return (int64_t)body.len * 8 - (__builtin_clz((uint8_t)body.p[0]) - 24);
}

static int64_t
rsa_bits(struct str bits)
{
	struct der key = { .rest = str_from(bits, 1) };
	struct der in = der_in(&key, TAG_SEQUENCE);
	struct element modulus = der_take(&in, TAG_INTEGER);

	return in.bad ? 0 : integer_bits(modulus.body);
}

static int64_t
curve_bits(struct arena *a, struct der *parameters)
{
	static const struct oid_name known[] = {
		{ .oid = "1.2.840.10045.3.1.1", .bits = 192 },
		{ .oid = "1.2.840.10045.3.1.7", .bits = 256 },
		{ .oid = "1.3.132.0.10", .bits = 256 },
		{ .oid = "1.3.132.0.33", .bits = 224 },
		{ .oid = "1.3.132.0.34", .bits = 384 },
		{ .oid = "1.3.132.0.35", .bits = 521 },
		{ .oid = "1.3.36.3.3.2.8.1.1.7", .bits = 256 },
		{ .oid = "1.3.36.3.3.2.8.1.1.11", .bits = 384 },
		{ .oid = "1.3.36.3.3.2.8.1.1.13", .bits = 512 },
	};

	if (!der_is(parameters, TAG_OID))
		return 0;
	struct element oid = der_take(parameters, TAG_OID);
	const struct oid_name *hit = oid_find(known, ARRAY_LEN(known),
					      oid_text(a, oid.body));
	return hit != NULL ? hit->bits : 0;
}

static void
key_parse(struct arena *a, struct der *d, struct cert *c)
{
	static const struct oid_name known[] = {
		{ "1.2.840.113549.1.1.1", "rsa", 0 },
		{ "1.2.840.113549.1.1.10", "rsa", 0 },
		{ "1.2.840.10045.2.1", "ec", 0 },
		{ "1.2.840.10040.4.1", "dsa", 0 },
		{ "1.3.101.112", "ed25519", 256 },
		{ "1.3.101.113", "ed448", 456 },
	};
	struct der in = der_in(d, TAG_SEQUENCE);
	struct der algorithm = der_in(&in, TAG_SEQUENCE);
	struct element oid = der_take(&algorithm, TAG_OID);
	struct element bits = der_take(&in, TAG_BITS);
	const struct oid_name *hit = oid_find(known, ARRAY_LEN(known),
					      oid_text(a, oid.body));

	d->bad |= in.bad || algorithm.bad;
	c->key_type = hit != NULL ? hit->name : "other";
	c->key_bits = hit != NULL ? hit->bits : 0;
	if (d->bad || hit == NULL)
		return;
	if (strcmp(hit->name, "rsa") == 0)
		c->key_bits = rsa_bits(bits.body);
	else if (strcmp(hit->name, "ec") == 0)
		c->key_bits = curve_bits(a, &algorithm);
}

static void
ip_print(struct buf *b, struct str body)
{
	const uint8_t *p = (const uint8_t *)body.p;

	if (body.len == 4) {
		buf_fmt(b, "%d.%d.%d.%d", p[0], p[1], p[2], p[3]);
		return;
	}
	for (size_t i = 0; i + 1 < body.len; i += 2)
		buf_fmt(b, "%s%x", i > 0 ? ":" : "",
			(unsigned)(p[i] << 8 | p[i + 1]));
}

/* Host names, addresses of mail and of IP; the other kinds are rare. */
static struct str
names_text(struct arena *a, struct str octets)
{
	struct der d = { .rest = octets };
	struct der in = der_in(&d, TAG_SEQUENCE);
	auto_buf b = { 0 };

	buf_init(&b, NAME_TEXT_MAX);
	for (int n = 0; n < CERT_NAMES_MAX && in.rest.len > 0; n++) {
		struct element x = der_next(&in);

		if (in.bad)
			break;
		if (x.tag != 0x81 && x.tag != 0x82 && x.tag != 0x87)
			continue;
		buf_c(&b, b.len > 0 ? "," : "");
		if (x.tag == 0x87)
			ip_print(&b, x.body);
		else
			buf_str(&b, x.body);
	}
	return clean(a, buf_view(&b));
}

static bool
says_ca(struct str octets)
{
	struct der d = { .rest = octets };
	struct der in = der_in(&d, TAG_SEQUENCE);

	if (!der_is(&in, TAG_BOOLEAN))
		return false;
	struct element x = der_take(&in, TAG_BOOLEAN);
	return x.body.len == 1 && x.body.p[0] != 0;
}

static void
extensions_parse(struct arena *a, struct der *d, struct cert *c)
{
	struct der outer = der_in(d, TAG_EXTENSIONS);
	struct der list = der_in(&outer, TAG_SEQUENCE);

	while (!list.bad && list.rest.len > 0) {
		struct der one = der_in(&list, TAG_SEQUENCE);
		struct element oid = der_take(&one, TAG_OID);

		if (der_is(&one, TAG_BOOLEAN)) /* critical */
			(void)der_next(&one);
		struct element value = der_take(&one, TAG_OCTETS);
		if (one.bad) {
			list.bad = true;
			break;
		}
		struct str text = oid_text(a, oid.body);
		if (str_is(text, "2.5.29.17"))
			c->names = names_text(a, value.body);
		else if (str_is(text, "2.5.29.19"))
			c->is_ca = says_ca(value.body);
	}
	d->bad |= list.bad;
}

int
cert_parse(struct arena *a, struct str der, struct cert *ret, struct err *e)
{
	struct cert c = { .names = STR("") };
	struct der file = { .rest = der };
	struct der whole = der_in(&file, TAG_SEQUENCE);
	struct der d = der_in(&whole, TAG_SEQUENCE);

	if (der_is(&d, TAG_VERSION))
		(void)der_next(&d);
	(void)der_take(&d, TAG_INTEGER); /* the serial number */
	c.signature = signature_name(a, &d);
	struct str issuer = d.rest;
	c.issuer = name_text(a, &d);
	issuer = str_first(issuer, issuer.len - d.rest.len);
	struct der validity = der_in(&d, TAG_SEQUENCE);
	c.not_before_at = time_take(&validity);
	c.not_after_at = time_take(&validity);
	struct str subject = d.rest;
	c.subject = name_text(a, &d);
	subject = str_first(subject, subject.len - d.rest.len);
	key_parse(a, &d, &c);
	/* Two unique ids may stand here, which nobody uses. */
	while (!d.bad && d.rest.len > 0 && !der_is(&d, TAG_EXTENSIONS))
		(void)der_next(&d);
	if (!d.bad && d.rest.len > 0)
		extensions_parse(a, &d, &c);
	if (d.bad || validity.bad || whole.bad)
		return err_set(e, -EBADMSG, "this is no certificate");
	c.self_signed = str_eq(issuer, subject);
	*ret = c;
	return 0;
}

static int
base64_digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *hit = c != '\0' ? strchr(digits, c) : NULL;

	return hit != NULL ? (int)(hit - digits) : -1;
}

static struct str
base64_decode(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.len / 4 * 3 + 4);
	size_t n = 0;
	uint32_t v = 0;
	int bits = 0;

	for (size_t i = 0; i < s.len && s.p[i] != '='; i++) {
		int d = base64_digit(s.p[i]);

		if (d < 0 && strchr(" \t\r\n", s.p[i]) == NULL)
			return STR("");
		if (d < 0)
			continue;
		v = (v << 6 | (uint32_t)d) & 0xffffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[n++] = (char)(v >> bits & 0xff);
		}
	}
	return (struct str){ out, n };
}

bool
cert_pem_next(struct arena *a, struct str *rest, const char *label,
	      struct str *ret)
{
	char begin[64];

	(void)snprintf(begin, sizeof(begin), "-----BEGIN %s-----", label);
	size_t at = str_find_c(*rest, begin);
	if (at == STR_NONE)
		return false;
	struct str body = str_from(*rest, at + strlen(begin));
	size_t end = str_find_c(body, "-----END ");
	if (end == STR_NONE)
		end = body.len;
	*ret = base64_decode(a, str_first(body, end));
	*rest = str_from(body, end);
	return true;
}
