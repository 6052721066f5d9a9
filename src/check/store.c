/* store.c - keeps what a run found: results, history, findings. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/moment.h"
#include "check/private.h"
#include "journal/change.h"

#define RESULT_LINE_MAX ((size_t)65536)

/* Room for one more item of an array in an arena. */
#define MORE(a, list, n, cap)                                                  \
	do {                                                                   \
		if ((n) == (cap)) {                                            \
			void *was_ = (list);                                   \
                                                                               \
			(cap) = (cap) == 0 ? 64 : (cap)*2;                     \
			(list) = arena_array((a), (cap), sizeof(*(list)));     \
			if ((n) > 0)                                           \
				memcpy((list), was_, (n) * sizeof(*(list)));   \
		}                                                              \
	} while (0)

struct keeper {
	struct store *s;
	struct stmt *states, *old_rows, *findings;
	struct change *change;
	const struct check_run *run;
	struct arena *arena; /* until the next control */
	int64_t run_id;
	struct str catalog_hash;
	int64_t n_opened, n_resolved, n_gone;
};

static bool
is_settled(enum result r)
{
	return r == RESULT_PASS || r == RESULT_NOT_APPLICABLE;
}

/* Canonical lines of the results; their hash stands in the journal. */
static struct str
results_root(struct arena *a, const struct check_run *run)
{
	struct hasher *h = hasher_new();
	auto_buf b = { 0 };

	buf_init(&b, RESULT_LINE_MAX);
	for (size_t i = 0; i < run->n_results; i++) {
		const struct control_result *r = &run->results[i];

		buf_reset(&b);
		buf_fmt(&b, "%.*s\t%s\t%s", STR_ARG(r->control->id),
			result_name(r->result), basis_name(r->basis));
		for (int k = 0; k < N_RESULTS; k++)
			buf_fmt(&b, "\t%" PRId64, r->counts[k]);
		buf_char(&b, '\n');
		hasher_add(h, b.p, b.len);
		for (size_t k = 0; k < r->n_subjects; k++) {
			const struct subject_result *sub = &r->subjects[k];

			if (sub->result == RESULT_PASS)
				continue;
			buf_reset(&b);
			buf_fmt(&b, "\t%s\t", result_name(sub->result));
			hasher_add(h, b.p, b.len);
			hasher_add(h, sub->subject.p, sub->subject.len);
			hasher_add(h, "\n", 1);
		}
	}
	return hash_hex(a, hasher_end(h));
}

static int
history_add(struct keeper *k, const struct control_result *r,
	    struct str subject, struct str from, struct str to,
	    const struct reason *why, struct str detail, struct err *e)
{
	int n = store_run(
		k->s, e,
		"INSERT INTO result_history(at, run, control, subject, "
		"from_result, to_result, catalog_hash, policy_seq, facts_at, "
		"basis, reason, detail) "
		"VALUES(?, ?, ?, ?, nullif(?, ''), nullif(?, ''), ?, ?, ?, ?, "
		"?, ?)",
		detail.p ? "iisssssiicss" : "iisssssiicsn", k->run->at,
		k->run_id, r->control->id, subject, from, to, k->catalog_hash,
		k->run->policy->seq, r->facts_at, basis_name(r->basis),
		reason_print(k->arena, why), detail);

	return n < 0 ? n : 0;
}

static int
state_keep(struct keeper *k, const struct control_result *r, struct err *e)
{
	struct str before = { "", 0 }, known = { "", 0 };
	struct str now = str_c(result_name(r->result));
	struct str why = reason_print(k->arena, &r->reason);

	if (stmt_reset(k->states, e) < 0)
		return e->code;
	stmt_bind_str(k->states, 1, r->control->id);
	int there = stmt_step(k->states, e);
	if (there < 0)
		return there;
	if (there > 0) {
		before = str_copy(k->arena, stmt_str(k->states, 0));
		known = str_copy(k->arena, stmt_str(k->states, 1));
	}
	/* A pass that is measured now is not the pass that was declared. */
	if ((!str_eq(before, now) ||
	     !str_eq(known, str_fmt(k->arena, "%s %.*s", basis_name(r->basis),
				    STR_ARG(why)))) &&
	    history_add(k, r, str_c(""), before, now, &r->reason,
			(struct str){ NULL, 0 }, e) < 0)
		return e->code;
	int n = store_run(
		k->s, e,
		"INSERT OR REPLACE INTO control_state(control, run, at, "
		"result, basis, reason, n_pass, n_fail, n_unknown, n_waived, "
		"n_error, facts_at, reads) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, "
		"?, ?, nullif(?, 0), ?)",
		"siiscsiiiiiis", r->control->id, k->run_id, k->run->at, now,
		basis_name(r->basis), why, r->counts[RESULT_PASS],
		r->counts[RESULT_FAIL], r->counts[RESULT_UNKNOWN],
		r->counts[RESULT_WAIVED], r->counts[RESULT_ERROR], r->facts_at,
		r->reads.p != NULL ? r->reads : str_c(""));
	return n < 0 ? n : 0;
}

