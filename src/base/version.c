/* version.c - the order of version numbers. */
#include "base/version.h"

struct parts {
	struct str epoch; /* digits, without the colon; may be empty */
	struct str main;
	struct str rest; /* revision or release */
	bool has_rest;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

/* Takes the run of digits at the start of *s. */
static struct str
digits_take(struct str *s)
{
	size_t n = 0;

	while (n < s->len && is_digit(s->p[n]))
		n++;
	struct str run = str_first(*s, n);
	*s = str_from(*s, n);
	return run;
}

static struct str
alphas_take(struct str *s)
{
	size_t n = 0;

	while (n < s->len && is_alpha(s->p[n]))
		n++;
	struct str run = str_first(*s, n);
	*s = str_from(*s, n);
	return run;
}

/* As numbers of any length; no digits at all are 0. */
static int
digits_cmp(struct str a, struct str b)
{
	while (a.len > 0 && a.p[0] == '0')
		a = str_from(a, 1);
	while (b.len > 0 && b.p[0] == '0')
		b = str_from(b, 1);
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return sign(str_cmp(a, b));
}

static size_t
last_dash(struct str s)
{
	for (size_t i = s.len; i-- > 0;) {
		if (s.p[i] == '-')
			return i;
	}
	return STR_NONE;
}

static struct parts
parts_of(struct str s)
{
	struct str after = s;
	struct parts p = { .epoch = digits_take(&after) };

	if (after.len > 0 && after.p[0] == ':')
		s = str_from(after, 1);
	else
		p.epoch = str_first(s, 0);

	size_t dash = last_dash(s);
	p.has_rest = dash != STR_NONE;
	p.main = p.has_rest ? str_first(s, dash) : s;
	p.rest = p.has_rest ? str_from(s, dash + 1) : str_first(s, 0);
	return p;
}

/* Weight of what stands at the start: a tilde is below even the end. */
static int
dpkg_weight(struct str s)
{
	if (s.len == 0 || is_digit(s.p[0]))
		return 0;
	if (s.p[0] == '~')
		return -1;
	if (is_alpha(s.p[0]))
		return (unsigned char)s.p[0];
	return (unsigned char)s.p[0] + 256;
}

static int
dpkg_part_cmp(struct str a, struct str b)
{
	while (a.len > 0 || b.len > 0) {
		int weight_a = dpkg_weight(a), weight_b = dpkg_weight(b);

		if (weight_a != weight_b)
			return sign(weight_a - weight_b);
		if (weight_a != 0) {
			a = str_from(a, 1);
			b = str_from(b, 1);
			continue;
		}
		int c = digits_cmp(digits_take(&a), digits_take(&b));
		if (c != 0)
			return c;
	}
	return 0;
}

static int
dpkg_cmp(struct str a, struct str b)
{
	struct parts x = parts_of(a), y = parts_of(b);
	int c = digits_cmp(x.epoch, y.epoch);

	if (c == 0)
		c = dpkg_part_cmp(x.main, y.main);
	return c != 0 ? c : dpkg_part_cmp(x.rest, y.rest);
}

static struct str
rpm_skip(struct str s)
{
	while (s.len > 0 && !is_digit(s.p[0]) && !is_alpha(s.p[0]) &&
	       s.p[0] != '~' && s.p[0] != '^')
		s = str_from(s, 1);
	return s;
}

/*
 * Where a mark starts one of the two. A tilde is below everything, a caret
 * only above the end. Returns whether that decides; if not, and the mark was
 * in both, it is taken off.
 */
static bool
rpm_mark(struct str *a, struct str *b, bool *ret_taken, int *ret)
{
	char x = a->len > 0 ? a->p[0] : '\0';
	char y = b->len > 0 ? b->p[0] : '\0';
	char mark = x == '~' || y == '~' ? '~' : '^';

	*ret_taken = x == mark && y == mark;
	if (*ret_taken) {
		*a = str_from(*a, 1);
		*b = str_from(*b, 1);
		return false;
	}
	if (x != mark && y != mark)
		return false;
	bool end = x == mark ? y == '\0' : x == '\0';
	*ret = x == mark ? -1 : 1;
	if (mark == '^' && end)
		*ret = -*ret;
	return true;
}

static int
rpm_part_cmp(struct str a, struct str b)
{
	for (;;) {
		bool taken;
		int c;

		a = rpm_skip(a);
		b = rpm_skip(b);
		if (rpm_mark(&a, &b, &taken, &c))
			return c;
		if (taken)
			continue;
		if (a.len == 0 || b.len == 0)
			return (a.len > 0) - (b.len > 0);
		if (is_digit(a.p[0]) != is_digit(b.p[0]))
			return is_digit(a.p[0]) ? 1 : -1;
		if (is_digit(a.p[0]))
			c = digits_cmp(digits_take(&a), digits_take(&b));
		else
			c = sign(str_cmp(alphas_take(&a), alphas_take(&b)));
		if (c != 0)
			return c;
	}
}

static int
rpm_cmp(struct str a, struct str b)
{
	struct parts x = parts_of(a), y = parts_of(b);
	int c = digits_cmp(x.epoch, y.epoch);

	if (c == 0)
		c = rpm_part_cmp(x.main, y.main);
	if (c != 0)
		return c;
	if (x.has_rest != y.has_rest)
		return x.has_rest ? 1 : -1;
	return rpm_part_cmp(x.rest, y.rest);
}

/* Numbers with dots between; stops before what is none. */
static int
dotted_cmp(struct str *a, struct str *b)
{
	int c = 0;

	for (;;) {
		struct str x = digits_take(a), y = digits_take(b);
		bool more_a = a->len > 1 && a->p[0] == '.' && is_digit(a->p[1]);
		bool more_b = b->len > 1 && b->p[0] == '.' && is_digit(b->p[1]);

		if (c == 0)
			c = digits_cmp(x, y);
		if (more_a)
			*a = str_from(*a, 1);
		if (more_b)
			*b = str_from(*b, 1);
		if (!more_a && !more_b)
			return c;
	}
}

static bool
all_digits(struct str s)
{
	return s.len > 0 && digits_take(&s).len > 0 && s.len == 0;
}

static int
semver_word_cmp(struct str a, struct str b)
{
	bool number_a = all_digits(a), number_b = all_digits(b);

	if (number_a && number_b)
		return digits_cmp(a, b);
	if (number_a != number_b)
		return number_a ? -1 : 1;
	return sign(str_cmp(a, b));
}

/* What follows the dash; without one it is the release itself. */
static int
semver_pre_cmp(struct str a, struct str b)
{
	if (a.len == 0 || b.len == 0)
		return (a.len == 0) - (b.len == 0);

	for (;;) {
		struct str x, y;
		bool has_x = str_next(&a, '.', &x);
		bool has_y = str_next(&b, '.', &y);

		if (!has_x || !has_y)
			return has_x - has_y;
		int c = semver_word_cmp(x, y);
		if (c != 0)
			return c;
	}
}

static struct str
semver_bare(struct str s)
{
	s = str_until(s, '+');
	if (s.len > 1 && (s.p[0] == 'v' || s.p[0] == 'V') && is_digit(s.p[1]))
		s = str_from(s, 1);
	return s;
}

static int
semver_cmp(struct str a, struct str b)
{
	a = semver_bare(a);
	b = semver_bare(b);
	int c = dotted_cmp(&a, &b);
	return c != 0 ? c : semver_pre_cmp(a, b);
}

static int
windows_cmp(struct str a, struct str b)
{
	int c = dotted_cmp(&a, &b);

	return c != 0 ? c : sign(str_cmp(a, b));
}

int
version_cmp(enum version_scheme scheme, struct str a, struct str b)
{
	switch (scheme) {
	case VERSION_DPKG:
		return dpkg_cmp(a, b);
	case VERSION_RPM:
		return rpm_cmp(a, b);
	case VERSION_SEMVER:
		return semver_cmp(a, b);
	case VERSION_WINDOWS:
		return windows_cmp(a, b);
	}
	assert(false);
}

bool
version_scheme_parse(struct str s, enum version_scheme *ret)
{
	static const char *const names[] = {
		[VERSION_DPKG] = "dpkg",
		[VERSION_RPM] = "rpm",
		[VERSION_SEMVER] = "semver",
		[VERSION_WINDOWS] = "windows",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		if (str_is(s, names[i])) {
			*ret = (enum version_scheme)i;
			return true;
		}
	}
	return false;
}

static bool
only(struct str s, const char *others)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.p[i]) && !is_alpha(s.p[i]) &&
		    (s.p[i] == '\0' || strchr(others, s.p[i]) == NULL))
			return false;
	}
	return true;
}

