/* holiday.c - the national holidays of Japan and business days, 2000 to 2050. */
#include "base/holiday.h"

#include "base/err.h"
#include "base/moment.h"

/* `rule` is the day of the month, NTH_MONDAY + n, or an equinox. */
#define NTH_MONDAY 100
#define VERNAL 201
#define AUTUMNAL 202

struct rule {
	int from, to; /* years, both included */
	int month;
	int rule;
	const char *name;
};

static const struct rule rules[] = {
	{ 2000, 2050, 1, 1, "元日" },
	{ 2000, 2050, 1, NTH_MONDAY + 2, "成人の日" },
	{ 2000, 2050, 2, 11, "建国記念の日" },
	{ 2020, 2050, 2, 23, "天皇誕生日" },
	{ 2000, 2050, 3, VERNAL, "春分の日" },
	{ 2000, 2006, 4, 29, "みどりの日" },
	{ 2007, 2050, 4, 29, "昭和の日" },
	{ 2019, 2019, 5, 1, "天皇の即位の日" },
	{ 2000, 2050, 5, 3, "憲法記念日" },
	{ 2007, 2050, 5, 4, "みどりの日" },
	{ 2000, 2050, 5, 5, "こどもの日" },
	{ 2000, 2002, 7, 20, "海の日" },
	{ 2003, 2019, 7, NTH_MONDAY + 3, "海の日" },
	{ 2020, 2020, 7, 23, "海の日" },
	{ 2020, 2020, 7, 24, "スポーツの日" },
	{ 2021, 2021, 7, 22, "海の日" },
	{ 2021, 2021, 7, 23, "スポーツの日" },
	{ 2022, 2050, 7, NTH_MONDAY + 3, "海の日" },
	{ 2016, 2019, 8, 11, "山の日" },
	{ 2020, 2020, 8, 10, "山の日" },
	{ 2021, 2021, 8, 8, "山の日" },
	{ 2022, 2050, 8, 11, "山の日" },
	{ 2000, 2002, 9, 15, "敬老の日" },
	{ 2003, 2050, 9, NTH_MONDAY + 3, "敬老の日" },
	{ 2000, 2050, 9, AUTUMNAL, "秋分の日" },
	{ 2000, 2019, 10, NTH_MONDAY + 2, "体育の日" },
	{ 2022, 2050, 10, NTH_MONDAY + 2, "スポーツの日" },
	{ 2019, 2019, 10, 22, "即位礼正殿の儀の行われる日" },
	{ 2000, 2050, 11, 3, "文化の日" },
	{ 2000, 2050, 11, 23, "勤労感謝の日" },
	{ 2000, 2018, 12, 23, "天皇誕生日" },
};

/*
 * In millionths of a day: where the equinox stood in 1980, and how far it
 * moves on in a year of 365 days. Holds from 1980 to 2099.
 */
static int
equinox_day(int year, int rule)
{
	int64_t start = rule == VERNAL ? 20843100 : 23248800;
	int64_t drift = INT64_C(242194) * (year - 1980);

	return (int)((start + drift) / 1000000) - (year - 1980) / 4;
}

static int
rule_day(const struct rule *r, int year)
{
	if (r->rule == VERNAL || r->rule == AUTUMNAL)
		return equinox_day(year, r->rule);
	if (r->rule < NTH_MONDAY)
		return r->rule;

	int first = weekday_of_days(days_of_civil(year, r->month, 1));
	return 1 + (8 - first) % 7 + 7 * (r->rule - NTH_MONDAY - 1);
}

/* A holiday the law names; NULL for the days that follow from those. */
static const char *
named(int64_t days)
{
	struct civil c;

	civil_of_days(days, &c);
	for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
		const struct rule *r = &rules[i];

		if (c.month == r->month && c.year >= r->from &&
		    c.year <= r->to && c.day == rule_day(r, c.year))
			return r->name;
	}
	return NULL;
}

/*
 * Until 2006 only the Monday behind a holiday on a Sunday; since 2007 the
 * first day behind it that is no holiday itself.
 */
static bool
is_substitute(int64_t days, bool since_2007)
{
	int64_t d = days - 1;

	while (since_2007 && named(d) != NULL && weekday_of_days(d) != 0)
		d--;
	return weekday_of_days(d) == 0 && named(d) != NULL;
}

int
holiday_jp(int64_t days, const char **ret_name_ja, struct err *e)
{
	if (days < days_of_civil(HOLIDAY_YEAR_FIRST, 1, 1) ||
	    days > days_of_civil(HOLIDAY_YEAR_LAST, 12, 31))
		return err_set(e, -ERANGE,
			       "holidays are known from %d to %d only",
			       HOLIDAY_YEAR_FIRST, HOLIDAY_YEAR_LAST);

	bool since_2007 = days >= days_of_civil(2007, 1, 1);
	const char *name = named(days);

	if (name == NULL && is_substitute(days, since_2007))
		name = "振替休日";
	if (name == NULL && named(days - 1) != NULL &&
	    named(days + 1) != NULL &&
	    (since_2007 || weekday_of_days(days) != 0))
		name = "国民の休日";
	*ret_name_ja = name;
	return name != NULL;
}

int
business_day(int64_t days, struct err *e)
{
	const char *name;
	int holiday = holiday_jp(days, &name, e);
	if (holiday < 0)
		return holiday;

	int weekday = weekday_of_days(days);
	return holiday == 0 && weekday != 0 && weekday != 6;
}
