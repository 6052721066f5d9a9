/* facts_schema.c - the tables of facts.db, after the contracts. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "store/private.h"
#include "tables/contract.h"

#define SQL_MAX ((size_t)1024 * 1024)

/* Raised when what is made of a contract changes, though no contract did. */
#define LAYOUT "2"

static const char *
sql_type(enum col_type t)
{
	return t == COL_TEXT || t == COL_DATE ? "TEXT" : "INTEGER";
}

static void
columns_sql(struct buf *b, const struct contract *c)
{
	for (size_t i = 0; i < c->n_cols; i++)
		buf_fmt(b, ", %s %s", c->cols[i].name,
			sql_type(c->cols[i].type));
}

/*
 * A shared table keeps each distinct row once in X_row, because a thousand
 * machines have the same packages.
 */
static void
table_sql(struct buf *b, const struct contract *c)
{
	if (c->shared) {
		buf_fmt(b,
			"CREATE TABLE facts.%s_row("
			"row_hash INTEGER PRIMARY KEY",
			c->name);
		columns_sql(b, c);
		buf_c(b, ") STRICT;");
	}
	buf_fmt(b,
		"CREATE TABLE facts.%s_all(host_id TEXT NOT NULL, "
		"row_hash INTEGER NOT NULL",
		c->name);
	if (!c->shared)
		columns_sql(b, c);
	buf_fmt(b,
		", first_seen_at INTEGER NOT NULL, gone_at INTEGER) STRICT;"
		"CREATE INDEX facts.%s_host ON %s_all(host_id) "
		"WHERE gone_at IS NULL;",
		c->name, c->name);
	if (c->shared) /* who has this row? */
		buf_fmt(b,
			"CREATE INDEX facts.%s_who ON %s_all(row_hash, "
			"host_id) WHERE gone_at IS NULL;",
			c->name, c->name);
}

static void
view_sql(struct buf *b, const struct contract *c)
{
	buf_fmt(b,
		"DROP VIEW IF EXISTS facts.%s;"
		"CREATE VIEW facts.%s AS SELECT host_id",
		c->name, c->name);
	for (size_t i = 0; i < c->n_cols; i++)
		buf_fmt(b, ", %s", c->cols[i].name);
	buf_fmt(b, ", first_seen_at FROM %s_all", c->name);
	if (c->shared)
		buf_fmt(b, " JOIN %s_row USING (row_hash)", c->name);
	buf_c(b, " WHERE gone_at IS NULL;");
	if (!c->shared)
		return;
	/* Each row once, whoever has it or had it: what is costly to judge is
	 * judged here, and who has it is looked up by the first column. */
	buf_fmt(b,
		"DROP VIEW IF EXISTS facts.%s_distinct;"
		"CREATE VIEW facts.%s_distinct AS SELECT %s",
		c->name, c->name, c->cols[0].name);
	for (size_t i = 1; i < c->n_cols; i++)
		buf_fmt(b, ", %s", c->cols[i].name);
	buf_fmt(b,
		" FROM %s_row;"
		"CREATE INDEX IF NOT EXISTS facts.%s_first ON %s_row(%s);",
		c->name, c->name, c->name, c->cols[0].name);
}

/* A column that is there with another type makes the table start anew:
 * facts can be collected again. */
static int
table_widen(struct store *s, const struct contract *c, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	const char *last = c->shared ? "row" : "all";
	for (size_t i = 0; i < c->n_cols; i++) {
		struct str type = { 0 };
		int r = store_get_str(
			s, a, &type, e,
			"SELECT type FROM pragma_table_info(?, 'facts') "
			"WHERE name = ?",
			"sc", str_fmt(a, "%s_%s", c->name, last),
			c->cols[i].name);

		if (r < 0)
			return r;
		const char *want = sql_type(c->cols[i].type);
		if (r == 0) {
			buf_fmt(&b, "ALTER TABLE facts.%s_%s ADD COLUMN %s %s;",
				c->name, last, c->cols[i].name, want);
		} else if (!str_is(type, want)) {
			buf_reset(&b);
			buf_fmt(&b,
				"DROP TABLE facts.%s_all;"
				"DROP TABLE IF EXISTS facts.%s_row;",
				c->name, c->name);
			table_sql(&b, c);
			break;
		}
	}
	return store_script(s, buf_view(&b), e);
}

static int
tables_make(struct store *s, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	for (size_t i = 0; i < n_contracts; i++) {
		const struct contract *c = contracts[i];
		int64_t there = 0;

		if (c->platforms == 0)
			continue; /* no collector fills it */
		if (store_get_int(s, &there, e,
				  "SELECT count(*) FROM facts.sqlite_master "
				  "WHERE type = 'table' AND name = ?",
				  "s", str_fmt(a, "%s_all", c->name)) < 0)
			return e->code;
		buf_reset(&b);
		if (there == 0)
			table_sql(&b, c);
		else if (table_widen(s, c, e) < 0)
			return err_in(e, "table %s", c->name);
		view_sql(&b, c);
		if (store_script(s, buf_view(&b), e) < 0)
			return err_in(e, "table %s", c->name);
	}
	return 0;
}

