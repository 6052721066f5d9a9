/* moment.c - instants, civil dates and durations. */
#include "base/moment.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"

#define YEAR_MIN 1
#define YEAR_MAX 9999
#define AT_MAX INT64_C(253402300799999999) /* the end of 9999 */
#define AT_MIN INT64_C(-62135596800000000) /* the start of 1 */

static const struct zone tokyo = { .name = "Asia/Tokyo",
				   .first_offset = 9 * 3600 };
static const struct zone utc = { .name = "UTC" };
const struct zone *const zone_tokyo = &tokyo;
const struct zone *const zone_utc = &utc;

int64_t
moment_now(void)
{
	const char *fixed = getenv("YAMORI_NOW");
	struct timespec ts;
	struct err e = { 0 };
	int64_t at;

	if (fixed != NULL && at_parse(str_c(fixed), zone_tokyo, &at, &e) == 0)
		return at;
	(void)clock_gettime(CLOCK_REALTIME, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * MOMENT_SEC + ts.tv_nsec / 1000;
}

/* Days and civil dates as in the proleptic Gregorian calendar. */
int64_t
days_of_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? (int64_t)year - 1 : year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day -
			  1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	       of_year - 719468;
}

void
civil_of_days(int64_t days, struct civil *ret)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	*ret = (struct civil){
		.year = (int)(yoe + era * 400 + (month <= 2)),
		.month = month,
		.day = (int)(doy - (153 * mp + 2) / 5 + 1),
	};
}

int
weekday_of_days(int64_t days)
{
	int64_t w = (days + 4) % 7;

	return (int)(w < 0 ? w + 7 : w);
}

int
month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

int32_t
zone_offset(const struct zone *z, int64_t at)
{
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (z->from_at[mid] <= at)
			low = mid + 1;
		else
			high = mid;
	}
	return low == 0 ? z->first_offset : z->offset[low - 1];
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	int64_t q = a / b;

	return a % b < 0 ? q - 1 : q;
}

/* The calendar's time there; what is beyond its years is their end. */
static int64_t
local_of(int64_t at, const struct zone *z)
{
	int64_t local = at < AT_MIN ? AT_MIN : at > AT_MAX ? AT_MAX : at;

	local += zone_offset(z, at) * MOMENT_SEC;
	return local < AT_MIN ? AT_MIN : local > AT_MAX ? AT_MAX : local;
}

struct civil
civil_of(int64_t at, const struct zone *z)
{
	int64_t local = local_of(at, z);
	int64_t days = floor_div(local, MOMENT_DAY);
	int64_t rest = local - days * MOMENT_DAY;
	struct civil c;

	civil_of_days(days, &c);
	c.us = rest % MOMENT_SEC;
	rest /= MOMENT_SEC;
	c.second = (int)(rest % 60);
	c.minute = (int)(rest / 60 % 60);
	c.hour = (int)(rest / 3600);
	return c;
}

int64_t
at_of_civil(const struct civil *c, const struct zone *z)
{
	int64_t days = days_of_civil(c->year, c->month, c->day);
	int64_t local = days * MOMENT_DAY +
			(c->hour * 3600 + c->minute * 60 + c->second) *
				MOMENT_SEC +
			c->us;
	int64_t at = local - zone_offset(z, local) * MOMENT_SEC;

	/* Once more, for a change of offset between the two. */
	return local - zone_offset(z, at) * MOMENT_SEC;
}

int64_t
days_of_at(int64_t at, const struct zone *z)
{
	return floor_div(local_of(at, z), MOMENT_DAY);
}

int64_t
at_of_days(int64_t days, const struct zone *z)
{
	struct civil c;

	civil_of_days(days, &c);
	return at_of_civil(&c, z);
}

static bool
digits(struct str *s, size_t n, int *ret)
{
	int v = 0;

	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		v = v * 10 + (s->p[i] - '0');
	}
	*s = str_from(*s, n);
	*ret = v;
	return true;
}

static bool
one(struct str *s, char c)
{
	if (s->len == 0 || s->p[0] != c)
		return false;
	*s = str_from(*s, 1);
	return true;
}

