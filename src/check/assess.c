/* assess.c - one control's query, and what its rows mean. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"
#include "check/private.h"

#define SUBJECTS_MAX 2000000
#define CONTROL_US (60 * MOMENT_SEC) /* one control over all hosts */

struct assess {
	struct scene *sc;
	const struct check_scope *scope;
	struct control_result *r;
	struct stmt *st;
	struct reads reads;
	size_t n_facts;
	size_t facts[64]; /* contracts read */
	bool *seen;	  /* by host: a row spoke of it */
	int col_subject, col_ok, col_detail, col_host;
	struct str empty_ledger; /* one it reads, without rows */
	bool reads_ledger;
	bool any_open;		    /* it has findings */
	bool silence_known, silent; /* some host lacks a fact table */
	struct reason silence;	    /* which, and why */
};

static void
subject_add(struct assess *as, const struct subject_result *sub)
{
	struct control_result *r = as->r;

	r->counts[sub->result]++;
	/* What resolves a finding is needed to close it. */
	if (sub->result == RESULT_PASS && !as->scope->keep_pass &&
	    (!as->any_open ||
	     !scene_is_open(as->sc, r->control->id, sub->subject)))
		return;
	if (r->n_subjects == r->cap) {
		size_t more = r->cap == 0 ? 8 : r->cap * 2;
		struct subject_result *bigger = ARENA_ARRAY(
			as->sc->arena, more, struct subject_result);

		if (r->n_subjects > 0)
			memcpy(bigger, r->subjects,
			       r->n_subjects * sizeof(*bigger));
		r->subjects = bigger;
		r->cap = more;
	}
	r->subjects[r->n_subjects++] = *sub;
}

static void
control_error(struct control_result *r, struct arena *a, const struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	err_print(e, NULL, NULL, &b);
	/* Half of the rows would lie. */
	memset(r->counts, 0, sizeof(r->counts));
	r->n_subjects = 0;
	r->facts_at = 0;
	r->result = RESULT_ERROR;
	r->reason = (struct reason){ WHY_ERROR, str_c(""),
				     str_copy(a, buf_view(&b)) };
}

static int
bind_one(struct assess *as, int at, const char *name, struct err *e)
{
	const struct scene *sc = as->sc;
	const struct parameter *param = NULL;
	struct str key = str_c(name + 1);

	if (name[0] != ':')
		return err_set(e, -EINVAL, "parameter '%s': write :name", name);
	if (str_is(key, "now")) {
		stmt_bind_int(as->st, at, sc->now);
		return 0;
	}
	if (str_is(key, "today")) {
		stmt_bind_str(as->st, at, sc->today);
		return 0;
	}

	struct str value = policy_bound(sc->policy, as->r->control, key,
					&param);
	int64_t n;
	if (param == NULL)
		return err_set(e, -EINVAL, "there is no parameter '%s'", name);
	if (value.p == NULL)
		stmt_bind_null(as->st, at);
	else if ((param->type == PARAM_INT || param->type == PARAM_BOOL) &&
		 num_try(value, &n))
		stmt_bind_int(as->st, at, n);
	else
		stmt_bind_str(as->st, at, value);
	return 0;
}

static int
bind_params(struct assess *as, struct err *e)
{
	for (int at = 1; at <= stmt_n_params(as->st); at++) {
		const char *name = stmt_param_name(as->st, at);

		if (name == NULL)
			return err_set(e, -EINVAL,
				       "a parameter without a name");
		if (bind_one(as, at, name, e) < 0)
			return e->code;
	}
	return 0;
}

static int
column_find(struct stmt *st, const char *name)
{
	for (int i = 0; i < stmt_n_cols(st); i++) {
		if (strcmp(stmt_col_name(st, i), name) == 0)
			return i;
	}
	return -1;
}

static int
columns_find(struct assess *as, struct err *e)
{
	as->col_subject = column_find(as->st, "subject");
	as->col_ok = column_find(as->st, "ok");
	as->col_detail = column_find(as->st, "detail");
	as->col_host = column_find(as->st, "host_id");
	if (as->col_subject < 0 || as->col_ok < 0)
		return err_set(e, -EINVAL,
			       "the query gives no column 'subject' or 'ok'");
	return 0;
}

