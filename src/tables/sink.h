/* sink.h - where collected rows go: a fact file, a golden file, a test. */
#ifndef TABLES_SINK_H
#define TABLES_SINK_H

#include "base/str.h"
#include "tables/contract.h"

struct err;

struct value {
	enum { VALUE_NULL, VALUE_TEXT, VALUE_INT } kind;
	int64_t i; /* int, bool, instant (us), date (days since 1970) */
	struct str s;
};

enum snapshot {
	SNAPSHOT_COMPLETE,
	SNAPSHOT_PARTIAL, /* some rows are missing; none may be taken as gone */
	SNAPSHOT_CANNOT,  /* nothing could be told */
};
const char *snapshot_name(enum snapshot s); /* complete, partial, cannot */

/* Calls come as: begin, then cannot and row in any order, then end. */
struct sink {
	int (*begin)(struct sink *k, const struct contract *c, struct err *e);
	int (*cannot)(struct sink *k, const char *column, const char *reason,
		      struct err *e); /* column "" = the whole table */
	int (*row)(struct sink *k, const struct value *values, struct err *e);
	int (*end)(struct sink *k, enum snapshot state, const char *reason,
		   int64_t n_rows, struct err *e);
};

#endif
