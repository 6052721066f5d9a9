/* fact_write.c - writes a fact file: what one machine says of itself. */
#include "agent/common/fact_write.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json.h"
#include "base/moment.h"

#define LINE_MAX_BYTES ((size_t)1024 * 1024)

static int64_t
clock_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int
line_put(struct fact_writer *w, struct err *e)
{
	buf_char(&w->line, '\n');
	if (w->line.bad)
		return err_set(e, -EFBIG, "a row is too large for a fact file");

	struct str line = buf_view(&w->line);
	hasher_add(w->hasher, line.p, line.len);
	int r = w->put(w->ctx, line, e);
	buf_reset(&w->line);
	return r;
}

static struct fact_writer *
writer_of(struct sink *k)
{
	/* The sink is the first member. */
	return (struct fact_writer *)(void *)k;
}

static int
sink_begin(struct sink *k, const struct contract *c, struct err *e)
{
	struct fact_writer *w = writer_of(k);
	struct json j;

	w->contract = c;
	w->begun_us = clock_us();
	json_init(&j, &w->line, false);
	json_open(&j, '{');
	json_key(&j, "begin");
	json_c(&j, c->name);
	json_key(&j, "columns");
	json_open(&j, '[');
	for (size_t i = 0; i < c->n_cols; i++)
		json_c(&j, c->cols[i].name);
	json_close(&j, ']');
	json_close(&j, '}');
	return line_put(w, e);
}

static int
sink_cannot(struct sink *k, const char *column, const char *reason,
	    struct err *e)
{
	struct fact_writer *w = writer_of(k);
	struct json j;

	json_init(&j, &w->line, false);
	json_open(&j, '{');
	json_key(&j, "cannot");
	json_c(&j, column);
	json_key(&j, "reason");
	json_c(&j, reason);
	json_close(&j, '}');
	return line_put(w, e);
}

static void
date_put(struct json *j, int64_t days)
{
	auto_arena *a = arena_new();

	json_str(j, on_print(a, days));
}

static int
sink_row(struct sink *k, const struct value *values, struct err *e)
{
	struct fact_writer *w = writer_of(k);
	struct json j;

	json_init(&j, &w->line, false);
	json_open(&j, '[');
	for (size_t i = 0; i < w->contract->n_cols; i++) {
		const struct value *v = &values[i];

		if (v->kind == VALUE_NULL)
			json_null(&j);
		else if (v->kind == VALUE_TEXT)
			json_str(&j, v->s);
		else if (w->contract->cols[i].type == COL_DATE)
			date_put(&j, v->i);
		else
			json_int(&j, v->i);
	}
	json_close(&j, ']');
	return line_put(w, e);
}

static int
sink_end(struct sink *k, enum snapshot state, const char *reason,
	 int64_t n_rows, struct err *e)
{
	struct fact_writer *w = writer_of(k);
	struct json j;

	json_init(&j, &w->line, false);
	json_open(&j, '{');
	json_key(&j, "end");
	json_c(&j, snapshot_name(state));
	json_key(&j, "reason");
	json_c(&j, reason);
	json_key(&j, "count");
	json_int(&j, n_rows);
	json_key(&j, "ms");
	json_int(&j, w->untimed ? 0 : (clock_us() - w->begun_us) / 1000);
	json_close(&j, '}');
	return line_put(w, e);
}

static void
header_json(struct buf *out, const struct fact_header *h)
{
	struct json j;
	const struct {
		const char *key;
		struct str value;
	} texts[] = {
		{ "yamori", STR("facts/1") }, { "host_id", h->host_id },
		{ "key_id", h->key_id },      { "machine_id", h->machine_id },
		{ "boot_id", h->boot_id },    { "platform", h->platform },
		{ "hostname", h->hostname },  { "as", h->as },
		{ "version", h->version },
	};

	json_init(&j, out, false);
	json_open(&j, '{');
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		json_key(&j, texts[i].key);
		json_str(&j, texts[i].value);
	}
	json_key(&j, "sequence");
	json_int(&j, h->sequence);
	json_key(&j, "taken_at");
	json_int(&j, h->taken_at);
	json_close(&j, '}');
}

int
fact_writer_begin(struct fact_writer *w, const struct fact_header *h,
		  int (*put)(void *ctx, struct str bytes, struct err *e),
		  void *ctx, struct err *e)
{
	*w = (struct fact_writer){
		.sink = { sink_begin, sink_cannot, sink_row, sink_end },
		.put = put,
		.ctx = ctx,
		.hasher = hasher_new(),
	};
	buf_init(&w->line, LINE_MAX_BYTES);
	header_json(&w->line, h);
	if (line_put(w, e) < 0) {
		fact_writer_done(w);
		return e->code;
	}
	return 0;
}

int
fact_writer_end(struct fact_writer *w, struct str key, struct err *e)
{
	struct hash sum = hasher_end(w->hasher);

	w->hasher = NULL;
	buf_reset(&w->line);
	buf_c(&w->line, "{\"sum\":\"sha256:");
	buf_hex(&w->line, sum.b, HASH_LEN);
	if (key.len > 0) {
		struct hash mac = hash_hmac(key, sum.b, HASH_LEN);

		buf_c(&w->line, "\",\"signature\":\"hmac-sha256:");
		buf_hex(&w->line, mac.b, HASH_LEN);
	}
	buf_c(&w->line, "\"}\n");
	int r = w->put(w->ctx, buf_view(&w->line), e);
	fact_writer_done(w);
	return r;
}

void
fact_writer_done(struct fact_writer *w)
{
	if (w->hasher != NULL)
		(void)hasher_end(w->hasher); /* frees it */
	w->hasher = NULL;
	buf_done(&w->line);
}

int
fact_collect(struct fact_writer *w, const struct world *world, struct err *e)
{
	for (size_t i = 0; i < n_tables; i++) {
		if (scan_table(tables[i], world, &w->sink, e) < 0)
			return err_in(e, "table %s", tables[i]->contract->name);
	}
	return 0;
}
