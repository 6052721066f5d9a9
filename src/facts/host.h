/* host.h - which of our hosts a fact file speaks of. */
#ifndef FACTS_HOST_H
#define FACTS_HOST_H

#include "facts/fact_read.h"

struct ingest_report;
struct store;

struct host_claim {
	const char *path;
	const char *local; /* host id of our own probe, or NULL */
	const struct fact_header *header;
	struct hash sum;
	const struct hash *signature; /* NULL = none */
};

/*
 * Fills host_id, origin and new_host. A signature must be right and of that
 * host's own key; without one the machine is known by its machine id (or by
 * its name, when it has none), or enrolled as brought by hand. A retired host
 * is refused.
 */
int host_identify(struct store *s, struct arena *a,
		  const struct host_claim *claim, struct ingest_report *ret,
		  struct err *e);

#endif
