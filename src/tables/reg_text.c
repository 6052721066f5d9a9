/* reg_text.c - registry keys written as text, as recorded machines have them. */
#include "tables/reg_text.h"

#include "base/arena.h"
#include "base/hash.h"
#include "base/moment.h"
#include "base/num.h"

#define NAMES_MAX ((size_t)4000) /* values of a key, and keys below it */

static bool
same(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		char x = a.p[i], y = b.p[i];

		x = (char)(x >= 'A' && x <= 'Z' ? x + 32 : x);
		y = (char)(y >= 'A' && y <= 'Z' ? y + 32 : y);
		if (x != y)
			return false;
	}
	return true;
}

static struct str
list_of(struct arena *a, struct str text)
{
	char *p = str_to_c(a, text);

	for (size_t i = 0; i < text.len; i++)
		p[i] = p[i] == '|' ? '\n' : p[i];
	return (struct str){ p, text.len };
}

static int
value_read(struct arena *a, struct str line, struct reg_key *to, struct err *e)
{
	size_t at = str_find_c(line, "= ");
	struct reg_value v = { 0 };
	struct str text, kind;

	if (at == STR_NONE || to->n_values == NAMES_MAX)
		return err_set(e, -EBADMSG, "'%.*s' is no value",
			       STR_ARG(line));
	v.name = str_trim(str_first(line, at));
	text = str_from(line, at + 2);
	if (str_is(v.name, "@written"))
		return at_parse(text, zone_tokyo, &to->written_at, e);
	kind = str_until(text, ' ');
	v.text = str_after(text, ' ');
	if (str_is(kind, "number")) {
		v.kind = REG_KIND_NUMBER;
		if (num_parse(v.text, &v.n, e) < 0)
			return e->code;
	} else if (str_is(kind, "list")) {
		v.text = list_of(a, v.text);
	} else if (str_is(kind, "bytes")) {
		v.kind = REG_KIND_BYTES;
		v.text = hex_decode(a, v.text);
	} else if (!str_is(kind, "text")) {
		return err_set(e, -EBADMSG, "'%.*s' is no kind of value",
			       STR_ARG(kind));
	}
	to->values[to->n_values++] = v;
	return 0;
}

/* [KEY\SUB\...]: SUB is a key below. */
static void
below_add(struct str name, struct str key, struct reg_key *to)
{
	if (name.len <= key.len + 1 || name.p[key.len] != '\\' ||
	    !same(str_first(name, key.len), key) || to->n_keys == NAMES_MAX)
		return;
	struct str sub = str_until(str_from(name, key.len + 1), '\\');
	for (size_t i = 0; i < to->n_keys; i++) {
		if (same(to->keys[i], sub))
			return;
	}
	to->keys[to->n_keys++] = sub;
}

int
reg_text_find(struct arena *a, struct str text, struct str key,
	      struct reg_key *ret, struct err *e)
{
	struct reg_key k = {
		.keys = ARENA_ARRAY(a, NAMES_MAX, struct str),
		.values = ARENA_ARRAY(a, NAMES_MAX, struct reg_value),
	};
	struct str line;
	bool here = false, found = false;

	while (str_next_line(&text, &line)) {
		if (str_trim(line).len == 0 || str_starts(line, "#"))
			continue;
		if (str_starts(line, "[") && str_ends(line, "]")) {
			struct str name = str_first(str_from(line, 1),
						    line.len - 2);

			here = same(name, key);
			found = found || here;
			below_add(name, key, &k);
		} else if (here && value_read(a, line, &k, e) < 0) {
			return e->code;
		}
	}
	if (!found && k.n_keys == 0)
		return err_set(e, -ENOENT, "there is no key '%.*s'",
			       STR_ARG(key));
	*ret = k;
	return 0;
}