static int
finding_open(struct keeper *k, const struct control_result *r,
	     const struct subject_result *sub, struct err *e)
{
	char raw[8];

	store_random(k->s, raw, sizeof(raw));
	struct str id = hex_encode(k->arena, (struct str){ raw, sizeof(raw) });
	k->n_opened++;
	int n = change_run(
		k->change, e, "finding", id,
		"INSERT INTO finding(id, control, subject, host_id, state, "
		"opened_at, detail, change_seq) "
		"VALUES(?, ?, ?, nullif(?, ''), 'open', ?, nullif(?, ''), ?)",
		"ssssisi", id, r->control->id, sub->subject,
		sub->host_id.p ? sub->host_id : str_c(""), k->run->at,
		sub->detail.p ? sub->detail : str_c(""), change_seq(k->change));
	return n < 0 ? n : 0;
}

static int
finding_close(struct keeper *k, struct str id, const char *state, struct err *e)
{
	int n = change_run(k->change, e, "finding", id,
			   "UPDATE finding SET state = ?, closed_at = ?, "
			   "change_seq = ? WHERE id = ?",
			   "ciis", state, k->run->at, change_seq(k->change),
			   id);

	if (n > 0 && strcmp(state, "gone") == 0)
		k->n_gone++;
	else if (n > 0)
		k->n_resolved++;
	return n < 0 ? n : 0;
}

static int
subject_cmp(const void *a, const void *b)
{
	const struct subject_result *const *x = a;
	const struct subject_result *const *y = b;

	return str_cmp((*x)->subject, (*y)->subject);
}

/*
 * Whether a subject that was not named may still be there: its host is ours
 * and told too little, or the control as a whole could not be judged.
 */
static bool
may_be_there(const struct keeper *k, const struct control_result *r,
	     struct str host_id)
{
	if (host_id.len > 0 && check_host_find(k->run, host_id) == NULL)
		return false; /* retired */
	if (r->result == RESULT_UNKNOWN && r->n_subjects == 0)
		return true;
	if (host_id.len == 0)
		return r->counts[RESULT_UNKNOWN] > 0;
	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct subject_result *sub = &r->subjects[i];

		if (sub->result == RESULT_UNKNOWN &&
		    (sub->host_id.p == NULL || str_eq(sub->host_id, host_id)))
			return true;
	}
	return false;
}

struct old_finding {
	struct str id, subject, host_id;
};

static int
findings_load(struct keeper *k, const struct control_result *r,
	      struct old_finding **ret, size_t *ret_n, struct err *e)
{
	struct old_finding *list = NULL;
	size_t n = 0, cap = 0;
	struct stmt *st = k->findings;
	int rc;

	if (stmt_reset(st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, r->control->id);
	while ((rc = stmt_step(st, e)) > 0) {
		MORE(k->arena, list, n, cap);
		list[n++] = (struct old_finding){
			str_copy(k->arena, stmt_str(st, 0)),
			str_copy(k->arena, stmt_str(st, 1)),
			str_copy(k->arena, stmt_str(st, 2)),
		};
	}
	*ret = list;
	*ret_n = n;
	return rc;
}

/*
 * Opens a finding for what fails and has none, and closes those whose subject
 * no longer fails. Only what was really judged may close one: a host that is
 * silent closes nothing.
 */
static int
findings_keep(struct keeper *k, const struct control_result *r,
	      const struct subject_result *const *sorted, struct err *e)
{
	struct old_finding *old;
	size_t n_old, i = 0, j = 0;

	if (findings_load(k, r, &old, &n_old, e) < 0)
		return e->code;
	while (i < n_old || j < r->n_subjects) {
		int c = i == n_old ? 1
			: j == r->n_subjects
				? -1
				: str_cmp(old[i].subject, sorted[j]->subject);
		int rc = 0;

		if (c > 0 && sorted[j]->result == RESULT_FAIL)
			rc = finding_open(k, r, sorted[j], e);
		else if (c == 0 && sorted[j]->result == RESULT_PASS)
			rc = finding_close(k, old[i].id, "resolved", e);
		else if (c < 0 && r->result != RESULT_ERROR &&
			 !may_be_there(k, r, old[i].host_id))
			rc = finding_close(k, old[i].id, "gone", e);
		if (rc < 0)
			return rc;
		i += c <= 0;
		j += c >= 0;
	}
	return 0;
}

struct old_row {
	struct str subject, host_id, result, reason, detail;
};

static int
old_rows_load(struct keeper *k, const struct control_result *r,
	      struct old_row **ret, size_t *ret_n, struct err *e)
{
	struct old_row *rows = NULL;
	size_t n = 0, cap = 0;
	struct stmt *st = k->old_rows;
	int rc;

