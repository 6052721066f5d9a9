/* sql.c - yamori sql: a question of one's own over everything that is kept. */
#include <unistd.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/moment.h"
#include "base/num.h"
#include "check/check.h"
#include "cli/cli.h"
#include "cli/org.h"
#include "policy/adopt.h"
#include "store/foreign.h"

#define CELL_MAX ((size_t)64)
#define ROWS_MAX 1000000
#define BYTES_MAX ((int64_t)400 * 1024 * 1024)

static const struct option options[] = {
	{ "csv", NULL, "print comma separated values" },
	{ "limit", "N", "at most N rows (default 1000; 0 = all)" },
	{ "worker", NULL, "(internal) answer one query on standard input" },
	{ 0 },
};

struct table {
	struct cli *c;
	struct json json;
	size_t n_cols;
	struct str *names;
	bool csv;
	size_t n_rows, cap;
	struct str **rows;
};

/* Salts and values of erasable fields are nobody's to browse. */
static bool
may_read(const void *ctx UNUSED, struct str table, struct str column UNUSED)
{
	return !str_is(table, "journal_body");
}

static int
worker(struct cli *c, struct err *e)
{
	static const struct query_rules rules = { .may_read = may_read };
	auto_store *s = NULL;
	struct catalog *cat;

	if (org_open(c, STORE_READ, &s, e) < 0 ||
	    catalog_in_force(c->arena, s, &cat, e) < 0 ||
	    check_tables(s, cat, e) < 0)
		return e->code;
	return foreign_serve(s, &rules, STDIN_FILENO, STDOUT_FILENO, e);
}

static int
take_columns(void *ctx, const struct str *names, size_t n, struct err *e UNUSED)
{
	struct table *t = ctx;

	t->n_cols = n;
	t->names = ARENA_ARRAY(t->c->arena, n, struct str);
	for (size_t i = 0; i < n; i++)
		t->names[i] = str_copy(t->c->arena, names[i]);
	return 0;
}

static struct str
cell_text(struct arena *a, const struct foreign_value *v)
{
	switch (v->type) {
	case STMT_NULL:
		return str_c("");
	case STMT_INT:
		return str_fmt(a, "%" PRId64, v->i);
	case STMT_REAL:
		return str_fmt(a, "%.15g", v->r);
	case STMT_TEXT:
		return str_scrub(a, v->s);
	case STMT_BLOB:
		break;
	}
	return hex_encode(a, v->s);
}

static void
row_json(struct table *t, const struct foreign_value *v)
{
	struct json *j = &t->json;

	json_open(j, '{');
	for (size_t i = 0; i < t->n_cols; i++) {
		json_key(j, str_to_c(t->c->arena, t->names[i]));
		if (v[i].type == STMT_NULL)
			json_null(j);
		else if (v[i].type == STMT_INT)
			json_int(j, v[i].i);
		else if (v[i].type == STMT_REAL)
			json_raw(j, cell_text(t->c->arena, &v[i]));
		else
			json_str(j, cell_text(t->c->arena, &v[i]));
	}
	json_close(j, '}');
}

static int
take_row(void *ctx, const struct foreign_value *v, size_t n,
	 struct err *e UNUSED)
{
	struct table *t = ctx;
	struct arena *a = t->c->arena;

	if (t->c->json) {
		row_json(t, v);
		return 0;
	}
	if (t->n_rows == t->cap) {
		size_t more = t->cap == 0 ? 64 : t->cap * 2;
		struct str **bigger = ARENA_ARRAY(a, more, struct str *);

		if (t->n_rows > 0)
			memcpy(bigger, t->rows,
			       t->n_rows * sizeof(struct str *));
		t->rows = bigger;
		t->cap = more;
	}
	struct str *row = ARENA_ARRAY(a, n, struct str);
	for (size_t i = 0; i < n; i++)
		row[i] = cell_text(a, &v[i]);
	t->rows[t->n_rows++] = row;
	return 0;
}

static void
csv_line(struct buf *b, const struct str *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_char(b, ',');
		if (str_find(cells[i], '"') == STR_NONE &&
		    str_find(cells[i], ',') == STR_NONE &&
		    str_find(cells[i], '\n') == STR_NONE &&
		    str_find(cells[i], '\r') == STR_NONE) {
			buf_str(b, cells[i]);
			continue;
		}
		buf_char(b, '"');
		for (size_t k = 0; k < cells[i].len; k++) {
			if (cells[i].p[k] == '"')
				buf_char(b, '"');
			buf_char(b, cells[i].p[k]);
		}
		buf_char(b, '"');
	}
	buf_c(b, "\r\n");
}

