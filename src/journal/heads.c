/* heads.c - signing the journal's head, following keys, anchors. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/fs.h"
#include "journal/journal.h"
#include "journal/sign.h"
#include "store/store.h"

static int
hash_col(struct stmt *st, int col, struct hash *ret, struct err *e)
{
	struct str s = stmt_str(st, col);

	if (s.len != HASH_LEN)
		return err_set(e, -EBADMSG,
			       "the journal is damaged: see 'yamori journal "
			       "verify'");
	memcpy(ret->b, s.p, HASH_LEN);
	return 0;
}

static int
entries_send(struct store *s, struct signer *signer, int64_t behind,
	     struct err *e)
{
	auto_stmt *st = NULL;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT seq, at, actor, kind, subject, "
			     "body_root, prev FROM main.journal "
			     "WHERE seq > ? ORDER BY seq"),
			 &st, e) < 0)
		return e->code;
	stmt_bind_int(st, 1, behind);
	while ((r = stmt_step(st, e)) > 0) {
		struct entry en = {
			.seq = stmt_int(st, 0),
			.at = stmt_int(st, 1),
			.actor = stmt_str(st, 2),
			.kind = stmt_str(st, 3),
			.subject = stmt_str(st, 4),
		};

		if (hash_col(st, 5, &en.body_root, e) < 0 ||
		    hash_col(st, 6, &en.prev, e) < 0 ||
		    signer_entry(signer, &en, e) < 0)
			return e->code;
	}
	return r;
}

/* The head is the one in the database, too: else it was cut or changed. */
static int
head_check(struct store *s, const struct head *h, struct err *e)
{
	auto_stmt *st = NULL;
	struct hash hash;

	if (stmt_prepare(s,
			 STR("SELECT seq, hash FROM main.journal "
			     "ORDER BY seq DESC LIMIT 1"),
			 &st, e) < 0)
		return e->code;
	int r = stmt_step(st, e);
	if (r < 0)
		return r;
	if (r == 0 || hash_col(st, 1, &hash, e) < 0 ||
	    stmt_int(st, 0) != h->seq || !hash_eq(hash, h->hash))
		return err_set(e, -EPERM,
			       "the journal does not continue entry %" PRId64
			       ", which was signed last: see 'yamori journal "
			       "verify'",
			       h->seq);
	return 0;
}

static int
head_save(struct store *s, const struct head *h, struct err *e)
{
	struct str hash = { (const char *)h->hash.b, HASH_LEN };
	struct str key = { (const char *)h->key, KEY_LEN };
	struct str sig = { (const char *)h->signature, SIGNATURE_LEN };
	int r = store_run(s, e,
			  "INSERT INTO main.journal_head"
			  "(seq, hash, at, key, signature) "
			  "VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
			  "ibibb", h->seq, hash, h->at, key, sig);

	return r < 0 ? r : 0;
}

static int
restore_write(struct store *s, const struct head *lost, const char *reason,
	      struct err *e)
{
	auto_arena *a = arena_new();
	auto_change *c = NULL;

	if (change_begin(s, "journal.restore", STR(""), &c, e) < 0)
		return e->code;
	change_field_int(c, "lost_seq", lost->seq);
	change_field(c, "lost_hash", hash_hex(a, lost->hash));
	change_field(c, "reason", str_c(reason));
	return change_commit(c, e);
}

static int
sign_with(struct store *s, struct signer *signer,
	  const struct journal_identity *id, bool restored, struct head *ret,
	  struct err *e)
{
	struct hash hash;
	int64_t behind = 0;

	ret->organisation = id->organisation;
	/* The new key of a rotation takes over here, so this comes first. */
	if (signer_begin(signer, id->organisation, id->key, restored, e) < 0)
		return e->code;
	if (!restored && signer_last(signer, &behind, &hash, e) < 0)
		return e->code;
	if (store_begin_read(s, e) < 0)
		return e->code;
	if (entries_send(s, signer, behind, e) == 0 &&
	    signer_sign(signer, ret, e) == 0)
		(void)head_check(s, ret, e); /* told by e */
	store_rollback(s);
	return e->code;
}

static int
signer_start(struct store *s, struct arena *a, struct signer **ret,
	     struct err *e)
{
	struct str keys = fs_join(a, str_c(store_dir(s)), STR("keys"));

