/* fact_read.c - understands a fact file, line by line; trusts nothing. */
#include "facts/fact_read.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/moment.h"

#define WORD_LEN 63

static const struct contract *
contract_of(struct str name)
{
	for (size_t i = 0; i < n_contracts; i++) {
		/* No machine fills the tables of the organisation. */
		if (contracts[i]->platforms != 0 &&
		    str_is(name, contracts[i]->name))
			return contracts[i];
	}
	return NULL;
}

/*
 * Valid UTF-8, at most max bytes; a control character becomes a blank. C1
 * controls (U+0080 to U+009F) are two bytes each.
 */
static struct str
text_clean(struct arena *a, struct str s, size_t max)
{
	struct str clean = str_cut(str_scrub(a, str_cut(s, max)), max);
	char *p = NULL;

	for (size_t i = 0; i < clean.len; i++) {
		unsigned char ch = (unsigned char)clean.p[i];
		bool c1 = ch == 0xc2 && i + 1 < clean.len &&
			  (unsigned char)clean.p[i + 1] < 0xa0;

		if ((ch >= ' ' && ch != 0x7f && !c1) || ch == '\n' ||
		    ch == '\t')
			continue;
		if (p == NULL)
			p = arena_dup(a, clean.p, clean.len);
		p[i] = ' ';
		if (c1)
			p[++i] = ' ';
	}
	return p == NULL ? clean : (struct str){ p, clean.len };
}

/* A name or a word: one line. */
static struct str
word_clean(struct arena *a, struct str s, size_t max)
{
	struct str clean = text_clean(a, s, max);
	char *p = NULL;

	for (size_t i = 0; i < clean.len; i++) {
		if (clean.p[i] != '\n' && clean.p[i] != '\t')
			continue;
		if (p == NULL)
			p = arena_dup(a, clean.p, clean.len);
		p[i] = ' ';
	}
	return p == NULL ? clean : (struct str){ p, clean.len };
}

static int
header_read(struct fact_reader *r, struct json_read *j, struct fact_event *ev,
	    struct err *e)
{
	struct fact_header *h = &ev->header;
	const struct {
		const char *key;
		struct str *to;
	} texts[] = {
		{ "host_id", &h->host_id },
		{ "key_id", &h->key_id },
		{ "machine_id", &h->machine_id },
		{ "boot_id", &h->boot_id },
		{ "platform", &h->platform },
		{ "hostname", &h->hostname },
		{ "as", &h->as },
		{ "version", &h->version },
	};
	struct str format = { 0 }, key;

	(void)json_read_object(j); /* a fault shows at the end */
	while (json_read_key(j, &key)) {
		size_t i = 0;

		while (i < ARRAY_LEN(texts) && !str_is(key, texts[i].key))
			i++;
		if (i < ARRAY_LEN(texts))
			*texts[i].to = word_clean(j->arena, json_read_text(j),
						  FACT_HEADER_TEXT_MAX);
		else if (str_is(key, "yamori"))
			format = json_read_text(j);
		else if (str_is(key, "sequence"))
			h->sequence = json_read_int(j, -1);
		else if (str_is(key, "taken_at"))
			h->taken_at = json_read_int(j, -1);
		else
			json_read_skip(j);
	}
	struct err bad = { 0 };
	if (json_read_end(j, &bad) < 0 || !str_is(format, "facts/1"))
		return err_set(e, -EPROTO,
			       "this is not a fact file (its first line does "
			       "not say facts/1)");
	if (h->sequence <= 0 || h->taken_at <= 0)
		return err_set(e, -ERANGE,
			       "the fact file does not say when it was made");
	r->has_header = true;
	ev->kind = FACT_HEADER;
	return 0;
}

static int
column_of(const struct contract *c, struct str name)
{
	for (size_t i = 0; c != NULL && i < c->n_cols; i++) {
		if (str_is(name, c->cols[i].name))
			return (int)i;
	}
	return -1;
}

static void
columns_read(struct fact_reader *r, struct json_read *j)
{
	(void)json_read_array(j); /* a fault shows at the end */
	r->n_columns = 0;
	while (json_read_item(j)) {
		struct str name = json_read_text(j);

		if (r->n_columns < FACT_COLUMNS_MAX)
			r->map[r->n_columns++] = column_of(r->contract, name);
	}
}

static bool
state_parse(struct str s, enum snapshot *ret)
{
	for (int i = SNAPSHOT_COMPLETE; i <= SNAPSHOT_CANNOT; i++) {
		if (str_is(s, snapshot_name((enum snapshot)i))) {
			*ret = (enum snapshot)i;
			return true;
		}
	}
	return false;
}

static bool
tagged_hash(struct str s, const char *tag, struct hash *ret)
{
	return str_starts(s, tag) &&
	       hash_from_hex(str_from(s, strlen(tag)), ret);
}

/* {"begin"}, {"cannot"}, {"end"} and {"sum"} lines. */
static int
object_read(struct fact_reader *r, struct json_read *j, struct fact_event *ev,
	    struct err *e)
{
	struct str key, state = { 0 }, sum = { 0 }, signature = { 0 };
	bool begin = false, cannot = false;

