/* recipe.c - the text form of made-up data: words and relative times. */
#include "cli/recipe.h"

#include "base/err.h"
#include "base/moment.h"

int
recipe_bad(struct str text, struct err *e)
{
	return err_set(e, -EINVAL, "made-up data: '%.*s' makes no sense",
		       STR_ARG(text));
}

bool
recipe_next(struct arena *a, struct str *rest, struct str *ret)
{
	struct str line;

	if (!str_next_line(rest, ret))
		return false;
	while (str_ends(*ret, "\\") && str_next_line(rest, &line))
		*ret = str_fmt(a, "%.*s %.*s", (int)ret->len - 1, ret->p,
			       STR_ARG(line));
	return true;
}

static size_t
key_length(struct str s)
{
	size_t n = 0;

	while (n < s.len && ((s.p[n] >= 'a' && s.p[n] <= 'z') ||
			     (s.p[n] >= '0' && s.p[n] <= '9') ||
			     s.p[n] == '_' || s.p[n] == '.'))
		n++;
	return n > 0 && n < s.len && s.p[n] == '=' ? n : 0;
}

/* The value at the start of *rest, without its quotes. */
static bool
value_read(struct str *rest, struct str *ret)
{
	if (rest->len == 0 || rest->p[0] != '"') {
		*ret = str_until(*rest, ' ');
		*rest = str_from(*rest, ret->len);
		return true;
	}
	struct str inner = str_from(*rest, 1);
	size_t end = str_find(inner, '"');
	if (end == STR_NONE)
		return false;
	*ret = str_first(inner, end);
	*rest = str_from(inner, end + 1);
	return rest->len == 0 || rest->p[0] == ' ';
}

int
recipe_parse(struct str line, struct recipe_line *ret, struct err *e)
{
	struct str rest = str_trim(line);

	ret->n = 0;
	if (str_starts(rest, "#"))
		return 0;
	while (rest.len > 0) {
		struct recipe_word w = { .key = { rest.p, key_length(rest) } };

		if (w.key.len > 0)
			rest = str_from(rest, w.key.len + 1);
		if (!value_read(&rest, &w.value))
			return recipe_bad(line, e);
		if (ret->n == RECIPE_WORDS_MAX)
			return recipe_bad(line, e);
		ret->words[ret->n++] = w;
		rest = str_trim(rest);
	}
	return 0;
}

struct str
recipe_value(const struct recipe_line *l, const char *key)
{
	for (size_t i = 0; i < l->n; i++) {
		if (str_is(l->words[i].key, key))
			return l->words[i].value;
	}
	return (struct str){ NULL, 0 };
}

static int
time_of_day(const struct zone *z, struct str text, int64_t *at, struct err *e)
{
	struct str minute = str_after(text, ':');
	struct str hour = str_until(text, ':');
	struct duration h, m;
	char words[2][8];

	if (hour.len != 2 || minute.len != 2)
		return recipe_bad(text, e);
	(void)snprintf(words[0], sizeof(words[0]), "%.2sh", hour.p);
	(void)snprintf(words[1], sizeof(words[1]), "%.2smin", minute.p);
	if (duration_parse(str_c(words[0]), &h, e) < 0 ||
	    duration_parse(str_c(words[1]), &m, e) < 0)
		return e->code;
	*at = at_of_days(days_of_at(*at, z), z) + h.us + m.us;
	return 0;
}

int
recipe_at(const struct recipe_clock *c, struct str text, int64_t *ret,
	  struct err *e)
{
	struct str day = str_until(text, '@');
	int64_t at = c->now;

	if (str_starts(day, "taken")) {
		at = c->taken;
		day = str_from(day, strlen("taken"));
	} else if (str_starts(day, "now")) {
		day = str_from(day, strlen("now"));
	}
	if (str_starts(day, "+"))
		day = str_from(day, 1);
	struct duration d;
	if (day.len > 0 && (duration_parse(day, &d, e) < 0 ||
			    at_add(at, &d, c->zone, &at, e) < 0))
		return e->code;
	if (day.len < text.len && str_find(text, '@') != STR_NONE &&
	    time_of_day(c->zone, str_after(text, '@'), &at, e) < 0)
		return e->code;
	*ret = at;
	return 0;
}
