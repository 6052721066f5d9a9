/* foreign.c - runs a query of a stranger in a process without rights. */
#include "store/foreign.h"

#include <signal.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/msg.h"
#include "base/sandbox.h"
#include "base/worker.h"

#define JOB_MAX ((size_t)4 * 1024 * 1024)
#define ROW_MAX ((size_t)16 * 1024 * 1024)
#define COLS_MAX 256
#define PARAMS_MAX 200
#define TIME_US INT64_C(5000000)
#define MEMORY INT64_C(268435456)
#define SLACK_US                                                               \
	INT64_C(500000) /* to start, and to say that it took too long */

enum {
	MSG_JOB = 'J',
	MSG_COLS = 'C',
	MSG_ROW = 'R',
	MSG_END = '.',
	MSG_ERR = '!'
};

static void
put_value(struct buf *b, const struct foreign_value *v)
{
	put_u8(b, (uint8_t)v->type);
	switch (v->type) {
	case STMT_NULL:
		return;
	case STMT_INT:
		put_i64(b, v->i);
		return;
	case STMT_REAL: {
		int64_t bits;

		memcpy(&bits, &v->r, sizeof(bits));
		put_i64(b, bits);
		return;
	}
	case STMT_TEXT:
	case STMT_BLOB:
		put_str(b, v->s);
		return;
	}
}

static struct foreign_value
rd_value(struct reader *r)
{
	struct foreign_value v = { 0 };
	uint8_t type = rd_u8(r);
	int64_t bits;

	if (type > STMT_BLOB) {
		r->bad = true;
		return v;
	}
	v.type = (enum stmt_type)type;
	if (v.type == STMT_INT) {
		v.i = rd_i64(r);
	} else if (v.type == STMT_REAL) {
		bits = rd_i64(r);
		memcpy(&v.r, &bits, sizeof(bits));
	} else if (v.type != STMT_NULL) {
		v.s = rd_str(r);
	}
	return v;
}

/* In the process without rights. */
struct serve {
	struct store *store;
	const struct query_rules *rules;
	struct arena *arena;
	struct foreign_job job;
	int out;
	struct buf row;
};

static int
job_read(struct serve *sv, int in, struct err *e)
{
	struct msg m;
	int n = msg_recv(sv->arena, in, JOB_MAX, INT64_MAX, &m, e);
	if (n < 0)
		return n;
	if (n == 0 || m.type != MSG_JOB)
		return err_set(e, -EBADMSG, "there is no query to run");

	struct reader r = { m.body, false };
	struct foreign_job *job = &sv->job;
	job->sql = rd_str(&r);
	job->time_us = rd_i64(&r);
	job->memory = rd_i64(&r);
	job->max_rows = rd_i64(&r);
	job->max_bytes = rd_i64(&r);
	int64_t n_params = rd_i64(&r);
	if (r.bad || n_params < 0 || n_params > PARAMS_MAX)
		return err_set(e, -EBADMSG, "there is no query to run");

	struct foreign_param *params = ARENA_ARRAY(sv->arena, (size_t)n_params,
						   struct foreign_param);
	for (int64_t i = 0; i < n_params; i++) {
		params[i].name = str_to_c(sv->arena, rd_str(&r));
		params[i].value = rd_value(&r);
	}
	job->params = params;
	job->n_params = (size_t)n_params;
	if (!rd_end(&r))
		return err_set(e, -EBADMSG, "there is no query to run");
	return 0;
}

/* SQLite opens its files at the first look, which is later too late. */
static int
rights_drop(struct serve *sv, struct err *e)
{
	struct sandbox box = {
		.promises = "stdio",
		.cpu_s = sv->job.time_us / 1000000 + 2,
		.memory = sv->job.memory + MEMORY, /* the program, its maps */
		.file_size = -1,
	};
	int64_t n;

	if (query_confine(sv->store, sv->job.memory, e) < 0 ||
	    store_get_int(sv->store, &n, e,
			  "SELECT count(*) FROM pragma_table_list", "") < 0)
		return e->code;
	int r = sandbox_enter(&box, e);
	return r < 0 ? r : 0;
}