	if (stmt_reset(st, e) < 0)
		return e->code;
	stmt_bind_str(st, 1, r->control->id);
	while ((rc = stmt_step(st, e)) > 0) {
		MORE(k->arena, rows, n, cap);
		rows[n++] = (struct old_row){
			str_copy(k->arena, stmt_str(st, 0)),
			str_copy(k->arena, stmt_str(st, 1)),
			str_copy(k->arena, stmt_str(st, 2)),
			str_copy(k->arena, stmt_str(st, 3)),
			stmt_is_null(st, 4)
				? (struct str){ NULL, 0 }
				: str_copy(k->arena, stmt_str(st, 4)),
		};
	}
	*ret = rows;
	*ret_n = n;
	return rc;
}

/* Most rows of most runs are what they were: those are not written. */
static bool
is_same(const struct old_row *old, const struct subject_result *sub,
	struct str result, struct str reason)
{
	return str_eq(old->result, result) && str_eq(old->reason, reason) &&
	       str_eq(old->host_id, sub->host_id) &&
	       (old->detail.p == NULL) == (sub->detail.p == NULL) &&
	       str_eq(old->detail, sub->detail);
}

/* One subject before and now; fine, or not there: result "", sub NULL. */
static int
subject_keep(struct keeper *k, const struct control_result *r,
	     const struct old_row *old, const struct subject_result *sub,
	     struct err *e)
{
	static const struct reason none = { .why = WHY_NONE };
	bool settled = sub == NULL || is_settled(sub->result);
	struct str before = old->result;
	struct str subject = old->subject;
	struct str to = settled ? str_c("") : str_c(result_name(sub->result));
	struct str detail = sub ? sub->detail : (struct str){ NULL, 0 };

	if (!str_eq(before, to) &&
	    history_add(k, r, subject, before, to, sub ? &sub->reason : &none,
			detail, e) < 0)
		return e->code;
	if (settled && before.len == 0)
		return 0;
	if (settled) {
		int n = store_run(k->s, e,
				  "DELETE FROM result WHERE control = ? "
				  "AND subject = ?",
				  "ss", r->control->id, subject);

		return n < 0 ? n : 0;
	}
	struct str reason = reason_print(k->arena, &sub->reason);
	if (is_same(old, sub, to, reason))
		return 0;
	int n = store_run(k->s, e,
			  "INSERT OR REPLACE INTO result(control, subject, "
			  "host_id, result, reason, detail) "
			  "VALUES(?, ?, nullif(?, ''), ?, ?, ?)",
			  detail.p ? "ssssss" : "sssssn", r->control->id,
			  subject, sub->host_id.p ? sub->host_id : str_c(""),
			  to, reason, detail);
	return n < 0 ? n : 0;
}

/* Rows that are there now, merged with rows that were; both are sorted. */
static int
results_keep(struct keeper *k, const struct control_result *r,
	     const struct subject_result *const *sorted, struct err *e)
{
	struct old_row *old;
	size_t n_old, i = 0, j = 0;

	if (old_rows_load(k, r, &old, &n_old, e) < 0)
		return e->code;
	while (i < n_old || j < r->n_subjects) {
		int c = i == n_old ? 1
			: j == r->n_subjects
				? -1
				: str_cmp(old[i].subject, sorted[j]->subject);
		struct old_row before = { .result = str_c("") };

		if (c <= 0)
			before = old[i];
		else
			before.subject = sorted[j]->subject;
		if (subject_keep(k, r, &before, c >= 0 ? sorted[j] : NULL, e) <
		    0)
			return e->code;
		i += c <= 0;
		j += c >= 0;
	}
	return 0;
}

static int
control_keep(struct keeper *k, const struct control_result *r, struct err *e)
{
	const struct subject_result **sorted = ARENA_ARRAY(
		k->arena, r->n_subjects + 1, const struct subject_result *);

	for (size_t i = 0; i < r->n_subjects; i++)
		sorted[i] = &r->subjects[i];
	qsort(sorted, r->n_subjects, sizeof(*sorted), subject_cmp);
	if (state_keep(k, r, e) < 0 || results_keep(k, r, sorted, e) < 0)
		return e->code;
	return findings_keep(k, r, sorted, e);
}

static int
run_row(struct keeper *k, const struct check_scope *scope, struct str root,
	struct err *e)
{
	const struct check_run *run = k->run;
	struct str level = str_c("");