static bool
is_empty(struct assess *as, struct str table)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };
	int64_t some = 0;
	struct str sql = str_fmt(a, "SELECT EXISTS (SELECT 1 FROM %.*s)",
				 STR_ARG(store_quote_name(a, table)));

	return store_get_int(as->sc->store, &some, &e, str_to_c(a, sql), "") >
		       0 &&
	       some == 0;
}

static void
ledger_note(struct assess *as, struct str table)
{
	as->reads_ledger = true;
	if (as->empty_ledger.p == NULL && is_empty(as, table))
		as->empty_ledger = table;
}

static bool
listed(struct str list, struct str name)
{
	struct str one;

	while (str_next(&list, ',', &one)) {
		if (str_eq(one, name))
			return true;
	}
	return false;
}

/* Sorts what the query reads into facts and ledgers. */
static void
reads_sort(struct assess *as)
{
	struct str before = { 0 };
	auto_buf b = { 0 };

	buf_init(&b, 65536);
	for (size_t i = 0; i < as->reads.n; i++) {
		struct str table = as->reads.list[i].table;
		size_t c = 0, k = 0;

		if (str_eq(table, before))
			continue;
		before = table;
		while (c < n_contracts && !str_is(table, contracts[c]->name))
			c++;
		if (c == n_contracts || contracts[c]->platforms == 0) {
			if (c < n_contracts ||
			    ledger_find(as->sc->policy->catalog, table) != NULL)
				ledger_note(as, table);
		} else {
			while (k < as->n_facts && as->facts[k] != c)
				k++;
			if (k == as->n_facts && k < ARRAY_LEN(as->facts))
				as->facts[as->n_facts++] = c;
		}
		if (!listed(buf_view(&b), table))
			buf_fmt(&b, "%s%.*s", b.len > 0 ? "," : "",
				STR_ARG(table));
	}
	as->r->reads = str_copy(as->sc->arena, buf_view(&b));
}

unsigned
check_platform(const struct check_host *h)
{
	if (str_is(h->platform, "windows"))
		return PLATFORM_WINDOWS;
	if (str_is(h->platform, "macos"))
		return PLATFORM_MACOS;
	return PLATFORM_LINUX;
}

/* All fact tables of the query that this host's system has. */
static bool
host_fresh(struct assess *as, size_t host, struct reason *ret, bool *ret_any)
{
	struct scene *sc = as->sc;
	bool fresh = true;

	*ret_any = false;
	for (size_t i = 0; i < as->n_facts; i++) {
		const struct contract *c = contracts[as->facts[i]];

		if (!(c->platforms & check_platform(&sc->hosts[host])))
			continue;
		*ret_any = true;
		if (fresh && !scene_fresh(sc, host, as->facts[i], ret))
			fresh = false;
	}
	return fresh;
}

/*
 * A subject that belongs to no machine may rest on the facts of any of them,
 * so it is only known when all have told theirs.
 */
static bool
some_host_silent(struct assess *as, struct reason *ret)
{
	if (!as->silence_known) {
		bool any;

		as->silence_known = true;
		for (size_t h = 0; h < as->sc->n_hosts && !as->silent; h++)
			as->silent = !host_fresh(as, h, &as->silence, &any) &&
				     any;
	}
	*ret = as->silence;
	return as->silent;
}

/* An empty ledger says more than a column that is NULL because of it. */
static struct reason
no_value(const struct assess *as, const struct subject_result *sub, size_t host)
{
	if (as->empty_ledger.p != NULL)
		return (struct reason){ WHY_NEEDS_LEDGER, as->empty_ledger,
					str_c("") };
	if (host < as->sc->n_hosts)
		return scene_no_value(as->sc, sub->host_id, &as->reads);
	return (struct reason){ WHY_NO_VALUE, str_c(""), str_c("") };
}

