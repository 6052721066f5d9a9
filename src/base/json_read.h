/* json_read.h - reads JSON, one value after the other, as it is asked for. */
#ifndef BASE_JSON_READ_H
#define BASE_JSON_READ_H

#include "base/str.h"

struct arena;
struct err;

#define JSON_READ_DEPTH 64 /* arrays and objects within one another */

enum json_kind {
	JSON_BAD, /* broken, or nothing is left */
	JSON_OBJECT,
	JSON_ARRAY,
	JSON_TEXT,
	JSON_NUMBER,
	JSON_BOOL,
	JSON_NULL,
};

/*
 * Stays failed: after the first fault `bad` is set and every call says that
 * there is nothing more, so the caller asks once, at the end.
 *
 *	json_read_object(&r);
 *	while (json_read_key(&r, &key)) {
 *		if (str_is(key, "port"))
 *			port = json_read_int(&r, -1);
 *		else
 *			json_read_skip(&r);
 *	}
 *
 * Exactly one value is read behind each key and each item.
 */
struct json_read {
	struct arena *arena;
	struct str rest;
	int depth;
	bool bad;
	bool first[JSON_READ_DEPTH + 1]; /* nothing read in this level yet */
	char close[JSON_READ_DEPTH + 1];
};

/* Text with escapes is copied into the arena, other text is borrowed. */
void json_read_init(struct json_read *r, struct arena *a, struct str text);

enum json_kind json_read_kind(struct json_read *r); /* of the next value */

/* What is not of that kind is skipped and gives false. */
bool json_read_object(struct json_read *r);
bool json_read_array(struct json_read *r);

/* false at the end of the object or array, which is then left. */
bool json_read_key(struct json_read *r, struct str *ret);
bool json_read_item(struct json_read *r);

/*
 * The next value; what is of another kind is skipped and gives `other`.
 * A number with a fraction or beyond int64_t is no int. Text may hold any
 * bytes: it is not checked to be UTF-8.
 */
struct str json_read_text(struct json_read *r); /* else empty */
int64_t json_read_int(struct json_read *r, int64_t other);
bool json_read_bool(struct json_read *r, bool other);
void json_read_skip(struct json_read *r);

/* The next value as it is written, to be read later or twice. */
struct str json_read_raw(struct json_read *r);

/* The whole text was read and nothing was wrong. */
int json_read_end(struct json_read *r, struct err *e);

#endif
