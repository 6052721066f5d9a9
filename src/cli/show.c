/* show.c - results of a check as text and as JSON. */
#include "cli/show.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/moment.h"

static void
subject_json(struct json *j, struct arena *a,
	     const struct subject_result *sub)
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

struct str
show_reason(struct cli *c, const struct reason *r)
{
	return reason_print(c->arena, r);
}

struct str
show_subject(struct cli *c UNUSED, const struct check_run *run UNUSED,
	     const struct subject_result *sub)
{
	return sub->subject;
}

void
show_run(struct cli *c, struct store *s UNUSED, const struct check_run *run,
	 const struct check_scope *scope UNUSED)
{
	for (size_t i = 0; i < run->n_results; i++) {
		const struct control_result *r = &run->results[i];

		buf_fmt(c->out, "%-16s %.*s: %.*s\n", result_name(r->result),
			STR_ARG(r->control->id),
			STR_ARG(show_reason(c, &r->reason)));
		for (size_t k = 0; k < r->n_subjects; k++)
			buf_fmt(c->out, "    %s %.*s %.*s\n",
				result_name(r->subjects[k].result),
				STR_ARG(r->subjects[k].subject),
				STR_ARG(r->subjects[k].detail));
	}
}
