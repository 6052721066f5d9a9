/* clock.c - the zone in which a machine writes its logs. */
#include "tables/linux/clock.h"

#include "base/moment.h"
#include "tables/table.h"

const struct zone *
clock_zone(struct scan *s)
{
	static const char folder[] = "zoneinfo/";
	struct err none = { 0 };
	struct str name = { 0 };
	const struct zone *z;

	if (scan_link(s, "/etc/localtime", &name, &none) == 0) {
		size_t at = str_find_c(name, folder);

		name = at == STR_NONE ? str_c("")
				      : str_from(name, at + sizeof(folder) - 1);
	} else if (scan_file_max(s, "/etc/timezone", 256, &name, &none) < 0) {
		return zone_utc;
	}
	name = str_trim(name);
	if (str_is(name, "Asia/Tokyo") || str_is(name, "Japan"))
		return zone_tokyo;
	/* Zone files are this machine's: a recorded one has the same rules. */
	if (name.len == 0 || str_has(name, "..") ||
	    zone_load(scan_arena(s), scan_path(s, "%.*s", STR_ARG(name)), &z,
		      &none) < 0)
		return zone_utc;
	return z;
}
