/* str.c - text as pointer and length. */
#include "base/str.h"

#include "base/arena.h"

struct str
str_c(const char *c)
{
	return (struct str){ c ? c : "", c ? strlen(c) : 0 };
}

char *
str_to_c(struct arena *a, struct str s)
{
	return arena_dup(a, s.p, s.len);
}

struct str
str_copy(struct arena *a, struct str s)
{
	return (struct str){ arena_dup(a, s.p, s.len), s.len };
}

struct str
str_fmt(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);

	char *p = arena_alloc(a, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again); /* measured above */
	va_end(again);
	return (struct str){ p, (size_t)n };
}

bool
str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

bool
str_is(struct str a, const char *c)
{
	return str_eq(a, str_c(c));
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool
str_is_nocase(struct str a, const char *c)
{
	struct str b = str_c(c);

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	}
	return true;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int c = n > 0 ? memcmp(a.p, b.p, n) : 0;

	if (c != 0)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

bool
str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && memcmp(s.p, prefix, n) == 0;
}

bool
str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.len >= n && memcmp(s.p + s.len - n, suffix, n) == 0;
}

bool
str_has(struct str s, const char *part)
{
	return str_find_c(s, part) != STR_NONE;
}

size_t
str_find(struct str s, char c)
{
	const char *hit = s.len > 0 ? memchr(s.p, c, s.len) : NULL;

	return hit ? (size_t)(hit - s.p) : STR_NONE;
}

size_t
str_find_c(struct str s, const char *part)
{
	size_t n = strlen(part);

	if (n == 0)
		return 0;
	for (size_t i = 0; i + n <= s.len; i++) {
		if (memcmp(s.p + i, part, n) == 0)
			return i;
	}
	return STR_NONE;
}

struct str
str_until(struct str s, char c)
{
	size_t at = str_find(s, c);

	return at == STR_NONE ? s : str_first(s, at);
}

struct str
str_after(struct str s, char c)
{
	size_t at = str_find(s, c);

	return at == STR_NONE ? str_from(s, s.len) : str_from(s, at + 1);
}

struct str
str_from(struct str s, size_t at)
{
	if (at > s.len)
		at = s.len;
	return (struct str){ s.p + at, s.len - at };
}

struct str
str_first(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.len ? n : s.len };
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str
str_trim(struct str s)
{
	while (s.len > 0 && is_space(s.p[0]))
		s = str_from(s, 1);
	while (s.len > 0 && is_space(s.p[s.len - 1]))
		s.len--;
	return s;
}

struct str
str_unquote(struct str s)
{
	if (s.len >= 2 && (s.p[0] == '"' || s.p[0] == '\'') &&
	    s.p[s.len - 1] == s.p[0])
		return (struct str){ s.p + 1, s.len - 2 };
	return s;
}

bool
str_next(struct str *rest, char sep, struct str *ret)
{
	if (rest->p == NULL)
		return false;

	size_t at = str_find(*rest, sep);
	if (at == STR_NONE) {
		*ret = *rest;
		*rest = (struct str){ NULL, 0 };
		return true;
	}
	*ret = str_first(*rest, at);
	*rest = str_from(*rest, at + 1);
	return true;
}

bool
str_next_line(struct str *rest, struct str *ret)
{
	if (rest->len == 0)
		return false;

	(void)str_next(rest, '\n', ret); /* there is at least one byte */
	if (ret->len > 0 && ret->p[ret->len - 1] == '\r')
		ret->len--;
	return true;
}

bool
str_next_word(struct str *rest, struct str *ret)
{
	struct str s = *rest;
	size_t n = 0;

	while (s.len > 0 && is_space(s.p[0]))
		s = str_from(s, 1);
	while (n < s.len && !is_space(s.p[n]))
		n++;
	*rest = str_from(s, n);
	if (n == 0)
		return false;
	*ret = str_first(s, n);
	return true;
}

/* Length of the valid character at p, or 0. */
static size_t
utf8_len(const unsigned char *p, size_t left, uint32_t *ret)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = p[0];
	size_t n;

	if (c < 0x80) {
		*ret = c;
		return 1;
	}
	if (c >= 0xc2 && c < 0xe0)
		n = 2;
	else if (c >= 0xe0 && c < 0xf0)
		n = 3;
	else if (c >= 0xf0 && c < 0xf5)
		n = 4;
	else
		return 0;
	if (n > left)
		return 0;

	c &= 0xffU >> (n + 1);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
		return 0;
	*ret = c;
	return n;
}

bool
str_utf8_ok(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint32_t c;

	for (size_t i = 0; i < s.len;) {
		size_t n = utf8_len(p + i, s.len - i, &c);

		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

struct str
str_cut(struct str s, size_t n)
{
	if (s.len <= n)
		return s;
	while (n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	return str_first(s, n);
}

struct str
str_scrub(struct arena *a, struct str s)
{
	if (str_utf8_ok(s))
		return str_copy(a, s);

	assert(s.len < SIZE_MAX / 3);
	const unsigned char *p = (const unsigned char *)s.p;
	char *out = arena_alloc(a, s.len * 3 + 1);
	size_t len = 0;
	uint32_t c;

	for (size_t i = 0; i < s.len;) {
		size_t n = utf8_len(p + i, s.len - i, &c);
		const char *from = n > 0 ? s.p + i : "\xef\xbf\xbd";
		size_t take = n > 0 ? n : 3;

		memcpy(out + len, from, take);
		len += take;
		i += n > 0 ? n : 1;
	}
	return (struct str){ out, len };
}

static bool
is_wide(uint32_t c)
{
	static const uint32_t ranges[][2] = {
		{ 0x1100, 0x115f },   { 0x2e80, 0x303e },
		{ 0x3041, 0xa4cf },   { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
		{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f },
		{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		if (c >= ranges[i][0] && c <= ranges[i][1])
			return true;
	}
	return false;
}

static bool
is_zero_width(uint32_t c)
{
	return (c >= 0x300 && c <= 0x36f) || (c >= 0x200b && c <= 0x200f) ||
	       c == 0x3099 || c == 0x309a || (c >= 0xfe00 && c <= 0xfe0f);
}

size_t
str_width(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t width = 0;

	for (size_t i = 0; i < s.len;) {
		uint32_t c = 0;
		size_t n = utf8_len(p + i, s.len - i, &c);

		i += n > 0 ? n : 1;
		if (!is_zero_width(c))
			width += is_wide(c) ? 2 : 1;
	}
	return width;
}
