/* functions.c - the SQL functions of ours. */
#include "store/functions.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/cidr.h"
#include "base/err.h"
#include "base/holiday.h"
#include "base/moment.h"
#include "base/norm.h"
#include "base/version.h"

/*
 * A wrong type fails the statement, since it is a mistake of who wrote the
 * SQL; NULL in is NULL out. Text that is no version, address or network came
 * from a machine and says nothing, so the answer is NULL as well.
 */
struct call {
	sqlite3_context *ctx;
	const char *name;
	struct err e;
};

/* Functions are called a million times a run: the words of an error that
 * does not happen are not cleared. */
#define CALL(var, context, fname)                                              \
	struct call var NO_INIT;                                               \
	var.ctx = (context);                                                   \
	var.name = (fname);                                                    \
	var.e.code = 0

static void
fail(struct call *c)
{
	auto_buf b = { 0 };

	buf_init(&b, 4096);
	buf_c(&b, c->name);
	buf_c(&b, ": ");
	err_print(&c->e, NULL, NULL, &b);
	sqlite3_result_error(c->ctx, b.p, (int)b.len);
}

static struct str
text_of(sqlite3_value *v)
{
	const unsigned char *p = sqlite3_value_text(v);

	return (struct str){ p ? (const char *)p : "",
			     (size_t)sqlite3_value_bytes(v) };
}

static void
result_str(sqlite3_context *ctx, struct str s)
{
	sqlite3_result_text64(ctx, s.p, s.len, SQLITE_TRANSIENT, SQLITE_UTF8);
}

static bool
any_null(int n, sqlite3_value **v)
{
	for (int i = 0; i < n; i++) {
		if (sqlite3_value_type(v[i]) == SQLITE_NULL)
			return true;
	}
	return false;
}

/* "the text 'x'", "the number 5": what was given instead. */
static struct str
given(struct arena *a, sqlite3_value *v)
{
	int type = sqlite3_value_type(v);

	if (type == SQLITE_BLOB)
		return STR("a blob");
	return str_fmt(a, "the %s '%.*s'",
		       type == SQLITE_TEXT ? "text" : "number",
		       STR_ARG(str_cut(text_of(v), 80)));
}

static int
arg_text(sqlite3_value *v, struct str *ret, struct err *e)
{
	if (sqlite3_value_type(v) != SQLITE_TEXT) {
		auto_arena *a = arena_new();

		return err_set(e, -EINVAL, "a text is needed, not %.*s",
			       STR_ARG(given(a, v)));
	}
	*ret = text_of(v);
	return 0;
}

static int
arg_at(sqlite3_value *v, int64_t *ret, struct err *e)
{
	if (sqlite3_value_type(v) != SQLITE_INTEGER) {
		auto_arena *a = arena_new();

		return err_set(e, -EINVAL,
			       "an instant (_at, microseconds) is needed, "
			       "not %.*s",
			       STR_ARG(given(a, v)));
	}
	*ret = sqlite3_value_int64(v);
	return 0;
}

static int
arg_on(sqlite3_value *v, int64_t *ret, struct err *e)
{
	if (sqlite3_value_type(v) != SQLITE_TEXT) {
		auto_arena *a = arena_new();

		return err_set(e, -EINVAL,
			       "a date (_on, YYYY-MM-DD) is needed, not %.*s",
			       STR_ARG(given(a, v)));
	}
	return on_parse(text_of(v), ret, e);
}

static int
arg_duration(sqlite3_value *v, struct duration *ret, struct err *e)
{
	struct str s;

	if (arg_text(v, &s, e) < 0)
		return err_in(e, "duration");
	return duration_parse(s, ret, e);
}

static const struct zone *
zone_of(sqlite3_context *ctx)
{
	const struct zone *const *z = sqlite3_user_data(ctx);

	return *z;
}

static void
f_at_add(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "at_add");
	struct duration d;
	int64_t at;

	if (any_null(n, v))
		return;
	if (arg_at(v[0], &at, &c.e) < 0 || arg_duration(v[1], &d, &c.e) < 0 ||
	    at_add(at, &d, zone_of(ctx), &at, &c.e) < 0)
		fail(&c);
	else
		sqlite3_result_int64(ctx, at);
}

