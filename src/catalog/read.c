/* read.c - typed values out of a YAML tree, with complaints. */
#include "catalog/read.h"

#include "base/arena.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"

#define NAME_MAX_LEN 60

struct str
read_place(const struct reader_ctx *r, const struct yaml *y)
{
	return str_fmt(r->a, "%.*s:%d:%d", STR_ARG(r->file), y->line,
		       y->column);
}

static const char *
kind_words(const struct yaml *y)
{
	static const char *const scalars[] = { "text", "null", "true or false",
					       "a number", "a number" };

	if (y->kind == YAML_LIST)
		return "a list";
	if (y->kind == YAML_MAP)
		return "a map";
	return scalars[y->scalar];
}

bool
name_ok(struct str s)
{
	if (s.len == 0 || s.len > NAME_MAX_LEN || s.p[0] < 'a' || s.p[0] > 'z')
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_')
			return false;
	}
	return true;
}

static bool
word_in(struct str word, const char *words)
{
	struct str rest = str_c(words), one;

	while (str_next_word(&rest, &one))
		if (str_eq(one, word))
			return true;
	return false;
}

bool
read_map(const struct reader_ctx *r, const struct yaml *y, const char *what,
	 const char *keys)
{
	if (y == NULL)
		return false;
	if (y->kind != YAML_MAP) {
		READ_BAD(r, y, "expected %s as a map, found %s", what,
			 kind_words(y));
		return false;
	}

	for (size_t i = 0; i < y->n; i++) {
		const struct yaml_pair *p = &y->pairs[i];
		struct yaml at = { .line = p->line, .column = p->column };

		if (!word_in(p->key, keys))
			READ_BAD(
				r, &at,
				"unknown key '%.*s' in %s; expected one of: %s",
				STR_ARG(p->key), what, keys);
	}
	return true;
}

const struct yaml *
read_key(const struct reader_ctx *r, const struct yaml *map, const char *key,
	 bool needed)
{
	const struct yaml *y = yaml_find(map, key);
	bool null = y == NULL ||
		    (y->kind == YAML_TEXT && y->scalar == YAML_IS_NULL);

	if (null && needed)
		READ_BAD(r, y != NULL ? y : map, "'%s' is missing", key);
	return null ? NULL : y;
}

struct str
read_text(const struct reader_ctx *r, const struct yaml *map, const char *key,
	  bool needed)
{
	const struct yaml *y = read_key(r, map, key, needed);

	if (y == NULL)
		return (struct str){ 0 };
	if (y->kind != YAML_TEXT || y->scalar == YAML_IS_BOOL) {
		READ_BAD(r, y, "expected text for '%s', found %s", key,
			 kind_words(y));
		return (struct str){ 0 };
	}
	if (str_trim(y->text).len == 0) {
		READ_BAD(r, y, "expected text for '%s', found nothing", key);
		return (struct str){ 0 };
	}
	return y->text;
}

struct str
read_name(const struct reader_ctx *r, const struct yaml *map, const char *key,
	  bool needed)
{
	struct str s = read_text(r, map, key, needed);

	if (s.p == NULL || name_ok(s))
		return s;
	READ_BAD(r, yaml_find(map, key),
		 "expected a name of a-z, 0-9 and _ for '%s', found '%.*s'",
		 key, STR_ARG(s));
	return (struct str){ 0 };
}

struct str
read_duration(const struct reader_ctx *r, const struct yaml *map,
	      const char *key, bool needed)
{
	struct str s = read_text(r, map, key, needed);
	struct duration dur;
	struct err e = { 0 };

	if (s.p == NULL || duration_parse(s, &dur, &e) == 0)
		return s;
	READ_BAD(r, yaml_find(map, key),
		 "expected a duration like 90min, 14d or 3y for '%s', found "
		 "'%.*s'",
		 key, STR_ARG(s));
	return (struct str){ 0 };
}

struct str
read_date(const struct reader_ctx *r, const struct yaml *map, const char *key)
{
	struct str s = read_text(r, map, key, false);
	struct err e = { 0 };
	int64_t days;

	if (s.p == NULL || on_parse(s, &days, &e) == 0)
		return s;
	READ_BAD(r, yaml_find(map, key),
		 "expected a date like 2026-11-21 for '%s', found '%.*s'", key,
		 STR_ARG(s));
	return (struct str){ 0 };
}

struct words
read_words_here(const struct reader_ctx *r, const struct yaml *map)
{
	return (struct words){
		.ja = read_text(r, map, "ja", true),
		.en = read_text(r, map, "en", true),
	};
}

