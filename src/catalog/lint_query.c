/* lint_query.c - queries: what they compare, their examples, mutants. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/json_read.h"
#include "base/moment.h"
#include "base/num.h"
#include "catalog/bench.h"
#include "catalog/lint.h"
#include "catalog/mutant.h"
#include "catalog/sql.h"
#include "store/query.h"
#include "store/store.h"

#define COLUMNS_MAX 1000
#define SHIFTS_MAX 40

struct lint {
	struct arena *a; /* emptied after each control */
	const struct catalog *c;
	const struct tables *tables;
	struct store *all; /* every table, without rows */
	struct diags *d;
	struct lint_counts counts;
};

struct judged {
	struct lint *l;
	const struct control *k;
	struct reads reads;
	size_t n_bindings, n_benches;
	struct binding *bindings;
	struct bench **benches;
	struct verdicts *got; /* what the query itself gives, as wanted */
};

static struct str
at_line(const struct lint *l, const struct control *k, int line)
{
	/* The text of a literal block starts a line below its key. */
	return str_fmt(l->a, "%.*s:%d:1", STR_ARG(k->file),
		       k->line_assess + 1 + line);
}

#define BAD(l, k, line, ...)                                                   \
	diags_error((l)->d, at_line(l, k, line), __VA_ARGS__)

enum time_kind {
	TIME_NONE,
	TIME_INSTANT,
	TIME_DATE,
};

static bool
date_text(struct str s)
{
	struct err e = { 0 };
	int64_t days;

	return s.len == 12 &&
	       on_parse(str_first(str_from(s, 1), 10), &days, &e) == 0;
}

static enum time_kind
time_of_name(struct str s)
{
	if (str_ends(s, "_at") || str_is(s, "at_add") || str_is(s, "at_of") ||
	    str_is(s, ":now"))
		return TIME_INSTANT;
	if (str_ends(s, "_on") || str_is(s, "on_add") || str_is(s, "on_of") ||
	    str_is(s, ":today"))
		return TIME_DATE;
	return TIME_NONE;
}

/* The operand that starts at i: a name with its table, a call or a text. */
static enum time_kind
time_right(const struct token *t, size_t n, size_t i)
{
	if (i < n && token_is(&t[i], "NOT"))
		i = token_next(t, n, i);
	if (i >= n)
		return TIME_NONE;
	if (t[i].kind == TOKEN_TEXT)
		return date_text(t[i].text) ? TIME_DATE : TIME_NONE;

	size_t dot = token_next(t, n, i);
	if (dot < n && str_is(t[dot].text, ".")) {
		size_t name = token_next(t, n, dot);

		return name < n ? time_of_name(t[name].text) : TIME_NONE;
	}
	return time_of_name(t[i].text);
}

/* The operand that ends at i. */
static enum time_kind
time_left(const struct token *t, size_t n, size_t i)
{
	if (i < n && token_is(&t[i], "NOT"))
		i = token_prev(t, n, i);
	if (i >= n)
		return TIME_NONE;
	if (t[i].kind == TOKEN_TEXT)
		return date_text(t[i].text) ? TIME_DATE : TIME_NONE;
	if (!str_is(t[i].text, ")"))
		return time_of_name(t[i].text);

	/* A call: the name before the parenthesis that this one closes. */
	for (size_t j = i; j-- > 0;) {
		if (t[j].depth != t[i].depth || !str_is(t[j].text, "("))
			continue;

		size_t name = token_prev(t, n, j);
		return name < n ? time_of_name(t[name].text) : TIME_NONE;
	}
	return TIME_NONE;
}

static void
times(struct lint *l, const struct control *k)
{
	static const char *const ops[] = { "=",	 "==", "<>", "!=",	"<",
					   "<=", ">",  ">=", "BETWEEN", "IS" };
	struct token *t;
	size_t n = sql_tokens(l->a, k->assess, &t);

	for (size_t i = 0; i < n; i++) {
		if (!token_in(&t[i], ops, ARRAY_LEN(ops)))
			continue;

		enum time_kind left = time_left(t, n, token_prev(t, n, i));
		enum time_kind right = time_right(t, n, token_next(t, n, i));
		if (left != TIME_NONE && right != TIME_NONE && left != right)
			BAD(l, k, t[i].line,
			    "%.*s: an instant (_at) is compared with a date "
			    "(_on); use on_of() or at_of()",
			    STR_ARG(k->id));
	}
}

