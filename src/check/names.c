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

static const char *const basis_names[] = {
	[BASIS_NONE] = "none",
	[BASIS_MEASURED] = "measured",
	[BASIS_DOCUMENTED] = "documented",
	[BASIS_DECLARED] = "declared",
};

const char *
basis_name(enum basis b)
{
	return basis_names[b];
}

bool
basis_parse(struct str s, enum basis *ret)
{
	for (size_t i = 0; i < ARRAY_LEN(basis_names); i++) {
		if (str_is(s, basis_names[i])) {
			*ret = (enum basis)i;
			return true;
		}
	}
	return false;
}

const char *
why_name(enum why w)
{
	static const char *const names[] = {
		[WHY_NONE] = "",
		[WHY_NO_VALUE] = "no_value",
		[WHY_NOT_COLLECTED] = "not_collected",
		[WHY_STALE] = "stale",
		[WHY_AHEAD] = "ahead",
		[WHY_PARTIAL] = "partial",
		[WHY_CANNOT] = "cannot",
		[WHY_NEEDS_TABLE] = "needs_table",
		[WHY_NEEDS_LEDGER] = "needs_ledger",
		[WHY_NEEDS_PERSON] = "needs_person",
		[WHY_NO_HOSTS] = "no_hosts",
		[WHY_NOT_WRITTEN] = "not_written",
		[WHY_NOT_CHECKED] = "not_checked",
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

/* Whether the first word behind the name says what it speaks of. */
static bool
has_what(enum why w)
{
	switch (w) {
	case WHY_NO_VALUE:
	case WHY_NOT_COLLECTED:
	case WHY_STALE:
	case WHY_AHEAD:
	case WHY_PARTIAL:
	case WHY_CANNOT:
	case WHY_NEEDS_TABLE:
	case WHY_NEEDS_LEDGER:
	case WHY_ANSWER:
	case WHY_LEVEL:
		return true;
	case WHY_NONE:
	case WHY_NEEDS_PERSON:
	case WHY_NO_HOSTS:
	case WHY_NOT_WRITTEN:
	case WHY_NOT_CHECKED:
	case WHY_NONE_EXIST:
	case WHY_EXCLUDED:
	case WHY_DECLARED:
	case WHY_DECLARED_UNKNOWN:
	case WHY_WAIVED:
	case WHY_ERROR:
		break;
	}
	return false;
}

struct reason
reason_parse(struct arena *a, struct str s)
{
	struct str word = str_until(s, ' ');
	struct str rest = str_copy(a, str_after(s, ' '));
	enum why w = WHY_NONE;

	for (int i = WHY_NONE; i <= WHY_ERROR; i++) {
		if (str_is(word, why_name((enum why)i)))
			w = (enum why)i;
	}
	if (has_what(w))
		return (struct reason){ w, str_until(rest, ' '),
					str_after(rest, ' ') };
	return (struct reason){ w, str_c(""), rest };
}
