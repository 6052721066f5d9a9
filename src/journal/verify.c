/* verify.c - verifies the journal of a database. */
#include "base/arena.h"
#include "journal/check.h"
#include "journal/rows.h"
#include "store/store.h"

static bool
blob(struct stmt *st, int col, void *to, size_t len)
{
	if (stmt_type(st, col) != STMT_BLOB)
		return false;
	struct str s = stmt_str(st, col);
	if (s.len != len)
		return false;
	memcpy(to, s.p, len);
	return true;
}

static int
heads_load(struct checker *k, struct store *s, struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT seq, hash, at, key, signature "
			     "FROM main.journal_head"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		struct head h = { .seq = stmt_int(st, 0),
				  .at = stmt_int(st, 2),
				  .is_signed = true };

		if (!blob(st, 1, h.hash.b, HASH_LEN) ||
		    !blob(st, 3, h.key, KEY_LEN) ||
		    !blob(st, 4, h.signature, SIGNATURE_LEN)) {
			check_fault(k->report, k->arena, "head_signature",
				    h.seq,
				    "%s: the signature of entry %" PRId64
				    " is wrong",
				    "journal_head", h.seq);
			continue;
		}
		checker_head(k, &h, NULL);
	}
	return r;
}

/* The content of entries, read beside the entries themselves. */
struct bodies {
	struct stmt *st;
	bool more;
	int64_t seq;
};

static int
bodies_step(struct bodies *b, struct err *e)
{
	int r = stmt_step(b->st, e);

	if (r < 0)
		return r;
	b->more = r > 0;
	if (b->more)
		b->seq = stmt_int(b->st, 0);
	return 0;
}

static void
field_read(struct checker *k, struct stmt *st)
{
	struct field f = { .name = stmt_str(st, 1) };
	int64_t class = stmt_int(st, 2);
	bool no_salt = stmt_is_null(st, 4), no_value = stmt_is_null(st, 5);
	bool ok = stmt_type(st, 1) == STMT_TEXT && class >= CLASS_PLAIN &&
		  class < CLASS_SECRET && no_salt == no_value &&
		  blob(st, 3, f.seal.b, HASH_LEN) &&
		  (stmt_is_null(st, 6) || stmt_int(st, 6) > 0);

	if (ok && !no_salt)
		ok = blob(st, 4, f.salt, SALT_LEN) &&
		     stmt_type(st, 5) == STMT_TEXT;
	if (!ok)
		check_fault(k->report, k->arena, "body_malformed", k->entry.seq,
			    "entry %" PRId64 ": '%.*s' is damaged",
			    k->entry.seq, STR_ARG(f.name))
			->field = str_copy(k->arena, f.name);
	f.class = class >= CLASS_PLAIN && class <= CLASS_SECRET
			  ? (enum data_class) class
			  : CLASS_SECRET;
	f.open = !no_value;
	f.value = stmt_str(st, 5);
	f.erased_by = stmt_int(st, 6);
	checker_field(k, &f);
}

/* Content of entries that are not there, up to seq. */
static int
orphans_skip(struct checker *k, struct bodies *b, int64_t seq, struct err *e)
{
	int64_t told = INT64_MIN;

	while (b->more && b->seq < seq) {
		if (told != b->seq)
			check_fault(k->report, k->arena, "body_orphan", b->seq,
				    "there is content of entry %" PRId64
				    ", but no such entry",
				    b->seq);
		told = b->seq;
		if (bodies_step(b, e) < 0)
			return e->code;
	}
	return 0;
}

static int
entry_read(struct checker *k, struct stmt *st, struct bodies *b, struct err *e)
{
	struct entry en = {
		.seq = stmt_int(st, 0),
		.at = stmt_int(st, 1),
		.actor = stmt_str(st, 2),
		.kind = stmt_str(st, 3),
		.subject = stmt_str(st, 4),
	};
	struct hash stored = { 0 };

	if (orphans_skip(k, b, en.seq, e) < 0)
		return e->code;
	if (!blob(st, 5, en.body_root.b, HASH_LEN) ||
	    !blob(st, 6, en.prev.b, HASH_LEN) ||
	    !blob(st, 7, stored.b, HASH_LEN))
		check_fault(k->report, k->arena, "entry_malformed", en.seq,
			    "entry %" PRId64 " is damaged", en.seq);
	checker_entry(k, &en, &stored);
	while (b->more && b->seq == en.seq) {
		field_read(k, b->st);
		if (bodies_step(b, e) < 0)
			return e->code;
	}
	checker_entry_end(k);
	return 0;
}

static int
chain_walk(struct checker *k, struct store *s, struct err *e)
{
	auto_stmt *entries = NULL;
	auto_stmt *contents = NULL;
	struct bodies b = { 0 };
	int r;

	if (stmt_prepare(s,
			 STR("SELECT seq, at, actor, kind, subject, "
			     "body_root, prev, hash FROM main.journal "
			     "ORDER BY seq"),
			 &entries, e) < 0 ||
	    stmt_prepare(s,
			 STR("SELECT seq, field, class, seal, salt, value, "
			     "erased_by FROM main.journal_body "
			     "ORDER BY seq, field"),
			 &contents, e) < 0)
		return e->code;
	b.st = contents;
	if (bodies_step(&b, e) < 0)
		return e->code;
	while ((r = stmt_step(entries, e)) > 0) {
		if (entry_read(k, entries, &b, e) < 0)
			return e->code;
	}
	return r < 0 ? r : orphans_skip(k, &b, INT64_MAX, e);
}

static int
verify(struct checker *k, struct store *s, struct err *e)
{
	if (heads_load(k, s, e) < 0)
		return e->code;
	checker_heads_sort(k);
	if (chain_walk(k, s, e) < 0)
		return e->code;
	if (k->report->n_entries == 0)
		check_fault(k->report, k->arena, "start_missing", 1,
			    "the journal is empty");
	checker_end(k);
	return rows_verify(k, s, e);
}

int
journal_verify(struct store *s, struct arena *a,
	       const struct journal_check *check, struct journal_report *ret,
	       struct err *e)
{
	bool inside = store_in_transaction(s);
	struct checker k;

	checker_init(&k, a, false, ret);
	if (checker_files(&k, check, e) < 0 ||
	    (!inside && store_begin_read(s, e) < 0))
		return e->code;
	(void)verify(&k, s, e); /* e says how it ended */
	if (!inside)
		store_rollback(s);
	return e->code;
}
