/* mutant.c - a query changed in one place, to test its examples. */
#include "catalog/mutant.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "catalog/sql.h"

#define SQL_MAX ((size_t)256 * 1024)
#define WHAT_MAX 90
#define AROUND 8 /* tokens shown on each side */

struct maker {
	struct arena *a;
	struct str sql;
	const struct token *t;
	size_t n;
	const struct str *columns;
	size_t n_columns;
	bool *skip;	 /* belongs to the column detail */
	bool *between;	 /* the AND of a BETWEEN */
	struct str *now; /* the texts of the mutant being made */
	struct mutant *list;
	size_t n_list, cap;
};

static const char *const breaks[] = {
	"WHERE", "ON",	  "WHEN",     "THEN",	"ELSE",	  "SELECT",
	"GROUP", "ORDER", "LIMIT",    "JOIN",	"LEFT",	  "INNER",
	"CROSS", "FROM",  "END",      "AS",	"HAVING", "CASE",
	"UNION", "BY",	  "DISTINCT", "EXCEPT", "FILTER", "WITH",
};
#define IS(m, i, word) token_is(&(m)->t[i], word)
#define IS_BREAK(m, i) token_in(&(m)->t[i], breaks, ARRAY_LEN(breaks))
#define NEXT(m, i) token_next((m)->t, (m)->n, i)
#define PREV(m, i) token_prev((m)->t, (m)->n, i)

/* Tokens [from, to) on one line, at most WHAT_MAX bytes. */
static struct str
shown(const struct maker *m, size_t from, size_t to)
{
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	for (size_t i = from; i < to && i < m->n; i++) {
		if (m->t[i].kind == TOKEN_SPACE)
			buf_char(&b, ' ');
		else
			buf_str(&b, m->t[i].text);
	}
	return str_copy(m->a, str_cut(str_trim(buf_view(&b)), WHAT_MAX));
}

static struct str
around(const struct maker *m, size_t i)
{
	return shown(m, i > AROUND ? i - AROUND : 0, i + AROUND + 1);
}

static struct str
assemble(const struct maker *m)
{
	auto_buf b = { 0 };

	buf_init(&b, SQL_MAX);
	for (size_t i = 0; i < m->n; i++)
		buf_str(&b, m->now[i]);
	return str_copy(m->a, buf_view(&b));
}

/* Keeps what m->now says as a mutant and sets m->now back. */
static void
keep(struct maker *m, size_t at, struct str what)
{
	struct str sql = assemble(m);
	bool known = str_eq(sql, m->sql);

	for (size_t i = 0; i < m->n_list && !known; i++)
		known = str_eq(m->list[i].sql, sql);
	if (!known && m->n_list < m->cap)
		m->list[m->n_list++] = (struct mutant){ .what = what,
							.sql = sql,
							.line = m->t[at].line };
	for (size_t i = 0; i < m->n; i++)
		m->now[i] = m->t[i].text;
}

static void
replace(struct maker *m, size_t i, const char *by)
{
	m->now[i] = str_c(by);
	keep(m, i,
	     str_fmt(m->a, "%.*s -> %s at: %.*s", STR_ARG(m->t[i].text),
		     by[0] != '\0' ? by : "(dropped)", STR_ARG(around(m, i))));
}

static void
mark_skips(struct maker *m)
{
	for (size_t i = 0; i < m->n; i++) {
		size_t j = PREV(m, i);

		if (!str_is(m->t[i].text, "detail") || j == m->n ||
		    !IS(m, j, "AS"))
			continue;
		for (size_t k = j; k-- > 0;) {
			const struct token *t = &m->t[k];
			bool same = t->depth == m->t[j].depth &&
				    t->case_depth == m->t[j].case_depth;

			if (t->depth < m->t[j].depth ||
			    (same &&
			     (str_is(t->text, ",") || token_is(t, "SELECT") ||
			      token_is(t, "DISTINCT"))))
				break;
			m->skip[k] = true;
		}
	}
}

static void
mark_betweens(struct maker *m)
{
	for (size_t i = 0; i < m->n; i++) {
		if (!IS(m, i, "BETWEEN"))
			continue;
		for (size_t j = i + 1; j < m->n; j++) {
			if (IS(m, j, "AND") && m->t[j].depth == m->t[i].depth) {
				m->between[j] = true;
				break;
			}
		}
	}
}

