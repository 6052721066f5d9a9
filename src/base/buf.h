/* buf.h - text that grows, up to a maximum given at the start. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/str.h"

/*
 * Adding past the maximum sets `bad`, keeps what was there and ignores all
 * later additions; the caller asks once, at the end. Always NUL-terminated.
 */
struct buf {
	char *p;
	size_t len;
	size_t cap;
	size_t max;
	bool bad; /* something did not fit */
};

void buf_init(struct buf *b, size_t max);
void buf_done(struct buf *b);
void buf_reset(struct buf *b); /* empties, keeps the memory */

void buf_add(struct buf *b, const void *p, size_t len);
void buf_str(struct buf *b, struct str s);
void buf_c(struct buf *b, const char *c);
void buf_char(struct buf *b, char c);
void buf_fmt(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_hex(struct buf *b, const uint8_t *p, size_t len); /* lower case */

struct str buf_view(const struct buf *b); /* valid until the next addition */

#define auto_buf CLEANUP(buf_done) struct buf

#endif