static bool
result_column(struct stmt *st, const char *name)
{
	for (int i = 0; i < stmt_n_cols(st); i++)
		if (strcmp(stmt_col_name(st, i), name) == 0)
			return true;
	return false;
}

static void
params_known(struct judged *j, struct stmt *st)
{
	const struct control *k = j->k;

	for (int i = 1; i <= stmt_n_params(st); i++) {
		const char *name = stmt_param_name(st, i);
		bool known = name != NULL && (strcmp(name, ":now") == 0 ||
					      strcmp(name, ":today") == 0);

		for (size_t b = 0; b < j->n_bindings && !known; b++)
			known = name != NULL && name[0] == ':' &&
				str_is(j->bindings[b].name, name + 1);
		if (!known)
			BAD(j->l, k, 0, "%.*s: there is no parameter '%s'",
			    STR_ARG(k->id), name != NULL ? name : "?");
	}
	for (size_t i = 0; i < k->n_uses; i++) {
		struct str name = str_fmt(j->l->a, ":%.*s",
					  STR_ARG(k->uses[i].name));

		if (stmt_param(st, name.p) == 0)
			BAD(j->l, k, 0, "%.*s: '%.*s' of 'use' is not used",
			    STR_ARG(k->id), STR_ARG(k->uses[i].name));
	}
}

static bool
prepares(struct judged *j)
{
	struct lint *l = j->l;
	const struct control *k = j->k;
	auto_stmt *st = NULL;
	struct err e = { 0 };
	bool facts = false;

	if (query_prepare(l->all, l->a, k->assess, &st, &j->reads, &e) < 0) {
		BAD(l, k, 0, "%.*s: %.*s", STR_ARG(k->id),
		    STR_ARG(err_words(l->a, &e)));
		return false;
	}
	for (size_t i = 0; i < j->reads.n; i++) {
		const struct table_shape *t = tables_find(
			l->tables, j->reads.list[i].table);

		facts = facts || (t != NULL && t->kind == TABLE_FACT);
	}

	static const char *const wanted[] = { "subject", "ok", "detail",
					      "host_id" };
	for (size_t i = 0; i < ARRAY_LEN(wanted) - !facts; i++)
		if (!result_column(st, wanted[i]))
			BAD(l, k, 0, "%.*s: the query gives no column '%s'",
			    STR_ARG(k->id), wanted[i]);
	params_known(j, st);
	return result_column(st, "subject") && result_column(st, "ok");
}

static const struct verdict_row *
verdict_find(const struct verdicts *v, struct str subject)
{
	for (size_t i = 0; i < v->n; i++)
		if (str_eq(v->rows[i].subject, subject))
			return &v->rows[i];
	return NULL;
}

static bool
same(const struct verdicts *a, const struct verdicts *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].verdict != b->rows[i].verdict ||
		    !str_eq(a->rows[i].subject, b->rows[i].subject))
			return false;
	return true;
}

static void
say_differences(struct judged *j, const struct example *ex,
		const struct verdicts *want, const struct verdicts *got)
{
	struct str at = str_fmt(j->l->a, "%.*s:%d:%d", STR_ARG(j->k->file),
				ex->line, ex->column_no);

	for (size_t i = 0; i < want->n; i++) {
		const struct verdict_row *w = &want->rows[i];
		const struct verdict_row *g = verdict_find(got, w->subject);

		if (g == NULL || g->verdict != w->verdict)
			diags_error(j->l->d, at, "%.*s: '%.*s' should be %s",
				    STR_ARG(j->k->id), STR_ARG(w->subject),
				    verdict_name(w->verdict));
	}
	for (size_t i = 0; i < got->n; i++) {
		const struct verdict_row *g = &got->rows[i];
		const struct verdict_row *w = verdict_find(want, g->subject);

		if (w == NULL || w->verdict != g->verdict)
			diags_error(j->l->d, at, "%.*s: '%.*s' is %s",
				    STR_ARG(j->k->id), STR_ARG(g->subject),
				    verdict_name(g->verdict));
	}
}

