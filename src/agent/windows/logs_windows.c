/* logs_windows.c - calls about the event logs. */
#include <winsock2.h>
#include <windows.h>

#include <winevt.h>

#include "agent/windows/calls.h"
#include "agent/windows/wide.h"
#include "base/arena.h"
#include "base/err.h"

#define EVENTS_MAX 20000
#define BATCH 64
#define WAIT_MS 20000
#define VALUES 6

static void
evt_close(EVT_HANDLE *h)
{
	if (*h != NULL)
		(void)EvtClose(*h);
}
#define auto_evt CLEANUP(evt_close) EVT_HANDLE

static int64_t
at_of(const EVT_VARIANT *v)
{
	if (v->Type != EvtVarTypeFileTime)
		return 0;
	return filetime_at((uint32_t)(v->FileTimeVal >> 32),
			   (uint32_t)v->FileTimeVal);
}

/* Values of one event; NULL when it cannot be read. */
static const EVT_VARIANT *
values_of(struct arena *a, EVT_HANDLE context, EVT_HANDLE event)
{
	DWORD used = 0, n = 0;
	DWORD size = 16 * 1024;
	void *p = arena_alloc(a, size);

	if (!EvtRender(context, event, EvtRenderEventValues, size, p, &used,
		       &n) ||
	    n < VALUES)
		return NULL;
	return p;
}

static int64_t
number_of(const EVT_VARIANT *v)
{
	switch (v->Type & EVT_VARIANT_TYPE_MASK) {
	case EvtVarTypeUInt16:
		return v->UInt16Val;
	case EvtVarTypeUInt32:
	case EvtVarTypeHexInt32:
		return v->UInt32Val;
	default:
		return -1;
	}
}

static void
tabbed(struct buf *out, struct arena *a, const EVT_VARIANT *v)
{
	struct str s = STR("");

	if (v->Type == EvtVarTypeString)
		s = wide_utf8(a, v->StringVal);
	buf_char(out, '\t');
	for (size_t i = 0; i < s.len; i++)
		buf_char(out, (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i]);
}

static void
logon_put(struct arena *a, EVT_HANDLE context, EVT_HANDLE event,
	  struct buf *out)
{
	struct arena_mark m = arena_mark(a);
	const EVT_VARIANT *v = values_of(a, context, event);

	if (v != NULL && at_of(&v[0]) > 0) {
		buf_fmt(out, "%" PRId64 "\t%" PRId64 "\t%" PRId64, at_of(&v[0]),
			number_of(&v[1]), number_of(&v[2]));
		tabbed(out, a, &v[3]);
		tabbed(out, a, &v[4]);
		buf_char(out, '\n');
	}
	arena_reset(a, m);
}

static int
ask_logons(struct arena *a, const char *arg UNUSED, struct buf *out,
	   struct err *e)
{
	static const wchar_t query[] =
		L"*[System[(EventID=4624 or EventID=4625) and "
		L"TimeCreated[timediff(@SystemTime) <= 2678400000]] and "
		L"EventData[Data[@Name='LogonType'] != 5 and "
		L"Data[@Name='LogonType'] != 0]]";
	static LPCWSTR paths[VALUES] = {
		L"Event/System/TimeCreated/@SystemTime",
		L"Event/System/EventID",
		L"Event/EventData/Data[@Name='LogonType']",
		L"Event/EventData/Data[@Name='IpAddress']",
		L"Event/EventData/Data[@Name='TargetUserName']",
		L"Event/EventData/Data[@Name='TargetDomainName']",
	};
	auto_evt found = EvtQuery(NULL, L"Security", query,
				  EvtQueryChannelPath |
					  EvtQueryReverseDirection);
	if (found == NULL)
		return win_fail(e, GetLastError(), "log-ins");
	auto_evt context = EvtCreateRenderContext(VALUES, paths,
						  EvtRenderContextValues);
	if (context == NULL)
		return win_fail(e, GetLastError(), "log-ins");

