/* show.c - results of a check as text and as JSON. */
#include "cli/show.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/moment.h"
#include "check/next.h"
#include "tables/contract.h"

static void
subject_json(struct json *j, struct arena *a, const struct subject_result *sub)
{
	json_open(j, '{');
	json_key(j, "subject");
	json_str(j, sub->subject);
	json_key(j, "result");
	json_c(j, result_name(sub->result));
	json_key(j, "reason");
	json_str(j, reason_print(a, &sub->reason));
	json_key(j, "detail");
	if (sub->detail.p != NULL)
		json_str(j, sub->detail);
	else
		json_null(j);
	json_close(j, '}');
}

static void
control_json(struct json *j, struct arena *a, const struct zone *z,
	     const struct control_result *r)
{
	json_open(j, '{');
	json_key(j, "id");
	json_str(j, r->control->id);
	json_key(j, "level");
	json_c(j, level_names[r->control->level]);
	json_key(j, "result");
	json_c(j, result_name(r->result));
	json_key(j, "basis");
	json_c(j, basis_name(r->basis));
	json_key(j, "reason");
	json_str(j, reason_print(a, &r->reason));
	json_key(j, "counts");
	json_open(j, '{');
	for (int i = 0; i < N_RESULTS; i++) {
		json_key(j, result_name((enum result)i));
		if (r->counts[i] == COUNT_NOT_KEPT)
			json_null(j);
		else
			json_int(j, r->counts[i]);
	}
	json_close(j, '}');
	json_key(j, "facts_at");
	if (r->facts_at > 0)
		json_str(j, at_print(a, r->facts_at, z));
	else
		json_null(j);
	json_key(j, "subjects");
	json_open(j, '[');
	for (size_t i = 0; i < r->n_subjects; i++)
		subject_json(j, a, &r->subjects[i]);
	json_close(j, ']');
	json_close(j, '}');
}

void
show_run_json(struct cli *c, struct store *s, const struct check_run *run)
{
	struct json j;

	json_init(&j, c->out, true);
	json_open(&j, '{');
	json_key(&j, "schema");
	json_c(&j, "yamori/check/1");
	json_key(&j, "at");
	json_str(&j, at_print(c->arena, run->at, store_zone(s)));
	if (run->as_of_on.p != NULL) {
		json_key(&j, "as_of");
		json_str(&j, run->as_of_on);
	}
	json_key(&j, "organisation");
	json_str(&j, run->policy->org_name);
	json_key(&j, "summary");
	json_open(&j, '{');
	for (int i = N_RESULTS; i-- > 0;) {
		json_key(&j, result_name((enum result)i));
		json_int(&j, run->counts[i]);
	}
	json_close(&j, '}');
	json_key(&j, "controls");
	json_open(&j, '[');
	for (size_t i = 0; i < run->n_results; i++)
		control_json(&j, c->arena, store_zone(s), &run->results[i]);
	json_close(&j, ']');
	json_close(&j, '}');
	buf_char(c->out, '\n');
}

/* What follows the first semicolon is for those who write queries. */
static const char *
first_part(struct cli *c, const char *doc)
{
	return str_to_c(c->arena, str_until(str_c(doc), ';'));
}

static const char *
table_title(struct cli *c, struct str table)
{
	for (size_t i = 0; i < n_contracts; i++) {
		if (str_is(table, contracts[i]->name))
			return first_part(c, c->lang == LANG_JA
						     ? contracts[i]->doc_ja
						     : contracts[i]->doc_en);
	}
	return str_to_c(c->arena, table);
}

/* "host_user.password_set" as the column's own words. */
static const char *
column_title(struct cli *c, struct str what)
{
	struct str table = str_until(what, '.');
	struct str column = str_after(what, '.');

	for (size_t i = 0; i < n_contracts; i++) {
		const struct contract *k = contracts[i];

		if (!str_is(table, k->name))
			continue;
		for (size_t n = 0; n < k->n_cols; n++) {
			if (str_is(column, k->cols[n].name))
				return first_part(c,
						  c->lang == LANG_JA
							  ? k->cols[n].doc_ja
							  : k->cols[n].doc_en);
		}
	}
	return table_title(c, table);
}

static const char *
ledger_title(struct cli *c, const struct catalog *cat, struct str id)
{
	const struct ledger *l = ledger_find(cat, id);

	if (l == NULL)
		return table_title(c, id);
	return str_to_c(c->arena,
			c->lang == LANG_JA ? l->title.ja : l->title.en);
}