static int
params_bind(struct serve *sv, struct stmt *st, struct err *e)
{
	for (int at = 1; at <= stmt_n_params(st); at++) {
		const char *name = stmt_param_name(st, at);
		const struct foreign_param *p = NULL;

		for (size_t i = 0; i < sv->job.n_params; i++) {
			if (name && strcmp(sv->job.params[i].name, name) == 0)
				p = &sv->job.params[i];
		}
		if (p == NULL)
			return err_set(e, -EINVAL, "there is no parameter '%s'",
				       name ? name : "?");
		if (p->value.type == STMT_INT)
			stmt_bind_int(st, at, p->value.i);
		else if (p->value.type == STMT_TEXT)
			stmt_bind_str(st, at, p->value.s);
	}
	return 0;
}

static int
columns_send(struct serve *sv, struct stmt *st, struct err *e)
{
	buf_reset(&sv->row);
	put_i64(&sv->row, stmt_n_cols(st));
	for (int i = 0; i < stmt_n_cols(st); i++)
		put_str(&sv->row, str_c(stmt_col_name(st, i)));
	return msg_send(sv->out, MSG_COLS, buf_view(&sv->row), e);
}

static int
row_send(struct serve *sv, struct stmt *st, struct err *e)
{
	buf_reset(&sv->row);
	put_i64(&sv->row, stmt_n_cols(st));
	for (int i = 0; i < stmt_n_cols(st); i++) {
		struct foreign_value v = { .type = stmt_type(st, i) };

		if (v.type == STMT_INT)
			v.i = stmt_int(st, i);
		else if (v.type == STMT_REAL)
			v.r = stmt_real(st, i);
		else if (v.type != STMT_NULL)
			v.s = stmt_str(st, i);
		put_value(&sv->row, &v);
	}
	if (sv->row.bad)
		return err_set(e, -EFBIG, "a row is too large");
	return msg_send(sv->out, MSG_ROW, buf_view(&sv->row), e);
}

