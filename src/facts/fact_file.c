/*
 * fact_file.c - a fact file, read by a process without rights.
 *
 * Ours copies the bytes, takes their sum and never looks inside; the other
 * one understands them and says what it found in frames, many events in one.
 */
#include "facts/fact_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/msg.h"
#include "base/sandbox.h"
#include "base/worker.h"
#include "facts/facts.h"
#include "tables/table.h"

#define BATCH_LEN ((size_t)256 * 1024) /* sent when it is this long */
#define FRAME_MAX ((size_t)8 * 1024 * 1024)
#define COPY_LEN ((size_t)1024 * 1024)
#define WAIT_US (60 * MOMENT_SEC) /* for the next frame */
#define CPU_S 120
#define WORD_MAX_LEN 63

enum { MSG_HEAD = 'H', MSG_EVENTS = 'E', MSG_END = '.' };

enum fault { FAULT_NONE, FAULT_NOT_FACTS, FAULT_NO_TIME, FAULT_CUT };

struct fact_file {
	struct arena *arena; /* as long as the file is open */
	struct arena *frame;
	struct worker worker;
	const char *path;
	struct fact_header header;
	struct hash sum, signature;
	bool has_signature;
	const struct contract *contract; /* that of the table being read */
	struct reader batch;
	struct value values[FACT_COLUMNS_MAX];
};

/* --- in the process without rights --- */

/* The last line, and what is before it. */
static struct str
last_line(struct str file, struct str *ret_body)
{
	size_t end = file.len;

	while (end > 0 && file.p[end - 1] == '\n')
		end--;
	size_t start = end;
	while (start > 0 && file.p[start - 1] != '\n')
		start--;
	*ret_body = str_first(file, start);
	return (struct str){ file.p + start, end - start };
}

static void
put_header(struct buf *b, const struct fact_header *h)
{
	put_str(b, h->host_id);
	put_str(b, h->key_id);
	put_str(b, h->machine_id);
	put_str(b, h->boot_id);
	put_str(b, h->platform);
	put_str(b, h->hostname);
	put_str(b, h->as);
	put_str(b, h->version);
	put_i64(b, h->sequence);
	put_i64(b, h->taken_at);
}

/* The first and the last line; a fault of theirs is a fault of the file. */
static int
head_send(struct str file, int output, bool *ret_ok, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct fact_reader first = { 0 }, last = { .has_header = true };
	struct fact_event head = { 0 }, sum = { 0 };
	struct str line = str_until(file, '\n'), body;
	struct err bad = { 0 };
	enum fault fault = FAULT_NONE;

	if (line.len > FACT_LINE_MAX || fact_line(&first, a, line, &head, &bad))
		fault = bad.code == -ERANGE ? FAULT_NO_TIME : FAULT_NOT_FACTS;
	line = last_line(file, &body);
	if (fault == FAULT_NONE &&
	    (line.len > FACT_LINE_MAX ||
	     fact_line(&last, a, line, &sum, &bad) < 0 || sum.kind != FACT_SUM))
		fault = FAULT_CUT;

	buf_init(&b, FRAME_MAX);
	put_u8(&b, (uint8_t)fault);
	put_header(&b, &head.header);
	put_str(&b, (struct str){ (const char *)sum.sum.b, HASH_LEN });
	put_u8(&b, sum.has_signature);
	put_str(&b, (struct str){ (const char *)sum.signature.b, HASH_LEN });
	*ret_ok = fault == FAULT_NONE;
	return msg_send(output, MSG_HEAD, buf_view(&b), e);
}

static void
put_bad(struct buf *b, const struct err *bad, int64_t line_no, bool words)
{
	auto_buf text = { 0 };

	put_u8(b, FACT_BAD);
	put_i64(b, line_no);
	buf_init(&text, 4096);
	if (words)
		err_print(bad, NULL, NULL, &text);
	put_str(b, str_cut(buf_view(&text), FACT_WORDS_MAX));
}

static void
put_row(struct buf *b, const struct fact_event *ev)
{
	put_u8(b, FACT_ROW);
	for (size_t i = 0; i < ev->contract->n_cols; i++) {
		const struct value *v = &ev->values[i];

		put_u8(b, (uint8_t)v->kind);
		if (v->kind == VALUE_TEXT)
			put_str(b, v->s);
		else if (v->kind == VALUE_INT)
			put_i64(b, v->i);
	}
}

