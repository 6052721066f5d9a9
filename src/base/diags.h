/* diags.h - many complaints about one piece of input, bounded. */
#ifndef BASE_DIAGS_H
#define BASE_DIAGS_H

#include "base/err.h"

struct arena;

#define DIAGS_MAX 200 /* kept; further ones are only counted */

struct diag {
	struct str place; /* "file:line:column" or "file, row 3, column B" */
	bool warning;
	struct err_text text;
};

struct diags {
	struct arena *arena;
	size_t n_errors;
	size_t n_warnings;
	size_t n_kept;
	struct diag *kept[DIAGS_MAX];
};

void diags_init(struct diags *d, struct arena *a);
void diags_error(struct diags *d, struct str place, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
void diags_warning(struct diags *d, struct str place, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/* One line each: "place: text"; then how many were left out. */
void diags_print(const struct diags *d, err_lookup *lookup, void *ctx,
		 struct buf *out);

#endif
