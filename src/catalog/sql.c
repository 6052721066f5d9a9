/* sql.c - the tokens of a control's query. */
#include "catalog/sql.h"

#include "base/arena.h"

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_' || (unsigned char)c >= 0x80;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
quoted_len(struct str s)
{
	char q = s.p[0];

	for (size_t i = 1; i < s.len; i++) {
		if (s.p[i] != q)
			continue;
		if (i + 1 < s.len && s.p[i + 1] == q)
			i++;
		else
			return i + 1;
	}
	return s.len;
}

static size_t
space_len(struct str s)
{
	size_t n = 0;

	if (str_starts(s, "--"))
		return str_until(s, '\n').len;
	if (str_starts(s, "/*")) {
		size_t end = str_find_c(str_from(s, 2), "*/");

		return end == STR_NONE ? s.len : end + 4;
	}
	while (n < s.len && is_space(s.p[n]))
		n++;
	return n;
}

static size_t
run_len(struct str s, size_t from, bool (*is)(char))
{
	size_t n = from;

	while (n < s.len && is(s.p[n]))
		n++;
	return n;
}

static size_t
other_len(struct str s)
{
	static const char *const longer[] = { "->>", "||", "->", "<=",
					      ">=",  "<>", "!=", "==" };

	for (size_t i = 0; i < ARRAY_LEN(longer); i++)
		if (str_starts(s, longer[i]))
			return strlen(longer[i]);
	return 1;
}

static struct token
token_read(struct str s)
{
	char c = s.p[0];
	struct token t = { .kind = TOKEN_OTHER };
	size_t n = space_len(s);

	if (n > 0) {
		t.kind = TOKEN_SPACE;
	} else if (c == '\'') {
		t.kind = TOKEN_TEXT;
		n = quoted_len(s);
	} else if (c == '"' || c == '`') {
		n = quoted_len(s);
	} else if (is_digit(c)) {
		t.kind = TOKEN_NUMBER;
		n = run_len(s, 1, is_digit);
		if (n + 1 < s.len && s.p[n] == '.' && is_digit(s.p[n + 1]))
			n = run_len(s, n + 1, is_digit);
	} else if (is_name(c)) {
		t.kind = TOKEN_NAME;
		n = run_len(s, 1, is_name);
	} else if (c == ':' && s.len > 1 && is_name(s.p[1])) {
		t.kind = TOKEN_PARAM;
		n = run_len(s, 1, is_name);
	} else {
		n = other_len(s);
	}
	t.text = str_first(s, n);
	return t;
}

size_t
sql_tokens(struct arena *a, struct str sql, struct token **ret)
{
	struct token *list = ARENA_ARRAY(a, sql.len, struct token);
	int depth = 0, case_depth = 0, line = 0;
	size_t n = 0;

	for (struct str rest = sql; rest.len > 0;) {
		struct token t = token_read(rest);

		rest = str_from(rest, t.text.len);
		t.line = line;
		for (size_t i = 0; i < t.text.len; i++)
			line += t.text.p[i] == '\n';
		if (str_is(t.text, ")"))
			depth--;
		if (token_is(&t, "END"))
			case_depth--;
		t.depth = depth;
		t.case_depth = case_depth;
		if (str_is(t.text, "("))
			depth++;
		if (token_is(&t, "CASE"))
			case_depth++;
		list[n++] = t;
	}
	*ret = list;
	return n;
}

size_t
token_next(const struct token *t, size_t n, size_t i)
{
	for (size_t j = i + 1; j < n; j++)
		if (t[j].kind != TOKEN_SPACE)
			return j;
	return n;
}

size_t
token_prev(const struct token *t, size_t n, size_t i)
{
	for (size_t j = i; j-- > 0;)
		if (t[j].kind != TOKEN_SPACE)
			return j;
	return n;
}

bool
token_is(const struct token *t, const char *word)
{
	return t->kind != TOKEN_TEXT && str_is_nocase(t->text, word);
}

bool
token_in(const struct token *t, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (token_is(t, words[i]))
			return true;
	return false;
}