static bool
date_read(struct str *s, struct civil *c)
{
	return digits(s, 4, &c->year) && one(s, '-') &&
	       digits(s, 2, &c->month) && one(s, '-') &&
	       digits(s, 2, &c->day) && c->year >= YEAR_MIN && c->month >= 1 &&
	       c->month <= 12 && c->day >= 1 &&
	       c->day <= month_days(c->year, c->month);
}

static bool
fraction_read(struct str *s, int64_t *ret)
{
	int64_t unit = MOMENT_SEC / 10, us = 0;

	if (s->len == 0 || s->p[0] < '0' || s->p[0] > '9')
		return false;
	while (s->len > 0 && s->p[0] >= '0' && s->p[0] <= '9') {
		us += (s->p[0] - '0') * unit;
		unit /= 10;
		*s = str_from(*s, 1);
	}
	*ret = us;
	return true;
}

static bool
time_read(struct str *s, struct civil *c)
{
	if (!digits(s, 2, &c->hour) || !one(s, ':') ||
	    !digits(s, 2, &c->minute))
		return false;
	if (one(s, ':') && !digits(s, 2, &c->second))
		return false;
	if (one(s, '.') && !fraction_read(s, &c->us))
		return false;
	return c->hour < 24 && c->minute < 60 && c->second < 60;
}

/* "Z" or "+09:00"; *ret in seconds east. */
static bool
offset_read(struct str *s, int64_t *ret)
{
	int sign, hour, minute = 0;

	if (one(s, 'Z')) {
		*ret = 0;
		return true;
	}
	sign = one(s, '+') ? 1 : one(s, '-') ? -1 : 0;
	if (sign == 0 || !digits(s, 2, &hour))
		return false;
	(void)one(s, ':'); /* +0900 is written too */
	if (s->len > 0 && !digits(s, 2, &minute))
		return false;
	if (hour > 15 || minute > 59)
		return false;
	*ret = sign * (hour * 3600 + minute * 60);
	return true;
}

int
at_parse(struct str s, const struct zone *z, int64_t *ret, struct err *e)
{
	struct str rest = str_trim(s);
	struct civil c = { 0 };
	int64_t east = 0;
	bool good = date_read(&rest, &c);

	if (good && (one(&rest, 'T') || one(&rest, ' ')))
		good = time_read(&rest, &c);
	bool has_offset = rest.len > 0;
	if (good && has_offset)
		good = offset_read(&rest, &east);
	if (!good || rest.len > 0)
		return err_set(e, -EINVAL,
			       "'%.*s' is not a time like "
			       "2026-11-21T12:00+09:00",
			       STR_ARG(s));

	*ret = has_offset ? at_of_civil(&c, zone_utc) - east * MOMENT_SEC
			  : at_of_civil(&c, z);
	return 0;
}

int
on_parse(struct str s, int64_t *ret_days, struct err *e)
{
	struct str rest = str_trim(s);
	struct civil c = { 0 };

	if (!date_read(&rest, &c) || rest.len > 0)
		return err_set(e, -EINVAL,
			       "'%.*s' is not a date like 2026-11-21",
			       STR_ARG(s));
	*ret_days = days_of_civil(c.year, c.month, c.day);
	return 0;
}

struct str
at_print(struct arena *a, int64_t at, const struct zone *z)
{
	struct civil c = civil_of(at, z);
	int32_t east = zone_offset(z, at);
	int minutes = (int)(east < 0 ? -east : east) / 60;
	struct str fraction = str_c("");

	if (c.us != 0)
		fraction = str_fmt(a, ".%06d", (int)c.us);
	return str_fmt(a, "%04d-%02d-%02dT%02d:%02d:%02d%.*s%c%02d:%02d",
		       c.year, c.month, c.day, c.hour, c.minute, c.second,
		       STR_ARG(fraction), east < 0 ? '-' : '+', minutes / 60,
		       minutes % 60);
}

struct str
at_print_short(struct arena *a, int64_t at, const struct zone *z)
{
	struct civil c = civil_of(at, z);

	return str_fmt(a, "%04d-%02d-%02d %02d:%02d", c.year, c.month, c.day,
		       c.hour, c.minute);
}

