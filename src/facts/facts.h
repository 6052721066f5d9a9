/* facts.h - takes fact files into facts.db; knows the organisation's hosts. */
#ifndef FACTS_FACTS_H
#define FACTS_FACTS_H

#include "base/str.h"

struct arena;
struct err;
struct store;

#define FACT_FILE_MAX ((size_t)256 * 1024 * 1024)
#define FACT_AHEAD_MAX_US (INT64_C(600) * 1000000) /* clock of the sender */

enum fact_origin {
	FACT_LOCAL,   /* this machine, from our own probe */
	FACT_SIGNED,  /* with an enrolment key */
	FACT_BY_HAND, /* no key: taken, and marked so */
};
const char *fact_origin_name(enum fact_origin o);

struct ingest_report {
	struct str host_id, hostname;
	enum fact_origin origin;
	bool new_host; /* enrolled by this file */
	bool cloned;   /* two machines send under this one name */
	int64_t taken_at;
	int64_t n_tables, n_rows, n_changed, n_gone;
	int64_t n_dropped;	/* rows and lines that made no sense */
	int64_t n_unknown;	/* tables this program does not know */
	struct str first_fault; /* where and what the first dropped one was */
	size_t n_touched;
	const struct str *touched; /* tables in which something changed */
};

/*
 * Takes one fact file, which a process without rights reads for us (the
 * program's own `collect --worker`). Nothing is taken from a file that is
 * damaged (sum),
 * forged (signature), replayed (sequence not above the last of this host) or
 * from a clock more than 10 minutes ahead. What makes no sense inside is
 * dropped and counted, and the rest is kept; a table of which something was
 * dropped counts as partial, and only its first telling counts. The hash of
 * a file that nobody signed goes into the journal. local is the host id of our own probe, or NULL.
 */
int facts_ingest(struct store *s, struct arena *a, const char *path,
		 const char *local, struct ingest_report *ret, struct err *e);

/* A key with which a host may add its facts; 64 hex digits after its id. */
struct enrolment {
	struct str host_id, key_id, key_hex;
};
int host_enrol(struct store *s, struct arena *a, struct str name,
	       struct str platform, struct enrolment *ret, struct err *e);
int host_retire(struct store *s, struct str host_id, struct str reason,
		struct err *e);

/* The host entry of this machine itself; made when there is none. */
int host_local(struct store *s, struct arena *a, struct str machine_id,
	       struct str hostname, struct str *ret_id, bool *ret_new,
	       struct err *e);

/* Runs the probe and takes what it says; the report as facts_ingest. */
int facts_collect_local(struct store *s, struct arena *a,
			struct ingest_report *ret, struct err *e);

/* Takes the file our own probe wrote; this machine is enrolled if new. */
int facts_take_local(struct store *s, struct arena *a, const char *path,
		     struct ingest_report *ret, struct err *e);

/*
 * The process without rights of facts_ingest: reads a fact file, writes
 * frames for the caller to output.
 */
int fact_file_serve(int input, int output, struct err *e);

/*
 * The role `probe`: collects this machine, or a recorded one below root, and
 * writes a fact file to fd. For this machine the process is confined for
 * ever: it looks at everything, changes nothing and has no network; programs
 * are run for it (facts/runner.h).
 */
int probe_run(int fd, const char *root, struct err *e);

/* Of this machine, in a process of its own. */
int probe_child(int fd, struct err *e);

#endif