	return signer_open(a, keys.p, ret, e);
}

static void
signed_fill(struct arena *a, const struct head *h, struct journal_signed *ret)
{
	*ret = (struct journal_signed){
		.seq = h->seq,
		.at = h->at,
		.hash = hash_hex(a, h->hash),
		.fingerprint = key_fingerprint(a, h->key),
	};
}

int
journal_sign(struct store *s, struct arena *a, const char *restore_reason,
	     struct journal_signed *ret, struct err *e)
{
	struct journal_identity id;
	struct head h = { 0 }, lost = { 0 };
	auto_signer *signer = NULL;

	if (journal_identity(s, a, &id, e) < 0 ||
	    signer_start(s, a, &signer, e) < 0)
		return e->code;
	if (restore_reason != NULL) {
		struct err ignored = { 0 };

		/* A memory that is lost, too, leaves the zeros. */
		(void)signer_last(signer, &lost.seq, &lost.hash, &ignored);
		if (restore_write(s, &lost, restore_reason, e) < 0)
			return e->code;
	}
	if (sign_with(s, signer, &id, restore_reason != NULL, &h, e) < 0 ||
	    head_save(s, &h, e) < 0)
		return e->code;
	signed_fill(a, &h, ret);
	return 0;
}

static void
hex_field(struct change *c, struct arena *a, const char *name, const uint8_t *p,
	  size_t len)
{
	change_field(c, name,
		     hex_encode(a, (struct str){ (const char *)p, len }));
}

static int
rotation_write(struct store *s, struct arena *a,
	       const struct journal_signed *last, const struct rotation *r,
	       struct err *e)
{
	auto_change *c = NULL;

	if (change_begin(s, "journal.rotate", STR(""), &c, e) < 0)
		return e->code;
	change_field_int(c, "head_seq", last->seq);
	change_field(c, "head_hash", last->hash);
	hex_field(c, a, "key_old", r->old, KEY_LEN);
	hex_field(c, a, "key_new", r->new, KEY_LEN);
	hex_field(c, a, "by_old", r->by_old, SIGNATURE_LEN);
	hex_field(c, a, "by_new", r->by_new, SIGNATURE_LEN);
	return change_commit(c, e);
}

int
journal_rotate(struct store *s, struct arena *a, struct journal_signed *ret,
	       struct err *e)
{
	struct journal_identity id;
	struct journal_signed last;
	struct rotation rotation;
	auto_signer *signer = NULL;

	/* All that was written under the old key is signed by it. */
	if (journal_sign(s, a, NULL, &last, e) < 0 ||
	    journal_identity(s, a, &id, e) < 0 ||
	    signer_start(s, a, &signer, e) < 0 ||
	    signer_rotate(signer, id.organisation, &rotation, e) < 0 ||
	    rotation_write(s, a, &last, &rotation, e) < 0)
		return e->code;
	return journal_sign(s, a, NULL, ret, e);
}

int
journal_anchor_print(struct store *s, struct buf *out, struct err *e)
{
	auto_arena *a = arena_new();
	auto_stmt *st = NULL;
	struct journal_identity id;
	struct head h = { .is_signed = true };

	if (journal_identity(s, a, &id, e) < 0 ||
	    stmt_prepare(s,
			 STR("SELECT seq, hash, at, key, signature "
			     "FROM main.journal_head "
			     "ORDER BY seq DESC, at DESC LIMIT 1"),
			 &st, e) < 0)
		return e->code;
	int r = stmt_step(st, e);
	if (r == 0)
		return err_set(e, -ENOENT,
			       "nothing is signed yet: 'yamori journal sign'");
	if (r < 0 || hash_col(st, 1, &h.hash, e) < 0)
		return e->code;
	h.organisation = id.organisation;
	h.seq = stmt_int(st, 0);
	h.at = stmt_int(st, 2);
	struct str key = stmt_str(st, 3);
	if (key.len == KEY_LEN)
		memcpy(h.key, key.p, KEY_LEN);
	struct str sig = stmt_str(st, 4);
	if (sig.len == SIGNATURE_LEN)
		memcpy(h.signature, sig.p, SIGNATURE_LEN);
	anchor_print(a, &h, out);
	return 0;
}