/* Opens a bench for each example and sees whether it gives what it wants. */
static bool
examples_run(struct judged *j)
{
	struct lint *l = j->l;
	const struct control *k = j->k;
	bool good = true;

	j->benches = ARENA_ARRAY(l->a, k->n_examples, struct bench *);
	j->got = ARENA_ARRAY(l->a, k->n_examples, struct verdicts);
	for (size_t i = 0; i < k->n_examples; i++) {
		const struct example *ex = &k->examples[i];
		struct bench *b = bench_open(l->a, l->tables, k, ex, &j->reads,
					     j->bindings, j->n_bindings, l->d);
		struct verdicts want = bench_wanted(l->a, ex);
		struct verdicts *got = &j->got[j->n_benches];
		struct err e = { 0 };

		l->counts.n_examples++;
		if (b == NULL) {
			good = false;
			continue;
		}
		j->benches[j->n_benches++] = b;
		if (bench_run(b, l->a, k->assess, got, &e) < 0) {
			diags_error(l->d,
				    str_fmt(l->a, "%.*s:%d:%d",
					    STR_ARG(k->file), ex->line,
					    ex->column_no),
				    "%.*s: %.*s", STR_ARG(k->id),
				    STR_ARG(err_words(l->a, &e)));
			good = false;
		} else if (!same(got, &want)) {
			say_differences(j, ex, &want, got);
			good = false;
		}
	}
	return good;
}

/* The host of a row is as much a result as its verdict. */
static bool
same_hosts(const struct verdicts *a, const struct verdicts *b)
{
	for (size_t i = 0; i < a->n; i++)
		if (!str_eq(a->rows[i].host_id, b->rows[i].host_id))
			return false;
	return true;
}

static bool
noticed(struct judged *j, size_t bench, struct str sql)
{
	auto_arena *a = arena_new();
	struct verdicts got;
	struct err e = { 0 };

	return bench_run(j->benches[bench], a, sql, &got, &e) < 0 ||
	       !same(&got, &j->got[bench]) || !same_hosts(&got, &j->got[bench]);
}

static void
survivor(struct judged *j, int line, struct str what)
{
	for (size_t i = 0; i < j->k->n_mutants_ok; i++)
		if (str_eq(j->k->mutants_ok[i], what))
			return;
	j->l->counts.n_survivors++;
	BAD(j->l, j->k, line, "%.*s: no example notices: %.*s",
	    STR_ARG(j->k->id), STR_ARG(what));
}

/* The example that noticed the last mutant is asked first. */
static bool
any_notices(struct judged *j, struct str sql, size_t *hint)
{
	for (size_t i = 0; i < j->n_benches; i++) {
		size_t b = (*hint + i) % j->n_benches;

		if (noticed(j, b, sql)) {
			*hint = b;
			return true;
		}
	}
	return false;
}

static size_t
columns_read(struct judged *j, struct str **ret)
{
	size_t n = 0;

	*ret = ARENA_ARRAY(j->l->a, COLUMNS_MAX, struct str);
	for (size_t i = 0; i < j->reads.n; i++) {
		const struct table_shape *t = tables_find(
			j->l->tables, j->reads.list[i].table);

		for (size_t k = 0; t != NULL && k < t->n_cols; k++) {
			bool known = n == COLUMNS_MAX;

			for (size_t m = 0; m < n && !known; m++)
				known = str_eq((*ret)[m], t->cols[k].name);
			if (!known)
				(*ret)[n++] = t->cols[k].name;
		}
	}
	return n;
}

