/* diags.c - many complaints about one piece of input, bounded. */
#include "base/diags.h"

#include "base/arena.h"
#include "base/buf.h"

void
diags_init(struct diags *d, struct arena *a)
{
	*d = (struct diags){ .arena = a };
}

static void
keep(struct diags *d, struct str place, bool warning, const char *fmt,
     va_list ap)
{
	if (d->n_kept == DIAGS_MAX)
		return;

	struct diag *g = ARENA_NEW(d->arena, struct diag);
	g->place = str_copy(d->arena, place);
	g->warning = warning;
	err_text_set(&g->text, fmt, ap);
	d->kept[d->n_kept++] = g;
}

void
diags_error(struct diags *d, struct str place, const char *fmt, ...)
{
	va_list ap;

	d->n_errors++;
	va_start(ap, fmt);
	keep(d, place, false, fmt, ap);
	va_end(ap);
}

void
diags_warning(struct diags *d, struct str place, const char *fmt, ...)
{
	va_list ap;

	d->n_warnings++;
	va_start(ap, fmt);
	keep(d, place, true, fmt, ap);
	va_end(ap);
}

void
diags_print(const struct diags *d, err_lookup *lookup, void *ctx,
	    struct buf *out)
{
	for (size_t i = 0; i < d->n_kept; i++) {
		const struct diag *g = d->kept[i];

		buf_str(out, g->place);
		buf_c(out, ": ");
		err_text_print(&g->text, lookup, ctx, out);
		buf_char(out, '\n');
	}

	size_t all = d->n_errors + d->n_warnings;
	if (all > d->n_kept) {
		struct err e = { 0 };

		(void)err_set(&e, -E2BIG, "... and %zu more", all - d->n_kept);
		err_print(&e, lookup, ctx, out);
		buf_char(out, '\n');
	}
}