struct words
read_words(const struct reader_ctx *r, const struct yaml *map, const char *key,
	   bool needed)
{
	const struct yaml *y = read_key(r, map, key, needed);

	if (!read_map(r, y, key, "ja en"))
		return (struct words){ 0 };
	return read_words_here(r, y);
}

int64_t
read_int(const struct reader_ctx *r, const struct yaml *map, const char *key,
	 int64_t min, int64_t max, int64_t def)
{
	const struct yaml *y = read_key(r, map, key, false);
	int64_t n;

	if (y == NULL)
		return def;
	if (y->kind != YAML_TEXT || y->scalar != YAML_IS_INT ||
	    !num_try(y->text, &n) || n < min || n > max) {
		READ_BAD(r, y,
			 "expected a whole number from %" PRId64 " to %" PRId64
			 " for '%s'",
			 min, max, key);
		return def;
	}
	return n;
}

bool
read_bool(const struct reader_ctx *r, const struct yaml *map, const char *key,
	  bool def)
{
	const struct yaml *y = read_key(r, map, key, false);

	if (y == NULL)
		return def;
	if (y->kind != YAML_TEXT || y->scalar != YAML_IS_BOOL) {
		READ_BAD(r, y, "expected true or false for '%s', found %s", key,
			 kind_words(y));
		return def;
	}
	return str_is(y->text, "true");
}

int
read_enum(const struct reader_ctx *r, const struct yaml *map, const char *key,
	  const char *const *names, size_t n, bool needed)
{
	struct str s = read_text(r, map, key, needed);
	struct str list = STR("");

	for (size_t i = 0; i < n; i++)
		if (str_is(s, names[i]))
			return (int)i;
	if (s.p == NULL)
		return 0;
	for (size_t i = 0; i < n; i++)
		list = str_fmt(r->a, "%.*s%s%s", STR_ARG(list),
			       i > 0 ? ", " : "", names[i]);
	READ_BAD(r, yaml_find(map, key),
		 "'%s' is '%.*s'; expected one of: %.*s", key, STR_ARG(s),
		 STR_ARG(list));
	return 0;
}

const struct yaml *
read_list(const struct reader_ctx *r, const struct yaml *map, const char *key,
	  bool needed)
{
	const struct yaml *y = read_key(r, map, key, needed);

	if (y == NULL || y->kind == YAML_LIST)
		return y;
	READ_BAD(r, y, "expected a list for '%s', found %s", key,
		 kind_words(y));
	return NULL;
}

size_t
read_texts(const struct reader_ctx *r, const struct yaml *map, const char *key,
	   bool needed, struct str **ret)
{
	const struct yaml *y = read_list(r, map, key, needed);
	size_t n = 0;

	if (y == NULL)
		return 0;
	*ret = ARENA_ARRAY(r->a, y->n, struct str);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *it = y->items[i];

		if (it->kind != YAML_TEXT || it->text.len == 0 ||
		    it->scalar == YAML_IS_NULL) {
			READ_BAD(r, it, "expected text in the list '%s'", key);
			continue;
		}
		for (size_t j = 0; j < n; j++)
			if (str_eq((*ret)[j], it->text))
				READ_BAD(r, it, "'%.*s' is twice in '%s'",
					 STR_ARG(it->text), key);
		(*ret)[n++] = it->text;
	}
	return n;
}

size_t
read_sources(const struct reader_ctx *r, const struct yaml *map,
	     struct source_ref **ret)
{
	const struct yaml *y = read_list(r, map, "sources", true);

	if (y == NULL)
		return 0;
	*ret = ARENA_ARRAY(r->a, y->n, struct source_ref);
	for (size_t i = 0; i < y->n; i++) {
		if (!read_map(r, y->items[i], "a source", "doc at"))
			continue;
		(*ret)[i].doc = read_text(r, y->items[i], "doc", true);
		(*ret)[i].at = read_text(r, y->items[i], "at", true);
	}
	return y->n;
}

size_t
read_named(const struct reader_ctx *r, const struct yaml *map, const char *key,
	   struct named **ret)
{
	const struct yaml *y = read_list(r, map, key, false);

	if (y == NULL)
		return 0;
	*ret = ARENA_ARRAY(r->a, y->n, struct named);
	for (size_t i = 0; i < y->n; i++) {
		const struct yaml *it = y->items[i];

		if (!read_map(r, it, key, "value ja en"))
			continue;
		(*ret)[i].value = read_text(r, it, "value", true);
		(*ret)[i].label = read_words_here(r, it);
		for (size_t j = 0; j < i; j++)
			if (str_eq((*ret)[j].value, (*ret)[i].value))
				READ_BAD(r, it, "'%.*s' is twice in '%s'",
					 STR_ARG((*ret)[i].value), key);
	}
	return y->n;
}
