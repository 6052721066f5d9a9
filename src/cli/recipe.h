/* recipe.h - the text form of made-up data: words and relative times. */
#ifndef CLI_RECIPE_H
#define CLI_RECIPE_H

#include "base/str.h"

struct arena;
struct err;
struct zone;

#define RECIPE_WORDS_MAX 64

/* KEY=VALUE, or a value alone: then key is empty. */
struct recipe_word {
	struct str key, value;
};

struct recipe_line {
	size_t n;
	struct recipe_word words[RECIPE_WORDS_MAX];
};

/* The next line; one that ends in a backslash goes on in the one below. */
bool recipe_next(struct arena *a, struct str *rest, struct str *ret);

/*
 * Words are apart by blanks; a value in double quotes may hold some. A key
 * is made of a-z, 0-9, _ and a dot. What is returned borrows from line; a
 * line that is blank or begins with # has no words.
 */
int recipe_parse(struct str line, struct recipe_line *ret, struct err *e);

int recipe_bad(struct str text, struct err *e); /* -EINVAL, in words */

/* The value of a key; NULL data when there is none. */
struct str recipe_value(const struct recipe_line *l, const char *key);

/*
 * An instant as now, -3d, +6mo, taken-5h or -3d@09:15: a duration from now,
 * or from `taken`; behind @ the time of that day instead of the same time.
 */
struct recipe_clock {
	int64_t now, taken;
	const struct zone *zone;
};
int recipe_at(const struct recipe_clock *c, struct str text, int64_t *ret,
	      struct err *e);

#endif