static const char fixed_sql[] =
	"CREATE TABLE IF NOT EXISTS facts.facts_meta("
	" key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
	"CREATE TABLE IF NOT EXISTS facts.collector_status("
	" host_id TEXT NOT NULL, table_name TEXT NOT NULL,"
	" taken_at INTEGER NOT NULL, arrived_at INTEGER NOT NULL,"
	" complete_at INTEGER," /* of the last complete snapshot */
	" complete INTEGER NOT NULL, error TEXT NOT NULL,"
	" n_rows INTEGER NOT NULL, n_dropped INTEGER NOT NULL,"
	" ms INTEGER NOT NULL,"
	" PRIMARY KEY(host_id, table_name)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS facts.collector_cannot("
	" host_id TEXT NOT NULL, table_name TEXT NOT NULL,"
	" column_name TEXT NOT NULL, reason TEXT NOT NULL,"
	" PRIMARY KEY(host_id, table_name, column_name)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS facts.collection("
	" host_id TEXT NOT NULL, sequence INTEGER NOT NULL,"
	" boot_id TEXT NOT NULL, taken_at INTEGER NOT NULL,"
	" arrived_at INTEGER NOT NULL, origin TEXT NOT NULL,"
	" file_hash TEXT NOT NULL,"
	" PRIMARY KEY(host_id, sequence, file_hash)) STRICT;"
	/* The last change of a table of a host that a check could notice. */
	"CREATE TABLE IF NOT EXISTS facts.fact_change("
	" host_id TEXT NOT NULL, table_name TEXT NOT NULL,"
	" seq INTEGER NOT NULL,"
	" PRIMARY KEY(host_id, table_name)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX IF NOT EXISTS facts.fact_change_seq ON fact_change(seq);"
	"INSERT OR IGNORE INTO facts.facts_meta VALUES('seq', '0');"
	/*
	 * Starts of one machine follow each other. Where facts of one start
	 * came before and after those of another, there are two machines.
	 * The order is that of arrival, which no clock changes.
	 */
	"DROP VIEW IF EXISTS facts.host_clone;"
	"CREATE VIEW facts.host_clone AS WITH chain AS ("
	" SELECT host_id, boot_id, min(rowid) AS first,"
	"  max(rowid) AS last, max(taken_at) AS last_at"
	" FROM collection WHERE boot_id <> '' GROUP BY host_id, boot_id)"
	" SELECT a.host_id, a.boot_id, b.boot_id AS other_boot_id,"
	"  min(a.last_at, b.last_at) AS seen_at"
	" FROM chain a JOIN chain b ON b.host_id = a.host_id"
	"  AND b.boot_id <> a.boot_id"
	"  AND b.first > a.first AND b.first < a.last;";

static struct hash
contracts_hash(void)
{
	struct hasher *h = hasher_new();

	for (size_t i = 0; i < n_contracts; i++) {
		const struct contract *c = contracts[i];

		hasher_add(h, c->name, strlen(c->name) + 1);
		for (size_t j = 0; j < c->n_cols; j++) {
			const char *type = sql_type(c->cols[j].type);

			hasher_add(h, c->cols[j].name,
				   strlen(c->cols[j].name) + 1);
			hasher_add(h, type, strlen(type) + 1);
		}
	}
	hasher_add(h, fixed_sql, sizeof(fixed_sql));
	hasher_add(h, LAYOUT, sizeof(LAYOUT));
	return hasher_end(h);
}

int
store_facts_needed(struct store *s, struct err *e)
{
	auto_arena *a = arena_new();
	struct str now = hash_hex(a, contracts_hash());
	struct str then = { 0 };
	int64_t there = 0;

	if (store_get_int(s, &there, e,
			  "SELECT count(*) FROM facts.sqlite_master "
			  "WHERE name = 'facts_meta'",
			  "") < 0)
		return e->code;
	if (there > 0 &&
	    store_get_str(
		    s, a, &then, e,
		    "SELECT value FROM facts_meta WHERE key = 'contracts'",
		    "") < 0)
		return e->code;
	return !str_eq(now, then);
}

int
store_facts_schema(struct store *s, struct err *e)
{
	auto_arena *a = arena_new();
	struct str now = hash_hex(a, contracts_hash());
	int r = store_facts_needed(s, e);

	if (r <= 0)
		return r;
	if (store_begin(s, e) < 0)
		return e->code;
	if (store_script(s, (struct str){ fixed_sql, sizeof(fixed_sql) - 1 },
			 e) < 0 ||
	    tables_make(s, e) < 0 ||
	    store_run(
		    s, e,
		    "INSERT OR REPLACE INTO facts_meta VALUES('contracts', ?)",
		    "s", now) < 0) {
		store_rollback(s);
		return e->code;
	}
	return store_commit(s, e);
}
