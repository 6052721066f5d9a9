/* scene.c - the moment that controls are judged by: hosts, freshness. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/moment.h"
#include "check/private.h"

#define SQL_MAX ((size_t)1024 * 1024)
#define AHEAD_MAX_US (600 * MOMENT_SEC) /* as facts.h lets a file be */

/* Reads all rows of a constant query into an array of T in the arena. */
#define ROWS(a, n, cap, list, type)                                            \
	do {                                                                   \
		if ((n) == (cap)) {                                            \
			size_t more_ = (cap) == 0 ? 64 : (cap)*2;              \
			type *bigger_ = ARENA_ARRAY((a), more_, type);         \
                                                                               \
			if ((n) > 0)                                           \
				memcpy(bigger_, (list), (n) * sizeof(type));   \
			(list) = bigger_;                                      \
			(cap) = more_;                                         \
		}                                                              \
	} while (0)

static int
hosts_load(struct scene *sc, struct err *e)
{
	auto_stmt *st = NULL;
	size_t cap = 0;
	int r;

	if (stmt_prepare(sc->store,
			 STR("SELECT host_id, name, platform FROM host_entry "
			     "WHERE state = 'active' ORDER BY host_id"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		ROWS(sc->arena, sc->n_hosts, cap, sc->hosts, struct check_host);
		sc->hosts[sc->n_hosts++] = (struct check_host){
			str_copy(sc->arena, stmt_str(st, 0)),
			str_copy(sc->arena, stmt_str(st, 1)),
			str_copy(sc->arena, stmt_str(st, 2)),
		};
	}
	return r;
}

size_t
scene_host(const struct scene *sc, struct str id)
{
	size_t low = 0, high = sc->n_hosts;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(sc->hosts[mid].id, id);

		if (c == 0)
			return mid;
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return sc->n_hosts;
}

static size_t
contract_index(struct str name)
{
	size_t i = 0;

	while (i < n_contracts && !str_is(name, contracts[i]->name))
		i++;
	return i;
}

static void
oldest_note(struct scene *sc, size_t host, size_t contract, int64_t at)
{
	int64_t *oldest = &sc->oldest[contract];

	if (at > 0 && (*oldest == 0 || at < *oldest) &&
	    (contracts[contract]->platforms &
	     check_platform(&sc->hosts[host])) != 0)
		*oldest = at;
}

static int
status_load(struct scene *sc, struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	sc->oldest = ARENA_ARRAY(sc->arena, n_contracts, int64_t);
	sc->status = ARENA_ARRAY(sc->arena, sc->n_hosts * n_contracts,
				 struct status);
	if (stmt_prepare(sc->store,
			 STR("SELECT host_id, table_name, complete, "
			     "coalesce(complete_at, 0), error "
			     "FROM collector_status"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		size_t host = scene_host(sc, stmt_str(st, 0));
		size_t contract = contract_index(stmt_str(st, 1));

		if (host == sc->n_hosts || contract == n_contracts)
			continue;
		sc->status[host * n_contracts + contract] = (struct status){
			.there = true,
			.complete = stmt_int(st, 2) != 0,
			.complete_at = stmt_int(st, 3),
			.error = str_copy(sc->arena, stmt_str(st, 4)),
		};
		oldest_note(sc, host, contract, stmt_int(st, 3));
	}
	return r;
}

static int
cannot_load(struct scene *sc, struct err *e)
{
	auto_stmt *st = NULL;
	size_t cap = 0;
	int r;

	if (stmt_prepare(sc->store,
			 STR("SELECT host_id, table_name, column_name, reason "
			     "FROM collector_cannot ORDER BY 1, 2, 3"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		ROWS(sc->arena, sc->n_cannot, cap, sc->cannot,
		     struct cannot_row);
		sc->cannot[sc->n_cannot++] = (struct cannot_row){
			str_copy(sc->arena, stmt_str(st, 0)),
			str_copy(sc->arena, stmt_str(st, 1)),
			str_copy(sc->arena, stmt_str(st, 2)),
			str_copy(sc->arena, stmt_str(st, 3)),
		};
	}
	return r;
}

static int
waivers_load(struct scene *sc, struct err *e)
{
	auto_stmt *st = NULL;
	size_t cap = 0;
	int r;

	if (stmt_prepare(sc->store,
			 STR("SELECT control, subject, waived_until_on "
			     "FROM finding WHERE state = 'open' AND "
			     "waived_until_on >= ? ORDER BY control, subject"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, sc->today);
	while ((r = stmt_step(st, e)) > 0) {
		ROWS(sc->arena, sc->n_waivers, cap, sc->waivers, struct waiver);
		sc->waivers[sc->n_waivers++] = (struct waiver){
			str_copy(sc->arena, stmt_str(st, 0)),
			str_copy(sc->arena, stmt_str(st, 1)),
			str_copy(sc->arena, stmt_str(st, 2)),
		};
	}
	return r;
}

static int
open_cmp(const void *a, const void *b)
{
	const struct open_finding *x = a, *y = b;
	int c = str_cmp(x->control, y->control);

	return c != 0 ? c : str_cmp(x->subject, y->subject);
}

static int
open_load(struct scene *sc, struct err *e)
{
	auto_stmt *st = NULL;
	size_t cap = 0;
	int r;

	if (stmt_prepare(sc->store,
			 STR("SELECT control, subject FROM finding "
			     "WHERE state = 'open'"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		ROWS(sc->arena, sc->n_open, cap, sc->open, struct open_finding);
		sc->open[sc->n_open++] = (struct open_finding){
			str_copy(sc->arena, stmt_str(st, 0)),
			str_copy(sc->arena, stmt_str(st, 1)),
		};
	}
	if (sc->n_open > 0)
		qsort(sc->open, sc->n_open, sizeof(*sc->open), open_cmp);
	return r;
}

static int
declarations_load(struct scene *sc, struct err *e)
{
	auto_stmt *st = NULL;
	size_t cap = 0;
	int r;

	if (stmt_prepare(sc->store,
			 STR("SELECT control, answer, declared_by "
			     "FROM declaration WHERE until_on >= ? "
			     "ORDER BY control"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, sc->today);
	while ((r = stmt_step(st, e)) > 0) {
		ROWS(sc->arena, sc->n_declarations, cap, sc->declarations,
		     struct declaration);
		sc->declarations[sc->n_declarations++] = (struct declaration){
			str_copy(sc->arena, stmt_str(st, 0)),
			str_copy(sc->arena, stmt_str(st, 1)),
			str_copy(sc->arena, stmt_str(st, 2)),
		};
	}
	return r;
}

static void
ages_load(struct scene *sc)
{
	sc->max_age_us = ARENA_ARRAY(sc->arena, n_contracts, int64_t);
	for (size_t i = 0; i < n_contracts; i++) {
		struct duration d;
		struct err e = { 0 };
		int r = duration_parse(str_c(contracts[i]->max_age), &d, &e);

		assert(r == 0); /* mkcontracts looked at it */
		sc->max_age_us[i] = duration_us(&d);
	}
}

int
scene_load(struct scene *sc, struct err *e)
{
	ages_load(sc);
	if (hosts_load(sc, e) < 0 || status_load(sc, e) < 0 ||
	    cannot_load(sc, e) < 0 || waivers_load(sc, e) < 0 ||
	    open_load(sc, e) < 0)
		return e->code;
	return declarations_load(sc, e);
}

bool
scene_fresh(const struct scene *sc, size_t host, size_t contract,
	    struct reason *ret)
{
	const struct status *st = &sc->status[host * n_contracts + contract];
	struct str table = str_c(contracts[contract]->name);

	if (st->complete_at > 0 &&
	    st->complete_at >= sc->now - sc->max_age_us[contract] &&
	    st->complete_at <= sc->now + AHEAD_MAX_US)
		return true;

	*ret = (struct reason){ .what = table };
	if (!st->there)
		ret->why = WHY_NOT_COLLECTED;
	else if (st->complete_at > sc->now + AHEAD_MAX_US)
		ret->why = WHY_AHEAD;
	else if (!st->complete && str_is(st->error, ""))
		ret->why = WHY_PARTIAL;
	else if (!st->complete)
		ret->why = str_is(st->error, "damaged") ||
					   str_is(st->error, "limit")
				   ? WHY_PARTIAL
				   : WHY_CANNOT;
	else
		ret->why = WHY_STALE;
	ret->detail = st->error.p != NULL ? st->error : str_c("");
	return false;
}

struct reason
scene_no_value(const struct scene *sc, struct str host_id,
	       const struct reads *reads)
{
	for (size_t i = 0; i < sc->n_cannot; i++) {
		const struct cannot_row *c = &sc->cannot[i];

		if (!str_eq(c->host_id, host_id))
			continue;
		for (size_t j = 0; j < reads->n; j++) {
			if (str_eq(reads->list[j].table, c->table) &&
			    str_eq(reads->list[j].column, c->column))
				return (struct reason){
					WHY_CANNOT,
					str_fmt(sc->arena, "%.*s.%.*s",
						STR_ARG(c->table),
						STR_ARG(c->column)),
					c->why
				};
		}
	}
	return (struct reason){ WHY_NO_VALUE, str_c(""), str_c("") };
}

const struct waiver *
scene_waiver(const struct scene *sc, struct str control, struct str subject)
{
	for (size_t i = 0; i < sc->n_waivers; i++) {
		if (str_eq(sc->waivers[i].control, control) &&
		    str_eq(sc->waivers[i].subject, subject))
			return &sc->waivers[i];
	}
	return NULL;
}

/* The first finding that is not before the key. */
static size_t
open_from(const struct scene *sc, struct str control, struct str subject)
{
	const struct open_finding key = { control, subject };
	size_t low = 0, high = sc->n_open;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (open_cmp(&sc->open[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool
scene_any_open(const struct scene *sc, struct str control)
{
	size_t i = open_from(sc, control, str_c(""));

	return i < sc->n_open && str_eq(sc->open[i].control, control);
}

bool
scene_is_open(const struct scene *sc, struct str control, struct str subject)
{
	size_t i = open_from(sc, control, subject);

	return i < sc->n_open && str_eq(sc->open[i].control, control) &&
	       str_eq(sc->open[i].subject, subject);
}

const struct declaration *
scene_declaration(const struct scene *sc, struct str control)
{
	for (size_t i = 0; i < sc->n_declarations; i++) {
		if (str_eq(sc->declarations[i].control, control))
			return &sc->declarations[i];
	}
	return NULL;
}

int64_t
scene_facts_at(const struct scene *sc, struct str tables)
{
	struct str rest = tables, table;
	int64_t oldest = 0;

	while (str_next(&rest, ',', &table)) {
		size_t c = contract_index(table);
		int64_t at = c < n_contracts ? sc->oldest[c] : 0;

		if (at > 0 && (oldest == 0 || at < oldest))
			oldest = at;
	}
	return oldest;
}