static void
cannot_print(struct cli *c, const char *title, struct str why)
{
	if (str_is(why, "needs_root"))
		cli_print(c,
			  "administrator rights (root) are needed to see: %s",
			  title);
	else if (str_is(why, "absent"))
		cli_print(c, "this machine offers no way to tell: %s", title);
	else if (str_is(why, "timeout"))
		cli_print(c, "took too long to tell: %s", title);
	else
		cli_print(c, "could not be read: %s", title);
}

static void
not_checked_print(struct cli *c, struct str since)
{
	if (since.len > 0)
		cli_print(c, "not checked since %.*s", STR_ARG(since));
	else
		cli_print(c, "had not been checked by then");
}

static void
reason_words(struct cli *c, const struct catalog *cat, const struct reason *r)
{
	const char *table = table_title(c, r->what);
	struct str who = r->detail;

	switch (r->why) {
	case WHY_NONE:
		break;
	case WHY_NO_VALUE:
		cli_print(c, "a value needed for this is not known");
		break;
	case WHY_NOT_COLLECTED:
		cli_print(c, "not collected yet: %s", table);
		break;
	case WHY_STALE:
		cli_print(c, "collected too long ago: %s", table);
		break;
	case WHY_AHEAD:
		cli_print(c,
			  "collected while the clock was ahead; collect again: "
			  "%s",
			  table);
		break;
	case WHY_PARTIAL:
		cli_print(c, "collected in part only: %s", table);
		break;
	case WHY_CANNOT:
		cannot_print(c, column_title(c, r->what), r->detail);
		break;
	case WHY_NEEDS_TABLE:
		cli_print(c, "no collector fills this table yet: %s", table);
		break;
	case WHY_NEEDS_LEDGER:
		cli_print(c, "this ledger is still empty: %s",
			  ledger_title(c, cat, r->what));
		break;
	case WHY_NEEDS_PERSON:
		cli_print(c, "only a person can answer this");
		break;
	case WHY_NO_HOSTS:
		cli_print(c, "no machine has been collected yet");
		break;
	case WHY_NOT_WRITTEN:
		cli_print(
			c,
			"the automatic check for this is still to be written");
		break;
	case WHY_NOT_CHECKED:
		not_checked_print(c, who);
		break;
	case WHY_NONE_EXIST:
		cli_print(c, "there is nothing of the kind");
		break;
	case WHY_ANSWER:
		cli_print(c,
			  "does not apply, by the answers about the "
			  "organisation (%.*s)",
			  STR_ARG(r->what));
		break;
	case WHY_LEVEL:
		cli_print(c, "belongs to a higher level (%.*s)",
			  STR_ARG(r->what));
		break;
	case WHY_EXCLUDED:
		cli_print(c, "excluded: %.*s", STR_ARG(who));
		break;
	case WHY_DECLARED:
		cli_print(c, "declared by %.*s", STR_ARG(who));
		break;
	case WHY_DECLARED_UNKNOWN:
		cli_print(c, "%.*s declared not to know", STR_ARG(who));
		break;
	case WHY_WAIVED:
		cli_print(c, "accepted as an exception until %.*s",
			  STR_ARG(who));
		break;
	case WHY_ERROR:
		cli_print(c, "the check itself failed: %.*s", STR_ARG(who));
		break;
	}
}

struct str
show_reason(struct cli *c, const struct catalog *cat, const struct reason *r)
{
	struct buf *out = c->out;
	auto_buf b = { 0 };

	buf_init(&b, 65536);
	c->out = &b;
	reason_words(c, cat, r);
	c->out = out;
	return str_copy(c->arena, buf_view(&b));
}

struct str
show_subject(struct cli *c, const struct check_run *run,
	     const struct subject_result *sub)
{
	const struct check_host *h = sub->host_id.p ? check_host_find(
							      run, sub->host_id)
						    : NULL;
	struct str key = str_after(sub->subject, ':');

	if (h == NULL)
		return key.len > 0 ? key : sub->subject;
	if (str_eq(key, sub->host_id))
		return h->name;
	if (str_starts(key, str_to_c(c->arena, sub->host_id)))
		key = str_from(key, sub->host_id.len + 1);
	return str_fmt(c->arena, "%.*s: %.*s", STR_ARG(h->name), STR_ARG(key));
}

struct view {
	struct cli *c;
	const struct check_run *run;
	struct next next;
	size_t width;
	bool one; /* a single control was asked for */
};

static struct str
words(const struct view *v, struct words w)
{
	return v->c->lang == LANG_JA ? w.ja : w.en;
}

