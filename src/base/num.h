/* num.h - numbers from text, and arithmetic that cannot overflow unseen. */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include "base/str.h"

struct err;

/* Whole decimal numbers; blanks around are fine, anything else is not. */
int num_parse(struct str s, int64_t *ret, struct err *e);
int num_parse_range(struct str s, int64_t min, int64_t max, int64_t *ret,
		    struct err *e);
bool num_try(struct str s, int64_t *ret);      /* decimal */
bool num_try_hex(struct str s, uint64_t *ret); /* without 0x */
bool num_try_octal(struct str s, uint64_t *ret);

/* false when the result does not fit; *ret is then not written. */
static inline bool
num_add(int64_t a, int64_t b, int64_t *ret)
{
	int64_t r;

	if (__builtin_add_overflow(a, b, &r))
		return false;
	*ret = r;
	return true;
}

static inline bool
num_mul(int64_t a, int64_t b, int64_t *ret)
{
	int64_t r;

	if (__builtin_mul_overflow(a, b, &r))
		return false;
	*ret = r;
	return true;
}

#endif
