/* moment.h - instants, civil dates and durations. */
#ifndef BASE_MOMENT_H
#define BASE_MOMENT_H

#include "base/str.h"

struct arena;
struct err;

/*
 * An instant is int64_t microseconds since 1970 UTC, named _at. A civil date
 * is text YYYY-MM-DD in the organisation's zone, named _on; here as days
 * since 1970-01-01. Years 1 to 9999.
 */
#define MOMENT_SEC INT64_C(1000000)
#define MOMENT_DAY (86400 * MOMENT_SEC)

struct civil {
	int year, month, day;	  /* month and day from 1 */
	int hour, minute, second; /* 0 to 23, 59, 59 */
	int64_t us;
};

/* Seconds east of UTC by instant; Asia/Tokyo is always 9 hours. */
struct zone {
	const char *name;
	size_t n;
	const int64_t *from_at; /* sorted; offset[i] holds from from_at[i] */
	const int32_t *offset;
	int32_t first_offset; /* before from_at[0] */
};

extern const struct zone *const zone_tokyo;
extern const struct zone *const zone_utc;

/* By name from the system's zone files; Asia/Tokyo and UTC need none. */
int zone_load(struct arena *a, const char *name, const struct zone **ret,
	      struct err *e);
int32_t zone_offset(const struct zone *z, int64_t at);

/* The clock, or YAMORI_NOW (an instant as text) when that is set. */
int64_t moment_now(void);

int64_t days_of_civil(int year, int month, int day);
void civil_of_days(int64_t days, struct civil *ret);
int weekday_of_days(int64_t days); /* 0 = Sunday */
int month_days(int year, int month);

/* An instant beyond these years becomes the first or last one of them. */
struct civil civil_of(int64_t at, const struct zone *z);
int64_t at_of_civil(const struct civil *c, const struct zone *z);
int64_t days_of_at(int64_t at, const struct zone *z);
int64_t at_of_days(int64_t days, const struct zone *z); /* its midnight */

/*
 * "2026-11-21T12:00+09:00", seconds, fraction and Z allowed; without an
 * offset it is taken in zone z. A date alone is its midnight.
 */
int at_parse(struct str s, const struct zone *z, int64_t *ret, struct err *e);
int on_parse(struct str s, int64_t *ret_days, struct err *e);
struct str at_print(struct arena *a, int64_t at, const struct zone *z);
struct str at_print_short(struct arena *a, int64_t at, const struct zone *z);
struct str on_print(struct arena *a, int64_t days);

/* 90s 90min 6h 14d 8w 12mo 3y; a leading - turns it round. */
struct duration {
	int64_t months;
	int64_t days;
	int64_t us;
	char unit[4]; /* as written, for sentences */
	int64_t n;
};

int duration_parse(struct str s, struct duration *ret, struct err *e);

/* Months clamp to the end of the month; civil arithmetic in the zone. */
int at_add(int64_t at, const struct duration *d, const struct zone *z,
	   int64_t *ret, struct err *e);
int on_add(int64_t days, const struct duration *d, int64_t *ret, struct err *e);

/* Its length when added to 2001-01-01: what orders durations. */
int64_t duration_us(const struct duration *d);

#endif
