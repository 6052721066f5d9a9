/* holiday.h - the national holidays of Japan and business days, 2000 to 2050. */
#ifndef BASE_HOLIDAY_H
#define BASE_HOLIDAY_H

struct err;

#define HOLIDAY_YEAR_FIRST 2000
#define HOLIDAY_YEAR_LAST 2050

/*
 * 1 and the official name when the day (days since 1970-01-01) is a holiday
 * under the law as it stood then, 0 when it is none, -ERANGE for a year we do
 * not know. *ret_name_ja lives for ever and is NULL when it is no holiday.
 * Equinoxes to come are calculated; the government announces each one in the
 * February before.
 */
int holiday_jp(int64_t days, const char **ret_name_ja, struct err *e);

/* 1 when neither Saturday, Sunday nor national holiday; else as above. */
int business_day(int64_t days, struct err *e);

#endif