static void
heading(struct view *v, enum style style, const char *id, int64_t n)
{
	struct cli *c = v->c;

	buf_char(c->out, '\n');
	cli_style(
		c, style,
		str_fmt(c->arena, "%s (%lld)", cli_text(c, id), (long long)n));
	buf_char(c->out, '\n');
}

#define SUBJECTS_SHOWN 5

static void
subjects_print(struct view *v, const struct control_result *r,
	       enum result result)
{
	struct cli *c = v->c;
	size_t shown = 0;
	int64_t all = r->counts[result];

	for (size_t i = 0; i < r->n_subjects; i++) {
		const struct subject_result *sub = &r->subjects[i];

		if (sub->result != result)
			continue;
		if (shown++ == SUBJECTS_SHOWN && !v->one)
			break;
		struct str what = show_subject(c, v->run, sub);
		struct str why = show_reason(c, v->run->policy->catalog,
					     &sub->reason);
		struct str line = str_fmt(
			c->arena, "%.*s%s%.*s%s%.*s", STR_ARG(what),
			sub->detail.len > 0 ? "  " : "", STR_ARG(sub->detail),
			why.len > 0 ? "  - " : "", STR_ARG(why));

		cli_wrap(c, line, 6, v->width);
	}
	if (!v->one && all > SUBJECTS_SHOWN)
		cli_print(c, "      and %lld more\n",
			  (long long)(all - SUBJECTS_SHOWN));
}

static void
title_print(struct view *v, const struct control_result *r, const char *mark,
	    enum style style)
{
	struct cli *c = v->c;

	buf_c(c->out, "  ");
	cli_style(c, style, str_c(mark));
	buf_char(c->out, ' ');
	cli_style(c, STYLE_BOLD, words(v, r->control->title));
	buf_c(c->out, "  ");
	cli_style(c, STYLE_DIM, r->control->id);
	buf_char(c->out, '\n');
}

static void
labelled(struct view *v, const char *label, struct str text)
{
	struct cli *c = v->c;

	if (text.len == 0)
		return;
	buf_c(c->out, "    ");
	cli_style(c, STYLE_DIM, str_c(cli_text(c, label)));
	buf_char(c->out, '\n');
	cli_wrap(c, text, 6, v->width);
}

static void
failing_print(struct view *v, const struct control_result *r)
{
	struct cli *c = v->c;

	title_print(v, r, "\u2717", STYLE_RED);
	if (r->basis == BASIS_DECLARED)
		cli_wrap(c, show_reason(c, v->run->policy->catalog, &r->reason),
			 6, v->width);
	subjects_print(v, r, RESULT_FAIL);
	if (r->counts[RESULT_WAIVED] > 0)
		subjects_print(v, r, RESULT_WAIVED);
	labelled(v, "Why it matters", words(v, r->control->why));
	labelled(v, "How to mend it", words(v, r->control->fix));
}

static void
failing_all(struct view *v)
{
	if (v->run->counts[RESULT_FAIL] == 0)
		return;
	heading(v, STYLE_RED, "To do", v->run->counts[RESULT_FAIL]);
	for (size_t i = 0; i < v->run->n_results; i++) {
		if (v->run->results[i].result == RESULT_FAIL)
			failing_print(v, &v->run->results[i]);
	}
}

/* Unknown, sorted by what would help: a person, a collection, later work. */
enum help { HELP_COLLECT, HELP_PERSON, HELP_LATER, N_HELP };

static enum help
help_of(const struct control_result *r)
{
	enum why w = r->reason.why;

	if (w == WHY_NEEDS_PERSON || w == WHY_NEEDS_LEDGER ||
	    w == WHY_DECLARED_UNKNOWN)
		return HELP_PERSON;
	if (w == WHY_NEEDS_TABLE || w == WHY_NOT_WRITTEN)
		return HELP_LATER;
	return HELP_COLLECT;
}

static void
unknown_group(struct view *v, enum help help, const char *title)
{
	struct cli *c = v->c;
	bool first = true;

	for (size_t i = 0; i < v->run->n_results; i++) {
		const struct control_result *r = &v->run->results[i];

		if (r->result != RESULT_UNKNOWN || help_of(r) != help)
			continue;
		if (first)
			cli_wrap(c, str_c(cli_text(c, title)), 2, v->width);
		first = false;
		buf_c(c->out, "    ? ");
		buf_str(c->out, words(v, r->control->title));
		buf_c(c->out, "  ");
		cli_style(c, STYLE_DIM, r->control->id);
		buf_char(c->out, '\n');
		if (help == HELP_COLLECT && r->n_subjects > 0)
			subjects_print(v, r, RESULT_UNKNOWN);
		else
			cli_wrap(c,
				 show_reason(c, v->run->policy->catalog,
					     &r->reason),
				 6, v->width);
	}
}

