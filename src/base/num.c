/* num.c - numbers from text. */
#include "base/num.h"

#include "base/err.h"

static bool
digits_parse(struct str s, unsigned base, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned c = (unsigned char)s.p[i];
		unsigned d = c >= '0' && c <= '9'   ? c - '0'
			     : c >= 'a' && c <= 'f' ? c - 'a' + 10
			     : c >= 'A' && c <= 'F' ? c - 'A' + 10
						    : 99;

		if (d >= base || n > (max - d) / base)
			return false;
		n = n * base + d;
	}
	*ret = n;
	return true;
}

bool
num_try(struct str s, int64_t *ret)
{
	uint64_t n;

	s = str_trim(s);
	bool negative = s.len > 0 && s.p[0] == '-';
	uint64_t max = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	if (!digits_parse(str_from(s, negative ? 1 : 0), 10, max, &n))
		return false;

	*ret = negative ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

bool
num_try_hex(struct str s, uint64_t *ret)
{
	return digits_parse(s, 16, UINT64_MAX, ret);
}

bool
num_try_octal(struct str s, uint64_t *ret)
{
	return digits_parse(s, 8, UINT64_MAX, ret);
}

int
num_parse(struct str s, int64_t *ret, struct err *e)
{
	return num_parse_range(s, INT64_MIN, INT64_MAX, ret, e);
}

int
num_parse_range(struct str s, int64_t min, int64_t max, int64_t *ret,
		struct err *e)
{
	int64_t n;

	if (!num_try(s, &n))
		return err_set(e, -EINVAL, "'%.*s' is not a whole number",
			       STR_ARG(s));
	if (n < min || n > max)
		return err_set(e, -ERANGE, "%lld is not between %lld and %lld",
			       (long long)n, (long long)min, (long long)max);
	*ret = n;
	return 0;
}