/* 0, or 1 when cut. */
static int
query_run(struct serve *sv, struct err *e)
{
	auto_stmt *st = NULL;
	struct reads *reads = ARENA_NEW(sv->arena, struct reads);
	int64_t n_rows = 0, n_bytes = 0;
	int r;

	query_time_limit(sv->store, sv->job.time_us);
	if (query_prepare_foreign(sv->store, sv->arena, sv->job.sql, sv->rules,
				  &st, reads, e) < 0 ||
	    params_bind(sv, st, e) < 0 || columns_send(sv, st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		if (++n_rows > sv->job.max_rows || n_bytes > sv->job.max_bytes)
			return 1;
		if (row_send(sv, st, e) < 0)
			return e->code;
		n_bytes += (int64_t)sv->row.len;
	}
	return r;
}

static int
end_send(struct serve *sv, int r, const struct err *why, struct err *e)
{
	buf_reset(&sv->row);
	put_i64(&sv->row, r);
	if (r >= 0)
		return msg_send(sv->out, MSG_END, buf_view(&sv->row), e);

	auto_buf words = { 0 };
	buf_init(&words, 4096);
	err_print(why, NULL, NULL, &words);
	put_str(&sv->row, buf_view(&words));
	return msg_send(sv->out, MSG_ERR, buf_view(&sv->row), e);
}

int
foreign_serve(struct store *s, const struct query_rules *rules, int in, int out,
	      struct err *e)
{
	auto_arena *a = arena_new();
	struct serve sv = {
		.store = s, .rules = rules, .arena = a, .out = out
	};
	struct err why = { 0 };
	int r = job_read(&sv, in, &why);

	buf_init(&sv.row, ROW_MAX);
	if (r == 0)
		r = rights_drop(&sv, &why);
	if (r == 0)
		r = query_run(&sv, &why);
	r = end_send(&sv, r, &why, e);
	buf_done(&sv.row);
	return r;
}

/* On our side. */
static int
job_send(int fd, const struct foreign_job *job, struct err *e)
{
	auto_buf b = { 0 };

	buf_init(&b, JOB_MAX);
	put_str(&b, job->sql);
	put_i64(&b, job->time_us);
	put_i64(&b, job->memory);
	put_i64(&b, job->max_rows);
	put_i64(&b, job->max_bytes);
	put_i64(&b, (int64_t)job->n_params);
	for (size_t i = 0; i < job->n_params; i++) {
		put_str(&b, str_c(job->params[i].name));
		put_value(&b, &job->params[i].value);
	}
	if (b.bad)
		return err_set(e, -EFBIG, "the query is too long");
	return msg_send(fd, MSG_JOB, buf_view(&b), e);
}

/* Passes one message on; 1 = the last one, its answer in *ret. */
static int
take(struct arena *a, const struct msg *m, const struct foreign_sink *sink,
     int *ret, struct err *e)
{
	struct reader r = { m->body, false };
	int64_t n = rd_i64(&r);

	if (m->type == MSG_ERR) {
		struct str words = rd_str(&r);

		if (!rd_end(&r) || n >= 0 || n < -4095)
			return err_set(e, -EBADMSG, "the query broke off");
		return err_set(e, (int)n, "%.*s", STR_ARG(words));
	}
	if (m->type == MSG_END && rd_end(&r) && (n == 0 || n == 1)) {
		*ret = (int)n;
		return 1;
	}
	if (r.bad || n < 0 || n > COLS_MAX)
		return err_set(e, -EBADMSG, "the query broke off");

	size_t n_cols = (size_t)n;
	struct str *names = ARENA_ARRAY(a, n_cols, struct str);
	struct foreign_value *values = ARENA_ARRAY(a, n_cols,
						   struct foreign_value);
	for (size_t i = 0; i < n_cols; i++) {
		if (m->type == MSG_COLS)
			names[i] = rd_str(&r);
		else
			values[i] = rd_value(&r);
	}
	if (!rd_end(&r) || (m->type != MSG_COLS && m->type != MSG_ROW))
		return err_set(e, -EBADMSG, "the query broke off");
	int code = m->type == MSG_COLS
			   ? sink->columns(sink->ctx, names, n_cols, e)
			   : sink->row(sink->ctx, values, n_cols, e);
	return code < 0 ? code : 0;
}

static int
rows_take(const struct worker *w, const struct foreign_job *job,
	  const struct foreign_sink *sink, struct err *e)
{
	auto_arena *a = arena_new();
	struct arena_mark start = arena_mark(a);
	int64_t until = msg_clock_us() + job->time_us + SLACK_US;
	struct msg m;
	int answer = 0;

	for (;;) {
		int n = msg_recv(a, w->out, ROW_MAX, until, &m, e);

		if (n == 0)
			return err_set(e, -EBADMSG,
				       "the query broke off: it took more "
				       "time or memory than it may");
		if (n < 0)
			return n;
		n = take(a, &m, sink, &answer, e);
		if (n != 0)
			return n < 0 ? n : answer;
		arena_reset(a, start);
	}
}

int
foreign_run(const char *const argv[], const struct foreign_job *job,
	    const struct foreign_sink *sink, struct err *e)
{
	struct foreign_job full = *job;
	struct worker w;

	if (full.time_us == 0)
		full.time_us = TIME_US;
	if (full.memory == 0)
		full.memory = MEMORY;
	if (worker_start(argv, -1, &w, e) < 0)
		return e->code;

	/* A child that is gone is seen when reading. */
	struct sigaction ignore = { .sa_handler = SIG_IGN }, old;
	(void)sigaction(SIGPIPE, &ignore, &old);
	int r = job_send(w.in, &full, e);
	(void)sigaction(SIGPIPE, &old, NULL);
	if (r == 0 || r == -EPIPE)
		r = rows_take(&w, &full, sink, e);
	worker_end(&w);
	return r;
}
