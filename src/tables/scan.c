/* scan.c - runs table files against a world and into a sink. */
#include "tables/scan.h"

#include "base/arena.h"
#include "base/moment.h"

#define SCAN_MAGIC 0x5ca77ab1U
#define FILE_MAX ((size_t)8 * 1024 * 1024)

struct shared_thing {
	const char *name;
	void *what;
	struct shared_thing *next;
};

struct shared {
	struct arena *arena;
	struct shared_thing *things;
};

struct scan {
	unsigned magic;
	const struct world *world;
	const struct contract *contract;
	struct sink *sink;
	struct arena *arena; /* until the table's scan returns */
	struct arena *rows;  /* until the row is emitted */
	struct value *values;
	int64_t n_rows;
	bool told_cannot; /* the whole table */
	const char *reason;
	int sink_code; /* the sink failed: everything after is void */
	struct err sink_err;
};

const char *
cannot_name(enum cannot c)
{
	static const char *const names[] = {
		[CANNOT_NEEDS_ROOT] = "needs_root",
		[CANNOT_ABSENT] = "absent",
		[CANNOT_TIMEOUT] = "timeout",
		[CANNOT_DAMAGED] = "damaged",
		[CANNOT_LIMIT] = "limit",
	};

	return names[c];
}

const char *
snapshot_name(enum snapshot s)
{
	static const char *const names[] = {
		[SNAPSHOT_COMPLETE] = "complete",
		[SNAPSHOT_PARTIAL] = "partial",
		[SNAPSHOT_CANNOT] = "cannot",
	};

	return names[s];
}

static struct value *
value_at(struct scan *s, size_t col)
{
	assert(s->magic == SCAN_MAGIC && col < s->contract->n_cols);
	return &s->values[col];
}

void
scan_text(struct scan *s, size_t col, struct str v)
{
	assert(s->contract->cols[col].type == COL_TEXT);
	struct str whole = str_scrub(s->rows, v);
	*value_at(s,
		  col) = (struct value){ .kind = VALUE_TEXT,
					 .s = str_cut(whole, SCAN_TEXT_MAX) };
}

void
scan_c(struct scan *s, size_t col, const char *v)
{
	if (v != NULL)
		scan_text(s, col, str_c(v));
}

static void
number_set(struct scan *s, size_t col, enum col_type type, int64_t v)
{
	struct value *to = value_at(s, col);

	assert(s->contract->cols[col].type == type);
	*to = (struct value){ .kind = VALUE_INT, .i = v };
}

void
scan_int(struct scan *s, size_t col, int64_t v)
{
	number_set(s, col, COL_INT, v);
}

void
scan_bool(struct scan *s, size_t col, bool v)
{
	number_set(s, col, COL_BOOL, v);
}

void
scan_at(struct scan *s, size_t col, int64_t at)
{
	number_set(s, col, COL_INSTANT, at);
}

void
scan_on(struct scan *s, size_t col, int64_t days)
{
	number_set(s, col, COL_DATE, days);
}

static void
row_clear(struct scan *s)
{
	memset(s->values, 0, s->contract->n_cols * sizeof(*s->values));
	arena_reset(s->rows, (struct arena_mark){ 0 });
}

int
scan_emit(struct scan *s, struct err *e)
{
	if (s->sink_code == 0 && (size_t)s->n_rows == SCAN_ROWS_MAX) {
		row_clear(s);
		(void)scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);
		return err_set(e, -E2BIG, "more than %zu rows", SCAN_ROWS_MAX);
	}
	if (s->sink_code == 0) {
		s->n_rows++;
		s->sink_code = s->sink->row(s->sink, s->values, &s->sink_err);
	}
	row_clear(s);
	if (s->sink_code < 0)
		*e = s->sink_err;
	return s->sink_code;
}

int
scan_cannot(struct scan *s, size_t col, enum cannot why)
{
	const char *name = "";

	if (col == SCAN_ALL) {
		s->told_cannot = true;
		s->reason = cannot_name(why);
	} else {
		assert(col < s->contract->n_cols);
		name = s->contract->cols[col].name;
	}
	if (s->sink_code == 0)
		s->sink_code = s->sink->cannot(s->sink, name, cannot_name(why),
					       &s->sink_err);
	return 0;
}

static enum cannot
cannot_of(int code)
{
	switch (code) {
	case -EACCES:
	case -EPERM:
		return CANNOT_NEEDS_ROOT;
	case -ENOENT:
	case -ENOTDIR:
	case -ENOSYS:
		return CANNOT_ABSENT;
	case -ETIMEDOUT:
		return CANNOT_TIMEOUT;
	case -EFBIG:
	case -E2BIG:
		return CANNOT_LIMIT;
	default:
		return CANNOT_DAMAGED;
	}
}

int
scan_cannot_err(struct scan *s, size_t col, const struct err *e)
{
	return scan_cannot(s, col, cannot_of(e->code));
}

int
scan_file(struct scan *s, const char *path, struct str *ret, struct err *e)
{
	return scan_file_max(s, path, FILE_MAX, ret, e);
}