static void
comparison(struct maker *m, size_t i)
{
	static const char *const turns[][3] = {
		{ "<", "<=", ">" },  { "<=", "<", ">" },  { ">", ">=", "<" },
		{ ">=", ">", "<" },  { "=", "<>", NULL }, { "==", "<>", NULL },
		{ "<>", "=", NULL }, { "!=", "=", NULL },
	};

	for (size_t k = 0; k < ARRAY_LEN(turns); k++) {
		if (!str_is(m->t[i].text, turns[k][0]))
			continue;
		replace(m, i, turns[k][1]);
		if (turns[k][2] != NULL)
			replace(m, i, turns[k][2]);
		return;
	}
}

/* IS, IN, LIKE, GLOB, BETWEEN with or without their NOT; NOT alone. */
static void
negation(struct maker *m, size_t i)
{
	static const char *const tests[] = { "IN", "LIKE", "GLOB", "BETWEEN" };
	static const char *const kept[] = { "IN",      "LIKE", "GLOB",
					    "BETWEEN", "NULL", "MATERIALIZED" };
	size_t next = NEXT(m, i), prev = PREV(m, i);

	if (IS(m, i, "IS") && next < m->n) {
		if (IS(m, next, "NOT"))
			replace(m, next, "");
		else
			replace(m, i, "IS NOT");
	} else if (token_in(&m->t[i], tests, ARRAY_LEN(tests))) {
		if (prev < m->n && IS(m, prev, "NOT"))
			replace(m, prev, "");
		else
			replace(m, i,
				str_to_c(m->a, str_fmt(m->a, "NOT %.*s",
						       STR_ARG(m->t[i].text))));
	} else if (IS(m, i, "NOT") && next < m->n &&
		   !token_in(&m->t[next], kept, ARRAY_LEN(kept)) &&
		   (prev == m->n || !IS(m, prev, "IS"))) {
		replace(m, i, "");
	}
}

static void
swap(struct maker *m, size_t i)
{
	size_t next = NEXT(m, i);
	bool call = next < m->n && str_is(m->t[next].text, "(");

	if (call && IS(m, i, "all_true"))
		replace(m, i, "any_true");
	else if (call && IS(m, i, "any_true"))
		replace(m, i, "all_true");
	else if (call && IS(m, i, "min"))
		replace(m, i, "max");
	else if (call && IS(m, i, "max"))
		replace(m, i, "min");
	else if (IS(m, i, "LEFT") && next < m->n && IS(m, next, "JOIN"))
		replace(m, i, "");
}

static void
constant(struct maker *m, size_t i)
{
	size_t prev = PREV(m, i);
	int64_t v;

	if (m->t[i].kind == TOKEN_TEXT)
		replace(m, i, "'mutant'");
	else if (m->t[i].kind == TOKEN_NUMBER && num_try(m->t[i].text, &v) &&
		 v < INT64_MAX && (prev == m->n || !IS(m, prev, "LIMIT")))
		replace(m, i, str_to_c(m->a, str_fmt(m->a, "%" PRId64, v + 1)));
}

static bool
is_column(const struct maker *m, size_t i)
{
	if (m->t[i].kind != TOKEN_NAME)
		return false;
	for (size_t k = 0; k < m->n_columns; k++)
		if (str_eq(m->columns[k], m->t[i].text))
			return true;
	return false;
}

static void
column(struct maker *m, size_t i)
{
	size_t prev = PREV(m, i), next = NEXT(m, i);
	struct str next_text = next < m->n ? m->t[next].text : STR("");

	if (!is_column(m, i) || prev == m->n || str_is(next_text, "(") ||
	    str_is(next_text, "."))
		return;
	if (IS(m, prev, "AS") || IS(m, prev, "FROM") || IS(m, prev, "JOIN") ||
	    IS(m, prev, "BY"))
		return;
	if (str_is(m->t[prev].text, ".")) {
		size_t of = PREV(m, prev);

		m->now[prev] = STR("");
		if (of < m->n)
			m->now[of] = STR("");
	} else if (str_is(m->t[i].text, "detail")) {
		return;
	}
	replace(m, i, "NULL");
}

