/* err.h - one failure: a code, words, and where it happened. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/str.h"

struct buf;

#define ERR_ARGS 4
#define ERR_PREFIXES 3
#define ERR_ARG_MAX 240 /* bytes; longer ones are cut on a character */

struct err_text {
	const char *id; /* the literal format: also the message id */
	int n_args;
	char args[ERR_ARGS][ERR_ARG_MAX + 1];
};

/*
 * Lives on the caller's stack, starts as { 0 }, owns nothing, cannot fail.
 * The format literal is the message id; arguments are kept as text, so that
 * the edge can print it in the reader's language. Conversions allowed:
 * %s %.*s %c %d %u %x %ld %lu %lld %llu %zu (and PRId64 and the like), at
 * most four of them.
 */
struct err {
	int code; /* negative errno value; 0 = nothing happened */
	int sys;  /* errno to be named behind the text, or 0 */
	int n_prefixes;
	struct err_text text;
	struct err_text prefixes[ERR_PREFIXES]; /* [0] = innermost */
};

/* All return the code. err_in with no error set is a bug. */
int err_set(struct err *e, int code, const char *fmt, ...) PRINTF_LIKE(3, 4);
int err_sys(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
int err_in(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Keeps the arguments of a message as text; used for err and for diags. */
void err_text_set(struct err_text *t, const char *fmt, va_list ap);

/*
 * Looks a message up: returns the text for id in the reader's language, or
 * id itself. A translation uses the conversions in order, or %1$s ... %4$s.
 */
typedef const char *err_lookup(void *ctx, const char *id);

void err_text_print(const struct err_text *t, err_lookup *lookup, void *ctx,
		    struct buf *out);

/* Prefixes from outside to inside, then the text; lookup NULL = English. */
void err_print(const struct err *e, err_lookup *lookup, void *ctx,
	       struct buf *out);

#endif
