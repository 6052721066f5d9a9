/*
 * host_timer.c - table `host_timer` of Windows: scheduled tasks.
 *
 * Source: the call tasks, with each task's own XML. An ordinary user sees
 * some of them only.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define SCHEDULE_MAX ((size_t)1024)

static struct str
element(struct scan *s, struct str xml, const char *name)
{
	const char *open = scan_path(s, "<%s>", name);
	size_t at = str_find_c(xml, open);

	if (at == STR_NONE)
		return (struct str){ 0 };
	return str_until(str_from(xml, at + strlen(open)), '<');
}

/* The kinds of trigger, and when the first of those by the clock starts. */
static void
set_schedule(struct scan *s, struct str xml)
{
	static const struct {
		const char *mark, *name;
	} kinds[] = {
		{ "<BootTrigger", "start" },
		{ "<LogonTrigger", "log-on" },
		{ "<IdleTrigger", "idle" },
		{ "<EventTrigger", "event" },
		{ "<RegistrationTrigger", "registration" },
		{ "<SessionStateChangeTrigger", "session" },
		{ "<TimeTrigger", "once" },
		{ "<ScheduleByDay>", "daily" },
		{ "<ScheduleByWeek>", "weekly" },
		{ "<ScheduleByMonth", "monthly" },
	};
	struct str start = element(s, xml, "StartBoundary");
	struct str every = element(s, xml, "Interval");
	auto_buf b = { 0 };

	buf_init(&b, SCHEDULE_MAX);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_find_c(xml, kinds[i].mark) != STR_NONE)
			buf_fmt(&b, "%s%s", b.len > 0 ? "," : "",
				kinds[i].name);
	}
	if (start.len > 0)
		buf_fmt(&b, " %.*s", STR_ARG(start));
	if (every.len > 0)
		buf_fmt(&b, " %.*s", STR_ARG(every));
	scan_text(s, HOST_TIMER_SCHEDULE, str_trim(buf_view(&b)));
}

static void
set_runs(struct scan *s, struct str xml)
{
	struct str command = element(s, xml, "Command");
	struct str arguments = element(s, xml, "Arguments");

	if (command.len > 0)
		scan_text(s, HOST_TIMER_RUNS,
			  str_fmt(scan_arena(s), "%.*s%s%.*s", STR_ARG(command),
				  arguments.len > 0 ? " " : "",
				  STR_ARG(arguments)));
	else
		scan_text(s, HOST_TIMER_RUNS, element(s, xml, "ClassId"));
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "tasks", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		struct str xml = win_get(rec, "xml");
		struct str user = element(s, xml, "UserId");

		win_set_text(s, HOST_TIMER_NAME, rec, "path");
		set_runs(s, xml);
		set_schedule(s, xml);
		win_set_bool(s, HOST_TIMER_ENABLED, rec, "enabled");
		win_set_at(s, HOST_TIMER_LAST_AT, rec, "last_at");
		if (user.len == 0)
			user = element(s, xml, "GroupId");
		if (user.len > 0)
			scan_text(s, HOST_TIMER_USER_NAME, user);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return scan_as_root(s) ? 0
			       : scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
}

const struct table table_host_timer = {
	.contract = &contract_host_timer,
	.scan = scan,
};
