/* json_read.c - reads JSON, one value after the other, as it is asked for. */
#include "base/json_read.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"

void
json_read_init(struct json_read *r, struct arena *a, struct str text)
{
	*r = (struct json_read){ .arena = a, .rest = text };
}

static void
fail(struct json_read *r)
{
	r->bad = true;
	r->rest = (struct str){ NULL, 0 };
}

/* The next byte that is no white space, or NUL at the end. */
static char
peek(struct json_read *r)
{
	struct str s = r->rest;

	while (s.len > 0 && (s.p[0] == ' ' || s.p[0] == '\t' ||
			     s.p[0] == '\n' || s.p[0] == '\r'))
		s = str_from(s, 1);
	r->rest = s;
	return s.len > 0 ? s.p[0] : '\0';
}

static bool
take(struct json_read *r, char c)
{
	if (peek(r) != c || r->rest.len == 0)
		return false;
	r->rest = str_from(r->rest, 1);
	return true;
}

static bool
take_word(struct json_read *r, const char *word)
{
	if (!str_starts(r->rest, word)) {
		fail(r);
		return false;
	}
	r->rest = str_from(r->rest, strlen(word));
	return true;
}

enum json_kind
json_read_kind(struct json_read *r)
{
	char c = r->bad ? '\0' : peek(r);

	switch (c) {
	case '{':
		return JSON_OBJECT;
	case '[':
		return JSON_ARRAY;
	case '"':
		return JSON_TEXT;
	case 't':
	case 'f':
		return JSON_BOOL;
	case 'n':
		return JSON_NULL;
	default:
		return c == '-' || (c >= '0' && c <= '9') ? JSON_NUMBER
							  : JSON_BAD;
	}
}

static bool
enter(struct json_read *r, enum json_kind kind, char open, char close)
{
	if (json_read_kind(r) != kind) {
		json_read_skip(r);
		return false;
	}
	if (r->depth == JSON_READ_DEPTH || !take(r, open)) {
		fail(r);
		return false;
	}
	r->depth++;
	r->first[r->depth] = true;
	r->close[r->depth] = close;
	return true;
}

bool
json_read_object(struct json_read *r)
{
	return enter(r, JSON_OBJECT, '{', '}');
}

bool
json_read_array(struct json_read *r)
{
	return enter(r, JSON_ARRAY, '[', ']');
}

/* Takes the comma before the next member, or the bracket that ends it all. */
static bool
next(struct json_read *r, char close)
{
	if (r->bad)
		return false;

	assert(r->depth > 0 && r->close[r->depth] == close);
	if (take(r, close)) {
		r->depth--;
		return false;
	}
	if (!r->first[r->depth] && !take(r, ',')) {
		fail(r);
		return false;
	}
	r->first[r->depth] = false;
	return true;
}

bool
json_read_item(struct json_read *r)
{
	return next(r, ']');
}

static bool
hex4(struct str s, uint32_t *ret)
{
	uint32_t v = 0;

	if (s.len < 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		char c = s.p[i];

		v <<= 4;
		if (c >= '0' && c <= '9')
			v |= (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			v |= (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*ret = v;
	return true;
}

static size_t
utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* The character behind \u; half of a pair alone becomes U+FFFD. */
static bool
unicode(struct str *s, uint32_t *ret)
{
	uint32_t c, low;

	if (!hex4(*s, &c))
		return false;
	*s = str_from(*s, 4);
	*ret = c;
	if (c < 0xd800 || c > 0xdfff)
		return true;

	*ret = 0xfffd;
	if (c < 0xdc00 && str_starts(*s, "\\u") &&
	    hex4(str_from(*s, 2), &low) && low >= 0xdc00 && low <= 0xdfff) {
		*ret = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		*s = str_from(*s, 6);
	}
	return true;
}

/* An escape takes at least as many bytes as what it stands for. */
static bool
unescape(struct arena *a, struct str s, struct str *ret)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	while (s.len > 0) {
		char c = s.p[0];

		s = str_from(s, 1);
		if (c != '\\') {
			out[n++] = c;
			continue;
		}
		char kind = s.len > 0 ? s.p[0] : '\0';
		const char *hit = kind ? strchr(from, kind) : NULL;
		uint32_t u;
		s = str_from(s, 1);
		if (hit != NULL)
			out[n++] = to[hit - from];
		else if (kind == 'u' && unicode(&s, &u))
			n += utf8_put(out + n, u);
		else
			return false;
	}
	*ret = (struct str){ out, n };
	return true;
}

/* The bytes between the quotes, as they are written. */
static bool
quoted(struct json_read *r, struct str *ret, bool *ret_escaped)
{
	if (!take(r, '"')) {
		fail(r);
		return false;
	}

	struct str s = r->rest;
	*ret_escaped = false;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == '"') {
			*ret = str_first(s, i);
			r->rest = str_from(s, i + 1);
			return true;
		}
		if ((unsigned char)s.p[i] < 0x20)
			break;
		if (s.p[i] == '\\') {
			*ret_escaped = true;
			i++;
		}
	}
	fail(r);
	return false;
}