static void
row_judge(struct assess *as, struct subject_result *sub)
{
	struct scene *sc = as->sc;
	bool any = false;

	if (stmt_is_null(as->st, as->col_ok))
		sub->result = RESULT_UNKNOWN;
	else
		sub->result = stmt_int(as->st, as->col_ok) != 0 ? RESULT_PASS
								: RESULT_FAIL;

	size_t host = sub->host_id.p != NULL ? scene_host(sc, sub->host_id)
					     : sc->n_hosts;
	if (sub->host_id.p == NULL && as->n_facts > 0 &&
	    some_host_silent(as, &sub->reason)) {
		sub->result = RESULT_UNKNOWN;
		return;
	}
	if (host < sc->n_hosts) {
		as->seen[host] = true;
		if (!host_fresh(as, host, &sub->reason, &any)) {
			sub->result = RESULT_UNKNOWN;
			return;
		}
	}
	if (sub->result == RESULT_UNKNOWN)
		sub->reason = no_value(as, sub, host);
	if (sub->result != RESULT_FAIL)
		return;

	const struct waiver *w = scene_waiver(sc, as->r->control->id,
					      sub->subject);
	if (w != NULL) {
		sub->result = RESULT_WAIVED;
		sub->reason = (struct reason){ WHY_WAIVED, str_c(""),
					       w->until_on };
	}
}

/* A row of a host that is retired or not ours is nobody's subject. */
static bool
row_counts(const struct assess *as, const struct subject_result *sub)
{
	return sub->host_id.p == NULL ||
	       scene_host(as->sc, sub->host_id) < as->sc->n_hosts;
}

static int
rows_read(struct assess *as, struct err *e)
{
	struct arena *a = as->sc->arena;
	int64_t n = 0;
	int r;

	while ((r = stmt_step(as->st, e)) > 0) {
		struct subject_result sub = { 0 };

		if (stmt_is_null(as->st, as->col_subject))
			return err_set(e, -EINVAL, "a row without a subject");
		if (++n > SUBJECTS_MAX)
			return err_set(e, -E2BIG, "more than %d subjects",
				       SUBJECTS_MAX);
		sub.subject = str_copy(a, stmt_str(as->st, as->col_subject));
		if (as->col_host >= 0 && !stmt_is_null(as->st, as->col_host))
			sub.host_id = str_copy(a,
					       stmt_str(as->st, as->col_host));
		if (as->col_detail >= 0 &&
		    !stmt_is_null(as->st, as->col_detail))
			sub.detail = str_copy(a,
					      stmt_str(as->st, as->col_detail));
		if (!row_counts(as, &sub))
			continue;
		row_judge(as, &sub);
		subject_add(as, &sub);
	}
	return r;
}

/* Machines that told everything gave no row: an empty ledger is why. */
static bool
ledger_missing(struct assess *as)
{
	struct reason why;
	bool any;

	for (int i = 0; i < N_RESULTS; i++) {
		if (as->r->counts[i] > 0)
			return false;
	}
	for (size_t h = 0; as->empty_ledger.p && h < as->sc->n_hosts; h++) {
		if (host_fresh(as, h, &why, &any) && any)
			return true;
	}
	return false;
}

/* A machine that told nothing lately is unknown, not absent. */
static void
silent_hosts_add(struct assess *as)
{
	struct scene *sc = as->sc;

	if (ledger_missing(as))
		return;
	for (size_t h = 0; h < sc->n_hosts; h++) {
		struct reason why = { 0 };
		bool any = false;

		if (as->seen[h] || host_fresh(as, h, &why, &any) || !any)
			continue;
		struct subject_result sub = {
			.subject = str_fmt(sc->arena, "host:%.*s",
					   STR_ARG(sc->hosts[h].id)),
			.host_id = sc->hosts[h].id,
			.result = RESULT_UNKNOWN,
			.reason = why,
		};
		subject_add(as, &sub);
	}
}

