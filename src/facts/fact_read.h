/* fact_read.h - understands a fact file, line by line; trusts nothing. */
#ifndef FACTS_FACT_READ_H
#define FACTS_FACT_READ_H

#include "agent/common/fact_write.h"

#define FACT_LINE_MAX ((size_t)1024 * 1024) /* longer lines are dropped */
#define FACT_COLUMNS_MAX 64
#define FACT_HEADER_TEXT_MAX 255

enum fact_kind {
	FACT_HEADER,
	FACT_BEGIN,
	FACT_ROW,
	FACT_CANNOT,
	FACT_END,
	FACT_SUM,
	FACT_SKIPPED, /* belongs to a table or column we do not know */
	FACT_BAD,     /* made no sense: line number in count, why in reason */
};

struct fact_event {
	enum fact_kind kind;
	struct fact_header header;	 /* FACT_HEADER */
	const struct contract *contract; /* BEGIN to END; NULL = unknown */
	struct str table;		 /* BEGIN: its name, known or not */
	struct value *values;		 /* ROW: one per contract column */
	struct str column, reason;	 /* CANNOT; reason also END */
	enum snapshot state;		 /* END */
	int64_t count, ms;		 /* END */
	struct hash sum, signature;	 /* SUM */
	bool has_signature;
};

/* Where the reader is; starts as { 0 }. */
struct fact_reader {
	bool has_header;
	bool in_table;
	const struct contract *contract;
	size_t n_columns;	   /* as the file names them */
	int map[FACT_COLUMNS_MAX]; /* to the contract's; -1 = unknown */
};

/*
 * Hermetic: bytes and an arena in, an event out. Text comes out as valid
 * UTF-8 without control characters, which a terminal might obey. Negative:
 * this line makes no sense, say so and go on; of the first line -EPROTO: this
 * is no fact file, -ERANGE: it does not say when it was made.
 */
int fact_line(struct fact_reader *r, struct arena *a, struct str line,
	      struct fact_event *ret, struct err *e);

#endif