	(void)json_read_object(j); /* a fault shows at the end */
	while (json_read_key(j, &key)) {
		if (str_is(key, "begin")) {
			begin = true;
			ev->table = word_clean(j->arena, json_read_text(j),
					       WORD_LEN);
			r->contract = contract_of(ev->table);
			r->n_columns = 0;
		} else if (str_is(key, "columns")) {
			columns_read(r, j);
		} else if (str_is(key, "cannot")) {
			cannot = true;
			ev->column = word_clean(j->arena, json_read_text(j),
						WORD_LEN);
		} else if (str_is(key, "reason")) {
			ev->reason = word_clean(j->arena, json_read_text(j),
						WORD_LEN);
		} else if (str_is(key, "end")) {
			state = json_read_text(j);
		} else if (str_is(key, "count")) {
			ev->count = json_read_int(j, -1);
		} else if (str_is(key, "ms")) {
			ev->ms = json_read_int(j, 0);
		} else if (str_is(key, "sum")) {
			sum = json_read_text(j);
		} else if (str_is(key, "signature")) {
			signature = json_read_text(j);
		} else {
			json_read_skip(j);
		}
	}
	if (json_read_end(j, e) < 0)
		return e->code;

	if (begin) {
		r->in_table = true;
		ev->kind = FACT_BEGIN;
	} else if (sum.len > 0) {
		ev->kind = FACT_SUM;
		ev->has_signature = signature.len > 0;
		if (!tagged_hash(sum, "sha256:", &ev->sum) ||
		    (ev->has_signature &&
		     !tagged_hash(signature, "hmac-sha256:", &ev->signature)))
			return err_set(e, -EBADMSG, "the sum is damaged");
	} else if (!r->in_table) {
		return err_set(e, -EBADMSG, "a line outside a table");
	} else if (cannot) {
		ev->kind = FACT_CANNOT;
	} else if (state_parse(state, &ev->state)) {
		ev->kind = FACT_END;
		r->in_table = false;
	} else {
		return err_set(e, -EBADMSG, "a line of unknown kind");
	}
	return 0;
}

static bool
is_date(struct str s, int64_t *ret)
{
	struct err none = { 0 };

	return on_parse(s, ret, &none) == 0;
}

/* A value of the wrong type makes the row void: half a row would lie. */
static bool
cell_read(struct json_read *j, const struct column *c, struct value *v)
{
	enum json_kind kind = json_read_kind(j);

	if (kind == JSON_NULL) {
		json_read_skip(j);
		*v = (struct value){ .kind = VALUE_NULL };
		return true;
	}
	if (c->type == COL_TEXT || c->type == COL_DATE) {
		struct str s = json_read_text(j);

		if (kind != JSON_TEXT)
			return false;
		*v = (struct value){ .kind = VALUE_TEXT,
				     .s = text_clean(j->arena, s,
						     SCAN_TEXT_MAX) };
		return c->type != COL_DATE || is_date(s, &v->i);
	}

	int64_t n = json_read_int(j, INT64_MIN);
	*v = (struct value){ .kind = VALUE_INT, .i = n };
	return n != INT64_MIN && (c->type != COL_BOOL || n == 0 || n == 1);
}

static int
row_read(struct fact_reader *r, struct json_read *j, struct fact_event *ev,
	 struct err *e)
{
	const struct contract *c = r->contract;
	size_t at = 0;

	if (!r->in_table)
		return err_set(e, -EBADMSG, "a row outside a table");
	if (c == NULL) {
		ev->kind = FACT_SKIPPED;
		return 0;
	}

	ev->values = ARENA_ARRAY(j->arena, c->n_cols, struct value);
	(void)json_read_array(j); /* a fault shows at the end */
	for (; json_read_item(j); at++) {
		int to = at < r->n_columns ? r->map[at] : -1;

		if (to < 0) {
			json_read_skip(j);
			continue;
		}
		if (!cell_read(j, &c->cols[to], &ev->values[to]))
			return err_set(e, -EBADMSG,
				       "column '%s' of table '%s' has a value "
				       "of the wrong type",
				       c->cols[to].name, c->name);
	}
	if (json_read_end(j, e) < 0)
		return e->code;
	if (at != r->n_columns)
		return err_set(e, -EBADMSG,
			       "a row of table '%s' has %zu values instead of "
			       "%zu",
			       c->name, at, r->n_columns);
	ev->kind = FACT_ROW;
	return 0;
}

int
fact_line(struct fact_reader *r, struct arena *a, struct str line,
	  struct fact_event *ret, struct err *e)
{
	struct json_read j;
	struct fact_event ev = { .contract = NULL };
	int code;

	json_read_init(&j, a, line);
	enum json_kind kind = json_read_kind(&j);
	if (!r->has_header)
		code = header_read(r, &j, &ev, e);
	else if (kind == JSON_ARRAY)
		code = row_read(r, &j, &ev, e);
	else if (kind == JSON_OBJECT)
		code = object_read(r, &j, &ev, e);
	else
		code = err_set(e, -EBADMSG, "a line that is no JSON");
	ev.contract = r->contract;
	*ret = ev;
	return code;
}
