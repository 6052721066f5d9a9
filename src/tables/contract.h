/* contract.h - the shape of a table: its columns, as data/contracts/ say */
#ifndef TABLES_CONTRACT_H
#define TABLES_CONTRACT_H

#include <stddef.h>

enum col_type {
	COL_TEXT,
	COL_INT,
	COL_BOOL,
	COL_INSTANT, /* microseconds UTC; the name ends in _at */
	COL_DATE,    /* YYYY-MM-DD; the name ends in _on */
};

enum data_class {
	CLASS_PLAIN,
	CLASS_PERSONAL,
	CLASS_LEVEL3,
	CLASS_SECRET,
};

enum {
	PLATFORM_LINUX = 1,
	PLATFORM_WINDOWS = 2,
	PLATFORM_MACOS = 4,
};

struct column {
	const char *name;
	enum col_type type;
	enum data_class class;
	const char *doc_ja, *doc_en;
};

struct contract {
	const char *name;
	const char *doc_ja, *doc_en;
	unsigned platforms;	/* PLATFORM_*; 0 = of the organisation */
	unsigned recorded_only; /* never yet run on a real machine there */
	const char *max_age;	/* a duration; the default of the parameter */
	bool shared; /* machines have many rows in common: kept once */
	const struct column *cols;
	size_t n_cols;
};

/* Every contract, sorted by name. */
extern const struct contract *const contracts[];
extern const size_t n_contracts;

#endif
