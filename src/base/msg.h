/* msg.h - typed frames with a length, between our own processes. */
#ifndef BASE_MSG_H
#define BASE_MSG_H

#include "base/str.h"

struct arena;
struct buf;
struct err;

struct msg {
	uint8_t type;
	struct str body;
};

int msg_send(int fd, uint8_t type, struct str body, struct err *e);

/*
 * 1 = one came, its body in the arena; 0 = the other side ended between two.
 * -EBADMSG when it breaks off or is longer than max; -ETIMEDOUT after
 * until_us of the monotonic clock (INT64_MAX = never).
 */
int msg_recv(struct arena *a, int fd, size_t max, int64_t until_us,
	     struct msg *ret, struct err *e);
int64_t msg_clock_us(void); /* the monotonic clock */

/* What bodies are made of. */
void put_u8(struct buf *b, uint8_t v);
void put_i64(struct buf *b, int64_t v);
void put_str(struct buf *b, struct str s);

/* Stays failed: after a bad read all that follow give 0 or nothing. */
struct reader {
	struct str rest;
	bool bad;
};

uint8_t rd_u8(struct reader *r);
int64_t rd_i64(struct reader *r);
struct str rd_str(struct reader *r); /* within the body */
bool rd_end(const struct reader *r); /* all was read, and nothing was bad */

#endif
