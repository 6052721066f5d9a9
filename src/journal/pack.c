/* pack.c - entries as a file for another machine. */
#include "journal/pack.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/moment.h"
#include "journal/check.h"
#include "store/store.h"

#define LINE_MAX_LEN ((size_t)512 * 1024 * 1024)
#define FLUSH_LEN ((size_t)1024 * 1024)
#define PACK_NAME "yamori journal pack"

/* --- writing --- */

struct writer {
	int fd;
	const char *path;
	struct buf out;
	int64_t n_entries, n_heads;
};

static int
writer_flush(struct writer *w, struct err *e)
{
	if (w->out.bad)
		return err_set(e, -EFBIG, "an entry is too large for a pack");
	if (fs_write_full(w->fd, w->out.p, w->out.len) < 0)
		return err_sys(e, "cannot write '%s'", w->path);
	buf_reset(&w->out);
	return 0;
}

static int
line_end(struct writer *w, struct err *e)
{
	buf_char(&w->out, '\n');
	return w->out.len < FLUSH_LEN ? 0 : writer_flush(w, e);
}

static void
key_hex(struct json *j, const char *key, struct str bytes)
{
	auto_arena *a = arena_new();

	json_key(j, key);
	json_str(j, hex_encode(a, bytes));
}

static void
key_int(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	json_int(j, n);
}

static void
key_str(struct json *j, const char *key, struct str s)
{
	json_key(j, key);
	json_str(j, s);
}

static bool
left_out(const struct journal_pack *what, const char *field,
	 enum data_class class)
{
	if (what->no_personal && class != CLASS_PLAIN)
		return true;
	for (size_t i = 0; i < what->n_without; i++) {
		if (fnmatch(what->without[i], field, 0) == 0)
			return true;
	}
	return false;
}

/* Columns: field class seal salt value erased_by. */
static void
field_write(struct json *j, struct stmt *st, const struct journal_pack *what)
{
	auto_arena *a = arena_new();
	struct str field = stmt_str(st, 0);
	int64_t n = stmt_int(st, 1);
	enum data_class class = n >= CLASS_PLAIN && n <= CLASS_SECRET
					? (enum data_class)n
					: CLASS_SECRET;

	json_open(j, '{');
	key_str(j, "field", field);
	key_str(j, "class", str_c(class_name(class)));
	key_hex(j, "seal", stmt_str(st, 2));
	if (!stmt_is_null(st, 5))
		key_int(j, "erased_by", stmt_int(st, 5));
	if (!stmt_is_null(st, 4) &&
	    !left_out(what, str_to_c(a, field), class)) {
		key_hex(j, "salt", stmt_str(st, 3));
		key_str(j, "value", stmt_str(st, 4));
	}
	json_close(j, '}');
}

static int
body_write(struct json *j, struct stmt *st, int64_t seq,
	   const struct journal_pack *what, struct err *e)
{
	int r;

	if (stmt_reset(st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, seq);
	json_key(j, "body");
	json_open(j, '[');
	while ((r = stmt_step(st, e)) > 0)
		field_write(j, st, what);
	json_close(j, ']');
	return r;
}

static int
entries_write(struct writer *w, struct store *s,
	      const struct journal_pack *what, int64_t to, struct err *e)
{
	auto_stmt *st = NULL;
	auto_stmt *body = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT seq, at, actor, kind, subject, "
			     "body_root, prev, hash FROM main.journal "
			     "WHERE seq BETWEEN ? AND ? ORDER BY seq"),
			 &st, e) < 0 ||
	    stmt_prepare(s,
			 STR("SELECT field, class, seal, salt, value, "
			     "erased_by FROM main.journal_body "
			     "WHERE seq = ? ORDER BY field"),
			 &body, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, what->from);
	stmt_bind_int(st, 2, to);
	while ((r = stmt_step(st, e)) > 0) {
		struct json j;

		json_init(&j, &w->out, false);
		json_open(&j, '{');
		key_int(&j, "entry", stmt_int(st, 0));
		key_int(&j, "at", stmt_int(st, 1));
		key_str(&j, "actor", stmt_str(st, 2));
		key_str(&j, "kind", stmt_str(st, 3));
		key_str(&j, "subject", stmt_str(st, 4));
		key_hex(&j, "body_root", stmt_str(st, 5));
		key_hex(&j, "prev", stmt_str(st, 6));
		key_hex(&j, "hash", stmt_str(st, 7));
		if (body_write(&j, body, stmt_int(st, 0), what, e) < 0)
			return e->code;
		json_close(&j, '}');
		w->n_entries++;
		if (line_end(w, e) < 0)
			return e->code;
	}
	return r;
}

