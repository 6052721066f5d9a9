/* tokenizer.c - the FTS5 tokenizer "ja": pairs of characters, and words. */
#include "store/tokenizer.h"

#include "base/err.h"
#include "base/norm.h"

#define TOKEN_MAX 256 /* bytes; what is longer is cut, here and in queries */
#define MAGIC 0x6a61746fU

/* It has no state; FTS5 wants a handle. */
struct tokenizer {
	unsigned magic;
};

typedef int emit(void *ctx, int flags, const char *p, int len, int from,
		 int to);

/* One character of the text: its normal form, and its place. */
struct piece {
	char text[NORM_CLUSTER * 4];
	size_t len;
	int from, to;
	enum norm_class class;
};

struct cutter {
	struct str all, rest;
	bool query;
	emit *emit;
	void *ctx;
};

static bool
piece_take(struct cutter *c, struct piece *p)
{
	int32_t chars[NORM_CLUSTER];
	size_t n;

	p->from = (int)(c->all.len - c->rest.len);
	if (!norm_next(&c->rest, chars, &n, &p->class))
		return false;
	p->to = (int)(c->all.len - c->rest.len);
	p->len = 0;
	for (size_t i = 0; i < n; i++)
		p->len += norm_utf8(chars[i], p->text + p->len);
	return true;
}

static int
token(struct cutter *c, int flags, struct str s, int from, int to)
{
	s = str_cut(s, TOKEN_MAX);
	return c->emit(c->ctx, flags, s.p, (int)s.len, from, to);
}

static int
single(struct cutter *c, int flags, const struct piece *p)
{
	return token(c, flags, (struct str){ p->text, p->len }, p->from, p->to);
}

/* Both characters as one token; when indexing each alone as well. */
static int
pair(struct cutter *c, const struct piece *a, const struct piece *b, bool last)
{
	char text[2 * NORM_CLUSTER * 4];

	memcpy(text, a->text, a->len);
	memcpy(text + a->len, b->text, b->len);
	int rc = token(c, 0, (struct str){ text, a->len + b->len }, a->from,
		       b->to);
	if (rc == SQLITE_OK && !c->query)
		rc = single(c, FTS5_TOKEN_COLOCATED, a);
	/* The last one has no place of its own, or phrases would have gaps. */
	if (rc == SQLITE_OK && !c->query && last)
		rc = single(c, FTS5_TOKEN_COLOCATED, b);
	return rc;
}

/* From the piece p on; leaves in *p what follows, false at the end. */
static int
cut_pairs(struct cutter *c, struct piece *p, bool *ret_more)
{
	struct piece a = *p;
	bool paired = false;
	int rc = SQLITE_OK;

	for (;;) {
		*ret_more = piece_take(c, p);
		bool has = *ret_more && p->class == NORM_CJK;
		if (!has)
			return paired ? rc : single(c, 0, &a);

		struct piece b = *p;
		struct cutter ahead = *c;
		struct piece next;
		bool last = !piece_take(&ahead, &next) ||
			    next.class != NORM_CJK;
		rc = pair(c, &a, &b, last);
		if (rc != SQLITE_OK)
			return rc;
		paired = true;
		a = b;
	}
}

static int
cut_word(struct cutter *c, struct piece *p, bool *ret_more)
{
	char text[TOKEN_MAX + NORM_CLUSTER * 4];
	int from = p->from, to = p->to;
	size_t len = 0;

	do {
		if (len < TOKEN_MAX) {
			memcpy(text + len, p->text, p->len);
			len += p->len;
		}
		to = p->to;
		*ret_more = piece_take(c, p);
	} while (*ret_more && p->class == NORM_WORD);
	return token(c, 0, (struct str){ text, len }, from, to);
}

static int
tokenize(Fts5Tokenizer *t, void *ctx, int flags, const char *text, int len,
	 emit *out)
{
	const struct tokenizer *own = (const void *)t;
	struct str all = { text, len > 0 ? (size_t)len : 0 };
	struct cutter c = { all, all, (flags & FTS5_TOKENIZE_QUERY) != 0, out,
			    ctx };
	struct piece p;
	int rc = SQLITE_OK;

	assert(own->magic == MAGIC);
	bool more = piece_take(&c, &p);
	while (more && rc == SQLITE_OK) {
		if (p.class == NORM_CJK)
			rc = cut_pairs(&c, &p, &more);
		else if (p.class == NORM_WORD)
			rc = cut_word(&c, &p, &more);
		else
			more = piece_take(&c, &p);
	}
	return rc;
}

static int
create(void *ctx UNUSED, const char **args UNUSED, int n_args,
       Fts5Tokenizer **ret)
{
	if (n_args != 0)
		return SQLITE_ERROR;

	struct tokenizer *t = sqlite3_malloc(sizeof(*t));
	if (t == NULL)
		return SQLITE_NOMEM;
	t->magic = MAGIC;
	*ret = (Fts5Tokenizer *)t;
	return SQLITE_OK;
}

static void
destroy(Fts5Tokenizer *t)
{
	sqlite3_free(t);
}

/* The way FTS5 gives its functions: through a bound pointer. */
static fts5_api *
api_of(sqlite3 *db)
{
	fts5_api *api = NULL;
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &st, NULL) !=
	    SQLITE_OK)
		return NULL;
	(void)sqlite3_bind_pointer(st, 1, &api, "fts5_api_ptr", NULL);
	(void)sqlite3_step(st); /* it fills api, or leaves NULL */
	(void)sqlite3_finalize(st);
	return api;
}

int
tokenizer_register(sqlite3 *db, struct err *e)
{
	fts5_tokenizer ja = { create, destroy, tokenize };
	fts5_api *api = api_of(db);

	if (api == NULL || api->iVersion < 2 ||
	    api->xCreateTokenizer(api, "ja", NULL, &ja, NULL) != SQLITE_OK)
		return err_set(e, -EIO, "this SQLite has no full-text search");
	return 0;
}
