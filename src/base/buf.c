/* buf.c - text that grows, up to a maximum given at the start. */
#include "base/buf.h"

void
buf_init(struct buf *b, size_t max)
{
	assert(max < SIZE_MAX);
	*b = (struct buf){ .max = max };
}

void
buf_done(struct buf *b)
{
	free(b->p);
	*b = (struct buf){ 0 };
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->bad = false;
	if (b->p != NULL)
		b->p[0] = '\0';
}

/* Makes room for n more bytes and a NUL; false when over the maximum. */
static bool
reserve(struct buf *b, size_t n)
{
	if (b->bad || n > b->max - b->len) {
		b->bad = true;
		return false;
	}

	size_t need = b->len + n + 1;
	if (need <= b->cap)
		return true;

	size_t cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	char *p = realloc(b->p, cap);
	if (p == NULL) {
		fputs("yamori: out of memory\n", stderr);
		abort();
	}
	b->p = p;
	b->cap = cap;
	return true;
}

void
buf_add(struct buf *b, const void *p, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = '\0';
}

void
buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.len);
}

void
buf_c(struct buf *b, const char *c)
{
	buf_add(b, c, strlen(c));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_fmt(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;

	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(n >= 0);
	if (reserve(b, (size_t)n)) {
		/* measured above */
		(void)vsnprintf(b->p + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	}
	va_end(again);
}

void
buf_hex(struct buf *b, const uint8_t *p, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		char two[2] = { digits[p[i] >> 4], digits[p[i] & 15] };

		buf_add(b, two, 2);
	}
}

struct str
buf_view(const struct buf *b)
{
	return (struct str){ b->p ? b->p : "", b->len };
}