static struct str
text(struct json_read *r)
{
	struct str s;
	bool escaped;

	if (!quoted(r, &s, &escaped))
		return STR("");
	if (escaped && !unescape(r->arena, s, &s)) {
		fail(r);
		return STR("");
	}
	return s;
}

bool
json_read_key(struct json_read *r, struct str *ret)
{
	if (!next(r, '}'))
		return false;

	struct str key = text(r);
	if (r->bad || !take(r, ':')) {
		fail(r);
		return false;
	}
	*ret = key;
	return true;
}

struct str
json_read_text(struct json_read *r)
{
	if (json_read_kind(r) != JSON_TEXT) {
		json_read_skip(r);
		return STR("");
	}
	return text(r);
}

static size_t
digits(struct str s)
{
	size_t n = 0;

	while (n < s.len && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

/* The number as written; it has the grammar of JSON. */
static struct str
number(struct json_read *r)
{
	struct str s = r->rest;
	size_t at = str_starts(s, "-") ? 1 : 0;
	size_t n = digits(str_from(s, at));
	bool ok = n > 0 && !(n > 1 && s.p[at] == '0');

	at += n;
	if (ok && at < s.len && s.p[at] == '.') {
		n = digits(str_from(s, at + 1));
		ok = n > 0;
		at += 1 + n;
	}
	if (ok && at < s.len && (s.p[at] == 'e' || s.p[at] == 'E')) {
		at++;
		if (at < s.len && (s.p[at] == '+' || s.p[at] == '-'))
			at++;
		n = digits(str_from(s, at));
		ok = n > 0;
		at += n;
	}
	if (!ok) {
		fail(r);
		return STR("");
	}
	r->rest = str_from(s, at);
	return str_first(s, at);
}

int64_t
json_read_int(struct json_read *r, int64_t other)
{
	int64_t v;

	if (json_read_kind(r) != JSON_NUMBER) {
		json_read_skip(r);
		return other;
	}
	return num_try(number(r), &v) ? v : other;
}

bool
json_read_bool(struct json_read *r, bool other)
{
	if (json_read_kind(r) != JSON_BOOL) {
		json_read_skip(r);
		return other;
	}
	bool v = r->rest.p[0] == 't';
	return take_word(r, v ? "true" : "false") ? v : other;
}

/* One scalar, or the opening bracket of an array or object. */
static void
skip_one(struct json_read *r)
{
	struct str s;
	bool escaped;

	switch (json_read_kind(r)) {
	case JSON_OBJECT:
		(void)json_read_object(r); /* the kind was asked */
		break;
	case JSON_ARRAY:
		(void)json_read_array(r);
		break;
	case JSON_TEXT:
		if (quoted(r, &s, &escaped) && escaped &&
		    !unescape(r->arena, s, &s))
			fail(r);
		break;
	case JSON_NUMBER:
		(void)number(r);
		break;
	case JSON_BOOL:
		(void)json_read_bool(r, false);
		break;
	case JSON_NULL:
		(void)take_word(r, "null");
		break;
	case JSON_BAD:
		fail(r);
		break;
	}
}

void
json_read_skip(struct json_read *r)
{
	int depth = r->depth;
	struct str key;

	skip_one(r);
	while (!r->bad && r->depth > depth) {
		bool more = r->close[r->depth] == '}' ? json_read_key(r, &key)
						      : json_read_item(r);
		if (more)
			skip_one(r);
	}
}

struct str
json_read_raw(struct json_read *r)
{
	if (json_read_kind(r) == JSON_BAD) {
		fail(r);
		return STR("");
	}

	struct str from = r->rest;
	json_read_skip(r);
	if (r->bad)
		return STR("");
	return str_first(from, from.len - r->rest.len);
}

int
json_read_end(struct json_read *r, struct err *e)
{
	if (r->bad || r->depth > 0 || peek(r) != '\0' || r->rest.len > 0)
		return err_set(e, -EBADMSG, "this is no JSON text");
	return 0;
}
