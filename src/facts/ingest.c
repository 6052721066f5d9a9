/* ingest.c - applies a fact file to facts.db, changing only what changed. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/moment.h"
#include "facts/fact_file.h"
#include "facts/facts.h"
#include "facts/host.h"
#include "journal/change.h"
#include "store/store.h"

#define TABLES_MAX 256

struct present {
	int64_t hash;
	int64_t rowid;
	bool seen;
};

struct ingest {
	struct store *store;
	struct arena *arena; /* as long as the report */
	struct ingest_report *report;
	const char *path;
	int64_t now;
	struct fact_header header;
	int64_t seq; /* of what this file changes; 0 = nothing yet */
	bool *told;  /* by contract: this file began it already */
	struct str *touched;

	/* The table being read. */
	const struct contract *contract;
	struct arena *table;
	struct present *present; /* sorted by hash */
	size_t n_present;
	struct stmt *insert, *insert_row;
	bool *cannot; /* by column, and all of them: it cannot tell */
	bool moved;   /* a check could notice a change */
	int64_t n_rows, n_changed, n_dropped;
	const char *failed; /* the table's database work failed */
};

const char *
fact_origin_name(enum fact_origin o)
{
	static const char *const names[] = {
		[FACT_LOCAL] = "local",
		[FACT_SIGNED] = "signed",
		[FACT_BY_HAND] = "by hand",
	};

	return names[o];
}

static void
dropped(struct ingest *g, int64_t line_no, struct str words)
{
	g->n_dropped++;
	g->report->n_dropped++;
	if (g->report->first_fault.len > 0)
		return;
	g->report->first_fault = line_no > 0 ? str_fmt(g->arena,
						       "%s:%" PRId64 ": %.*s",
						       g->path, line_no,
						       STR_ARG(words))
					     : str_fmt(g->arena, "%s: %.*s",
						       g->path, STR_ARG(words));
}

static struct hash
row_hash(const struct contract *c, const struct value *values)
{
	struct hasher *h = hasher_new();

	for (size_t i = 0; i < c->n_cols; i++) {
		const struct value *v = &values[i];
		uint8_t kind = (uint8_t)v->kind;
		uint64_t n = v->kind == VALUE_TEXT ? v->s.len : (uint64_t)v->i;

		hasher_add(h, &kind, 1);
		if (v->kind == VALUE_NULL)
			continue;
		hasher_add(h, &n, sizeof(n));
		if (v->kind == VALUE_TEXT)
			hasher_add(h, v->s.p, v->s.len);
	}
	return hasher_end(h);
}

