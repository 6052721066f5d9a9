/* check.h - runs controls over the tables; results, findings, history. */
#ifndef CHECK_CHECK_H
#define CHECK_CHECK_H

#include "policy/policy.h"

struct store;

enum result {
	RESULT_ERROR,
	RESULT_FAIL,
	RESULT_UNKNOWN,
	RESULT_WAIVED,
	RESULT_PASS,
	RESULT_NOT_APPLICABLE,
};
#define N_RESULTS 6
const char *result_name(enum result r); /* error, fail, unknown, ... */
bool result_parse(struct str s, enum result *ret);

enum basis {
	BASIS_NONE,
	BASIS_MEASURED,	  /* facts of machines */
	BASIS_DOCUMENTED, /* ledgers and files */
	BASIS_DECLARED,	  /* a named person's word, with an end */
};
const char *basis_name(enum basis b);
bool basis_parse(struct str s, enum basis *ret);

/*
 * Why: a word, and what it speaks of (a table, a column, a ledger, ...).
 * none              nothing to say
 * no_value          WHAT=table.column or "": a value needed is not known
 * not_collected     WHAT=table: this host never told it
 * stale             WHAT=table: told too long ago
 * ahead             WHAT=table: told by a clock that was ahead of ours
 * partial           WHAT=table: told in part only
 * cannot            WHAT=table or table.column, DETAIL=needs_root, absent...
 * needs_table       WHAT=table: nothing fills it yet
 * needs_ledger      WHAT=ledger: it is empty
 * needs_person      only a person can answer
 * no_hosts          no machine is known yet
 * not_written       the control's query is not written yet
 * not_checked       DETAIL=when it last was; "" = never by that day
 * none_exist        there is nothing of the kind
 * answer            WHAT=answer: they have no such thing
 * level             WHAT=level: of a higher level than chosen
 * excluded          DETAIL=the person's reason
 * declared          DETAIL=who
 * declared_unknown  somebody said they do not know
 * waived            DETAIL=until
 * error             DETAIL=what the database said
 */
enum why {
	WHY_NONE,
	WHY_NO_VALUE,
	WHY_NOT_COLLECTED,
	WHY_STALE,
	WHY_AHEAD,
	WHY_PARTIAL,
	WHY_CANNOT,
	WHY_NEEDS_TABLE,
	WHY_NEEDS_LEDGER,
	WHY_NEEDS_PERSON,
	WHY_NO_HOSTS,
	WHY_NOT_WRITTEN,
	WHY_NOT_CHECKED,
	WHY_NONE_EXIST,
	WHY_ANSWER,
	WHY_LEVEL,
	WHY_EXCLUDED,
	WHY_DECLARED,
	WHY_DECLARED_UNKNOWN,
	WHY_WAIVED,
	WHY_ERROR,
};

struct reason {
	enum why why;
	struct str what, detail;
};
const char *why_name(enum why w);

/* "cannot host_user.password_set needs_root": kept and printed in JSON. */
struct str reason_print(struct arena *a, const struct reason *r);
struct reason reason_parse(struct arena *a, struct str s); /* copied */

struct subject_result {
	struct str subject;
	struct str host_id; /* p == NULL when it belongs to no machine */
	enum result result;
	struct reason reason;
	struct str detail; /* p == NULL = none */
};

/* The history keeps no passing subjects, so it cannot count them. */
#define COUNT_NOT_KEPT (-1)

struct control_result {
	const struct control *control;
	enum result result;
	enum basis basis;
	struct reason reason;
	int64_t counts[N_RESULTS]; /* subjects by result */
	int64_t facts_at;	   /* oldest fact used; 0 = none */
	size_t n_subjects, cap;
	struct subject_result *subjects; /* pass only when asked for */
	struct str reads; /* tables the query read, comma separated */
};

struct check_host {
	struct str id, name, platform;
};

/* How far a run looked, for the next one with check_changed. */
struct seen {
	int64_t facts_made_at; /* which facts.db */
	int64_t facts_seq, journal_seq;
};

struct moved {
	struct str control;
	int64_t facts_at;
};

struct check_run {
	int64_t at;
	struct str as_of_on; /* a past day; p == NULL = judged at `at` */
	const struct policy *policy;
	size_t n_hosts;
	const struct check_host *hosts; /* active, sorted by id */
	size_t n_results;
	struct control_result *results; /* in the catalog's order */
	int64_t counts[N_RESULTS];	/* controls by result */
	int64_t facts_at;
	bool changed_only; /* results hold only what was judged anew */
	struct seen seen;
	size_t n_moved;
	struct moved *moved; /* others whose facts are newer now */
};

/* Which controls; NULL pointers and -1 mean all. */
struct check_scope {
	struct str control; /* a control's id */
	struct str area, pack;
	int level; /* enum level, or -1: the organisation's */
	bool keep_pass;
	bool all_levels; /* evaluate levels above the organisation's too */
};

/*
 * Evaluates over one snapshot and writes nothing. -ENOENT when the scope
 * names no control. A fault of one control is that control's error.
 */
int check_evaluate(struct store *s, struct arena *a, const struct policy *p,
		   const struct check_scope *scope, struct check_run **ret,
		   struct err *e);

/*
 * As check_evaluate over all controls, but judges only those that read a
 * table, a ledger, a parameter or a declaration which changed since the last
 * run; the counts are of all controls. After check_store everything is as a
 * whole run would leave it, but for what only the time of day changes (facts
 * grow stale, durations end). Therefore, and whenever it cannot tell what
 * changed, it is a whole run: the first time of a day, after a change of the
 * organisation's answers, its machines or the catalog, or when the last run
 * had another scope. The scope may only differ in all_levels and keep_pass.
 */
int check_changed(struct store *s, struct arena *a, const struct policy *p,
		  const struct check_scope *scope, struct check_run **ret,
		  struct err *e);

/*
 * How it stood at the end of that day, from the history, in the words of
 * today's catalog. Subjects that passed are not kept. What no run had judged
 * in the week before is unknown: not_checked.
 */
int check_as_of(struct store *s, struct arena *a, const struct policy *p,
		const struct check_scope *scope, int64_t day,
		struct check_run **ret, struct err *e);

/*
 * Writes results, history and findings in one short change: fail opens a
 * finding or keeps it, pass resolves it, unknown and error change nothing,
 * a subject gone from fresh facts closes it as gone.
 */
int check_store(struct store *s, const struct check_run *run,
		const struct check_scope *scope, struct err *e);

/*
 * Makes, for this connection only, the empty tables that controls are
 * written over and nothing fills yet, and the view `host`.
 */
int check_tables(struct store *s, const struct catalog *cat, struct err *e);

const struct check_host *check_host_find(const struct check_run *run,
					 struct str id);

#endif
