/*
 * host_timer.c - table `host_timer`: systemd's timer units; the last run
 * from systemctl, else from the stamps it keeps. Anyone may read all this.
 */
#include "base/arena.h"
#include "base/moment.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

static struct str
schedule(struct arena *a, struct str text)
{
	static const char *const keys[] = {
		"OnCalendar",	"OnActiveSec",	   "OnBootSec",
		"OnStartupSec", "OnUnitActiveSec", "OnUnitInactiveSec",
	};
	struct str all = str_c("");

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		struct str v = unit_list(a, text, "Timer", keys[i]);

		if (v.len > 0)
			all = str_fmt(a, "%.*s%s%s=%.*s", STR_ARG(all),
				      all.len > 0 ? "; " : "", keys[i],
				      STR_ARG(v));
	}
	return all;
}

/* "LastTriggerUSec=Fri 2026-11-20 21:10:03 UTC" behind "Id=NAME". */
static int64_t
last_told(struct str told, struct str name)
{
	struct str line, day, time;
	struct err none = { 0 };
	bool here = false;
	int64_t at, found = 0;

	while (str_next_line(&told, &line)) {
		if (str_starts(line, "Id="))
			here = str_eq(str_from(line, 3), name);
		if (line.len == 0)
			continue;
		if (!here || !str_starts(line, "LastTriggerUSec="))
			continue;
		struct str v = str_after(line, '=');
		auto_arena *a = arena_new();
		if (!str_next_word(&v, &day) || !str_next_word(&v, &day) ||
		    !str_next_word(&v, &time))
			continue;
		if (at_parse(str_fmt(a, "%.*sT%.*sZ", STR_ARG(day),
				     STR_ARG(time)),
			     zone_utc, &at, &none) == 0)
			found = at;
	}
	return found;
}

static void
set_last(struct scan *s, struct str told, struct str name)
{
	struct scan_stat st;
	struct err none = { 0 };
	int64_t at = last_told(told, name);

	if (at == 0 && scan_stat(s,
				 scan_path(s,
					   "/var/lib/systemd/timers/"
					   "stamp-%.*s",
					   STR_ARG(name)),
				 &st, &none) == 0)
		at = st.modified_at;
	if (at > 0)
		scan_at(s, HOST_TIMER_LAST_AT, at);
}

static void
set_user(struct scan *s, const struct units *u, const char *runs)
{
	const struct unit *unit = units_find(u, runs);
	struct err none = { 0 };
	struct str text, v;

	if (unit == NULL || unit->path == NULL || unit->masked ||
	    unit_text(s, unit, &text, &none) < 0)
		return;
	if (conf_ini(text, "Service", "User", &v) && v.len > 0)
		scan_text(s, HOST_TIMER_USER_NAME, v);
	else
		scan_c(s, HOST_TIMER_USER_NAME, "root");
}

static int
emit(struct scan *s, const struct units *u, const struct unit *unit,
     struct str told, struct err *e)
{
	struct err none = { 0 };
	struct str text, v;
	const char *runs = scan_path(s, "%.*s.service",
				     (int)(unit->name.len - strlen(".timer")),
				     unit->name.p);

	scan_text(s, HOST_TIMER_NAME, unit->name);
	if (unit->path != NULL && !unit->masked &&
	    unit_text(s, unit, &text, &none) == 0) {
		if (conf_ini(text, "Timer", "Unit", &v) && v.len > 0)
			runs = scan_path(s, "%.*s", STR_ARG(v));
		scan_text(s, HOST_TIMER_SCHEDULE,
			  schedule(scan_arena(s), text));
	}
	scan_c(s, HOST_TIMER_RUNS, runs);
	scan_bool(s, HOST_TIMER_ENABLED, unit->wanted && !unit->masked);
	set_last(s, told, unit->name);
	set_user(s, u, runs);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const ask[] = {
		"systemctl",	   "show",
		"--timestamp=utc", "--property=Id,LastTriggerUSec",
		"*.timer",	   NULL
	};
	struct units u;
	struct str told = { 0 };
	struct err none = { 0 };

	if (units_load(s, &u, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	/* systemd of 2020 and before does not know the option. */
	if (u.booted)
		(void)scan_exec(s, ask, &told, NULL, &none);
	for (size_t i = 0; i < u.n; i++) {
		const struct unit *unit = &u.v[i];

		if (!str_ends(unit->name, ".timer") || unit->alias_of.len > 0 ||
		    str_has(unit->name, "@."))
			continue;
		if (emit(s, &u, unit, told, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_timer = {
	.contract = &contract_host_timer,
	.scan = scan,
};
