/* fact_write.h - writes a fact file: what one machine says of itself. */
#ifndef AGENT_COMMON_FACT_WRITE_H
#define AGENT_COMMON_FACT_WRITE_H

#include "base/buf.h"
#include "base/hash.h"
#include "tables/scan.h"

/*
 * Fact file v1: JSON lines, UTF-8, in this order.
 *
 *   {"yamori":"facts/1","host_id":...,"key_id":...,"machine_id":...,
 *    "boot_id":...,"sequence":N,"taken_at":US,"platform":...,"hostname":...,
 *    "as":"root","version":...}
 *   {"begin":"host_port","columns":["proto",...]}
 *   ["tcp","0.0.0.0",22,1,null,...]          in the order of the columns;
 *                                            instants in us UTC, dates as
 *                                            text, bools 0 or 1
 *   {"cannot":"process","reason":"needs_root"}
 *   {"end":"complete","reason":"","count":1,"ms":3}
 *   ...
 *   {"sum":"sha256:HEX","signature":"hmac-sha256:HEX"}
 *
 * The sum is over every byte before that last line; the signature is
 * HMAC-SHA-256 of the sum's 32 bytes with the host's enrolment key. A file
 * made without a key has no signature (and empty host_id and key_id).
 */
struct fact_header {
	struct str host_id, key_id;
	struct str machine_id; /* hash of the system's own id, 32 hex */
	struct str boot_id;    /* hash of the boot's id, 16 hex */
	int64_t sequence;      /* milliseconds of taken_at */
	int64_t taken_at;
	struct str platform, hostname, as, version;
};

struct fact_writer {
	struct sink sink;
	int (*put)(void *ctx, struct str bytes, struct err *e);
	void *ctx;
	struct hasher *hasher;
	struct buf line;
	const struct contract *contract;
	int64_t begun_us;
	bool untimed; /* set after begin: ms is 0, so the bytes can recur */
};

int fact_writer_begin(struct fact_writer *w, const struct fact_header *h,
		      int (*put)(void *ctx, struct str bytes, struct err *e),
		      void *ctx, struct err *e);

/* key: 32 bytes, or empty for a file brought by hand. Frees w's memory. */
int fact_writer_end(struct fact_writer *w, struct str key, struct err *e);
void fact_writer_done(struct fact_writer *w); /* after a failure */

/* Every table of this system, one after the other. */
int fact_collect(struct fact_writer *w, const struct world *world,
		 struct err *e);

#endif
