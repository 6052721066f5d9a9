/*
 * host_login.c - table `host_login` of Windows: log-ins counted by day.
 *
 * Source: the call logons: events 4624 and 4625 of the Security log, the
 * newest 20,000 of the last 31 days, one a line. Needs an administrator.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define GROUPS_MAX ((size_t)5000)

struct group {
	int64_t day, n, first_at, last_at;
	struct str user, source;
	const char *method;
	bool ok;
};

struct groups {
	struct group *list;
	size_t n;
	bool full;
};

/* NULL: started by the system (batch, service), nobody came in. */
static const char *
method_of(int64_t type)
{
	switch (type) {
	case 2:	 /* at the machine */
	case 7:	 /* unlocked */
	case 11: /* with what is remembered of the domain */
		return "console";
	case 3:
	case 8:
		return "network";
	case 10:
	case 12:
		return "rdp";
	case 9:
	case 13:
		return "other";
	default:
		return NULL;
	}
}

static bool
is_of_the_system(struct str user)
{
	return str_ends(user, "$") || str_starts(user, "DWM-") ||
	       str_starts(user, "UMFD-") || str_is(user, "SYSTEM");
}

static void
group_add(struct groups *all, const struct group *g)
{
	for (size_t i = 0; i < all->n; i++) {
		struct group *to = &all->list[i];

		if (to->day != g->day || to->ok != g->ok ||
		    to->method != g->method || !str_eq(to->user, g->user) ||
		    !str_eq(to->source, g->source))
			continue;
		to->n++;
		if (g->first_at < to->first_at)
			to->first_at = g->first_at;
		if (g->last_at > to->last_at)
			to->last_at = g->last_at;
		return;
	}
	all->full = all->n == GROUPS_MAX;
	if (!all->full)
		all->list[all->n++] = *g;
}

/* AT TAB ID TAB TYPE TAB ADDRESS TAB USER; false when it is not that. */
static bool
line_read(struct str line, struct groups *all)
{
	struct str part[5] = { { 0 } };
	int64_t at, id, type;

	for (size_t i = 0; i < ARRAY_LEN(part); i++)
		(void)str_next(&line, '\t', &part[i]); /* else it stays empty */
	if (!num_try(part[0], &at) || !num_try(part[1], &id) ||
	    !num_try(part[2], &type) || part[4].len == 0)
		return false;
	struct group g = {
		.day = days_of_at(at, zone_tokyo),
		.n = 1,
		.first_at = at,
		.last_at = at,
		.user = part[4],
		.source = part[3],
		.method = method_of(type),
		.ok = id == 4624,
	};
	if (str_is(g.source, "-") || str_is(g.source, "127.0.0.1") ||
	    str_is(g.source, "::1"))
		g.source = STR("");
	if (g.method != NULL && !is_of_the_system(g.user))
		group_add(all, &g);
	return true;
}

static int
group_emit(struct scan *s, const struct group *g, struct err *e)
{
	scan_on(s, HOST_LOGIN_DAY_ON, g->day);
	scan_text(s, HOST_LOGIN_USER_NAME, g->user);
	scan_text(s, HOST_LOGIN_SOURCE, g->source);
	scan_c(s, HOST_LOGIN_METHOD, g->method);
	scan_bool(s, HOST_LOGIN_OK, g->ok);
	scan_int(s, HOST_LOGIN_N_TIMES, g->n);
	scan_at(s, HOST_LOGIN_FIRST_AT, g->first_at);
	scan_at(s, HOST_LOGIN_LAST_AT, g->last_at);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct groups all = { .list = ARENA_ARRAY(scan_arena(s), GROUPS_MAX,
						  struct group) };
	struct str rest, line;
	bool bad = false, cut = false;

	if (scan_call(s, "logons", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (str_next_line(&rest, &line)) {
		if (str_is(line, "more")) /* the bound was met */
			cut = true;
		else if (line.len > 0 && !line_read(line, &all))
			bad = true;
	}
	for (size_t i = 0; i < all.n; i++) {
		if (group_emit(s, &all.list[i], e) < 0)
			return e->code;
	}
	if (bad)
		return scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED);
	if (cut || all.full)
		return scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);
	return 0;
}

const struct table table_host_login = {
	.contract = &contract_host_login,
	.scan = scan,
};
