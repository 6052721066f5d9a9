/* tables.c - empty tables that controls are written over, the view host. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "check/private.h"

#define SQL_MAX ((size_t)1024 * 1024)

static const char *
field_sql(enum field_type t)
{
	switch (t) {
	case FIELD_INT:
	case FIELD_BOOL:
	case FIELD_MONEY:
	case FIELD_DATETIME:
		return "INTEGER";
	case FIELD_NUMBER:
		return "REAL";
	case FIELD_TEXT:
	case FIELD_DATE:
	case FIELD_DURATION:
	case FIELD_CHOICE:
	case FIELD_REF:
	case FIELD_PERSON:
	case FIELD_DEPT:
	case FIELD_FILE:
	case FIELD_URL:
	case FIELD_EMAIL:
	case FIELD_PHONE:
	case FIELD_IP:
	case FIELD_MAC:
		break;
	}
	return "TEXT";
}

static bool
is_there(struct store *s, struct str table)
{
	struct err e = { 0 };
	int64_t n = 0;

	return store_get_int(
		       s, &n, &e,
		       "SELECT 1 FROM (SELECT name FROM main.sqlite_master"
		       " UNION ALL SELECT name FROM temp.sqlite_master) "
		       "WHERE name = ?",
		       "s", table) > 0;
}

static void
ledger_sql(struct arena *a, struct buf *b, const struct ledger *l)
{
	buf_fmt(b,
		"CREATE TEMP TABLE %.*s(id TEXT, rev INTEGER, state TEXT, "
		"change_seq INTEGER, deleted_at INTEGER",
		STR_ARG(store_quote_name(a, l->id)));
	for (size_t i = 0; i < l->n_fields; i++) {
		const struct ledger_field *f = &l->fields[i];

		if (!f->many && !str_is(f->name, "state") &&
		    !str_is(f->name, "id"))
			buf_fmt(b, ", %.*s %s",
				STR_ARG(store_quote_name(a, f->name)),
				field_sql(f->type));
	}
	buf_c(b, ");");
	for (size_t i = 0; i < l->n_fields; i++) {
		const struct ledger_field *f = &l->fields[i];

		if (f->many)
			buf_fmt(b,
				"CREATE TEMP TABLE \"%.*s_%.*s\"("
				"ledger_id TEXT, value %s);",
				STR_ARG(l->id), STR_ARG(f->name),
				field_sql(f->type));
	}
}

static void
contract_sql(struct buf *b, const struct contract *c)
{
	buf_fmt(b, "CREATE TEMP TABLE %s(", c->name);
	for (size_t i = 0; i < c->n_cols; i++)
		buf_fmt(b, "%s%s %s", i > 0 ? ", " : "", c->cols[i].name,
			c->cols[i].type == COL_TEXT ||
					c->cols[i].type == COL_DATE
				? "TEXT"
				: "INTEGER");
	buf_c(b, ");");
}

static const char host_sql[] =
	"CREATE TEMP VIEW host AS SELECT host_id, name, platform, role, "
	"state, enrolled_on FROM main.host_entry;";

int
check_tables(struct store *s, const struct catalog *cat, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };

	if (is_there(s, STR("host")))
		return 0; /* made for this connection already */
	buf_init(&b, SQL_MAX);
	if (store_dir(s)[0] != '\0')
		buf_c(&b, host_sql);
	for (size_t i = 0; i < cat->n_ledgers; i++) {
		if (!is_there(s, cat->ledgers[i].id))
			ledger_sql(a, &b, &cat->ledgers[i]);
	}
	for (size_t i = 0; i < n_contracts; i++) {
		if (contracts[i]->platforms == 0 &&
		    ledger_find(cat, str_c(contracts[i]->name)) == NULL &&
		    !is_there(s, str_c(contracts[i]->name)))
			contract_sql(&b, contracts[i]);
	}
	return store_script(s, buf_view(&b), e);
}
