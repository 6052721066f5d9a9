/* msg.c - typed frames with a length, between our own processes. */
#include "base/msg.h"

#include <poll.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"

#define HEADER_LEN 5 /* u32 length of the body, little endian; u8 type */

int64_t
msg_clock_us(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts); /* cannot fail */
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int
msg_send(int fd, uint8_t type, struct str body, struct err *e)
{
	uint32_t n = (uint32_t)body.len;
	uint8_t head[HEADER_LEN] = { (uint8_t)n, (uint8_t)(n >> 8),
				     (uint8_t)(n >> 16), (uint8_t)(n >> 24),
				     type };

	assert(body.len <= UINT32_MAX);
	if (fs_write_full(fd, head, sizeof(head)) < 0 ||
	    fs_write_full(fd, body.p, body.len) < 0)
		return err_sys(e, "cannot write to another process");
	return 0;
}

/* len bytes, or fewer at the end. */
static ssize_t
read_until(int fd, uint8_t *p, size_t len, int64_t until_us, struct err *e)
{
	size_t done = 0;

	while (done < len) {
		struct pollfd pf = { .fd = fd, .events = POLLIN };
		int64_t left = until_us == INT64_MAX
				       ? INT64_MAX
				       : until_us - msg_clock_us();
		int wait = left > 1000000000 ? -1 : (int)(left / 1000) + 1;
		int ready = left > 0 ? poll(&pf, 1, wait) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready == 0 && (left <= 0 || wait >= 0))
			return err_set(e, -ETIMEDOUT, "took too long");

		ssize_t n = read(fd, p + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read from another process");
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

int
msg_recv(struct arena *a, int fd, size_t max, int64_t until_us, struct msg *ret,
	 struct err *e)
{
	uint8_t head[HEADER_LEN];
	ssize_t n = read_until(fd, head, sizeof(head), until_us, e);
	if (n <= 0)
		return (int)n;
	if (n < HEADER_LEN)
		return err_set(e, -EBADMSG, "another process broke off");

	size_t len = (size_t)head[0] | (size_t)head[1] << 8 |
		     (size_t)head[2] << 16 | (size_t)head[3] << 24;
	if (len > max)
		return err_set(e, -EBADMSG,
			       "another process sent more than %zu bytes", max);
	uint8_t *body = arena_alloc(a, len + 1);
	n = read_until(fd, body, len, until_us, e);
	if (n < 0)
		return (int)n;
	if ((size_t)n < len)
		return err_set(e, -EBADMSG, "another process broke off");
	*ret = (struct msg){ head[4], { (const char *)body, len } };
	return 1;
}

void
put_u8(struct buf *b, uint8_t v)
{
	buf_add(b, &v, 1);
}

void
put_i64(struct buf *b, int64_t v)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)v >> (8 * i));
	buf_add(b, bytes, sizeof(bytes));
}

void
put_str(struct buf *b, struct str s)
{
	put_i64(b, (int64_t)s.len);
	buf_str(b, s);
}

uint8_t
rd_u8(struct reader *r)
{
	if (r->bad || r->rest.len < 1) {
		r->bad = true;
		return 0;
	}
	uint8_t v = (uint8_t)r->rest.p[0];
	r->rest = str_from(r->rest, 1);
	return v;
}

int64_t
rd_i64(struct reader *r)
{
	uint64_t v = 0;

	if (r->bad || r->rest.len < 8) {
		r->bad = true;
		return 0;
	}
	for (int i = 0; i < 8; i++)
		v |= (uint64_t)(uint8_t)r->rest.p[i] << (8 * i);
	r->rest = str_from(r->rest, 8);
	return (int64_t)v;
}

struct str
rd_str(struct reader *r)
{
	int64_t len = rd_i64(r);

	if (r->bad || len < 0 || (uint64_t)len > r->rest.len) {
		r->bad = true;
		return (struct str){ "", 0 };
	}
	struct str s = str_first(r->rest, (size_t)len);
	r->rest = str_from(r->rest, (size_t)len);
	return s;
}

bool
rd_end(const struct reader *r)
{
	return !r->bad && r->rest.len == 0;
}
