/* private.h - what the files of this folder share. */
#ifndef CHECK_PRIVATE_H
#define CHECK_PRIVATE_H

#include "check/check.h"
#include "store/query.h"
#include "tables/contract.h"

/* What is known of one table of one host. */
struct status {
	bool there;
	bool complete;
	int64_t complete_at; /* 0 = never */
	struct str error;
};

struct cannot_row {
	struct str host_id, table, column, why;
};

struct waiver {
	struct str control, subject, until_on;
};

struct open_finding {
	struct str control, subject;
};

struct declaration {
	struct str control, answer, by;
};

/* Everything about the moment that controls are judged by. */
struct scene {
	struct store *store;
	struct arena *arena;
	const struct policy *policy;
	int64_t now;
	struct str today;
	size_t n_hosts;
	struct check_host *hosts;
	struct status *status; /* hosts x contracts */
	int64_t *max_age_us;   /* by contract */
	int64_t *oldest;       /* complete snapshot, by contract; 0 = none */
	size_t n_cannot, n_waivers, n_open, n_declarations;
	struct cannot_row *cannot;	  /* sorted by host, table, column */
	struct waiver *waivers;		  /* sorted by control, subject */
	struct open_finding *open;	  /* sorted by control, subject */
	struct declaration *declarations; /* sorted by control */
};

int scene_load(struct scene *sc, struct err *e);

/* Index of a host, or n_hosts. */
size_t scene_host(const struct scene *sc, struct str id);

/* True when the table was told whole and lately; else why not. */
bool scene_fresh(const struct scene *sc, size_t host, size_t contract,
		 struct reason *ret);

/* Why a column of the reads has no value on that host, if anybody knows. */
struct reason scene_no_value(const struct scene *sc, struct str host_id,
			     const struct reads *reads);

const struct waiver *scene_waiver(const struct scene *sc, struct str control,
				  struct str subject);
bool scene_any_open(const struct scene *sc, struct str control);
bool scene_is_open(const struct scene *sc, struct str control,
		   struct str subject);
const struct declaration *scene_declaration(const struct scene *sc,
					    struct str control);

/* What the last run over everything had seen. */
struct memory {
	bool usable; /* of this scope, catalog and day */
	struct seen seen;
};
int memory_load(const struct scene *sc, const struct check_scope *scope,
		struct memory *ret, struct err *e);
int memory_save(struct store *s, const struct check_run *run,
		const struct check_scope *scope, struct err *e);
int seen_load(struct scene *sc, struct seen *ret, struct err *e);

/* What is different since then. */
struct changes {
	bool all; /* or so much that everything is judged */
	size_t n_tables, n_controls, n_params;
	struct str *tables;   /* with facts or ledgers that changed */
	struct str *controls; /* named by a declaration or an exception */
	struct str *params;   /* CONTROL.PARAMETER */
};
int changes_load(struct scene *sc, const struct seen *since,
		 struct changes *ret, struct err *e);
bool changes_touch(const struct changes *ch, const struct control *c,
		   struct str reads);

/* Oldest complete snapshot among the fact tables, of hosts that have them. */
int64_t scene_facts_at(const struct scene *sc, struct str tables);
unsigned check_platform(const struct check_host *h);
bool check_is_whole(const struct check_scope *scope);

bool check_in_scope(const struct check_scope *scope, const struct policy *p,
		    const struct control *c);

void control_assess(struct scene *sc, const struct check_scope *scope,
		    struct control_result *r);

#endif
