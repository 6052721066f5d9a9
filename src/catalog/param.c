/* param.c - parameters of a control and their values. */
#include "catalog/read.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/moment.h"
#include "base/num.h"

#define VALUE_MAX ((size_t)256 * 1024)
#define VALUE_DEPTH 8

const char *const param_type_names[9] = {
	"duration", "int",  "bool", "choice", "text",
	"time",	    "date", "list", "table",
};

static bool
time_ok(struct str s)
{
	int64_t h, m;

	return s.len == 5 && s.p[2] == ':' && num_try(str_first(s, 2), &h) &&
	       num_try(str_from(s, 3), &m) && h >= 0 && h < 24 && m >= 0 &&
	       m < 60;
}

static int
in_bounds(const struct parameter *p, int64_t v, int64_t min, int64_t max,
	  struct err *e)
{
	if ((p->min.p != NULL && v < min) || (p->max.p != NULL && v > max))
		return err_set(e, -ERANGE, "'%.*s' must be from %.*s to %.*s",
			       STR_ARG(p->name),
			       STR_ARG(p->min.p ? p->min : STR("(no limit)")),
			       STR_ARG(p->max.p ? p->max : STR("(no limit)")));
	return 0;
}

static int64_t
length_of(struct str s)
{
	struct duration d;
	struct err e = { 0 };

	return s.p != NULL && duration_parse(s, &d, &e) == 0 ? duration_us(&d)
							     : 0;
}

static int
duration_value(struct arena *a, const struct parameter *p, struct str text,
	       struct str *ret, struct err *e)
{
	struct duration d;

	if (duration_parse(text, &d, e) < 0 || str_starts(text, "-"))
		return err_set(e, -EINVAL,
			       "'%.*s' expects a duration like 90min, 14d or "
			       "3y, not '%.*s'",
			       STR_ARG(p->name), STR_ARG(text));
	if (in_bounds(p, duration_us(&d), length_of(p->min), length_of(p->max),
		      e) < 0)
		return e->code;
	*ret = str_copy(a, text);
	return 0;
}

static int
int_value(struct arena *a, const struct parameter *p, struct str text,
	  struct str *ret, struct err *e)
{
	int64_t v, min = 0, max = 0;

	if (!num_try(text, &v))
		return err_set(e, -EINVAL,
			       "'%.*s' expects a whole number, not '%.*s'",
			       STR_ARG(p->name), STR_ARG(text));
	if (p->min.p != NULL)
		(void)num_try(p->min, &min); /* read_parameters checked it */
	if (p->max.p != NULL)
		(void)num_try(p->max, &max); /* the same */
	if (in_bounds(p, v, min, max, e) < 0)
		return e->code;
	*ret = str_fmt(a, "%" PRId64, v);
	return 0;
}

static int
choice_value(struct arena *a, const struct parameter *p, struct str text,
	     struct str *ret, struct err *e)
{
	struct str list = STR("");

	for (size_t i = 0; i < p->n_choices; i++) {
		if (str_eq(p->choices[i].value, text)) {
			*ret = p->choices[i].value;
			return 0;
		}
		list = str_fmt(a, "%.*s%s%.*s", STR_ARG(list),
			       i > 0 ? ", " : "", STR_ARG(p->choices[i].value));
	}
	return err_set(e, -EINVAL, "'%.*s' expects one of %.*s, not '%.*s'",
		       STR_ARG(p->name), STR_ARG(list), STR_ARG(text));
}

/* One value, written again without blanks; false when it is too deep. */
static bool
copy_value(struct json_read *in, struct json *out)
{
	struct str key;
	bool ok = true;

	if (out->depth > VALUE_DEPTH)
		return false;
	switch (json_read_kind(in)) {
	case JSON_OBJECT:
		json_open(out, '{');
		for (json_read_object(in); ok && json_read_key(in, &key);) {
			json_key(out, str_to_c(in->arena, key));
			ok = copy_value(in, out);
		}
		json_close(out, '}');
		break;
	case JSON_ARRAY:
		json_open(out, '[');
		for (json_read_array(in); ok && json_read_item(in);)
			ok = copy_value(in, out);
		json_close(out, ']');
		break;
	case JSON_TEXT:
		json_str(out, json_read_text(in));
		break;
	case JSON_NUMBER:
	case JSON_BOOL:
	case JSON_NULL:
	case JSON_BAD:
		json_raw(out, json_read_raw(in));
		break;
	}
	return ok;
}