/* The one word of the control: the first that is present. */
static void
sum_up(struct assess *as)
{
	struct control_result *r = as->r;
	enum result word = RESULT_NOT_APPLICABLE;

	for (int i = N_RESULTS; i-- > 0;) {
		if (r->counts[i] > 0)
			word = (enum result)i;
	}
	r->result = word;
	r->basis = as->n_facts > 0 ? BASIS_MEASURED : BASIS_DOCUMENTED;
	if (word == RESULT_UNKNOWN || word == RESULT_WAIVED) {
		for (size_t i = 0; i < r->n_subjects; i++) {
			if (r->subjects[i].result != word)
				continue;
			r->reason = r->subjects[i].reason;
			return;
		}
	}
	if (word != RESULT_NOT_APPLICABLE)
		return;
	if (as->n_facts > 0 && as->sc->n_hosts == 0) {
		r->result = RESULT_UNKNOWN;
		r->reason.why = WHY_NO_HOSTS;
	} else if (as->empty_ledger.p != NULL) {
		r->result = RESULT_UNKNOWN;
		r->reason = (struct reason){ WHY_NEEDS_LEDGER, as->empty_ledger,
					     str_c("") };
	} else {
		r->reason.why = WHY_NONE_EXIST;
	}
}

static int
assess_run(struct assess *as, struct err *e)
{
	struct arena *a = as->sc->arena;
	struct control_result *r = as->r;

	if (query_prepare(as->sc->store, a, r->control->assess, &as->st,
			  &as->reads, e) < 0)
		return e->code;
	reads_sort(as);
	if (columns_find(as, e) < 0 || bind_params(as, e) < 0)
		return e->code;
	as->seen = ARENA_ARRAY(a, as->sc->n_hosts + 1, bool);
	if (rows_read(as, e) < 0)
		return e->code;
	silent_hosts_add(as);
	r->facts_at = scene_facts_at(as->sc, r->reads);
	sum_up(as);
	return 0;
}

/* A named person's word counts where nothing was measured. */
static void
declaration_apply(struct scene *sc, struct control_result *r)
{
	const struct declaration *d = scene_declaration(sc, r->control->id);

	if (d == NULL || r->result != RESULT_UNKNOWN)
		return;
	r->basis = BASIS_DECLARED;
	r->reason = (struct reason){ WHY_DECLARED, str_c(""), d->by };
	if (str_is(d->answer, "yes"))
		r->result = RESULT_PASS;
	else if (str_is(d->answer, "no"))
		r->result = RESULT_FAIL;
	else
		r->reason.why = WHY_DECLARED_UNKNOWN;
}

static void
without_query(struct control_result *r)
{
	const struct control *c = r->control;

	r->result = RESULT_UNKNOWN;
	if (c->n_needs > 0)
		r->reason = (struct reason){ WHY_NEEDS_TABLE, c->needs[0],
					     str_c("") };
	else if (c->kind == CONTROL_QUERY && !c->complete)
		r->reason.why = WHY_NOT_WRITTEN;
	else
		r->reason.why = WHY_NEEDS_PERSON;
}

static bool
not_applicable(struct scene *sc, const struct check_scope *scope,
	       struct control_result *r)
{
	struct str why;
	enum applies ap = policy_applies(sc->policy, r->control, &why);

	switch (ap) {
	case APPLIES:
		return false;
	case APPLIES_NOT_LEVEL:
		if (scope->all_levels)
			return false;
		r->reason = (struct reason){ WHY_LEVEL, why, str_c("") };
		break;
	case APPLIES_NOT_ANSWER:
		r->reason = (struct reason){ WHY_ANSWER, why, str_c("") };
		break;
	case APPLIES_NOT_EXCLUDED:
		r->reason = (struct reason){ WHY_EXCLUDED, str_c(""), why };
		break;
	}
	r->result = RESULT_NOT_APPLICABLE;
	return true;
}

void
control_assess(struct scene *sc, const struct check_scope *scope,
	       struct control_result *r)
{
	struct err e = { 0 };

	if (not_applicable(sc, scope, r))
		return;
	if (r->control->assess.len == 0 || r->control->n_needs > 0) {
		without_query(r);
	} else {
		struct assess as = {
			.sc = sc,
			.scope = scope,
			.r = r,
			.any_open = scene_any_open(sc, r->control->id),
		};

		query_time_limit(sc->store, CONTROL_US);
		if (assess_run(&as, &e) < 0)
			control_error(r, sc->arena, &e);
		stmt_free(as.st);
		query_time_limit(sc->store, 0);
	}
	declaration_apply(sc, r);
}
