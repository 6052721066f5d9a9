/* table_dump.c - prints what a table file tells of a machine, for tests */
#include <stdio.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/moment.h"
#include "tables/scan.h"

/*
 * One JSON object a row, in the order of the contract; then the lines
 * "cannot COLUMN REASON" (* = the whole table); last "STATE N [REASON]".
 */
struct dump {
	struct sink sink; /* first: it is handed back as a dump */
	const struct contract *contract;
	struct buf rows;
	struct buf cannot;
	struct arena *arena;
};

static int
dump_begin(struct sink *k, const struct contract *c, struct err *e UNUSED)
{
	((struct dump *)k)->contract = c;
	return 0;
}

static int
dump_cannot(struct sink *k, const char *column, const char *reason,
	    struct err *e UNUSED)
{
	buf_fmt(&((struct dump *)k)->cannot, "cannot %s %s\n",
		*column ? column : "*", reason);
	return 0;
}

static void
value_print(struct json *j, struct arena *a, enum col_type type,
	    const struct value *v)
{
	if (v->kind == VALUE_NULL)
		json_null(j);
	else if (v->kind == VALUE_TEXT)
		json_str(j, v->s);
	else if (type == COL_BOOL)
		json_bool(j, v->i != 0);
	else if (type == COL_INSTANT)
		json_str(j, at_print(a, v->i, zone_utc));
	else if (type == COL_DATE)
		json_str(j, on_print(a, v->i));
	else
		json_int(j, v->i);
}

static int
dump_row(struct sink *k, const struct value *values, struct err *e UNUSED)
{
	struct dump *d = (struct dump *)k;
	struct json j;

	json_init(&j, &d->rows, false);
	json_open(&j, '{');
	for (size_t i = 0; i < d->contract->n_cols; i++) {
		json_key(&j, d->contract->cols[i].name);
		value_print(&j, d->arena, d->contract->cols[i].type,
			    &values[i]);
	}
	json_close(&j, '}');
	buf_char(&d->rows, '\n');
	return 0;
}

static int
dump_end(struct sink *k, enum snapshot state, const char *reason,
	 int64_t n_rows, struct err *e UNUSED)
{
	struct dump *d = (struct dump *)k;

	buf_fmt(&d->cannot, "%s %" PRId64 "%s%s\n", snapshot_name(state),
		n_rows, *reason ? " " : "", reason);
	return 0;
}

static int
dump(const struct table *t, const struct world *w, struct arena *a,
     struct err *e)
{
	struct dump d = {
		.sink = { dump_begin, dump_cannot, dump_row, dump_end },
		.arena = a,
	};
	int64_t start = moment_now();

	buf_init(&d.rows, (size_t)256 * 1024 * 1024);
	buf_init(&d.cannot, (size_t)1024 * 1024);
	int r = scan_table(t, w, &d.sink, e);
	if (r == 0)
		(void)printf("%s%s", buf_view(&d.rows).p,
			     buf_view(&d.cannot).p);
	if (getenv("TABLE_DUMP_TIME") != NULL)
		(void)fprintf(
			stderr, "%s: %.1f ms, %zu bytes\n", t->contract->name,
			(double)(moment_now() - start) / 1000, d.rows.len);
	buf_done(&d.rows);
	buf_done(&d.cannot);
	return r;
}

int
main(int argc, char **argv)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct world w;

	if (argc != 3) {
		(void)fputs("usage: table-dump NAME|all ROOT\n"
			    "ROOT is a recorded machine, or / for this one\n",
			    stderr);
		return 2;
	}
	if (!fs_exists(argv[2])) {
		(void)fprintf(stderr, "no folder '%s'\n", argv[2]);
		return 2;
	}
	if (strcmp(argv[2], "/") == 0)
		world_live(&w);
	else
		world_recorded(&w, a, argv[2]);
	world_share(&w, a);

	bool all = strcmp(argv[1], "all") == 0;
	bool any = false;
	for (size_t i = 0; i < n_tables; i++) {
		const char *name = tables[i]->contract->name;

		if (!all && strcmp(argv[1], name) != 0)
			continue;
		any = true;
		if (all)
			(void)printf("== %s\n", name);
		if (dump(tables[i], &w, a, &e) < 0)
			return 1;
	}
	if (!any)
		(void)fprintf(stderr, "no table '%s'\n", argv[1]);
	return any ? 0 : 2;
}