static int
heads_write(struct writer *w, struct store *s, int64_t from, int64_t to,
	    struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT seq, at, hash, key, signature "
			     "FROM main.journal_head "
			     "WHERE seq BETWEEN ? AND ? ORDER BY seq, at"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, from);
	stmt_bind_int(st, 2, to);
	while ((r = stmt_step(st, e)) > 0) {
		struct json j;

		json_init(&j, &w->out, false);
		json_open(&j, '{');
		key_int(&j, "head", stmt_int(st, 0));
		key_int(&j, "at", stmt_int(st, 1));
		key_hex(&j, "hash", stmt_str(st, 2));
		key_hex(&j, "key", stmt_str(st, 3));
		key_hex(&j, "signature", stmt_str(st, 4));
		json_close(&j, '}');
		w->n_heads++;
		if (line_end(w, e) < 0)
			return e->code;
	}
	return r;
}

static int
pack_write(struct writer *w, struct store *s, const struct journal_pack *what,
	   struct err *e)
{
	auto_arena *a = arena_new();
	struct journal_identity id;
	int64_t to = 0;
	struct json j;

	if (journal_identity(s, a, &id, e) < 0 ||
	    store_get_int(s, &to, e,
			  "SELECT coalesce(max(seq), 0) "
			  "FROM main.journal_head",
			  "") < 0)
		return e->code;
	if (to < what->from)
		return err_set(e, -ENOENT,
			       "no signed head covers entry %" PRId64
			       ": 'yamori journal sign' first",
			       what->from);
	json_init(&j, &w->out, false);
	json_open(&j, '{');
	key_str(&j, "pack", STR(PACK_NAME));
	key_int(&j, "version", 1);
	key_str(&j, "organisation", id.organisation);
	key_int(&j, "from", what->from);
	key_int(&j, "to", to);
	key_int(&j, "made_at", moment_now());
	json_close(&j, '}');
	if (line_end(w, e) < 0 || entries_write(w, s, what, to, e) < 0 ||
	    heads_write(w, s, what->from, to, e) < 0)
		return e->code;
	json_init(&j, &w->out, false);
	json_open(&j, '{');
	key_int(&j, "entries", w->n_entries);
	key_int(&j, "heads", w->n_heads);
	json_close(&j, '}');
	buf_char(&w->out, '\n');
	return writer_flush(w, e);
}

int
journal_export(struct store *s, const char *path,
	       const struct journal_pack *what, struct err *e)
{
	auto_arena *a = arena_new();
	struct journal_pack p = *what;
	const char *tmp = str_fmt(a, "%s.tmp-%ld", path, (long)getpid()).p;
	auto_fd int fd = open(tmp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
			      0600);
	if (fd < 0)
		return err_sys(e, "cannot write '%s'", path);

	struct writer w = { .fd = fd, .path = path };
	buf_init(&w.out, LINE_MAX_LEN);
	p.from = p.from < 1 ? 1 : p.from;
	if (store_begin_read(s, e) == 0) {
		if (pack_write(&w, s, &p, e) == 0 &&
		    (fsync(fd) < 0 || rename(tmp, path) < 0))
			(void)err_sys(e, "cannot write '%s'", path);
		store_rollback(s);
	}
	buf_done(&w.out);
	if (e->code < 0)
		(void)unlink(tmp); /* nothing half-written stays */
	return e->code;
}

/* --- reading --- */

struct pack {
	struct checker k;
	struct arena *scratch; /* of one line */
	int64_t n_lines;
	int64_t to;
	int64_t n_heads;
	bool ended;
};

static int
bad_line(const struct pack *p, struct err *e)
{
	return err_set(e, -EBADMSG, "line %lld of the pack is broken",
		       (long long)p->n_lines);
}