static void
unknown_all(struct view *v)
{
	if (v->run->counts[RESULT_UNKNOWN] == 0)
		return;
	heading(v, STYLE_YELLOW, "Not yet known",
		v->run->counts[RESULT_UNKNOWN]);
	unknown_group(v, HELP_COLLECT, "A machine could tell:");
	unknown_group(v, HELP_PERSON,
		      "A person can answer now ('yamori declare CONTROL'):");
	unknown_group(v, HELP_LATER,
		      "Nothing collects this yet; a person may declare it:");
}

static void
others_all(struct view *v, enum result result, const char *title,
	   const char *mark, enum style style)
{
	struct cli *c = v->c;

	if (v->run->counts[result] == 0)
		return;
	heading(v, style, title, v->run->counts[result]);
	for (size_t i = 0; i < v->run->n_results; i++) {
		const struct control_result *r = &v->run->results[i];

		if (r->result != result)
			continue;
		title_print(v, r, mark, style);
		if (result == RESULT_PASS && !v->one)
			continue;
		if (r->n_subjects > 0)
			subjects_print(v, r, result);
		else
			cli_wrap(c,
				 show_reason(c, v->run->policy->catalog,
					     &r->reason),
				 6, v->width);
	}
}

static void
summary_print(struct view *v, struct store *s)
{
	const struct check_run *run = v->run;
	struct cli *c = v->c;
	int64_t measures = 0;

	for (int i = 0; i < N_RESULTS; i++) {
		if (i != RESULT_NOT_APPLICABLE)
			measures += run->counts[i];
	}

	cli_style(c, STYLE_BOLD, run->policy->org_name);
	buf_fmt(c->out, "  %s\n",
		at_print_short(c->arena, run->at, store_zone(s)).p);
	cli_print(c, "%lld measures apply: ", (long long)measures);
	cli_print(c, "fine %lld, to do %lld, ",
		  (long long)run->counts[RESULT_PASS],
		  (long long)run->counts[RESULT_FAIL]);
	cli_print(c, "not yet known %lld",
		  (long long)run->counts[RESULT_UNKNOWN]);
	if (run->counts[RESULT_WAIVED] > 0)
		cli_print(c, ", exceptions %lld",
			  (long long)run->counts[RESULT_WAIVED]);
	if (run->counts[RESULT_ERROR] > 0)
		cli_print(c, ", errors %lld",
			  (long long)run->counts[RESULT_ERROR]);
	buf_char(c->out, '\n');
}

static void
next_print(struct view *v)
{
	struct cli *c = v->c;

	if (v->one || v->next.n == 0)
		return;
	heading(v, STYLE_BOLD, "The next things to do", (int64_t)v->next.n);
	for (size_t i = 0; i < v->next.n; i++) {
		const struct control *k = v->next.things[i]->control;

		buf_fmt(c->out, "  %zu. ", i + 1);
		cli_style(c, STYLE_BOLD, words(v, k->title));
		cli_print(c, "  about %lld minutes",
			  (long long)v->next.minutes[i]);
		buf_char(c->out, '\n');
		cli_wrap(c,
			 str_fmt(c->arena, "yamori explain %.*s",
				 STR_ARG(k->id)),
			 5, v->width);
	}
}

int
show_run(struct cli *c, struct store *s, const struct check_run *run,
	 const struct check_scope *scope, struct err *e)
{
	struct view v = { .c = c,
			  .run = run,
			  .width = cli_width(),
			  .one = scope->control.p != NULL };

	/* What to do next is told of today only. */
	if (run->as_of_on.p == NULL && !run->changed_only &&
	    next_choose(s, run, &v.next, e) < 0)
		return e->code;
	if (run->as_of_on.p != NULL)
		cli_print(c,
			  "As it stood at the end of %.*s, from the history\n",
			  STR_ARG(run->as_of_on));
	summary_print(&v, s);
	if (run->changed_only)
		cli_print(c, "Judged anew, because something changed: %zu\n",
			  run->n_results);
	failing_all(&v);
	others_all(&v, RESULT_ERROR, "The check itself failed", "!", STYLE_RED);
	unknown_all(&v);
	others_all(&v, RESULT_WAIVED, "Accepted exceptions", "-", STYLE_YELLOW);
	others_all(&v, RESULT_PASS, "Fine", "\u2713", STYLE_GREEN);
	if (v.one)
		others_all(&v, RESULT_NOT_APPLICABLE, "Does not apply", "-",
			   STYLE_DIM);
	next_print(&v);
	return 0;
}