static void
query_mutants(struct judged *j)
{
	struct str *columns;
	struct mutant *list;
	size_t n_columns = columns_read(j, &columns), hint = 0;
	size_t n = mutants_make(j->l->a, j->k->assess, columns, n_columns,
				&list);

	for (size_t i = 0; i < n; i++) {
		j->l->counts.n_mutants++;
		if (!any_notices(j, list[i].sql, &hint))
			survivor(j, list[i].line, list[i].what);
	}
}

/* The list without its element `drop`; sets *ret_n to how many it had. */
static struct str
without(struct arena *a, struct str list, size_t drop, size_t *ret_n)
{
	struct json_read in;
	auto_buf b = { 0 };
	size_t n = 0;

	buf_init(&b, list.len + 16);
	buf_char(&b, '[');
	json_read_init(&in, a, list);
	json_read_array(&in);
	while (json_read_item(&in)) {
		struct str raw = json_read_raw(&in);

		if (n++ == drop)
			continue;
		if (b.len > 1)
			buf_char(&b, ',');
		buf_str(&b, raw);
	}
	buf_char(&b, ']');
	*ret_n = n;
	return str_copy(a, buf_view(&b));
}

static struct str
duration_shift(struct arena *a, struct str value, int64_t by)
{
	struct duration d;
	struct err e = { 0 };

	if (duration_parse(value, &d, &e) < 0)
		return value;
	int64_t n = d.n + by < 0 ? 0 : d.n + by;
	return str_fmt(a, "%" PRId64 "%s", n, d.unit);
}

static struct str
choice_shift(const struct parameter *p, struct str value, size_t to)
{
	size_t i = to % p->n_choices;

	if (str_eq(p->choices[i].value, value))
		i = (i + 1) % p->n_choices;
	return p->choices[i].value;
}

/*
 * The value as the shift number `no` changes it; p == NULL when there are no
 * more shifts, what says which this was.
 */
static struct str
value_shift(struct arena *a, const struct parameter *p, struct str value,
	    size_t no, const char **what)
{
	static const char *const steps[] = { "one more", "one less" };
	const struct str none = { 0 };
	int64_t n = 0;
	size_t n_list;

	*what = no < ARRAY_LEN(steps) ? steps[no] : "";
	switch (p->type) {
	case PARAM_INT:
		(void)num_try(value, &n); /* it was parsed when it was read */
		return no > 1 ? none
			      : str_fmt(a, "%" PRId64, n + (no == 0 ? 1 : -1));
	case PARAM_DURATION:
		return no > 1 ? none
			      : duration_shift(a, value, no == 0 ? 1 : -1);
	case PARAM_BOOL:
		*what = "turned round";
		if (no > 0)
			return none;
		return str_is(value, "1") ? STR("0") : STR("1");
	case PARAM_CHOICE:
		*what = "another choice";
		return no >= p->n_choices ? none : choice_shift(p, value, no);
	case PARAM_LIST:
	case PARAM_TABLE:
		*what = "without one element";
		value = without(a, value, no, &n_list);
		return no > 0 && no >= n_list ? none : value;
	case PARAM_TEXT:
	case PARAM_TIME:
	case PARAM_DATE:
		*what = "changed";
		return no > 0 ? none : STR("0001-01-01");
	}
	return none;
}

/* Runs the query with the shifted value everywhere. */
static bool
shift_noticed(struct judged *j, size_t binding, size_t no, const char **what,
	      bool *ret_any)
{
	bool seen = false;

	*ret_any = false;
	for (size_t i = 0; i < j->n_benches && !seen; i++) {
		struct binding *b = &bench_bindings(j->benches[i])[binding];
		struct str was = b->value;

		if (was.p == NULL)
			continue;
		struct str to = value_shift(j->l->a, b->parameter, was, no,
					    what);
		if (to.p == NULL || str_eq(to, was))
			continue;
		*ret_any = true;
		b->value = to;
		seen = noticed(j, i, j->k->assess);
		b->value = was;
	}
	return seen;
}

