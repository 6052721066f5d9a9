/* inbox.c - fact files that were brought here. */
#include "cli/inbox.h"

#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/moment.h"

#define INBOX_MAX 10000

static void
report_json(struct json *j, const struct ingest_report *r, const char *path,
	    const struct zone *z, struct arena *a)
{
	json_open(j, '{');
	json_key(j, "file");
	json_c(j, path);
	json_key(j, "host");
	json_str(j, r->host_id);
	json_key(j, "name");
	json_str(j, r->hostname);
	json_key(j, "origin");
	json_c(j, fact_origin_name(r->origin));
	json_key(j, "new_host");
	json_bool(j, r->new_host);
	json_key(j, "cloned");
	json_bool(j, r->cloned);
	json_key(j, "taken_at");
	json_str(j, at_print(a, r->taken_at, z));
	json_key(j, "tables");
	json_int(j, r->n_tables);
	json_key(j, "rows");
	json_int(j, r->n_rows);
	json_key(j, "changed");
	json_int(j, r->n_changed);
	json_key(j, "dropped");
	json_int(j, r->n_dropped);
	json_key(j, "unknown_tables");
	json_int(j, r->n_unknown);
	json_close(j, '}');
}

static void
report_text(struct cli *c, const struct ingest_report *r)
{
	cli_print(
		c,
		"%.*s: %lld tables, %lld rows, %lld changed since last time\n",
		STR_ARG(r->hostname), (long long)r->n_tables,
		(long long)r->n_rows, (long long)r->n_changed);
	if (r->new_host)
		cli_print(c, "  enrolled as a new machine (%.*s)\n",
			  STR_ARG(r->host_id));
	if (r->origin == FACT_BY_HAND)
		cli_print(c, "  brought by hand, not signed\n");
	if (r->cloned)
		cli_print(
			c,
			"  ! two machines send facts under this one name: one "
			"was copied from the other; 'yamori host list'\n");
	if (r->n_dropped > 0)
		cli_print(c,
			  "  %lld lines made no sense and were left out; the "
			  "first: %.*s\n",
			  (long long)r->n_dropped, STR_ARG(r->first_fault));
	if (r->n_unknown > 0)
		cli_print(c, "  %lld tables are unknown to this version\n",
			  (long long)r->n_unknown);
}

void
ingest_print(struct cli *c, struct store *s, const struct ingest_report *r,
	     const char *path, struct json *j)
{
	if (j != NULL)
		report_json(j, r, path, store_zone(s), c->arena);
	else
		report_text(c, r);
}

/* 0, or the code of the refusal, which was said. */
static int
one(struct cli *c, struct store *s, const char *path, struct json *j)
{
	struct ingest_report r;
	struct err e = { 0 };
	auto_buf words = { 0 };

	if (facts_ingest(s, c->arena, path, NULL, &r, &e) == 0) {
		ingest_print(c, s, &r, path, j);
		return 0;
	}
	buf_init(&words, 65536);
	buf_c(&words, "yamori: ");
	cli_err(c, &e, &words);
	buf_char(&words, '\n');
	(void)fs_write_full(STDERR_FILENO, words.p, words.len);
	return e.code;
}

int
ingest_one(struct cli *c, struct store *s, const char *path, struct json *j)
{
	return one(c, s, path, j) < 0 ? 1 : 0;
}

int
inbox_take(struct cli *c, struct store *s, struct json *j, struct err *e)
{
	const char *inbox = str_fmt(c->arena, "%s/inbox", c->dir).p;
	const char *done = str_fmt(c->arena, "%s/done", inbox).p;
	struct str *names;
	size_t n;
	int bad = 0;

	if (fs_mkdirs(done, 0700, e) < 0 ||
	    fs_list(c->arena, inbox, INBOX_MAX, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		const char *from = fs_join(c->arena, str_c(inbox), names[i]).p;
		const char *to = fs_join(c->arena, str_c(done), names[i]).p;

		if (!str_ends(names[i], ".facts"))
			continue;
		int r = one(c, s, from, j);
		/* Taken already: we were stopped before we could move it. */
		if ((r == 0 || r == -EALREADY) && rename(from, to) < 0)
			return err_sys(e, "cannot move '%s'", from);
		bad += r < 0 && r != -EALREADY;
	}
	return bad;
}
