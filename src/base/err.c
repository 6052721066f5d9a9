/* err.c - one failure: a code, words, and where it happened. */
#include "base/err.h"

#include "base/buf.h"

static void
arg_keep(char *to, struct str s)
{
	struct str cut = str_cut(s, ERR_ARG_MAX);

	if (cut.len > 0)
		memcpy(to, cut.p, cut.len);
	to[cut.len] = '\0';
}

struct conversion {
	size_t len;   /* bytes behind the % */
	int longs;    /* number of l; 3 = z, 4 = j */
	bool star;    /* %.*s */
	unsigned pos; /* %N$s: N; else 0 */
	char kind;    /* s c d u x % */
};

static struct conversion
conversion_read(const char *p)
{
	struct conversion c = { 0 };
	const char *start = p;

	if (p[0] >= '1' && p[0] <= '9' && p[1] == '$') {
		c.pos = (unsigned)(p[0] - '0');
		p += 2;
	}
	if (p[0] == '.' && p[1] == '*') {
		c.star = true;
		p += 2;
	}
	while (*p >= '0' && *p <= '9')
		p++; /* a width, as in %02x */
	while (*p == 'l' || *p == 'z' || *p == 'j') {
		c.longs = *p == 'l' ? c.longs + 1 : (*p == 'z' ? 3 : 4);
		p++;
	}
	c.kind = *p;
	c.len = (size_t)(p - start) + (*p != '\0');
	return c;
}

static struct str
integer_text(char *tmp, size_t size, struct conversion c, va_list *ap)
{
	long long i = 0;
	unsigned long long u = 0;

	switch (c.longs) {
	case 0:
		i = va_arg(*ap, int);
		u = (unsigned)i;
		break;
	case 1:
		i = va_arg(*ap, long);
		u = (unsigned long)i;
		break;
	case 3:
		u = va_arg(*ap, size_t);
		i = (long long)u;
		break;
	default:
		i = va_arg(*ap, long long);
		u = (unsigned long long)i;
		break;
	}

	int n = c.kind == 'd'	? snprintf(tmp, size, "%lld", i)
		: c.kind == 'x' ? snprintf(tmp, size, "%llx", u)
				: snprintf(tmp, size, "%llu", u);
	return (struct str){ tmp, (size_t)n };
}

void
err_text_set(struct err_text *t, const char *fmt, va_list ap)
{
	va_list args;

	*t = (struct err_text){ .id = fmt };
	va_copy(args, ap);
	for (const char *p = fmt; *p != '\0';) {
		if (*p++ != '%')
			continue;

		struct conversion c = conversion_read(p);
		struct str s = { 0 };
		char tmp[32];

		p += c.len;
		if (c.kind == '%')
			continue;
		assert(t->n_args < ERR_ARGS && c.pos == 0);
		if (c.kind == 's' && c.star) {
			int n = va_arg(args, int);

			s = (struct str){ va_arg(args, const char *),
					  n > 0 ? (size_t)n : 0 };
		} else if (c.kind == 's') {
			s = str_c(va_arg(args, const char *));
		} else if (c.kind == 'c') {
			tmp[0] = (char)va_arg(args, int);
			s = (struct str){ tmp, 1 };
		} else {
			assert(c.kind == 'd' || c.kind == 'u' || c.kind == 'x');
			s = integer_text(tmp, sizeof(tmp), c, &args);
		}
		arg_keep(t->args[t->n_args++], s);
	}
	va_end(args);
}

int
err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	assert(code < 0);
	e->code = code;
	e->sys = 0;
	e->n_prefixes = 0;
	va_start(ap, fmt);
	err_text_set(&e->text, fmt, ap);
	va_end(ap);
	return code;
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	e->code = saved > 0 ? -saved : -EIO;
	e->sys = saved;
	e->n_prefixes = 0;
	va_start(ap, fmt);
	err_text_set(&e->text, fmt, ap);
	va_end(ap);
	return e->code;
}

int
err_in(struct err *e, const char *fmt, ...)
{
	va_list ap;

	assert(e->code < 0);
	if (e->n_prefixes == ERR_PREFIXES)
		return e->code; /* the innermost places say most */

	va_start(ap, fmt);
	err_text_set(&e->prefixes[e->n_prefixes++], fmt, ap);
	va_end(ap);
	return e->code;
}

void
err_text_print(const struct err_text *t, err_lookup *lookup, void *ctx,
	       struct buf *out)
{
	const char *text = lookup ? lookup(ctx, t->id) : t->id;
	int next = 0;

	for (const char *p = text; *p != '\0';) {
		if (*p != '%') {
			buf_char(out, *p++);
			continue;
		}

		struct conversion c = conversion_read(p + 1);
		int at = c.pos > 0 ? (int)c.pos - 1 : next;

		p += 1 + c.len;
		if (c.kind == '%') {
			buf_char(out, '%');
			continue;
		}
		if (c.pos == 0)
			next++;
		if (at < t->n_args)
			buf_c(out, t->args[at]);
	}
}

void
err_print(const struct err *e, err_lookup *lookup, void *ctx, struct buf *out)
{
	for (int i = e->n_prefixes; i-- > 0;) {
		err_text_print(&e->prefixes[i], lookup, ctx, out);
		buf_c(out, ": ");
	}
	if (e->text.id != NULL)
		err_text_print(&e->text, lookup, ctx, out);
	if (e->sys > 0) {
		const char *words = strerror(e->sys);

		buf_c(out, ": ");
		buf_c(out, lookup ? lookup(ctx, words) : words);
	}
}