static bool
hex_read(struct json_read *r, struct arena *a, void *to, size_t len)
{
	struct str raw = hex_decode(a, json_read_text(r));

	if (raw.p == NULL || raw.len != len)
		return false;
	memcpy(to, raw.p, len);
	return true;
}

static bool
field_parse(struct pack *p, struct json_read *r, struct field *ret)
{
	bool seal = false, salt = false, value = false, ok = true;
	struct field f = { 0 };
	struct str key;

	if (!json_read_object(r))
		return false;
	while (json_read_key(r, &key)) {
		if (str_is(key, "field")) {
			f.name = json_read_text(r);
		} else if (str_is(key, "class")) {
			ok = class_parse(json_read_text(r), &f.class) && ok;
		} else if (str_is(key, "seal")) {
			seal = hex_read(r, p->scratch, f.seal.b, HASH_LEN);
		} else if (str_is(key, "salt")) {
			salt = hex_read(r, p->scratch, f.salt, SALT_LEN);
			ok = salt && ok;
		} else if (str_is(key, "value")) {
			value = json_read_kind(r) == JSON_TEXT;
			ok = value && ok;
			f.value = json_read_text(r);
		} else if (str_is(key, "erased_by")) {
			f.erased_by = json_read_int(r, -1);
			ok = f.erased_by > 0 && ok;
		} else {
			json_read_skip(r);
		}
	}
	f.open = value;
	*ret = f;
	return ok && seal && salt == value && f.name.len > 0;
}

/* The members come first and the body last, as we write them. */
static int
entry_parse(struct pack *p, struct json_read *r, int64_t seq, struct err *e)
{
	struct entry en = { .seq = seq };
	struct hash stored;
	unsigned have = 0;
	struct str key;
	struct field f;

	while (json_read_key(r, &key)) {
		if (str_is(key, "at")) {
			en.at = json_read_int(r, 0);
			have |= 1;
		} else if (str_is(key, "actor")) {
			en.actor = json_read_text(r);
			have |= 2;
		} else if (str_is(key, "kind")) {
			en.kind = json_read_text(r);
			have |= 4;
		} else if (str_is(key, "subject")) {
			en.subject = json_read_text(r);
			have |= 8;
		} else if (str_is(key, "body_root")) {
			have |= hex_read(r, p->scratch, en.body_root.b,
					 HASH_LEN)
					? 16U
					: 0U;
		} else if (str_is(key, "prev")) {
			have |= hex_read(r, p->scratch, en.prev.b, HASH_LEN)
					? 32U
					: 0U;
		} else if (str_is(key, "hash")) {
			have |= hex_read(r, p->scratch, stored.b, HASH_LEN)
					? 64U
					: 0U;
		} else if (str_is(key, "body") && have == 127) {
			have = 255;
			checker_entry(&p->k, &en, &stored);
			(void)json_read_array(r); /* a fault shows below */
			while (json_read_item(r)) {
				if (!field_parse(p, r, &f))
					return bad_line(p, e);
				checker_field(&p->k, &f);
			}
			checker_entry_end(&p->k);
		} else {
			json_read_skip(r);
		}
	}
	return have == 255 ? 0 : bad_line(p, e);
}

static int
head_parse(struct pack *p, struct json_read *r, int64_t seq, struct err *e)
{
	struct head h = { .seq = seq, .is_signed = true };
	unsigned have = 0;
	struct str key;

	while (json_read_key(r, &key)) {
		if (str_is(key, "at")) {
			h.at = json_read_int(r, 0);
			have |= 1;
		} else if (str_is(key, "hash")) {
			have |= hex_read(r, p->scratch, h.hash.b, HASH_LEN)
					? 2U
					: 0U;
		} else if (str_is(key, "key")) {
			have |= hex_read(r, p->scratch, h.key, KEY_LEN) ? 4U
									: 0U;
		} else if (str_is(key, "signature")) {
			have |= hex_read(r, p->scratch, h.signature,
					 SIGNATURE_LEN)
					? 8U
					: 0U;
		} else {
			json_read_skip(r);
		}
	}
	if (have != 15)
		return bad_line(p, e);
	checker_head(&p->k, &h, NULL);
	p->n_heads++;
	return 0;
}