	if (scope->level >= 0)
		level = str_fmt(k->arena, "level %s",
				level_names[scope->level]);
	struct str what = scope->control.p    ? scope->control
			  : run->changed_only ? STR("changed")
			  : scope->area.p     ? scope->area
			  : scope->pack.p     ? scope->pack
			  : level.len > 0     ? level
					      : STR("all");

	if (store_get_int(k->s, &k->run_id, e,
			  "SELECT coalesce(max(id), 0) + 1 FROM check_run",
			  "") < 0)
		return e->code;
	int n = store_run(
		k->s, e,
		"INSERT INTO check_run(id, at, scope, catalog_hash, "
		"policy_seq, facts_at, n_pass, n_fail, n_unknown, "
		"n_not_applicable, n_waived, n_error, results_root, "
		"journal_seq) VALUES(?, ?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, "
		"?, ?, ?, ?)",
		"iissiiiiiiiisi", k->run_id, run->at, what, k->catalog_hash,
		run->policy->seq, run->facts_at, run->counts[RESULT_PASS],
		run->counts[RESULT_FAIL], run->counts[RESULT_UNKNOWN],
		run->counts[RESULT_NOT_APPLICABLE], run->counts[RESULT_WAIVED],
		run->counts[RESULT_ERROR], root, change_seq(k->change));
	return n < 0 ? n : 0;
}

/* Of one control at a time, so that memory does not grow with the run. */
static int
controls_keep(struct keeper *k, struct err *e)
{
	auto_stmt *states = NULL;
	auto_stmt *rows = NULL;
	auto_stmt *findings = NULL;
	struct arena_mark mark = arena_mark(k->arena);

	if (stmt_prepare(k->s,
			 STR("SELECT result, basis || ' ' || reason "
			     "FROM control_state WHERE control = ?"),
			 &states, e) < 0 ||
	    stmt_prepare(k->s,
			 STR("SELECT subject, coalesce(host_id, ''), result, "
			     "reason, detail FROM result "
			     "WHERE control = ? ORDER BY subject"),
			 &rows, e) < 0 ||
	    stmt_prepare(k->s,
			 STR("SELECT id, subject, coalesce(host_id, '') "
			     "FROM finding WHERE control = ? "
			     "AND state = 'open' ORDER BY subject"),
			 &findings, e) < 0)
		return e->code;
	k->states = states;
	k->old_rows = rows;
	k->findings = findings;
	for (size_t i = 0; i < k->run->n_results; i++) {
		const struct control_result *r = &k->run->results[i];

		arena_reset(k->arena, mark);
		if (control_keep(k, r, e) < 0)
			return err_in(e, "measure %.*s",
				      STR_ARG(r->control->id));
	}
	return 0;
}

/* Controls that were left as they are, over facts told again since. */
static int
moved_keep(struct store *s, const struct check_run *run, struct err *e)
{
	for (size_t i = 0; i < run->n_moved; i++) {
		if (store_run(s, e,
			      "UPDATE control_state SET facts_at = "
			      "nullif(?, 0) WHERE control = ?",
			      "is", run->moved[i].facts_at,
			      run->moved[i].control) < 0)
			return e->code;
	}
	return 0;
}

/* A run that had nothing to judge is no entry of the journal. */
static int
nothing_store(struct store *s, const struct check_run *run,
	      const struct check_scope *scope, struct err *e)
{
	if (store_begin(s, e) < 0)
		return e->code;
	if (moved_keep(s, run, e) < 0 || memory_save(s, run, scope, e) < 0) {
		store_rollback(s);
		return e->code;
	}
	return store_commit(s, e);
}

int
check_store(struct store *s, const struct check_run *run,
	    const struct check_scope *scope, struct err *e)
{
	auto_arena *a = arena_new();
	auto_arena *each = arena_new();
	auto_change *c = NULL;
	struct keeper k = { .s = s,
			    .run = run,
			    .arena = each,
			    .catalog_hash = store_catalog_hash(s) };

	if (run->changed_only && run->n_results == 0)
		return nothing_store(s, run, scope, e);

	struct str root = results_root(a, run);
	if (change_begin(s, "check.run", str_c("check"), &c, e) < 0)
		return e->code;
	k.change = c;
	if (run_row(&k, scope, root, e) < 0)
		return e->code;
	if (controls_keep(&k, e) < 0)
		return e->code;
	if (moved_keep(s, run, e) < 0 || memory_save(s, run, scope, e) < 0)
		return e->code;
	change_field(c, "results_root", root);
	change_field(c, "catalog_hash", k.catalog_hash);
	change_field(c, "policy_seq", str_fmt(a, "%" PRId64, run->policy->seq));
	change_field(c, "facts_at", str_fmt(a, "%" PRId64, run->facts_at));
	return change_commit(c, e);
}