int
scan_file_max(struct scan *s, const char *path, size_t max, struct str *ret,
	      struct err *e)
{
	return s->world->file(s->world->ctx, s->arena, path, max, ret, e);
}

int
scan_dir(struct scan *s, const char *path, struct str **ret, size_t *ret_n,
	 struct err *e)
{
	return s->world->dir(s->world->ctx, s->arena, path, ret, ret_n, e);
}

int
scan_link(struct scan *s, const char *path, struct str *ret, struct err *e)
{
	return s->world->link(s->world->ctx, s->arena, path, ret, e);
}

int
scan_stat(struct scan *s, const char *path, struct scan_stat *ret,
	  struct err *e)
{
	return s->world->stat(s->world->ctx, s->arena, path, ret, e);
}

bool
scan_exists(struct scan *s, const char *path)
{
	struct scan_stat st;
	struct err e = { 0 };

	return scan_stat(s, path, &st, &e) == 0;
}

int
scan_exec(struct scan *s, const char *const argv[], struct str *ret,
	  int *ret_exit, struct err *e)
{
	int code = 0;
	int r = s->world->exec(s->world->ctx, s->arena, argv, ret, &code, e);

	if (r < 0)
		return r;
	if (ret_exit != NULL)
		*ret_exit = code;
	else if (code != 0)
		return err_set(e, -EIO, "'%s' ended with code %d", argv[0],
			       code);
	return 0;
}

int
scan_walk(struct scan *s, const char *root, scan_visit *visit, void *ctx,
	  struct scan_walked *ret, struct err *e)
{
	if (s->world->walk == NULL)
		return err_set(e, -ENOSYS, "cannot walk here");
	return s->world->walk(s->world->ctx, root, visit, ctx, ret, e);
}

void
world_share(struct world *w, struct arena *a)
{
	w->shared = ARENA_NEW(a, struct shared);
	w->shared->arena = a;
}

void *
scan_shared(struct scan *s, const char *name)
{
	const struct shared *h = s->world->shared;
	struct shared_thing *t = h != NULL ? h->things : NULL;

	while (t != NULL && strcmp(t->name, name) != 0)
		t = t->next;
	return t != NULL ? t->what : NULL;
}

void
scan_share(struct scan *s, const char *name, void *what)
{
	struct shared *h = s->world->shared;

	if (h == NULL)
		return;
	struct shared_thing *t = ARENA_NEW(h->arena, struct shared_thing);
	t->name = name;
	t->what = what;
	t->next = h->things;
	h->things = t;
}

struct arena *
scan_shared_arena(struct scan *s)
{
	return s->world->shared != NULL ? s->world->shared->arena : s->arena;
}

int
scan_call(struct scan *s, const char *name, struct str *ret, struct err *e)
{
	return s->world->call(s->world->ctx, s->arena, name, ret, e);
}

int
scan_reg(struct scan *s, const char *key, struct reg_key *ret, struct err *e)
{
	if (s->world->reg == NULL)
		return err_set(e, -ENOSYS, "there is no registry here");
	return s->world->reg(s->world->ctx, s->arena, key, ret, e);
}

int64_t
scan_now(struct scan *s)
{
	return s->world->now != 0 ? s->world->now : moment_now();
}

bool
scan_as_root(struct scan *s)
{
	return s->world->as_root;
}

struct arena *
scan_arena(struct scan *s)
{
	return s->arena;
}

const char *
scan_path(struct scan *s, const char *fmt, ...)
{
	char tmp[4096];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(tmp, sizeof(tmp), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(tmp))
		return "/nonexistent/path-too-long";
	return arena_dup(s->arena, tmp, (size_t)n);
}

int
scan_table(const struct table *t, const struct world *w, struct sink *k,
	   struct err *e)
{
	auto_arena *a = arena_new();
	auto_arena *rows = arena_new();
	struct scan s = {
		.magic = SCAN_MAGIC,
		.world = w,
		.contract = t->contract,
		.sink = k,
		.arena = a,
		.rows = rows,
		.values = ARENA_ARRAY(a, t->contract->n_cols, struct value),
	};
	struct err scan_err = { 0 };

	int r = k->begin(k, t->contract, e);
	if (r < 0)
		return r;

	/* A failure of the table is an answer; one of the sink is ours. */
	if (t->scan(&s, &scan_err) < 0 && s.sink_code == 0) {
		if (!s.told_cannot)
			(void)scan_cannot_err(&s, SCAN_ALL, &scan_err);
	}
	if (s.sink_code < 0) {
		*e = s.sink_err;
		return s.sink_code;
	}

	enum snapshot state = SNAPSHOT_COMPLETE;
	if (s.told_cannot)
		state = s.n_rows > 0 ? SNAPSHOT_PARTIAL : SNAPSHOT_CANNOT;
	return k->end(k, state, s.reason ? s.reason : "", s.n_rows, e);
}

const struct table *
table_find(struct str name)
{
	for (size_t i = 0; i < n_tables; i++) {
		if (str_is(name, tables[i]->contract->name))
			return tables[i];
	}
	return NULL;
}
