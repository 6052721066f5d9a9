/* fact_read.c - fuzz: any bytes as a fact file, line by line */
#include "facts/fact_read.h"

#include "base/arena.h"
#include "base/err.h"
#include "fuzz.h"
#include "tables/table.h"

/* What later parts rely on. */
static void
row_ok(const struct fact_event *ev)
{
	for (size_t i = 0; i < ev->contract->n_cols; i++) {
		const struct value *v = &ev->values[i];
		enum col_type type = ev->contract->cols[i].type;
		bool is_text = type == COL_TEXT || type == COL_DATE;

		assert(v->kind == VALUE_NULL ||
		       (v->kind == VALUE_TEXT) == is_text);
		if (v->kind != VALUE_TEXT)
			continue;
		assert(v->s.len <= SCAN_TEXT_MAX && str_utf8_ok(v->s));
		for (size_t k = 0; k < v->s.len; k++) {
			unsigned char c = (unsigned char)v->s.p[k];

			assert(c >= ' ' || c == '\n' || c == '\t');
		}
	}
}

static void
event_ok(const struct fact_event *ev)
{
	assert(ev->contract == NULL || ev->contract->platforms != 0);
	assert(ev->column.len < 64 && str_utf8_ok(ev->column));
	assert(ev->reason.len < 64 && str_utf8_ok(ev->reason));
	if (ev->kind == FACT_ROW)
		row_ok(ev);
	if (ev->kind == FACT_HEADER) {
		assert(ev->header.sequence > 0 && ev->header.taken_at > 0);
		assert(ev->header.hostname.len <= FACT_HEADER_TEXT_MAX);
		assert(str_find(ev->header.hostname, '\n') == STR_NONE);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct str rest = { (const char *)data, len }, line;
	struct fact_reader r = { 0 };

	while (str_next_line(&rest, &line)) {
		struct fact_event ev = { 0 };
		struct err e = { 0 };

		if (fact_line(&r, a, line, &ev, &e) == 0)
			event_ok(&ev);
		else
			assert(e.code < 0);
	}
	return 0;
}