static void
parameter_mutants(struct judged *j)
{
	for (size_t i = 0; i < j->n_bindings; i++) {
		for (size_t no = 0; no < SHIFTS_MAX; no++) {
			const char *what = "";
			bool any;
			bool seen = shift_noticed(j, i, no, &what, &any);

			if (!any && no > 0)
				break;
			j->l->counts.n_mutants++;
			if (!seen)
				survivor(j, 0,
					 str_fmt(j->l->a,
						 "parameter %.*s: %s (%zu)",
						 STR_ARG(j->bindings[i].name),
						 any ? what
						     : "no example gives it a "
						       "value",
						 no + 1));
			if (!any)
				break;
		}
	}
}

static void
examples_close(struct judged *j)
{
	for (size_t i = 0; i < j->n_benches; i++)
		bench_close(j->benches[i]);
}

static bool
in_scope(const struct lint_scope *s, const struct control *k)
{
	if (k->assess.p == NULL || !k->complete ||
	    (s->basic_only && k->level != LEVEL_BASIC))
		return false;
	return s->control.p == NULL || str_eq(s->control, k->id) ||
	       str_eq(s->control, k->area);
}

static void
judge(struct lint *l, const struct control *k, enum lint_depth depth)
{
	struct judged j = { .l = l, .k = k };

	l->counts.n_queries++;
	j.n_bindings = bindings_of(l->a, l->c, k, &j.bindings);
	times(l, k);
	if (!prepares(&j) || depth == LINT_QUERY)
		return;
	if (examples_run(&j) && depth == LINT_MUTANTS) {
		query_mutants(&j);
		parameter_mutants(&j);
	}
	examples_close(&j);
}

/* An expression over the row decides whether a field is needed. */
static void
ledger_conditions(struct lint *l, const struct ledger *g)
{
	for (size_t i = 0; i < g->n_fields; i++) {
		auto_stmt *st = NULL;
		struct reads reads;
		struct err e = { 0 };

		if (g->fields[i].required_when.p == NULL)
			continue;
		/* check-src: sql, the expression is what is being checked */
		struct str sql = str_fmt(l->a, "SELECT (%.*s) FROM \"%.*s\"",
					 STR_ARG(g->fields[i].required_when),
					 STR_ARG(g->id));
		if (query_prepare(l->all, l->a, sql, &st, &reads, &e) < 0)
			diags_error(l->d,
				    str_fmt(l->a, "%.*s:1:1", STR_ARG(g->file)),
				    "required_when of '%.*s': %.*s",
				    STR_ARG(g->fields[i].name),
				    STR_ARG(err_words(l->a, &e)));
	}
}

static int
lint_open(struct lint *l, struct arena *a, struct arena *each,
	  const struct catalog *c, struct diags *d, struct err *e)
{
	*l = (struct lint){ .a = each, .c = c, .d = d };
	l->tables = tables_of(a, c);
	if (store_open_memory(&l->all, e) < 0)
		return e->code;
	return tables_create(l->all, l->tables, NULL, e);
}

int
lint_control(struct arena *a, const struct catalog *c, const struct control *k,
	     enum lint_depth depth, struct diags *d, struct lint_counts *ret,
	     struct err *e)
{
	struct lint l;
	int r = lint_open(&l, a, a, c, d, e);

	if (r == 0 && k->assess.p != NULL)
		judge(&l, k, depth);
	store_close(l.all);
	*ret = l.counts;
	return r;
}

int
lint_queries(struct arena *a, const struct catalog *c,
	     const struct lint_scope *scope, struct diags *d,
	     struct lint_counts *ret, struct err *e)
{
	auto_arena *each = arena_new();
	struct lint l;
	int r = lint_open(&l, a, each, c, d, e);

	for (size_t i = 0; r == 0 && i < c->n_ledgers; i++)
		ledger_conditions(&l, &c->ledgers[i]);
	for (size_t i = 0; r == 0 && i < c->n_controls; i++) {
		struct arena_mark m = arena_mark(each);

		if (in_scope(scope, &c->controls[i]))
			judge(&l, &c->controls[i], scope->depth);
		arena_reset(each, m);
	}
	store_close(l.all);
	*ret = l.counts;
	return r;
}