static bool
joins(const struct maker *m, size_t i)
{
	return i < m->n && !m->between[i] &&
	       (IS(m, i, "AND") || IS(m, i, "OR"));
}

/* Where the operand before i starts: the token before it, or n. */
static size_t
left_of(const struct maker *m, size_t i)
{
	for (size_t j = i; j-- > 0;) {
		const struct token *t = &m->t[j];

		if (t->depth < m->t[i].depth)
			return j;
		if (t->depth == m->t[i].depth &&
		    t->case_depth <= m->t[i].case_depth && !IS(m, j, "END") &&
		    (IS_BREAK(m, j) || str_is(t->text, ",") || joins(m, j)))
			return j;
	}
	return m->n;
}

/* Where the operand behind i ends: the token behind it, or n. */
static size_t
right_of(const struct maker *m, size_t i)
{
	for (size_t j = i + 1; j < m->n; j++) {
		const struct token *t = &m->t[j];
		bool end = IS(m, j, "END");

		if (t->depth < m->t[i].depth ||
		    (end && t->case_depth < m->t[i].case_depth))
			return j;
		if (t->depth != m->t[i].depth ||
		    t->case_depth > m->t[i].case_depth ||
		    (end && t->case_depth == m->t[i].case_depth) ||
		    IS(m, j, "CASE"))
			continue;
		if (IS_BREAK(m, j) || str_is(t->text, ",") ||
		    str_is(t->text, ";") || joins(m, j))
			return j;
	}
	return m->n;
}

static void
blank(struct maker *m, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		m->now[i] = STR(" ");
}

static void
operand(struct maker *m, size_t i)
{
	size_t left = left_of(m, i), right = right_of(m, i);

	blank(m, i, right);
	keep(m, i, str_fmt(m->a, "dropped: %.*s", STR_ARG(shown(m, i, right))));
	if (joins(m, left))
		return;

	size_t from = left == m->n ? 0 : left + 1;
	blank(m, from, i + 1);
	keep(m, i,
	     str_fmt(m->a, "dropped: %.*s", STR_ARG(shown(m, from, i + 1))));
}

static void
condition(struct maker *m, size_t i)
{
	static const char *const to[] = { " 1 ", " 0 " };
	size_t right = right_of(m, i);
	size_t n = IS(m, i, "WHEN") ? 2 : 1;

	if (joins(m, right) || right == i + 1)
		return;
	for (size_t k = 0; k < n; k++) {
		blank(m, i + 1, right);
		m->now[i + 1] = str_c(to[k]);
		keep(m, i,
		     str_fmt(m->a, "%.*s ->%s", STR_ARG(shown(m, i, right)),
			     to[k]));
	}
}

static void
mutate(struct maker *m, size_t i)
{
	static const char *const clauses[] = { "WHERE", "WHEN", "HAVING",
					       "ON" };

	comparison(m, i);
	negation(m, i);
	swap(m, i);
	constant(m, i);
	column(m, i);
	if (joins(m, i))
		operand(m, i);
	else if (token_in(&m->t[i], clauses, ARRAY_LEN(clauses)))
		condition(m, i);
}

size_t
mutants_make(struct arena *a, struct str sql, const struct str *columns,
	     size_t n_columns, struct mutant **ret)
{
	struct token *t;
	size_t n = sql_tokens(a, sql, &t);
	struct maker m = { .a = a,
			   .sql = sql,
			   .t = t,
			   .n = n,
			   .columns = columns,
			   .n_columns = n_columns };

	m.skip = ARENA_ARRAY(a, n, bool);
	m.between = ARENA_ARRAY(a, n, bool);
	m.now = ARENA_ARRAY(a, n, struct str);
	m.cap = n * 4 + 1;
	m.list = ARENA_ARRAY(a, m.cap, struct mutant);
	for (size_t i = 0; i < n; i++)
		m.now[i] = t[i].text;
	mark_skips(&m);
	mark_betweens(&m);
	for (size_t i = 0; i < n; i++)
		if (!m.skip[i] && t[i].kind != TOKEN_SPACE)
			mutate(&m, i);
	*ret = m.list;
	return m.n_list;
}