static int
first_parse(struct pack *p, struct json_read *r, struct err *e)
{
	struct str key;

	while (json_read_key(r, &key)) {
		if (str_is(key, "organisation"))
			p->k.report->organisation = str_copy(p->k.arena,
							     json_read_text(r));
		else if (str_is(key, "version") && json_read_int(r, 0) != 1)
			return err_set(e, -EBADMSG,
				       "this pack is of a later version");
		else if (str_is(key, "to"))
			p->to = json_read_int(r, 0);
		else if (!str_is(key, "version"))
			json_read_skip(r);
	}
	return 0;
}

static int
last_parse(struct pack *p, struct json_read *r, int64_t n_entries,
	   struct err *e)
{
	int64_t n_heads = -1;
	struct str key;

	while (json_read_key(r, &key)) {
		if (str_is(key, "heads"))
			n_heads = json_read_int(r, -1);
		else
			json_read_skip(r);
	}
	if (n_entries != p->k.report->n_entries || n_heads != p->n_heads)
		return err_set(e, -EBADMSG, "the pack is not whole");
	p->ended = true;
	return 0;
}

/* The first member of a line says what it is. */
static int
line_parse(struct pack *p, struct str line, bool heads_only, struct err *e)
{
	struct json_read r;
	struct str key;
	int code = 0;

	json_read_init(&r, p->scratch, line);
	if (!json_read_object(&r) || !json_read_key(&r, &key))
		return bad_line(p, e);
	if (heads_only && !str_is(key, "head"))
		return 0;
	if (str_is(key, "pack") && p->n_lines == 1) {
		if (!str_is(json_read_text(&r), PACK_NAME))
			return bad_line(p, e);
		code = first_parse(p, &r, e);
	} else if (p->n_lines == 1 || p->ended) {
		return err_set(e, -EBADMSG, "this is no pack of a journal");
	} else if (str_is(key, "entry")) {
		code = entry_parse(p, &r, json_read_int(&r, 0), e);
	} else if (str_is(key, "head")) {
		int64_t seq = json_read_int(&r, 0);

		code = heads_only ? head_parse(p, &r, seq, e) : 0;
		if (!heads_only)
			return 0;
	} else if (str_is(key, "entries")) {
		code = last_parse(p, &r, json_read_int(&r, -1), e);
	} else {
		return bad_line(p, e);
	}
	if (code < 0)
		return code;
	return json_read_end(&r, e) < 0 ? bad_line(p, e) : 0;
}

/* Heads stand behind the entries and are needed beside them: two passes. */
static int
pass(struct pack *p, struct str text, bool heads_only, struct err *e)
{
	struct str line;

	p->n_lines = 0;
	while (str_next_line(&text, &line)) {
		struct arena_mark mark = arena_mark(p->scratch);

		p->n_lines++;
		if (line_parse(p, line, heads_only, e) < 0)
			return e->code;
		arena_reset(p->scratch, mark);
	}
	return 0;
}

int
pack_check(struct arena *a, struct str text, const struct journal_check *check,
	   struct journal_report *ret, struct err *e)
{
	auto_arena *scratch = arena_new();
	struct pack p = { .scratch = scratch };

	checker_init(&p.k, a, true, ret);
	if (checker_files(&p.k, check, e) < 0 || pass(&p, text, true, e) < 0)
		return e->code;
	checker_heads_sort(&p.k);
	if (pass(&p, text, false, e) < 0)
		return e->code;
	if (!p.ended || ret->n_entries == 0)
		return err_set(e, -EBADMSG, "the pack is not whole");
	checker_end(&p.k);

	struct check_head *last = p.k.n_heads > 0 ? &p.k.heads[p.k.n_heads - 1]
						  : NULL;
	if (ret->n_heads == 0 || last->head.seq < ret->last_seq)
		check_fault(ret, a, "pack_unsigned", ret->last_seq,
			    "no signature covers the pack up to its last "
			    "entry %" PRId64,
			    ret->last_seq);
	return 0;
}

int
journal_verify_pack(struct arena *a, const char *path,
		    const struct journal_check *check,
		    struct journal_report *ret, struct err *e)
{
	struct str text;

	if (fs_read(a, path, PACK_MAX, &text, e) < 0)
		return e->code;
	if (pack_check(a, text, check, ret, e) < 0)
		return err_in(e, "'%s'", path);
	return 0;
}
