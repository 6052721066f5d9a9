/* json.c - writes JSON, one value after the other, into a buf. */
#include "base/json.h"

#include "base/arena.h"
#include "base/buf.h"

void
json_init(struct json *j, struct buf *out, bool pretty)
{
	*j = (struct json){ .out = out, .pretty = pretty };
	j->first[0] = true;
}

static void
line_break(struct json *j)
{
	if (!j->pretty)
		return;
	buf_char(j->out, '\n');
	for (int i = 0; i < j->depth; i++)
		buf_c(j->out, "  ");
}

static void
before_value(struct json *j)
{
	if (j->after_key) {
		j->after_key = false;
		return;
	}
	if (!j->first[j->depth])
		buf_char(j->out, ',');
	j->first[j->depth] = false;
	if (j->depth > 0)
		line_break(j);
}

void
json_open(struct json *j, char bracket)
{
	assert(j->depth < JSON_DEPTH);
	before_value(j);
	buf_char(j->out, bracket);
	j->first[++j->depth] = true;
}

void
json_close(struct json *j, char bracket)
{
	assert(j->depth > 0 && !j->after_key);
	bool empty = j->first[j->depth--];
	if (!empty)
		line_break(j);
	buf_char(j->out, bracket);
}

void
json_key(struct json *j, const char *key)
{
	before_value(j);
	json_quote(j->out, str_c(key));
	buf_c(j->out, j->pretty ? ": " : ":");
	j->after_key = true;
}

static void
quote_valid(struct buf *out, struct str s)
{
	size_t from = 0;

	buf_char(out, '"');
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buf_add(out, s.p + from, i - from);
		from = i + 1;
		if (c == '"' || c == '\\')
			buf_fmt(out, "\\%c", c);
		else if (c == '\n')
			buf_c(out, "\\n");
		else if (c == '\t')
			buf_c(out, "\\t");
		else
			buf_fmt(out, "\\u%04x", c);
	}
	buf_add(out, s.p + from, s.len - from);
	buf_char(out, '"');
}

void
json_quote(struct buf *out, struct str s)
{
	if (str_utf8_ok(s)) {
		quote_valid(out, s);
		return;
	}

	auto_arena *a = arena_new();
	quote_valid(out, str_scrub(a, s));
}

void
json_str(struct json *j, struct str s)
{
	before_value(j);
	json_quote(j->out, s);
}

void
json_c(struct json *j, const char *s)
{
	if (s == NULL)
		json_null(j);
	else
		json_str(j, str_c(s));
}

void
json_int(struct json *j, int64_t n)
{
	before_value(j);
	buf_fmt(j->out, "%" PRId64, n);
}

void
json_bool(struct json *j, bool b)
{
	before_value(j);
	buf_c(j->out, b ? "true" : "false");
}

void
json_null(struct json *j)
{
	before_value(j);
	buf_c(j->out, "null");
}

void
json_raw(struct json *j, struct str s)
{
	before_value(j);
	buf_str(j->out, s);
}