static void
result_on(sqlite3_context *ctx, int64_t days)
{
	auto_arena *a = arena_new();

	result_str(ctx, on_print(a, days));
}

static void
f_on_add(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "on_add");
	struct duration d;
	int64_t days;

	if (any_null(n, v))
		return;
	if (arg_on(v[0], &days, &c.e) < 0 || arg_duration(v[1], &d, &c.e) < 0) {
		fail(&c);
		return;
	}
	if (d.us != 0) {
		(void)err_set(&c.e, -EINVAL,
			      "a date is moved by d, w, mo or y, not by '%.*s'",
			      STR_ARG(text_of(v[1])));
		fail(&c);
		return;
	}
	if (on_add(days, &d, &days, &c.e) < 0)
		fail(&c);
	else
		result_on(ctx, days);
}

static void
f_on_of(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "on_of");
	struct duration none = { 0 };
	int64_t at;

	if (any_null(n, v))
		return;
	/* Adding nothing tells whether it is in the calendar's range. */
	if (arg_at(v[0], &at, &c.e) < 0 ||
	    at_add(at, &none, zone_of(ctx), &at, &c.e) < 0)
		fail(&c);
	else
		result_on(ctx, days_of_at(at, zone_of(ctx)));
}

static void
f_at_of(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "at_of");
	int64_t days;

	if (any_null(n, v))
		return;
	if (arg_on(v[0], &days, &c.e) < 0)
		fail(&c);
	else
		sqlite3_result_int64(ctx, at_of_days(days, zone_of(ctx)));
}

static void
f_dur_s(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "dur_s");
	struct duration d;

	if (any_null(n, v))
		return;
	if (arg_duration(v[0], &d, &c.e) < 0)
		fail(&c);
	else
		sqlite3_result_int64(ctx, duration_us(&d) / MOMENT_SEC);
}

static void
f_version_cmp(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "version_cmp");
	struct str scheme, a, b;
	enum version_scheme s;

	if (any_null(n, v))
		return;
	if (arg_text(v[0], &scheme, &c.e) < 0 || arg_text(v[1], &a, &c.e) < 0 ||
	    arg_text(v[2], &b, &c.e) < 0) {
		fail(&c);
		return;
	}
	if (!version_scheme_parse(scheme, &s)) {
		(void)err_set(&c.e, -EINVAL,
			      "'%.*s' is none of dpkg, rpm, semver, windows",
			      STR_ARG(scheme));
		fail(&c);
		return;
	}
	if (version_ok(s, a) && version_ok(s, b))
		sqlite3_result_int(ctx, version_cmp(s, a, b));
}

static void
f_in_cidr(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "in_cidr");
	struct str ip_text, net_text;
	struct cidr_addr ip;
	struct cidr net;

	if (any_null(n, v))
		return;
	if (arg_text(v[0], &ip_text, &c.e) < 0 ||
	    arg_text(v[1], &net_text, &c.e) < 0)
		fail(&c);
	else if (cidr_addr_parse(ip_text, &ip) && cidr_parse(net_text, &net))
		sqlite3_result_int(ctx, cidr_has(&net, &ip));
}

static void
f_norm(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "norm");
	struct str s;

	if (any_null(n, v))
		return;
	if (arg_text(v[0], &s, &c.e) < 0) {
		fail(&c);
		return;
	}
	char small[256] NO_INIT;
	size_t len;
	if (norm_ascii(s, small, sizeof(small), &len)) {
		result_str(ctx, (struct str){ small, len });
		return;
	}
	auto_arena *a = arena_new();
	result_str(ctx, norm_text(a, s));
}

static void
f_jp_holiday(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "jp_holiday");
	const char *name;
	int64_t days;

	if (any_null(n, v))
		return;
	if (arg_on(v[0], &days, &c.e) < 0) {
		fail(&c);
		return;
	}
	int is = holiday_jp(days, &name, &c.e);
	if (is >= 0)
		sqlite3_result_int(ctx, is);
}

static void
f_jp_holiday_name(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "jp_holiday_name");
	const char *name;
	int64_t days;

	if (any_null(n, v))
		return;
	if (arg_on(v[0], &days, &c.e) < 0) {
		fail(&c);
		return;
	}
	if (holiday_jp(days, &name, &c.e) == 1)
		result_str(ctx, str_c(name));
}