static struct str
one_line(struct arena *a, struct str s)
{
	struct str cut = str_cut(s, CELL_MAX * 4);
	char *p = str_to_c(a, cut);

	for (size_t i = 0; i < cut.len; i++) {
		if ((unsigned char)p[i] < ' ')
			p[i] = ' ';
	}
	return (struct str){ p, cut.len };
}

static void
grid_print(struct table *t)
{
	struct cli *c = t->c;
	size_t *width = ARENA_ARRAY(c->arena, t->n_cols + 1, size_t);

	for (size_t i = 0; i < t->n_cols; i++)
		width[i] = str_width(t->names[i]);
	for (size_t r = 0; r < t->n_rows; r++) {
		for (size_t i = 0; i < t->n_cols; i++) {
			t->rows[r][i] = one_line(c->arena, t->rows[r][i]);
			size_t w = str_width(t->rows[r][i]);

			if (w > width[i])
				width[i] = w;
		}
	}
	for (size_t i = 0; i < t->n_cols; i++) {
		size_t w = str_width(t->names[i]);

		cli_style(c, STYLE_BOLD, t->names[i]);
		for (; w < width[i] + 2 && i + 1 < t->n_cols; w++)
			buf_char(c->out, ' ');
	}
	buf_char(c->out, '\n');
	for (size_t r = 0; r < t->n_rows; r++) {
		for (size_t i = 0; i < t->n_cols; i++)
			cli_pad(c, t->rows[r][i],
				i + 1 < t->n_cols ? width[i] + 2 : 0);
		buf_char(c->out, '\n');
	}
}

static int
query(struct cli *c, int64_t limit, struct err *e)
{
	const char *const argv[] = { "/proc/self/exe", "--dir", c->dir, "sql",
				     "--worker",       NULL };
	int64_t now = moment_now();
	struct foreign_param params[] = {
		{ ":now", { .type = STMT_INT, .i = now } },
		{ ":today",
		  { .type = STMT_TEXT,
		    .s = on_print(c->arena, days_of_at(now, zone_tokyo)) } },
	};
	struct foreign_job job = {
		.sql = str_c(c->args[0]),
		.params = params,
		.n_params = ARRAY_LEN(params),
		.time_us = 30 * MOMENT_SEC,
		.max_rows = limit > 0 ? limit : ROWS_MAX,
		.max_bytes = BYTES_MAX,
	};
	struct table t = { .c = c, .csv = cli_has(c, "csv") };
	struct foreign_sink sink = { take_columns, take_row, &t };

	json_init(&t.json, c->out, true);
	if (c->json)
		json_open(&t.json, '[');
	int cut = foreign_run(argv, &job, &sink, e);
	if (cut < 0)
		return cut;
	if (c->json) {
		json_close(&t.json, ']');
		buf_char(c->out, '\n');
	} else if (t.csv) {
		csv_line(c->out, t.names, t.n_cols);
		for (size_t i = 0; i < t.n_rows; i++)
			csv_line(c->out, t.rows[i], t.n_cols);
	} else {
		grid_print(&t);
	}
	if (cut > 0) {
		cli_flush(c);
		fprintf(stderr, "%s",
			cli_text(c,
				 "yamori: there are more rows; use --limit\n"));
	}
	return EXIT_OK;
}

static int
run(struct cli *c, struct err *e)
{
	const char *limit = cli_option(c, "limit");
	int64_t n = 1000;

	if (cli_has(c, "worker"))
		return worker(c, e);
	if (c->n_args != 1)
		return cli_usage(c, e, "give one query in quotes");
	if (limit != NULL &&
	    num_parse_range(str_c(limit), 0, ROWS_MAX, &n, e) < 0)
		return err_in(e, "--limit");

	auto_store *s = NULL; /* says at once when there is no organisation */
	if (org_open(c, STORE_READ, &s, e) < 0)
		return e->code;
	return query(c, n, e);
}

const struct command command_sql = {
	.name = "sql",
	.summary = "ask a question of your own in SQL; nothing can be changed",
	.synopsis = "QUERY",
	.details = "The query runs in a process without rights, for at most 30 "
		   "seconds. :now and :today are bound. 'yamori tables' lists "
		   "what there is.",
	.options = options,
	.run = run,
};