static bool
member_ok(enum json_kind k, enum param_type type)
{
	if (type == PARAM_TABLE)
		return k == JSON_OBJECT;
	return k == JSON_TEXT || k == JSON_NUMBER || k == JSON_BOOL;
}

static int
json_value(struct arena *a, const struct parameter *p, struct str text,
	   struct str *ret, struct err *e)
{
	struct json_read in;
	struct json out;
	auto_buf b = { 0 };
	bool ok;

	buf_init(&b, VALUE_MAX * 2);
	json_init(&out, &b, false);
	json_read_init(&in, a, text);
	ok = json_read_array(&in);
	json_open(&out, '[');
	while (ok && json_read_item(&in)) {
		ok = member_ok(json_read_kind(&in), p->type) &&
		     copy_value(&in, &out);
	}
	json_close(&out, ']');
	if (!ok || json_read_end(&in, e) < 0 || b.bad || !str_utf8_ok(text))
		return err_set(e, -EINVAL, "'%.*s' expects a JSON list of %s",
			       STR_ARG(p->name),
			       p->type == PARAM_TABLE ? "objects"
						      : "texts or numbers");
	*ret = str_copy(a, buf_view(&b));
	return 0;
}

static int
list_value(struct arena *a, struct str text, struct str *ret)
{
	auto_buf b = { 0 };
	struct json j;
	struct str rest = text, one;

	buf_init(&b, VALUE_MAX * 2);
	json_init(&j, &b, false);
	json_open(&j, '[');
	while (str_next(&rest, ',', &one))
		if (str_trim(one).len > 0)
			json_str(&j, str_trim(one));
	json_close(&j, ']');
	*ret = str_copy(a, buf_view(&b));
	return 0;
}

int
parameter_parse(struct arena *a, const struct parameter *p, struct str text,
		struct str *ret, struct err *e)
{
	struct str s = str_trim(text);
	int64_t days;

	if (s.len > VALUE_MAX)
		return err_set(e, -E2BIG, "the value of '%.*s' is too long",
			       STR_ARG(p->name));
	switch (p->type) {
	case PARAM_DURATION:
		return duration_value(a, p, s, ret, e);
	case PARAM_INT:
		return int_value(a, p, s, ret, e);
	case PARAM_BOOL:
		if (!str_is(s, "true") && !str_is(s, "false"))
			return err_set(e, -EINVAL,
				       "'%.*s' expects true or false, not "
				       "'%.*s'",
				       STR_ARG(p->name), STR_ARG(s));
		*ret = str_is(s, "true") ? STR("1") : STR("0");
		return 0;
	case PARAM_CHOICE:
		return choice_value(a, p, s, ret, e);
	case PARAM_TEXT:
		*ret = str_copy(a, s);
		return 0;
	case PARAM_TIME:
		if (!time_ok(s))
			return err_set(e, -EINVAL,
				       "'%.*s' expects a time like 22:00, not "
				       "'%.*s'",
				       STR_ARG(p->name), STR_ARG(s));
		*ret = str_copy(a, s);
		return 0;
	case PARAM_DATE:
		if (on_parse(s, &days, e) < 0)
			return err_set(e, -EINVAL,
				       "'%.*s' expects a date like 2026-11-21, "
				       "not '%.*s'",
				       STR_ARG(p->name), STR_ARG(s));
		*ret = str_copy(a, s);
		return 0;
	case PARAM_LIST:
		if (!str_starts(s, "["))
			return list_value(a, s, ret);
		return json_value(a, p, s, ret, e);
	case PARAM_TABLE:
		return json_value(a, p, s, ret, e);
	}
	return err_set(e, -EINVAL, "'%.*s' has no type", STR_ARG(p->name));
}

