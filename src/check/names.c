/* names.c - the words of results, bases and reasons. */
#include "base/arena.h"
#include "check/check.h"

static const char *const result_names[N_RESULTS] = {
	[RESULT_ERROR] = "error",
	[RESULT_FAIL] = "fail",
	[RESULT_UNKNOWN] = "unknown",
	[RESULT_WAIVED] = "waived",
	[RESULT_PASS] = "pass",
	[RESULT_NOT_APPLICABLE] = "not_applicable",
};

const char *
result_name(enum result r)
{
	return result_names[r];
}

bool
result_parse(struct str s, enum result *ret)
{
	for (int i = 0; i < N_RESULTS; i++) {
		if (str_is(s, result_names[i])) {
			*ret = (enum result)i;
			return true;
		}
	}
	return false;
}

const char *
basis_name(enum basis b)
{
	static const char *const names[] = {
		[BASIS_NONE] = "none",
		[BASIS_MEASURED] = "measured",
		[BASIS_DOCUMENTED] = "documented",
		[BASIS_DECLARED] = "declared",
	};

	return names[b];
}

const char *
why_name(enum why w)
{
	static const char *const names[] = {
		[WHY_NONE] = "",
		[WHY_NO_VALUE] = "no_value",
		[WHY_NOT_COLLECTED] = "not_collected",
		[WHY_STALE] = "stale",
		[WHY_PARTIAL] = "partial",
		[WHY_CANNOT] = "cannot",
		[WHY_NEEDS_TABLE] = "needs_table",
		[WHY_NEEDS_LEDGER] = "needs_ledger",
		[WHY_NEEDS_PERSON] = "needs_person",
		[WHY_NO_HOSTS] = "no_hosts",
		[WHY_NOT_WRITTEN] = "not_written",
		[WHY_NONE_EXIST] = "none_exist",
		[WHY_ANSWER] = "answer",
		[WHY_LEVEL] = "level",
		[WHY_EXCLUDED] = "excluded",
		[WHY_DECLARED] = "declared",
		[WHY_DECLARED_UNKNOWN] = "declared_unknown",
		[WHY_WAIVED] = "waived",
		[WHY_ERROR] = "error",
	};

	return names[w];
}

struct str
reason_print(struct arena *a, const struct reason *r)
{
	return str_fmt(a, "%s%s%.*s%s%.*s", why_name(r->why),
		       r->what.len > 0 ? " " : "", STR_ARG(r->what),
		       r->detail.len > 0 ? " " : "", STR_ARG(r->detail));
}