	EVT_HANDLE batch[BATCH];
	DWORD n = 0, total = 0;
	while (total < EVENTS_MAX &&
	       EvtNext(found, BATCH, batch, WAIT_MS, 0, &n)) {
		total += n;
		for (DWORD i = 0; i < n; i++) {
			logon_put(a, context, batch[i], out);
			(void)EvtClose(batch[i]);
		}
	}
	if (total >= EVENTS_MAX)
		buf_c(out, "more\n");
	else if (GetLastError() != ERROR_NO_MORE_ITEMS)
		return win_fail(e, GetLastError(), "log-ins");
	return 0;
}

/* When the first event of a query was; 0 when there is none. */
static int64_t
first_event_at(struct arena *a, const wchar_t *channel, const wchar_t *query,
	       DWORD direction)
{
	static LPCWSTR path[VALUES] = {
		L"Event/System/TimeCreated/@SystemTime",
		L"Event/System/EventID",
		L"Event/System/EventID",
		L"Event/System/EventID",
		L"Event/System/EventID",
		L"Event/System/EventID",
	};
	EVT_HANDLE event = NULL;
	DWORD n = 0;

	auto_evt found = EvtQuery(NULL, channel, query,
				  EvtQueryChannelPath | direction);
	if (found == NULL || !EvtNext(found, 1, &event, WAIT_MS, 0, &n) ||
	    n == 0)
		return 0;
	auto_evt context = EvtCreateRenderContext(VALUES, path,
						  EvtRenderContextValues);
	const EVT_VARIANT *v = context != NULL ? values_of(a, context, event)
					       : NULL;
	int64_t at = v != NULL ? at_of(&v[0]) : 0;
	(void)EvtClose(event);
	return at;
}

static bool
property(EVT_HANDLE channel, EVT_CHANNEL_CONFIG_PROPERTY_ID id, int64_t *ret)
{
	union {
		EVT_VARIANT v;
		BYTE space[1024];
	} u;
	DWORD used = 0;

	if (!EvtGetChannelConfigProperty(channel, id, 0, sizeof(u), &u.v,
					 &used))
		return false;
	if (u.v.Type == EvtVarTypeBoolean)
		*ret = u.v.BooleanVal != 0;
	else if (u.v.Type == EvtVarTypeUInt64)
		*ret = (int64_t)u.v.UInt64Val;
	else
		return false;
	return true;
}

static int
ask_channel(struct arena *a, const char *arg, struct buf *out, struct err *e)
{
	static const struct {
		const char *key;
		EVT_CHANNEL_CONFIG_PROPERTY_ID id;
	} asked[] = {
		{ "enabled", EvtChannelConfigEnabled },
		{ "max_bytes", EvtChannelLoggingConfigMaxSize },
		{ "retention", EvtChannelLoggingConfigRetention },
		{ "auto_backup", EvtChannelLoggingConfigAutoBackup },
	};
	wchar_t *name = wide_of(a, str_c(arg));
	auto_evt channel = EvtOpenChannelConfig(NULL, name, 0);
	int64_t n;

	if (channel == NULL)
		return win_fail(e, GetLastError(), "event logs");
	for (size_t i = 0; i < ARRAY_LEN(asked); i++) {
		if (property(channel, asked[i].id, &n))
			put_int(out, asked[i].key, n);
	}
	int64_t at = first_event_at(a, name, NULL, EvtQueryForwardDirection);
	if (at > 0)
		put_int(out, "oldest_at", at);
	return 0;
}

static int
ask_time_events(struct arena *a, const char *arg UNUSED, struct buf *out,
		struct err *e UNUSED)
{
	static const wchar_t good[] =
		L"*[System[Provider[@Name='Microsoft-Windows-Time-Service'] "
		L"and (EventID=35 or EventID=37)]]";
	static const wchar_t bad[] =
		L"*[System[Provider[@Name='Microsoft-Windows-Time-Service'] "
		L"and (EventID=36 or EventID=47 or EventID=129)]]";
	int64_t at = first_event_at(a, L"System", good,
				    EvtQueryReverseDirection);

	if (at > 0)
		put_int(out, "good_at", at);
	at = first_event_at(a, L"System", bad, EvtQueryReverseDirection);
	if (at > 0)
		put_int(out, "bad_at", at);
	return 0;
}

const struct call calls_logs[] = {
	{ "logons", ask_logons },
	{ "channel", ask_channel },
	{ "time_events", ask_time_events },
	{ 0 },
};