/* Leaves in *s what follows "1.2.3". */
static bool
dotted_take(struct str *s)
{
	if (digits_take(s).len == 0)
		return false;
	while (s->len > 1 && s->p[0] == '.' && is_digit(s->p[1])) {
		*s = str_from(*s, 1);
		(void)digits_take(s); /* one at least */
	}
	return true;
}

bool
version_ok(enum version_scheme scheme, struct str s)
{
	struct parts p = parts_of(s);
	struct str rest;

	switch (scheme) {
	case VERSION_DPKG:
		return p.main.len > 0 && is_digit(p.main.p[0]) &&
		       only(p.main, ".+-~:") && only(p.rest, ".+~") &&
		       (!p.has_rest || p.rest.len > 0);
	case VERSION_RPM:
		return p.main.len > 0 && only(p.main, "._+~^") &&
		       only(p.rest, "._+~^") && (!p.has_rest || p.rest.len > 0);
	case VERSION_SEMVER:
		rest = semver_bare(s);
		return dotted_take(&rest) && only(str_after(s, '+'), ".-") &&
		       (rest.len == 0 ||
			(rest.len > 1 && rest.p[0] == '-' && only(rest, ".-")));
	case VERSION_WINDOWS:
		return dotted_take(&s) && s.len == 0;
	}
	assert(false);
}
