/* norm.c - one spelling for what people read as the same text. */
#include "base/norm.h"

#include <utf8proc.h>

#include "base/arena.h"

#define MARKS_MAX 30 /* in a row, as in the stream-safe form of Unicode */
#define EXPANSION 18 /* characters from one, at most (U+FDFA) */

static const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT |
					 UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD |
					 UTF8PROC_IGNORE;

/* The character at the start of s; a stray byte is U+FFFD. */
static int32_t
char_take(struct str *s)
{
	utf8proc_int32_t c;
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s->p,
					      (utf8proc_ssize_t)s->len, &c);

	if (n <= 0) {
		n = 1;
		c = 0xfffd;
	}
	*s = str_from(*s, (size_t)n);
	return c;
}

size_t
norm_utf8(int32_t c, char out[4])
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);

	memcpy(out, bytes, (size_t)n);
	return (size_t)n;
}

static int
mark_class(int32_t c)
{
	return utf8proc_get_property(c)->combining_class;
}

static bool
is_blank(int32_t c)
{
	utf8proc_category_t k = utf8proc_category(c);

	return k == UTF8PROC_CATEGORY_CC ||
	       (k >= UTF8PROC_CATEGORY_ZS && k <= UTF8PROC_CATEGORY_ZP);
}

/*
 * The library sorts marks in a time that grows with the square of their
 * number, so it gets one character at a time and the sorting is done here,
 * over short runs.
 */
struct run {
	int32_t *v;
	size_t n;
	size_t n_marks; /* of them at the end */
};

static void
run_add(struct run *r, int32_t c)
{
	int class = mark_class(c);

	if (class == 0) {
		r->v[r->n++] = c;
		r->n_marks = 0;
		return;
	}
	if (r->n_marks == MARKS_MAX)
		return;

	size_t at = r->n++;
	for (size_t i = r->n_marks++; i > 0; i--, at--) {
		if (mark_class(r->v[at - 1]) <= class)
			break;
		r->v[at] = r->v[at - 1];
	}
	r->v[at] = c;
}

/* Adds EXPANSION characters at most. */
static void
run_decompose(struct run *r, int32_t c)
{
	utf8proc_int32_t parts[EXPANSION];
	int boundary = 0;
	utf8proc_ssize_t n = utf8proc_decompose_char(c, parts, EXPANSION,
						     options, &boundary);

	assert(n <= EXPANSION);
	for (utf8proc_ssize_t i = 0; i < n; i++)
		run_add(r, parts[i]);
}

static void
run_compose(struct run *r)
{
	utf8proc_ssize_t n = utf8proc_normalize_utf32(
		r->v, (utf8proc_ssize_t)r->n, options);

	assert(n >= 0 && (size_t)n <= r->n);
	r->n = (size_t)n;
}

/* Most text of machines is ASCII. */
bool
norm_ascii(struct str s, char *out, size_t size, size_t *ret_len)
{
	size_t len = 0;
	bool blank = false;

	if (s.len > size)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if ((unsigned char)c >= 0x80)
			return false;
		if (c <= ' ' || c == 0x7f) {
			blank = len > 0;
			continue;
		}
		if (blank)
			out[len++] = ' ';
		blank = false;
		out[len++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	*ret_len = len;
	return true;
}

static bool
ascii_text(struct arena *a, struct str s, struct str *ret)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	}

	char *out = arena_alloc(a, s.len + 1);
	size_t len = 0;
	(void)norm_ascii(s, out, s.len, &len); /* it is ASCII and fits */
	*ret = (struct str){ out, len };
	return true;
}

static struct str
utf8_text(struct arena *a, const struct run *r)
{
	char *out = arena_alloc(a, r->n * 4 + 1);
	size_t len = 0;
	bool blank = false;

	for (size_t i = 0; i < r->n; i++) {
		if (is_blank(r->v[i])) {
			blank = len > 0;
			continue;
		}
		if (blank)
			out[len++] = ' ';
		blank = false;
		len += norm_utf8(r->v[i], out + len);
	}
	return (struct str){ out, len };
}

struct str
norm_text(struct arena *a, struct str s)
{
	struct str ret;

	if (ascii_text(a, s, &ret))
		return ret;

	auto_arena *scratch = arena_new();
	size_t cap = s.len / 2 + 2 * EXPANSION;
	struct run r = { ARENA_ARRAY(scratch, cap, int32_t), 0, 0 };
	while (s.len > 0) {
		if (cap - r.n < EXPANSION) {
			int32_t *more = ARENA_ARRAY(scratch, cap * 2, int32_t);

			memcpy(more, r.v, r.n * sizeof(*more));
			r.v = more;
			cap *= 2;
		}
		run_decompose(&r, char_take(&s));
	}
	run_compose(&r);
	return utf8_text(a, &r);
}

static enum norm_class
class_of(int32_t c)
{
	static const int32_t cjk[][2] = {
		{ 0x3005, 0x3007 }, { 0x3041, 0x30fa }, { 0x30fc, 0x318f },
		{ 0x31f0, 0x31ff }, { 0x3400, 0x4dbf }, { 0x4e00, 0x9fff },
		{ 0xac00, 0xd7a3 }, { 0xf900, 0xfaff }, { 0x20000, 0x3fffd },
	};

	for (size_t i = 0; i < ARRAY_LEN(cjk); i++) {
		if (c >= cjk[i][0] && c <= cjk[i][1])
			return NORM_CJK;
	}

	utf8proc_category_t category = utf8proc_category(c);
	bool word = (category >= UTF8PROC_CATEGORY_LU &&
		     category <= UTF8PROC_CATEGORY_NO);
	return word ? NORM_WORD : NORM_OTHER;
}

/* Marks, voice marks of half width, and what is invisible. */
static bool
belongs(int32_t c)
{
	return c == 0xff9e || c == 0xff9f || mark_class(c) != 0 ||
	       utf8proc_get_property(c)->ignorable;
}

bool
norm_next(struct str *rest, int32_t out[NORM_CLUSTER], size_t *ret_n,
	  enum norm_class *ret_class)
{
	int32_t v[EXPANSION + MARKS_MAX + EXPANSION];
	struct run r = { v, 0, 0 };

	if (rest->len == 0)
		return false;
	run_decompose(&r, char_take(rest));
	while (rest->len > 0) {
		struct str ahead = *rest;
		int32_t c = char_take(&ahead);

		if (!belongs(c) || r.n > EXPANSION + MARKS_MAX)
			break;
		run_decompose(&r, c);
		*rest = ahead;
	}
	run_compose(&r);
	assert(r.n <= NORM_CLUSTER);
	if (r.n > 0)
		memcpy(out, v, r.n * sizeof(*v));
	*ret_n = r.n;
	*ret_class = r.n > 0 ? class_of(out[0]) : NORM_OTHER;
	return true;
}
