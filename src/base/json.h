/* json.h - writes JSON, one value after the other, into a buf. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/str.h"

struct buf;

#define JSON_DEPTH 32

/*
 * Commas and colons are set by the writer. Text that is no valid UTF-8 gets
 * U+FFFD. What fits no longer shows in out->bad. Same calls, same bytes.
 */
struct json {
	struct buf *out;
	int depth;
	bool pretty;		    /* two blanks a level */
	bool first[JSON_DEPTH + 1]; /* nothing in this level yet */
	bool after_key;
};

void json_init(struct json *j, struct buf *out, bool pretty);
void json_open(struct json *j, char bracket);  /* '{' or '[' */
void json_close(struct json *j, char bracket); /* '}' or ']' */
void json_key(struct json *j, const char *key);
void json_str(struct json *j, struct str s);
void json_c(struct json *j, const char *s); /* NULL = null */
void json_int(struct json *j, int64_t n);
void json_bool(struct json *j, bool b);
void json_null(struct json *j);
void json_raw(struct json *j, struct str s); /* already JSON */

/* Only the quoted text, without commas. */
void json_quote(struct buf *out, struct str s);

#endif