static void
f_business_day(sqlite3_context *ctx, int n, sqlite3_value **v)
{
	CALL(c, ctx, "business_day");
	int64_t days;

	if (any_null(n, v))
		return;
	if (arg_on(v[0], &days, &c.e) < 0) {
		fail(&c);
		return;
	}
	int is = business_day(days, &c.e);
	if (is >= 0)
		sqlite3_result_int(ctx, is);
}

static void
f_in_change(sqlite3_context *ctx, int n UNUSED, sqlite3_value **v UNUSED)
{
	const bool *now = sqlite3_user_data(ctx);

	sqlite3_result_int(ctx, *now ? 1 : 0);
}

/* Counted, so that a row can leave a window again. */
struct truth {
	int64_t n_true, n_false, n_null;
};

static void
truth_move(sqlite3_context *ctx, sqlite3_value *v, int64_t by)
{
	struct truth *t = sqlite3_aggregate_context(ctx, sizeof(*t));

	if (t == NULL) {
		sqlite3_result_error_nomem(ctx);
		return;
	}
	switch (sqlite3_value_type(v)) {
	case SQLITE_NULL:
		t->n_null += by;
		return;
	case SQLITE_INTEGER:
		*(sqlite3_value_int64(v) ? &t->n_true : &t->n_false) += by;
		return;
	default:
		/* Text would count as false, whatever it says. */
		sqlite3_result_error(
			ctx,
			"all_true, any_true: a condition is needed, not a "
			"text, real or blob",
			-1);
	}
}

static void
truth_step(sqlite3_context *ctx, int n UNUSED, sqlite3_value **v)
{
	truth_move(ctx, v[0], 1);
}

static void
truth_inverse(sqlite3_context *ctx, int n UNUSED, sqlite3_value **v)
{
	truth_move(ctx, v[0], -1);
}

static void
all_true(sqlite3_context *ctx)
{
	const struct truth *t = sqlite3_aggregate_context(ctx, 0);

	if (t != NULL && t->n_false > 0)
		sqlite3_result_int(ctx, 0);
	else if (t != NULL && t->n_null > 0)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_int(ctx, 1);
}

static void
any_true(sqlite3_context *ctx)
{
	const struct truth *t = sqlite3_aggregate_context(ctx, 0);

	if (t != NULL && t->n_true > 0)
		sqlite3_result_int(ctx, 1);
	else if (t != NULL && t->n_null > 0)
		sqlite3_result_null(ctx);
	else
		sqlite3_result_int(ctx, 0);
}

static const struct {
	const char *name;
	int n;
	void (*run)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
	{ "at_add", 2, f_at_add },
	{ "at_of", 1, f_at_of },
	{ "business_day", 1, f_business_day },
	{ "dur_s", 1, f_dur_s },
	{ "in_cidr", 2, f_in_cidr },
	{ "jp_holiday", 1, f_jp_holiday },
	{ "jp_holiday_name", 1, f_jp_holiday_name },
	{ "norm", 1, f_norm },
	{ "on_add", 2, f_on_add },
	{ "on_of", 1, f_on_of },
	{ "version_cmp", 3, f_version_cmp },
};

int
functions_register(sqlite3 *db, const struct zone *const *zone,
		   const bool *change, struct err *e)
{
	const int flags = SQLITE_UTF8 | SQLITE_INNOCUOUS;
	const int pure = flags | SQLITE_DETERMINISTIC;
	union {
		const void *in;
		void *out; /* SQLite hands it back and touches nothing */
	} z = { zone }, p = { change };

	int rc = sqlite3_create_function_v2(db, "in_change", 0, flags, p.out,
					    f_in_change, NULL, NULL, NULL);
	for (size_t i = 0; i < ARRAY_LEN(functions) && rc == SQLITE_OK; i++)
		rc = sqlite3_create_function_v2(
			db, functions[i].name, functions[i].n, pure, z.out,
			functions[i].run, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_window_function(
			db, "all_true", 1, pure, NULL, truth_step, all_true,
			all_true, truth_inverse, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_create_window_function(
			db, "any_true", 1, pure, NULL, truth_step, any_true,
			any_true, truth_inverse, NULL);
	if (rc != SQLITE_OK)
		return err_set(e, -EIO, "cannot register SQL functions");
	return 0;
}