static int
present_cmp(const void *a, const void *b)
{
	const struct present *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

static int
present_load(struct ingest *g, struct err *e)
{
	auto_stmt *st = NULL;
	size_t cap = 1024;
	int r;

	struct str sql = str_fmt(g->table,
				 "SELECT row_hash, rowid FROM facts.%s_all "
				 "WHERE host_id = ? AND gone_at IS NULL",
				 g->contract->name);
	if (stmt_prepare(g->store, sql, &st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, g->report->host_id);
	g->present = ARENA_ARRAY(g->table, cap, struct present);
	g->n_present = 0;
	while ((r = stmt_step(st, e)) > 0) {
		if (g->n_present == cap) {
			struct present *more = ARENA_ARRAY(g->table, cap * 2,
							   struct present);

			memcpy(more, g->present, cap * sizeof(*more));
			g->present = more;
			cap *= 2;
		}
		g->present[g->n_present++] = (struct present){
			.hash = stmt_int(st, 0), .rowid = stmt_int(st, 1)
		};
	}
	qsort(g->present, g->n_present, sizeof(*g->present), present_cmp);
	return r;
}

static struct str
insert_sql(struct arena *a, const struct contract *c, bool shared)
{
	auto_buf b = { 0 };

	buf_init(&b, 65536);
	buf_fmt(&b, "INSERT %sINTO facts.%s_%s(%srow_hash",
		shared ? "OR IGNORE " : "", c->name, shared ? "row" : "all",
		shared ? "" : "host_id, ");
	for (size_t i = 0; (shared || !c->shared) && i < c->n_cols; i++)
		buf_fmt(&b, ", %s", c->cols[i].name);
	buf_fmt(&b, "%s) VALUES(%s?", shared ? "" : ", first_seen_at",
		shared ? "" : "?, ");
	for (size_t i = 0; (shared || !c->shared) && i < c->n_cols; i++)
		buf_c(&b, ", ?");
	buf_c(&b, shared ? ")" : ", ?)");
	return str_copy(a, buf_view(&b));
}

static size_t
contract_index(const struct contract *c)
{
	size_t i = 0;

	while (i < n_contracts && contracts[i] != c)
		i++;
	return i;
}

static int
table_begin(struct ingest *g, const struct fact_event *ev, struct err *e)
{
	arena_reset(g->table, (struct arena_mark){ 0 });
	stmt_free(g->insert);
	stmt_free(g->insert_row);
	g->insert = NULL;
	g->insert_row = NULL;
	g->contract = ev->contract;
	g->n_rows = 0;
	g->n_changed = 0;
	g->n_dropped = 0;
	g->moved = false;
	if (ev->contract == NULL) {
		g->report->n_unknown++;
		return 0;
	}
	bool *told = &g->told[contract_index(ev->contract)];
	if (*told) {
		/* The first telling counts; each costs a look at all rows. */
		g->contract = NULL;
		dropped(g, 0,
			str_fmt(g->table, "table '%s' is told twice",
				ev->contract->name));
		return 0;
	}
	*told = true;
	g->cannot = ARENA_ARRAY(g->table, ev->contract->n_cols + 1, bool);
	if (present_load(g, e) < 0 ||
	    stmt_prepare(g->store, insert_sql(g->table, g->contract, false),
			 &g->insert, e) < 0)
		return e->code;
	if (g->contract->shared &&
	    stmt_prepare(g->store, insert_sql(g->table, g->contract, true),
			 &g->insert_row, e) < 0)
		return e->code;
	return 0;
}

static void
values_bind(struct stmt *st, int at, const struct contract *c,
	    const struct value *values)
{
	for (size_t i = 0; i < c->n_cols; i++, at++) {
		if (values[i].kind == VALUE_TEXT)
			stmt_bind_str(st, at, values[i].s);
		else if (values[i].kind == VALUE_INT)
			stmt_bind_int(st, at, values[i].i);
		else
			stmt_bind_null(st, at);
	}
}

static int
step_once(struct stmt *st, struct err *e)
{
	int r = stmt_step(st, e);

	(void)stmt_reset(st, e); /* its error is the step's */
	return r < 0 ? r : 0;
}

static int
row_insert(struct ingest *g, const struct value *values, int64_t hash,
	   struct err *e)
{
	const struct contract *c = g->contract;
	int at = 1;

	if (c->shared) {
		stmt_bind_int(g->insert_row, 1, hash);
		values_bind(g->insert_row, 2, c, values);
		if (step_once(g->insert_row, e) < 0)
			return e->code;
	}
	stmt_bind_str(g->insert, at++, g->report->host_id);
	stmt_bind_int(g->insert, at++, hash);
	if (!c->shared) {
		values_bind(g->insert, at, c, values);
		at += (int)c->n_cols;
	}
	stmt_bind_int(g->insert, at, g->header.taken_at);
	g->n_changed++;
	return step_once(g->insert, e);
}

static int
row_apply(struct ingest *g, const struct value *values, struct err *e)
{
	struct present key = { .hash = hash_short(
				       row_hash(g->contract, values)) };

	if (g->n_rows == (int64_t)SCAN_ROWS_MAX) {
		dropped(g, 0,
			str_fmt(g->table, "table '%s' has more than %zu rows",
				g->contract->name, SCAN_ROWS_MAX));
		return 0;
	}
	g->n_rows++;
	g->report->n_rows++;
	/* An empty array has no base that bsearch may be given. */
	struct present *hit = g->n_present == 0
				      ? NULL
				      : bsearch(&key, g->present, g->n_present,
						sizeof(key), present_cmp);
	if (hit != NULL) {
		hit->seen = true;
		return 0;
	}
	return row_insert(g, values, key.hash, e);
}

/* What a complete snapshot no longer names is gone. */
static int
gone_mark(struct ingest *g, struct err *e)
{
	auto_stmt *st = NULL;
	struct str sql = str_fmt(g->table,
				 "UPDATE facts.%s_all SET gone_at = ? "
				 "WHERE rowid = ?",
				 g->contract->name);

	if (stmt_prepare(g->store, sql, &st, e) < 0)
		return e->code;
	for (size_t i = 0; i < g->n_present; i++) {
		if (g->present[i].seen)
			continue;
		/* Equal rows are one row: the twin may have been found. */
		if ((i > 0 && g->present[i - 1].hash == g->present[i].hash &&
		     g->present[i - 1].seen) ||
		    (i + 1 < g->n_present &&
		     g->present[i + 1].hash == g->present[i].hash &&
		     g->present[i + 1].seen))
			continue;
		stmt_bind_int(st, 1, g->header.taken_at);
		stmt_bind_int(st, 2, g->present[i].rowid);
		if (step_once(st, e) < 0)
			return e->code;
		g->n_changed++;
		g->report->n_gone++;
	}
	return 0;
}

/* What it could not tell before and does not name any more. */
static int
cannot_forget(struct ingest *g, struct err *e)
{
	const struct contract *c = g->contract;
	auto_buf b = { 0 };

	buf_init(&b, 65536);
	buf_c(&b, g->cannot[c->n_cols] ? "[\"\"" : "[null");
	for (size_t i = 0; i < c->n_cols; i++) {
		if (g->cannot[i])
			buf_fmt(&b, ",\"%s\"", c->cols[i].name);
	}
	buf_char(&b, ']');
	int n = store_run(g->store, e,
			  "DELETE FROM facts.collector_cannot "
			  "WHERE host_id = ? AND table_name = ? "
			  "AND NOT EXISTS (SELECT 1 FROM json_each(?) "
			  "WHERE value = column_name)",
			  "scs", g->report->host_id, c->name, buf_view(&b));
	g->moved = g->moved || n > 0;
	return n < 0 ? n : 0;
}

/* Whether the state differs from the last one that a check may have seen. */
static int
status_look(struct ingest *g, bool complete, struct str why, struct err *e)
{
	auto_stmt *st = NULL;
	struct duration d;

	if (duration_parse(str_c(g->contract->max_age), &d, e) < 0 ||
	    stmt_prepare(g->store,
			 STR("SELECT complete, error, "
			     "coalesce(complete_at, 0) "
			     "FROM facts.collector_status "
			     "WHERE host_id = ? AND table_name = ?"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, g->report->host_id);
	stmt_bind_c(st, 2, g->contract->name);
	int r = stmt_step(st, e);
	if (r < 0)
		return r;
	int64_t at = r > 0 ? stmt_int(st, 2) : 0;
	if (r == 0 || (stmt_int(st, 0) != 0) != complete ||
	    !str_eq(stmt_str(st, 1), why) || at < g->now - duration_us(&d) ||
	    at > g->now)
		g->moved = true; /* also what may have been stale */
	return 0;
}

static int
change_note(struct ingest *g, struct err *e)
{
	if (g->seq == 0 &&
	    (store_run(g->store, e,
		       "UPDATE facts.facts_meta "
		       "SET value = CAST(value AS INTEGER) + 1 "
		       "WHERE key = 'seq'",
		       "") < 0 ||
	     store_get_int(g->store, &g->seq, e,
			   "SELECT CAST(value AS INTEGER) "
			   "FROM facts.facts_meta WHERE key = 'seq'",
			   "") < 0))
		return e->code;
	int n = store_run(g->store, e,
			  "INSERT OR REPLACE INTO facts.fact_change"
			  "(host_id, table_name, seq) VALUES(?, ?, ?)",
			  "sci", g->report->host_id, g->contract->name, g->seq);
	return n < 0 ? n : 0;
}

static int
status_keep(struct ingest *g, const struct fact_event *ev, bool complete,
	    struct str why, struct err *e)
{
	int n = store_run(
		g->store, e,
		"INSERT INTO facts.collector_status(host_id, table_name, "
		"taken_at, arrived_at, complete_at, complete, error, n_rows, "
		"n_dropped, ms) "
		"VALUES(?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, ?) "
		"ON CONFLICT(host_id, table_name) DO UPDATE SET "
		"taken_at = excluded.taken_at, "
		"arrived_at = excluded.arrived_at, "
		"complete_at = coalesce(excluded.complete_at, complete_at), "
		"complete = excluded.complete, error = excluded.error, "
		"n_rows = excluded.n_rows, n_dropped = excluded.n_dropped, "
		"ms = excluded.ms",
		"sciiiisiii", g->report->host_id, g->contract->name,
		g->header.taken_at, g->now,
		complete ? g->header.taken_at : (int64_t)0,
		complete ? (int64_t)1 : (int64_t)0, why, g->n_rows,
		g->n_dropped, ev->ms);

	return n < 0 ? n : 0;
}

static int
table_end(struct ingest *g, const struct fact_event *ev, struct err *e)
{
	bool complete = ev->state == SNAPSHOT_COMPLETE && g->n_dropped == 0 &&
			ev->count == g->n_rows;

	if (g->contract == NULL)
		return 0;
	if (complete && gone_mark(g, e) < 0)
		return e->code;

	struct str why = ev->reason;
	if (!complete && ev->state == SNAPSHOT_COMPLETE)
		why = STR("damaged");
	if (cannot_forget(g, e) < 0 || status_look(g, complete, why, e) < 0 ||
	    status_keep(g, ev, complete, why, e) < 0)
		return e->code;
	if ((g->moved || g->n_changed > 0) && change_note(g, e) < 0)
		return e->code;

	g->report->n_tables++;
	g->report->n_changed += g->n_changed;
	if (g->n_changed > 0 && g->report->n_touched < TABLES_MAX)
		g->touched[g->report->n_touched++] = str_c(g->contract->name);
	return 0;
}

static int
cannot_apply(struct ingest *g, const struct fact_event *ev, struct err *e)
{
	const struct contract *c = g->contract;
	size_t col = 0;

	if (c == NULL)
		return 0;
	while (col < c->n_cols && !str_is(ev->column, c->cols[col].name))
		col++;
	if (col == c->n_cols && ev->column.len > 0)
		return 0; /* of a newer program */
	g->cannot[col] = true;
	int n = store_run(g->store, e,
			  "INSERT INTO facts.collector_cannot "
			  "VALUES(?, ?, ?, ?) "
			  "ON CONFLICT DO UPDATE SET reason = excluded.reason "
			  "WHERE reason <> excluded.reason",
			  "scss", g->report->host_id, c->name, ev->column,
			  ev->reason);
	g->moved = g->moved || n > 0;
	return n < 0 ? n : 0;
}

static int
event_apply(struct ingest *g, const struct fact_event *ev, struct err *e)
{
	/* What we pass over ourselves; the file began it all the same. */
	if (g->contract == NULL && ev->kind == FACT_ROW)
		return 0;
	switch (ev->kind) {
	case FACT_BEGIN:
		return table_begin(g, ev, e);
	case FACT_ROW:
		return row_apply(g, ev->values, e);
	case FACT_CANNOT:
		return cannot_apply(g, ev, e);
	case FACT_END:
		return table_end(g, ev, e);
	case FACT_BAD:
		dropped(g, ev->count, ev->reason);
		break;
	case FACT_HEADER:
	case FACT_SUM:
	case FACT_SKIPPED:
		break;
	}
	return 0;
}

static int
events_apply(struct ingest *g, struct fact_file *f, struct err *e)
{
	struct fact_event ev;
	int r;

	while ((r = fact_file_next(f, &ev, e)) > 0) {
		if (event_apply(g, &ev, e) < 0)
			return e->code;
	}
	return r;
}

static int
header_check(struct ingest *g, struct err *e)
{
	if (g->header.taken_at > g->now + FACT_AHEAD_MAX_US)
		return err_set(e, -ERANGE,
			       "'%s' says it was made at %s, which is in the "
			       "future: set the clock of '%.*s' and collect "
			       "again",
			       g->path,
			       at_print_short(g->arena, g->header.taken_at,
					      store_zone(g->store))
				       .p,
			       STR_ARG(g->header.hostname));
	return 0;
}

static int
replay_check(struct ingest *g, struct hash sum, struct err *e)
{
	struct str hex = hash_hex(g->arena, sum);
	int64_t last = 0, same = 0;

	if (store_get_int(g->store, &same, e,
			  "SELECT count(*) FROM facts.collection "
			  "WHERE host_id = ? AND file_hash = ?",
			  "ss", g->report->host_id, hex) < 0 ||
	    store_get_int(g->store, &last, e,
			  "SELECT coalesce(max(sequence), 0) "
			  "FROM facts.collection WHERE host_id = ?",
			  "s", g->report->host_id) < 0)
		return e->code;
	if (same > 0)
		return err_set(e, -EALREADY, "'%s' was taken already", g->path);
	/* Our own probe is no replay; its clock may have been set back. */
	if (g->header.sequence <= last && g->report->origin != FACT_LOCAL)
		return err_set(e, -ESTALE,
			       "'%s' is older than what '%.*s' sent last; "
			       "nothing was taken from it",
			       g->path, STR_ARG(g->header.hostname));
	return 0;
}

static int
collection_add(struct ingest *g, struct hash sum, struct err *e)
{
	struct str hex = hash_hex(g->arena, sum);
	int n = store_run(g->store, e,
			  "INSERT INTO facts.collection VALUES"
			  "(?, ?, ?, ?, ?, ?, ?)",
			  "sisiics", g->report->host_id, g->header.sequence,
			  g->header.boot_id, g->header.taken_at, g->now,
			  fact_origin_name(g->report->origin), hex);
	return n < 0 ? n : 0;
}

/* One machine starts again and again, but never goes back to an old start. */
static int
clone_look(struct ingest *g, struct err *e)
{
	int64_t n = 0;
	int r = store_get_int(g->store, &n, e,
			      "SELECT count(*) FROM facts.host_clone "
			      "WHERE host_id = ?",
			      "s", g->report->host_id);

	g->report->cloned = n > 0;
	return r < 0 ? r : 0;
}

static int
apply(struct ingest *g, struct fact_file *f, struct err *e)
{
	if (store_begin(g->store, e) < 0)
		return e->code;
	/* Again, because somebody else may have taken it meanwhile. */
	int r = replay_check(g, fact_file_sum(f), e);
	if (r == 0)
		r = collection_add(g, fact_file_sum(f), e);
	if (r == 0)
		r = events_apply(g, f, e);
	if (r == 0)
		r = clone_look(g, e);
	stmt_free(g->insert);
	stmt_free(g->insert_row);
	if (r < 0) {
		store_rollback(g->store);
		return r;
	}
	return store_commit(g->store, e);
}

/*
 * Who brought a file that nobody signed stands in the journal, before it
 * counts: the two are in different databases.
 */
static int
by_hand_note(struct ingest *g, const struct fact_file *f, struct err *e)
{
	auto_change *c = NULL;

	if (replay_check(g, fact_file_sum(f), e) < 0 ||
	    change_begin(g->store, "facts.by_hand", g->report->host_id, &c, e) <
		    0)
		return e->code;
	change_field(c, "file_hash", hash_hex(g->arena, fact_file_sum(f)));
	change_field_int(c, "taken_at", g->header.taken_at);
	return change_commit(c, e);
}

int
facts_ingest(struct store *s, struct arena *a, const char *path,
	     const char *local, struct ingest_report *ret, struct err *e)
{
	auto_arena *table = arena_new();
	auto_arena *whole = arena_new();
	auto_fact_file *f = NULL;

	*ret = (struct ingest_report){ .origin = FACT_BY_HAND };
	struct ingest g = {
		.store = s,
		.arena = a,
		.table = table,
		.report = ret,
		.path = path,
		.now = moment_now(),
		.touched = ARENA_ARRAY(a, TABLES_MAX, struct str),
		.told = ARENA_ARRAY(whole, n_contracts, bool),
	};
	if (fact_file_open(whole, path, &f, e) < 0)
		return e->code;
	g.header = *fact_file_header(f);
	if (header_check(&g, e) < 0)
		return e->code;

	struct host_claim claim = {
		.path = path,
		.local = local,
		.header = &g.header,
		.sum = fact_file_sum(f),
		.signature = fact_file_signature(f),
	};
	if (host_identify(s, a, &claim, ret, e) < 0)
		return e->code;
	ret->host_id = str_copy(a, ret->host_id);
	ret->hostname = str_copy(a, g.header.hostname);
	ret->taken_at = g.header.taken_at;
	ret->touched = g.touched;
	if (ret->origin == FACT_BY_HAND && by_hand_note(&g, f, e) < 0)
		return e->code;
	return apply(&g, f, e);
}
