/* print.c - values and sentences as a person reads them. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/moment.h"
#include "policy/policy.h"

#define SENTENCE_MAX ((size_t)65536)

static struct str
duration_print(struct arena *a, struct str value, bool ja)
{
	static const struct {
		const char *unit, *ja, *one, *many;
	} units[] = {
		{ "s", "秒", "second", "seconds" },
		{ "min", "分", "minute", "minutes" },
		{ "h", "時間", "hour", "hours" },
		{ "d", "日", "day", "days" },
		{ "w", "週間", "week", "weeks" },
		{ "mo", "か月", "month", "months" },
		{ "y", "年", "year", "years" },
	};
	struct duration d;
	struct err e = { 0 };

	if (duration_parse(value, &d, &e) < 0)
		return value;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strcmp(d.unit, units[i].unit) != 0)
			continue;
		if (ja)
			return str_fmt(a, "%" PRId64 "%s", d.n, units[i].ja);
		return str_fmt(a, "%" PRId64 " %s", d.n,
			       d.n == 1 ? units[i].one : units[i].many);
	}
	return value;
}

static struct str
named_print(const struct named *list, size_t n, struct str value, bool ja)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(list[i].value, value))
			return ja ? list[i].label.ja : list[i].label.en;
	}
	return value;
}

/* A、B及びC; A, B and C; an empty list is said, too. */
static struct str
list_print(struct arena *a, const struct parameter *param, struct str value,
	   bool ja)
{
	struct json_read r;
	struct str items[64];
	size_t n = 0;
	auto_buf b = { 0 };

	json_read_init(&r, a, value);
	if (!json_read_array(&r))
		return value;
	while (json_read_item(&r)) {
		struct str item = json_read_kind(&r) == JSON_TEXT
					  ? json_read_text(&r)
					  : json_read_raw(&r);

		if (n < ARRAY_LEN(items))
			items[n++] = named_print(param->labels, param->n_labels,
						 item, ja);
	}
	if (n == 0)
		return str_c(ja ? "なし" : "none");

	buf_init(&b, SENTENCE_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && i + 1 == n)
			buf_c(&b, ja ? "及び" : " and ");
		else if (i > 0)
			buf_c(&b, ja ? "、" : ", ");
		buf_str(&b, items[i]);
	}
	return str_copy(a, buf_view(&b));
}

static struct str
date_print(struct arena *a, struct str value)
{
	int64_t days;
	struct err e = { 0 };
	struct civil c;

	if (on_parse(value, &days, &e) < 0)
		return value;
	civil_of_days(days, &c);
	return str_fmt(a, "%d年%d月%d日", c.year, c.month, c.day);
}

struct str
policy_print(struct arena *a, const struct parameter *param, struct str value,
	     bool ja)
{
	if (value.p == NULL)
		return ja ? STR("（未定）") : STR("(not decided)");
	switch (param->type) {
	case PARAM_DURATION:
		return duration_print(a, value, ja);
	case PARAM_BOOL:
		if (ja)
			return str_is(value, "1") ? STR("する") : STR("しない");
		return str_is(value, "1") ? STR("yes") : STR("no");
	case PARAM_CHOICE:
		return named_print(param->choices, param->n_choices, value, ja);
	case PARAM_LIST:
	case PARAM_TABLE:
		return list_print(a, param, value, ja);
	case PARAM_DATE:
		return ja ? date_print(a, value) : value;
	case PARAM_INT:
	case PARAM_TEXT:
	case PARAM_TIME:
		break;
	}
	return value;
}

struct str
policy_sentence(struct arena *a, const struct policy *p,
		const struct control *c, bool ja)
{
	struct str text = ja ? c->text.ja : c->text.en;
	auto_buf b = { 0 };

	buf_init(&b, SENTENCE_MAX);
	while (text.len > 0) {
		size_t open = str_find(text, '{');
		const struct parameter *param = NULL;

		if (open == STR_NONE) {
			buf_str(&b, text);
			break;
		}
		buf_str(&b, str_first(text, open));
		struct str name = str_until(str_from(text, open + 1), '}');
		struct str value = policy_bound(p, c, name, &param);
		if (param != NULL)
			buf_str(&b, policy_print(a, param, value, ja));
		else
			buf_str(&b, name);
		text = str_from(text, open + 1 + name.len + 1);
	}
	return str_copy(a, buf_view(&b));
}