static void
put_event(struct buf *b, const struct fact_event *ev)
{
	size_t at = 0;

	switch (ev->kind) {
	case FACT_BEGIN:
		while (at < n_contracts && contracts[at] != ev->contract)
			at++;
		put_u8(b, FACT_BEGIN);
		put_i64(b, (int64_t)at);
		break;
	case FACT_ROW:
		put_row(b, ev);
		break;
	case FACT_CANNOT:
		put_u8(b, FACT_CANNOT);
		put_str(b, ev->column);
		put_str(b, ev->reason);
		break;
	case FACT_END:
		put_u8(b, FACT_END);
		put_u8(b, (uint8_t)ev->state);
		put_i64(b, ev->count);
		put_i64(b, ev->ms);
		put_str(b, ev->reason);
		break;
	case FACT_HEADER:
	case FACT_SUM:
	case FACT_SKIPPED:
	case FACT_BAD:
		break;
	}
}

static int
lines_send(struct str file, int output, struct err *e)
{
	auto_arena *a = arena_new();
	auto_buf b = { 0 };
	struct fact_reader r = { 0 };
	struct str rest = file, line;
	int64_t line_no = 0;
	bool told = false;

	buf_init(&b, FRAME_MAX);
	while (str_next_line(&rest, &line)) {
		struct fact_event ev = { 0 };
		struct err bad = { 0 };

		line_no++;
		arena_reset(a, (struct arena_mark){ 0 });
		if (line.len > FACT_LINE_MAX)
			(void)err_set(&bad, -EFBIG,
				      "a line of more than %zu bytes",
				      FACT_LINE_MAX);
		else
			(void)fact_line(&r, a, line, &ev, &bad);
		if (bad.code < 0)
			put_bad(&b, &bad, line_no, !told);
		else
			put_event(&b, &ev);
		told = told || bad.code < 0;
		if (b.len < BATCH_LEN)
			continue;
		if (msg_send(output, MSG_EVENTS, buf_view(&b), e) < 0)
			return e->code;
		buf_reset(&b);
	}
	if (msg_send(output, MSG_EVENTS, buf_view(&b), e) < 0)
		return e->code;
	return msg_send(output, MSG_END, STR(""), e);
}

int
fact_file_serve(int input, int output, struct err *e)
{
	static const struct sandbox box = {
		.promises = "stdio",
		.cpu_s = CPU_S,
		.memory = (int64_t)FACT_FILE_MAX + 256 * 1024 * 1024,
		.file_size = -1,
	};
	struct stat st;
	bool ok = false;

	if (sandbox_enter(&box, e) < 0)
		return e->code;
	if (fstat(input, &st) < 0 || !S_ISREG(st.st_mode) ||
	    (size_t)st.st_size > FACT_FILE_MAX)
		return err_set(e, -EINVAL, "there is no fact file to read");
	struct str file = { "", (size_t)st.st_size };
	if (file.len > 0) {
		void *p = mmap(NULL, file.len, PROT_READ, MAP_PRIVATE, input,
			       0);

		if (p == MAP_FAILED)
			return err_sys(e, "cannot read the fact file");
		file.p = p;
	}
	if (head_send(file, output, &ok, e) < 0)
		return e->code;
	return ok ? lines_send(file, output, e) : 0;
}

/* --- on our side --- */