struct str
on_print(struct arena *a, int64_t days)
{
	struct civil c;

	civil_of_days(days, &c);
	return str_fmt(a, "%04d-%02d-%02d", c.year, c.month, c.day);
}

int
duration_parse(struct str s, struct duration *ret, struct err *e)
{
	static const struct {
		const char *name;
		int64_t months, days, us;
	} units[] = {
		{ "s", 0, 0, MOMENT_SEC },
		{ "min", 0, 0, 60 * MOMENT_SEC },
		{ "h", 0, 0, 3600 * MOMENT_SEC },
		{ "d", 0, 1, 0 },
		{ "w", 0, 7, 0 },
		{ "mo", 1, 0, 0 },
		{ "y", 12, 0, 0 },
	};
	struct str text = str_trim(s);
	bool negative = text.len > 0 && text.p[0] == '-';
	struct str number = str_from(text, negative ? 1 : 0);
	size_t n_digits = 0;
	int64_t n;

	while (n_digits < number.len && number.p[n_digits] >= '0' &&
	       number.p[n_digits] <= '9')
		n_digits++;
	struct str unit = str_from(number, n_digits);
	number = str_first(number, n_digits);
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (!str_is(unit, units[i].name) || !num_try(number, &n) ||
		    n > 1000000)
			continue;
		if (negative)
			n = -n;
		*ret = (struct duration){ .months = n * units[i].months,
					  .days = n * units[i].days,
					  .us = n * units[i].us,
					  .n = n };
		memcpy(ret->unit, units[i].name, strlen(units[i].name));
		return 0;
	}
	return err_set(e, -EINVAL,
		       "'%.*s' is not a duration like 90min 6h 14d 8w 12mo 3y",
		       STR_ARG(s));
}

int
on_add(int64_t days, const struct duration *d, int64_t *ret, struct err *e)
{
	struct civil c;

	civil_of_days(days, &c);
	int64_t month = c.year * INT64_C(12) + c.month - 1 + d->months;
	int64_t year = floor_div(month, 12);
	if (year < YEAR_MIN || year > YEAR_MAX)
		return err_set(e, -ERANGE, "the date is out of range");

	c.year = (int)year;
	c.month = (int)(month - year * 12) + 1;
	if (c.day > month_days(c.year, c.month))
		c.day = month_days(c.year, c.month);
	int64_t sum = days_of_civil(c.year, c.month, c.day) + d->days +
		      d->us / MOMENT_DAY;
	if (sum < AT_MIN / MOMENT_DAY || sum > AT_MAX / MOMENT_DAY)
		return err_set(e, -ERANGE, "the date is out of range");
	*ret = sum;
	return 0;
}

int
at_add(int64_t at, const struct duration *d, const struct zone *z, int64_t *ret,
       struct err *e)
{
	if (at < AT_MIN || at > AT_MAX)
		return err_set(e, -ERANGE, "the time is out of range");

	if (d->months != 0 || d->days != 0) {
		struct duration calendar = { .months = d->months,
					     .days = d->days };
		struct civil c = civil_of(at, z), moved;
		int64_t days;

		if (on_add(days_of_civil(c.year, c.month, c.day), &calendar,
			   &days, e) < 0)
			return e->code;
		civil_of_days(days, &moved);
		moved.hour = c.hour;
		moved.minute = c.minute;
		moved.second = c.second;
		moved.us = c.us;
		at = at_of_civil(&moved, z);
	}
	at += d->us; /* both are far from the ends of int64_t */
	if (at < AT_MIN || at > AT_MAX)
		return err_set(e, -ERANGE, "the time is out of range");
	*ret = at;
	return 0;
}

int64_t
duration_us(const struct duration *d)
{
	struct err e = { 0 };
	int64_t start = days_of_civil(2001, 1, 1) * MOMENT_DAY;
	int64_t end = 0;

	if (at_add(start, d, zone_utc, &end, &e) < 0)
		return d->n < 0 ? INT64_MIN : INT64_MAX;
	return end - start;
}
