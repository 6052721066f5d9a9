/* sql.h - the tokens of a control's query; private to this folder. */
#ifndef CATALOG_SQL_H
#define CATALOG_SQL_H

#include "base/str.h"

struct arena;

enum token_kind {
	TOKEN_SPACE, /* and comments */
	TOKEN_TEXT,  /* 'it''s' */
	TOKEN_NAME,  /* and keywords */
	TOKEN_PARAM, /* :name */
	TOKEN_NUMBER,
	TOKEN_OTHER,
};

struct token {
	struct str text;
	enum token_kind kind;
	int depth;	/* of parentheses; those themselves stand outside */
	int case_depth; /* of CASE ... END, the same way */
	int line;	/* from 0 */
};

/* Never fails: what is no SQL becomes TOKEN_OTHER. Texts are borrowed. */
size_t sql_tokens(struct arena *a, struct str sql, struct token **ret);

/* The nearest token before or behind i that is no space; n when none. */
size_t token_next(const struct token *t, size_t n, size_t i);
size_t token_prev(const struct token *t, size_t n, size_t i);

/* Keywords in any case. */
bool token_is(const struct token *t, const char *word);
bool token_in(const struct token *t, const char *const *words, size_t n);

#endif