bool
read_value(const struct reader_ctx *r, const struct yaml *y,
	   const struct parameter *p, struct str *ret)
{
	bool list = p->type == PARAM_LIST || p->type == PARAM_TABLE;
	struct err e = { 0 };
	struct str text = y->text;
	auto_buf b = { 0 };

	buf_init(&b, YAML_SIZE_MAX * 2);
	*ret = (struct str){ 0 };
	if (y->kind == YAML_TEXT && y->scalar == YAML_IS_NULL)
		return true;
	if (list != (y->kind == YAML_LIST)) {
		READ_BAD(r, y, "'%.*s' is of type %s; expected %s",
			 STR_ARG(p->name), param_type_names[p->type],
			 list ? "a list" : "a single value");
		return false;
	}
	if (list) {
		yaml_json(y, &b);
		text = buf_view(&b);
	}
	if (y->kind == YAML_TEXT &&
	    (y->scalar == YAML_IS_BOOL) != (p->type == PARAM_BOOL)) {
		READ_BAD(r, y, "'%.*s' is of type %s, found '%.*s'",
			 STR_ARG(p->name), param_type_names[p->type],
			 STR_ARG(y->text));
		return false;
	}
	if (parameter_parse(r->a, p, text, ret, &e) < 0) {
		auto_buf words = { 0 };

		buf_init(&words, 2000);
		err_print(&e, NULL, NULL, &words);
		READ_BAD(r, y, "%.*s", STR_ARG(buf_view(&words)));
		return false;
	}
	return true;
}

static void
read_labels(const struct reader_ctx *r, const struct yaml *map,
	    struct parameter *p)
{
	const struct yaml *y = read_key(r, map, "labels", false);

	if (y == NULL)
		return;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected 'labels' as {value: {ja, en}}");
		return;
	}
	p->n_labels = y->n;
	p->labels = ARENA_ARRAY(r->a, y->n, struct named);
	for (size_t i = 0; i < y->n; i++) {
		p->labels[i].value = y->pairs[i].key;
		if (read_map(r, y->pairs[i].value, "a label", "ja en"))
			p->labels[i].label = read_words_here(r,
							     y->pairs[i].value);
	}
}

/* A bound is of the parameter's own type, and only these two have some. */
static struct str
read_bound(const struct reader_ctx *r, const struct yaml *map, const char *key,
	   const struct parameter *p)
{
	const struct yaml *y = read_key(r, map, key, false);
	struct parameter free_of = { .name = p->name, .type = p->type };
	struct str s = { 0 };

	if (y == NULL)
		return s;
	if (p->type != PARAM_DURATION && p->type != PARAM_INT) {
		READ_BAD(r, y, "'%s' is for durations and whole numbers only",
			 key);
		return s;
	}
	(void)read_value(r, y, &free_of, &s); /* complains itself */
	return s;
}

static void
read_parameter(const struct reader_ctx *r, const struct yaml_pair *pair,
	       struct parameter *p)
{
	const struct yaml *y = pair->value;
	struct yaml at = { .line = pair->line, .column = pair->column };

	p->name = pair->key;
	if (!name_ok(p->name) || str_is(p->name, "now") ||
	    str_is(p->name, "today"))
		READ_BAD(r, &at, "'%.*s' cannot be the name of a parameter",
			 STR_ARG(p->name));
	if (!read_map(r, y, "a parameter",
		      "type default min max label labels choices"))
		return;
	p->type = (enum param_type)READ_ENUM(r, y, "type", param_type_names);
	p->label = read_words(r, y, "label", true);
	p->n_choices = read_named(r, y, "choices", &p->choices);
	if ((p->type == PARAM_CHOICE) != (p->n_choices > 0))
		READ_BAD(r, y, "'choices' belong to the type choice");
	read_labels(r, y, p);
	p->min = read_bound(r, y, "min", p);
	p->max = read_bound(r, y, "max", p);

	const struct yaml *def = yaml_find(y, "default");
	if (def == NULL)
		READ_BAD(r, y, "'%s' is missing", "default");
	else
		(void)read_value(r, def, p, &p->def); /* complains itself */
}

size_t
read_parameters(const struct reader_ctx *r, const struct yaml *map,
		struct parameter **ret)
{
	const struct yaml *y = read_key(r, map, "parameters", false);

	if (y == NULL)
		return 0;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected 'parameters' as {name: {type, ...}}");
		return 0;
	}
	*ret = ARENA_ARRAY(r->a, y->n, struct parameter);
	for (size_t i = 0; i < y->n; i++)
		read_parameter(r, &y->pairs[i], &(*ret)[i]);
	return y->n;
}