/* A copy without a name that nobody can write to any more. */
static int
copy_sealed(const char *path, int *ret_fd, struct err *e)
{
	auto_arena *a = arena_new();
	char *part = arena_alloc(a, COPY_LEN);
	size_t len = 0;
	struct stat st;

	auto_fd int from = open(path,
				O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (from < 0)
		return err_sys(e, "cannot open '%s'", path);
	if (fstat(from, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "'%s' is not a file", path);
	auto_fd int to = memfd_create("facts", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (to < 0 || lseek(from, 0, SEEK_SET) < 0)
		return err_sys(e, "cannot make room for the facts");
	for (;;) {
		ssize_t n = fs_read_full(from, part, COPY_LEN);

		if (n < 0)
			return err_sys(e, "cannot read '%s'", path);
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > FACT_FILE_MAX)
			return err_set(e, -EFBIG,
				       "'%s' is larger than %zu bytes", path,
				       FACT_FILE_MAX);
		if (fs_write_full(to, part, (size_t)n) < 0)
			return err_sys(e, "cannot make room for the facts");
	}
	if (fcntl(to, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) <
	    0)
		return err_sys(e, "cannot make room for the facts");
	*ret_fd = fd_steal(&to);
	return 0;
}

/* Over every byte before the last line. */
static int
sum_of(int fd, struct hash *ret, struct err *e)
{
	struct stat st;
	struct str body;

	if (fstat(fd, &st) < 0)
		return err_sys(e, "cannot read the fact file");
	if (st.st_size == 0) {
		*ret = hash_of("", 0);
		return 0;
	}
	void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return err_sys(e, "cannot read the fact file");
	(void)last_line((struct str){ p, (size_t)st.st_size }, &body);
	*ret = hash_of_str(body);
	(void)munmap(p, (size_t)st.st_size); /* it was only read */
	return 0;
}

static int
broke_off(const struct fact_file *f, struct err *e)
{
	return err_set(e, -EBADMSG,
		       "'%s' could not be read to its end: it takes more "
		       "time or memory than a fact file may",
		       f->path);
}

static int
frame_next(struct fact_file *f, struct msg *ret, struct err *e)
{
	arena_reset(f->frame, (struct arena_mark){ 0 });
	int n = msg_recv(f->frame, f->worker.out, FRAME_MAX,
			 msg_clock_us() + WAIT_US, ret, e);
	return n == 1 ? 0 : broke_off(f, e);
}

static struct str
kept(struct fact_file *f, struct str s, size_t max)
{
	return str_copy(f->arena, str_cut(str_scrub(f->frame, s), max));
}

static void
header_take(struct fact_file *f, struct reader *r)
{
	struct str *const texts[] = {
		&f->header.host_id, &f->header.key_id,	 &f->header.machine_id,
		&f->header.boot_id, &f->header.platform, &f->header.hostname,
		&f->header.as,	    &f->header.version,
	};

	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		*texts[i] = kept(f, rd_str(r), FACT_HEADER_TEXT_MAX);
	f->header.sequence = rd_i64(r);
	f->header.taken_at = rd_i64(r);
}

static bool
hash_take(struct reader *r, struct hash *ret)
{
	struct str s = rd_str(r);

	if (s.len != HASH_LEN)
		return false;
	memcpy(ret->b, s.p, HASH_LEN);
	return true;
}

static int
head_take(struct fact_file *f, struct err *e)
{
	struct hash claimed;
	struct msg m;

	if (frame_next(f, &m, e) < 0)
		return e->code;
	struct reader r = { m.body, false };
	uint8_t fault = rd_u8(&r);
	header_take(f, &r);
	bool whole = hash_take(&r, &claimed);
	f->has_signature = rd_u8(&r) != 0;
	whole = hash_take(&r, &f->signature) && whole;
	if (m.type != MSG_HEAD || !whole || !rd_end(&r))
		return broke_off(f, e);
	if (fault == FAULT_NO_TIME ||
	    (fault == FAULT_NONE &&
	     (f->header.sequence <= 0 || f->header.taken_at <= 0)))
		return err_set(e, -EPROTO, "'%s' does not say when it was made",
			       f->path);
	if (fault == FAULT_CUT)
		return err_set(e, -EBADMSG,
			       "'%s' is cut off: its last line holds no sum; "
			       "collect again",
			       f->path);
	if (fault != FAULT_NONE)
		return err_set(e, -EPROTO,
			       "'%s' is not a fact file (its first line does "
			       "not say facts/1)",
			       f->path);
	if (!hash_eq(claimed, f->sum))
		return err_set(e, -EBADMSG,
			       "'%s' was changed after it was written (its "
			       "sum does not match); collect again",
			       f->path);
	return 0;
}

int
fact_file_open(struct arena *a, const char *path, struct fact_file **ret,
	       struct err *e)
{
	static const char *const argv[] = { "/proc/self/exe", "collect",
					    "--worker", NULL };
	auto_fd int fd = -1;
	struct hash sum;
	struct worker w;

	if (copy_sealed(path, &fd, e) < 0 || sum_of(fd, &sum, e) < 0 ||
	    worker_start(argv, fd, &w, e) < 0)
		return e->code;
	struct fact_file *f = ARENA_NEW(a, struct fact_file);
	f->arena = a;
	f->frame = arena_new();
	f->worker = w;
	f->path = path;
	f->sum = sum;
	if (head_take(f, e) < 0) {
		fact_file_close(f);
		return e->code;
	}
	*ret = f;
	return 0;
}

void
fact_file_close(struct fact_file *f)
{
	if (f == NULL)
		return;
	worker_end(&f->worker);
	arena_free(f->frame);
}

const struct fact_header *
fact_file_header(const struct fact_file *f)
{
	return &f->header;
}

struct hash
fact_file_sum(const struct fact_file *f)
{
	return f->sum;
}

const struct hash *
fact_file_signature(const struct fact_file *f)
{
	return f->has_signature ? &f->signature : NULL;
}

static void
value_take(struct reader *r, const struct column *c, struct value *ret)
{
	bool is_text = c->type == COL_TEXT || c->type == COL_DATE;
	uint8_t kind = rd_u8(r);

	*ret = (struct value){ .kind = VALUE_NULL };
	if (kind == VALUE_TEXT && is_text) {
		ret->kind = VALUE_TEXT;
		ret->s = rd_str(r);
		r->bad = r->bad || ret->s.len > SCAN_TEXT_MAX ||
			 !str_utf8_ok(ret->s);
	} else if (kind == VALUE_INT && !is_text) {
		ret->kind = VALUE_INT;
		ret->i = rd_i64(r);
	} else if (kind != VALUE_NULL) {
		r->bad = true;
	}
}

static struct str
word_take(struct reader *r, size_t max)
{
	struct str s = rd_str(r);

	r->bad = r->bad || s.len > max || !str_utf8_ok(s);
	return s;
}

static void
begin_take(struct fact_file *f, struct reader *r)
{
	int64_t at = rd_i64(r);

	f->contract = NULL;
	if (at < 0 || at > (int64_t)n_contracts)
		r->bad = true;
	else if (at < (int64_t)n_contracts)
		f->contract = contracts[at];
	if (f->contract != NULL && f->contract->platforms == 0)
		r->bad = true; /* no machine may fill it */
}

static void
row_take(struct fact_file *f, struct reader *r, struct fact_event *ev)
{
	const struct contract *c = f->contract;

	if (c == NULL || c->n_cols > FACT_COLUMNS_MAX) {
		r->bad = true;
		return;
	}
	for (size_t i = 0; i < c->n_cols; i++)
		value_take(r, &c->cols[i], &f->values[i]);
	ev->values = f->values;
}

static void
event_take(struct fact_file *f, struct reader *r, struct fact_event *ev)
{
	uint8_t kind = rd_u8(r);
	uint8_t state;

	switch (kind) {
	case FACT_BEGIN:
		begin_take(f, r);
		break;
	case FACT_ROW:
		row_take(f, r, ev);
		break;
	case FACT_CANNOT:
		ev->column = word_take(r, WORD_MAX_LEN);
		ev->reason = word_take(r, WORD_MAX_LEN);
		break;
	case FACT_END:
		state = rd_u8(r);
		r->bad = r->bad || state > SNAPSHOT_CANNOT;
		ev->state = (enum snapshot)state;
		ev->count = rd_i64(r);
		ev->ms = rd_i64(r);
		ev->reason = word_take(r, WORD_MAX_LEN);
		break;
	case FACT_BAD:
		ev->count = rd_i64(r);
		ev->reason = word_take(r, FACT_WORDS_MAX);
		break;
	default:
		r->bad = true;
		return;
	}
	ev->kind = (enum fact_kind)kind;
	ev->contract = f->contract;
}

int
fact_file_next(struct fact_file *f, struct fact_event *ret, struct err *e)
{
	struct fact_event ev = { 0 };
	struct msg m;

	while (f->batch.rest.len == 0) {
		if (frame_next(f, &m, e) < 0)
			return e->code;
		if (m.type == MSG_END)
			return 0;
		if (m.type != MSG_EVENTS)
			return broke_off(f, e);
		f->batch = (struct reader){ m.body, false };
	}
	event_take(f, &f->batch, &ev);
	if (f->batch.bad)
		return broke_off(f, e);
	*ret = ev;
	return 1;
}
