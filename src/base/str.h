/* str.h - text as pointer and length, passed by value, not NUL-terminated. */
#ifndef BASE_STR_H
#define BASE_STR_H

struct arena;

struct str {
	const char *p;
	size_t len;
};

#define STR(literal) ((struct str){ "" literal, sizeof(literal) - 1 })
#define STR_ARG(s) (int)(s).len, (s).p /* for "%.*s" */

struct str str_c(const char *c); /* of NUL-terminated text; NULL = empty */
char *str_to_c(struct arena *a, struct str s); /* copy, NUL-terminated */
struct str str_copy(struct arena *a, struct str s);
struct str str_fmt(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *c);
bool str_is_nocase(struct str a, const char *c); /* ASCII only */
int str_cmp(struct str a, struct str b);	 /* bytewise, as memcmp */
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);
bool str_has(struct str s, const char *part);

#define STR_NONE SIZE_MAX
size_t str_find(struct str s, char c); /* index, or STR_NONE */
size_t str_find_c(struct str s, const char *part);

/* Part before and behind the first c; all and nothing when there is none. */
struct str str_until(struct str s, char c);
struct str str_after(struct str s, char c);

struct str str_from(struct str s, size_t at); /* at may be past the end */
struct str str_first(struct str s, size_t n);
struct str str_trim(struct str s);    /* ASCII white space at both ends */
struct str str_unquote(struct str s); /* one pair of " or ' around it */

/*
 * Takes the text up to the next sep off *rest; false at the end. A line
 * reader drops a CR before the LF. The word reader takes runs of blanks
 * as one separator and gives no empty words.
 */
bool str_next(struct str *rest, char sep, struct str *ret);
bool str_next_line(struct str *rest, struct str *ret);
bool str_next_word(struct str *rest, struct str *ret);

/* Valid UTF-8 without surrogates; overlong forms are refused. */
bool str_utf8_ok(struct str s);

/* Longest start of s of at most n bytes that does not cut a character. */
struct str str_cut(struct str s, size_t n);

/* A copy in which every byte that is no valid UTF-8 becomes U+FFFD. */
struct str str_scrub(struct arena *a, struct str s);

/* Columns on a terminal: wide East Asian characters take two. */
size_t str_width(struct str s);

#endif
