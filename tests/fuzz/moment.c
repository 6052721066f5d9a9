/* moment.c - fuzz: times, dates and durations; what is printed reads back */
#include "base/moment.h"

#include "base/arena.h"
#include "base/err.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str text = { (const char *)data, len }, first;
	struct duration d;
	struct err e = { 0 };
	int64_t at, again, days;

	if (at_parse(text, zone_tokyo, &at, &e) == 0) {
		struct str s = at_print(a, at, zone_tokyo);

		assert(at_parse(s, zone_utc, &again, &e) == 0);
		/* A zone may push the ends of the calendar over. */
		assert(again == at || str_starts(s, "0001-01-01") ||
		       str_starts(s, "9999-12-31"));
	}
	if (on_parse(text, &days, &e) == 0) {
		assert(on_parse(on_print(a, days), &again, &e) == 0);
		assert(again == days);
	}
	first = str_until(text, '\n');
	if (duration_parse(first, &d, &e) == 0) {
		int64_t us = duration_us(&d);

		assert(d.n == 0 || (us > 0) == (d.n > 0));
		if (at_add(0, &d, zone_tokyo, &at, &e) == 0)
			(void)at_print(a, at, zone_utc);
		(void)on_add(0, &d, &days, &e);
	}
	return 0;
}
