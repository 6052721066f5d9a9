/* memory.c - what the last run had seen, and what changed since. */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "check/private.h"

int
seen_load(struct scene *sc, struct seen *ret, struct err *e)
{
	if (store_dir(sc->store)[0] == '\0')
		return 0; /* an example has no past */
	if (store_get_int(sc->store, &ret->facts_made_at, e,
			  "SELECT CAST(value AS INTEGER) FROM facts.facts_meta "
			  "WHERE key = 'made_at'",
			  "") < 0 ||
	    store_get_int(sc->store, &ret->facts_seq, e,
			  "SELECT CAST(value AS INTEGER) FROM facts.facts_meta "
			  "WHERE key = 'seq'",
			  "") < 0 ||
	    store_get_int(sc->store, &ret->journal_seq, e,
			  "SELECT coalesce(max(seq), 0) FROM journal", "") < 0)
		return e->code;
	return 0;
}

static const char *
scope_name(const struct check_scope *scope)
{
	return scope->all_levels ? "all levels" : "all";
}

int
memory_load(const struct scene *sc, const struct check_scope *scope,
	    struct memory *ret, struct err *e)
{
	auto_stmt *st = NULL;

	*ret = (struct memory){ .usable = false };
	if (stmt_prepare(sc->store,
			 STR("SELECT facts_made_at, facts_seq, journal_seq, "
			     "full_at FROM check_memory WHERE scope = ? "
			     "AND catalog_hash = ? AND full_on = ?"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_c(st, 1, scope_name(scope));
	stmt_bind_str(st, 2, store_catalog_hash(sc->store));
	stmt_bind_str(st, 3, sc->today);
	int r = stmt_step(st, e);
	if (r <= 0)
		return r;

	struct seen now = { 0 };
	struct scene look = *sc;
	if (seen_load(&look, &now, e) < 0)
		return e->code;
	ret->seen = (struct seen){ stmt_int(st, 0), stmt_int(st, 1),
				   stmt_int(st, 2) };
	/* A copy of facts.db that was put back knows less than we saw. */
	ret->usable = ret->seen.facts_made_at == now.facts_made_at &&
		      ret->seen.facts_seq <= now.facts_seq &&
		      stmt_int(st, 3) <= sc->now;
	return 0;
}

int
memory_save(struct store *s, const struct check_run *run,
	    const struct check_scope *scope, struct err *e)
{
	auto_arena *a = arena_new();
	int n;

	if (!check_is_whole(scope))
		return 0;
	if (run->changed_only)
		n = store_run(s, e,
			      "UPDATE check_memory SET facts_seq = ?, "
			      "journal_seq = ?",
			      "ii", run->seen.facts_seq, run->seen.journal_seq);
	else
		n = store_run(
			s, e,
			"INSERT OR REPLACE INTO check_memory(one, scope, "
			"catalog_hash, facts_made_at, facts_seq, journal_seq, "
			"full_at, full_on) VALUES(1, ?, ?, ?, ?, ?, ?, ?)",
			"csiiiis", scope_name(scope), store_catalog_hash(s),
			run->seen.facts_made_at, run->seen.facts_seq,
			run->seen.journal_seq, run->at,
			on_print(a, days_of_at(run->at, store_zone(s))));
	return n < 0 ? n : 0;
}

struct list {
	struct arena *arena;
	size_t n, cap;
	struct str *items;
};

static void
list_add(struct list *l, struct str s)
{
	if (l->n == l->cap) {
		size_t more = l->cap == 0 ? 16 : l->cap * 2;
		struct str *bigger = ARENA_ARRAY(l->arena, more, struct str);

		if (l->n > 0)
			memcpy(bigger, l->items, l->n * sizeof(*bigger));
		l->items = bigger;
		l->cap = more;
	}
	l->items[l->n++] = str_copy(l->arena, s);
}

struct changed_lists {
	struct scene *sc;
	struct list tables, controls, params;
	bool all;
};

static int
facts_changed(struct changed_lists *l, int64_t since, struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(l->sc->store,
			 STR("SELECT DISTINCT table_name "
			     "FROM facts.fact_change WHERE seq > ?"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, since);
	while ((r = stmt_step(st, e)) > 0)
		list_add(&l->tables, stmt_str(st, 0));
	return r;
}

static int
finding_changed(struct changed_lists *l, struct str id, struct err *e)
{
	struct str control = { 0 };
	int r = store_get_str(l->sc->store, l->sc->arena, &control, e,
			      "SELECT control FROM finding WHERE id = ?", "s",
			      id);

	if (r > 0)
		list_add(&l->controls, control);
	return r < 0 ? r : 0;
}

/* A row people's words are in: row:TABLE:KEY, and .COLUMN behind it. */
static int
row_changed(struct changed_lists *l, struct str field, struct err *e)
{
	static const char *const everything[] = { "org", "org_role",
						  "policy_exclude", "adopted",
						  "host_entry" };
	static const char *const nothing[] = { "journal_table", "journal_actor",
					       "policy_pending", "postponed" };
	struct str rest = str_after(field, ':');
	struct str table = str_until(rest, ':');
	struct str key = str_after(rest, ':');

	for (size_t i = 0; i < ARRAY_LEN(everything); i++)
		l->all = l->all || str_is(table, everything[i]);
	for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
		if (str_is(table, nothing[i]))
			return 0;
	}
	if (str_is(table, "finding"))
		return finding_changed(l, str_until(key, '.'), e);
	if (str_is(table, "declaration"))
		list_add(&l->controls, key);
	else if (str_is(table, "policy_value"))
		list_add(&l->params, key);
	else
		list_add(&l->tables, table);
	return 0;
}

/* The journal names each row that was written, also one that is gone. */
static int
words_changed(struct changed_lists *l, int64_t since, struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	/* Of a run only its own findings are written. */
	if (stmt_prepare(l->sc->store,
			 STR("SELECT DISTINCT b.field FROM journal j "
			     "CROSS JOIN journal_body b ON b.seq = j.seq "
			     "WHERE j.seq > ? AND j.kind <> 'check.run' "
			     "AND b.field GLOB 'row:*'"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, since);
	while ((r = stmt_step(st, e)) > 0) {
		if (row_changed(l, stmt_str(st, 0), e) < 0)
			return e->code;
	}
	return r;
}

int
changes_load(struct scene *sc, const struct seen *since, struct changes *ret,
	     struct err *e)
{
	struct changed_lists l = { .sc = sc,
				   .tables.arena = sc->arena,
				   .controls.arena = sc->arena,
				   .params.arena = sc->arena };

	if (facts_changed(&l, since->facts_seq, e) < 0 ||
	    words_changed(&l, since->journal_seq, e) < 0)
		return e->code;
	*ret = (struct changes){
		.all = l.all,
		.n_tables = l.tables.n,
		.tables = l.tables.items,
		.n_controls = l.controls.n,
		.controls = l.controls.items,
		.n_params = l.params.n,
		.params = l.params.items,
	};
	return 0;
}

/* name, or name.COLUMN */
static bool
is_named(struct str s, struct str name)
{
	return s.len >= name.len &&
	       str_eq((struct str){ s.p, name.len }, name) &&
	       (s.len == name.len || s.p[name.len] == '.');
}

static bool
uses_param(const struct control *c, struct str name)
{
	struct str param;

	if (is_named(name, c->id))
		return true;
	for (size_t i = 0; i < c->n_uses; i++) {
		param = str_from(name, c->uses[i].control.len);
		if (is_named(name, c->uses[i].control) &&
		    is_named(str_from(param, 1), c->uses[i].parameter))
			return true;
	}
	return false;
}

bool
changes_touch(const struct changes *ch, const struct control *c,
	      struct str reads)
{
	struct str rest = reads, table;

	for (size_t i = 0; i < ch->n_controls; i++) {
		if (is_named(ch->controls[i], c->id))
			return true;
	}
	for (size_t i = 0; i < ch->n_params; i++) {
		if (uses_param(c, ch->params[i]))
			return true;
	}
	while (str_next(&rest, ',', &table)) {
		for (size_t i = 0; i < ch->n_tables; i++) {
			if (str_eq(table, ch->tables[i]))
				return true;
		}
	}
	return false;
}
