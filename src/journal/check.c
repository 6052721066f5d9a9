/* check.c - walks a chain, from the database or from a pack. */
#include "journal/check.h"

#include "base/arena.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/num.h"

#define HEADS_MAX 200000

struct key_change {
	struct key_change *next;
	int64_t seq;
	uint8_t old[KEY_LEN];
	uint8_t new[KEY_LEN];
};

/* A restore names the head that was lost by it. */
struct restored {
	struct restored *next;
	int64_t seq; /* of the entry that says so */
	int64_t lost_seq;
	struct hash lost_hash;
	struct str reason;
};

static struct journal_fault *
fault_add(struct journal_report *r, struct arena *a, bool notice,
	  const char *kind, int64_t seq)
{
	struct journal_fault *f;

	if (notice)
		r->n_notices++;
	else
		r->n_faults++;
	if (r->faults == NULL)
		r->faults = ARENA_ARRAY(a, REPORT_FAULTS_MAX + 1,
					struct journal_fault);
	/* The last place is for those that are only counted. */
	f = &r->faults[r->n_kept];
	if (r->n_kept < REPORT_FAULTS_MAX)
		r->n_kept++;
	*f = (struct journal_fault){ .kind = kind,
				     .notice = notice,
				     .seq = seq };
	return f;
}

struct journal_fault *
check_fault(struct journal_report *r, struct arena *a, const char *kind,
	    int64_t seq, const char *fmt, ...)
{
	struct journal_fault *f = fault_add(r, a, false, kind, seq);
	va_list ap;

	va_start(ap, fmt);
	err_text_set(&f->text, fmt, ap);
	va_end(ap);
	return f;
}

struct journal_fault *
check_notice(struct journal_report *r, struct arena *a, const char *kind,
	     int64_t seq, const char *fmt, ...)
{
	struct journal_fault *f = fault_add(r, a, true, kind, seq);
	va_list ap;

	va_start(ap, fmt);
	err_text_set(&f->text, fmt, ap);
	va_end(ap);
	return f;
}

#define FAULT(k, kind, seq, ...)                                               \
	check_fault((k)->report, (k)->arena, kind, seq, __VA_ARGS__)
#define NOTICE(k, kind, seq, ...)                                              \
	check_notice((k)->report, (k)->arena, kind, seq, __VA_ARGS__)

void
checker_init(struct checker *k, struct arena *a, bool pack,
	     struct journal_report *report)
{
	*k = (struct checker){ .arena = a, .pack = pack, .report = report };
	*report = (struct journal_report){ 0 };
	map_init(&k->images, a);
	map_init(&k->erasures, a);
	map_init(&k->erased, a);
	map_init(&k->keys, a);
}

static struct str
key_str(const uint8_t key[KEY_LEN])
{
	return (struct str){ (const char *)key, KEY_LEN };
}

/* A key that is trusted: the map only needs to hold it. */
static void
key_trust(struct checker *k, const uint8_t key[KEY_LEN])
{
	*map_put(&k->keys, key_str(key)) = k;
}

int
checker_files(struct checker *k, const struct journal_check *check,
	      struct err *e)
{
	for (size_t i = 0; i < check->n_anchors; i++) {
		struct head h;
		struct str text;

		if (fs_read(k->arena, check->anchors[i], 65536, &text, e) < 0 ||
		    anchor_parse(k->arena, text, &h, e) < 0)
			return err_in(e, "anchor '%s'", check->anchors[i]);
		checker_head(k, &h, check->anchors[i]);
	}
	if (check->key != NULL) {
		if (key_public_load(check->key, k->first_key, e) < 0)
			return e->code;
		k->has_key = true;
		key_trust(k, k->first_key);
	}
	return 0;
}

void
checker_head(struct checker *k, const struct head *h, const char *path)
{
	if (k->n_heads == HEADS_MAX) {
		FAULT(k, "head_count", h->seq,
		      "there are more than %d signed heads", HEADS_MAX);
		return;
	}
	if ((k->n_heads & (k->n_heads - 1)) == 0) { /* 0, 1, 2, 4 ... */
		struct check_head *old = k->heads;
		size_t cap = k->n_heads == 0 ? 1 : k->n_heads * 2;

		k->heads = ARENA_ARRAY(k->arena, cap, struct check_head);
		if (k->n_heads > 0)
			memcpy(k->heads, old, k->n_heads * sizeof(*old));
	}
	k->heads[k->n_heads++] = (struct check_head){ *h, path, false };
}

static int
head_cmp(const void *a, const void *b)
{
	const struct check_head *x = a, *y = b;

	return (x->head.seq > y->head.seq) - (x->head.seq < y->head.seq);
}

void
checker_heads_sort(struct checker *k)
{
	if (k->n_heads > 0)
		qsort(k->heads, k->n_heads, sizeof(*k->heads), head_cmp);
}

/* Where the entry stands among the others. */
static void
order_check(struct checker *k, const struct entry *en)
{
	static const struct hash zeros;
	bool first = k->report->n_entries == 0;

	if (first && k->pack) {
		k->report->first_seq = en->seq;
		if (en->seq == 1 && !hash_eq(en->prev, zeros))
			FAULT(k, "entry_link", 1,
			      "the first entry continues something");
		return;
	}
	if (en->seq <= k->seq) {
		FAULT(k, "entry_order", en->seq,
		      "entry %" PRId64 " stands behind entry %" PRId64, en->seq,
		      k->seq);
		return;
	}
	if (en->seq != k->seq + 1) {
		FAULT(k, "entry_missing", k->seq + 1,
		      "entries %" PRId64 " to %" PRId64 " are missing",
		      k->seq + 1, en->seq - 1);
		return;
	}
	if (!hash_eq(en->prev, k->hash)) {
		if (first)
			FAULT(k, "entry_link", 1,
			      "the first entry continues something");
		else
			FAULT(k, "entry_link", en->seq,
			      "entry %" PRId64 " does not continue entry "
			      "%" PRId64 ": one of them was exchanged",
			      en->seq, k->seq);
	}
}

static void
heads_compare(struct checker *k, int64_t seq, const struct hash *stored)
{
	while (k->next_head < k->n_heads &&
	       k->heads[k->next_head].head.seq < seq)
		k->next_head++;
	for (size_t i = k->next_head;
	     i < k->n_heads && k->heads[i].head.seq == seq; i++)
		k->heads[i].agrees = hash_eq(k->heads[i].head.hash, *stored);
}

static bool
kind_is(const struct checker *k, const char *kind)
{
	return strcmp(k->kind, kind) == 0;
}

void
checker_entry(struct checker *k, const struct entry *en,
	      const struct hash *stored)
{
	struct journal_report *r = k->report;

	order_check(k, en);
	if (!hash_eq(entry_hash(en), *stored))
		FAULT(k, "entry_changed", en->seq,
		      "entry %" PRId64 " was changed: its hash is another",
		      en->seq);
	if (r->n_entries > 0 && en->at < k->at)
		NOTICE(k, "clock_step", en->seq,
		       "entry %" PRId64 " is older than the one before it: "
		       "the clock went back by %" PRId64 " s",
		       en->seq, (k->at - en->at) / MOMENT_SEC);
	heads_compare(k, en->seq, stored);

	if (r->n_entries++ == 0) {
		r->first_seq = en->seq;
		r->first_at = en->at;
	}
	k->seq = en->seq > k->seq ? en->seq : k->seq;
	k->at = en->at;
	k->hash = *stored;
	k->entry = *en;
	size_t len = en->kind.len < sizeof(k->kind) ? en->kind.len : 0;
	memcpy(k->kind, en->kind.p, len);
	k->kind[len] = '\0';
	merkle_init(&k->merkle);
	k->field = STR("");
	k->part_key_old = k->part_key_new = k->part_by_old = STR("");
	k->part_by_new = k->part_head_seq = k->part_head_hash = STR("");
	k->part_reason = STR("");
}

static void
place_put(struct map *m, int64_t seq, struct str field, int64_t by)
{
	auto_arena *a = arena_new();
	void **place = map_put(
		m, str_fmt(a, "%" PRId64 ":%.*s", seq, STR_ARG(field)));

	if (*place == NULL)
		*place = ARENA_NEW(m->arena, int64_t);
	*(int64_t *)*place = by;
}

static void
image_keep(struct checker *k, const struct field *f)
{
	void **place = map_put(&k->images, f->name);
	struct last_image *im = *place;

	if (im == NULL)
		*place = im = ARENA_NEW(k->arena, struct last_image);
	*im = (struct last_image){ .seq = k->entry.seq,
				   .class = f->class,
				   .open = f->open };
	if (!f->open)
		return;
	im->value = hash_of_str(f->value);
	im->is_deleted = f->class == CLASS_PLAIN && str_is(f->value, "null");
	if (str_starts(f->name, "row:journal_table:"))
		im->text = str_copy(k->arena, f->value);
}

/* What entries about the journal itself say. */
static void
part_keep(struct checker *k, const struct field *f)
{
	struct {
		const char *name;
		struct str *to;
	} parts[] = {
		{ "key_old", &k->part_key_old },
		{ "key_new", &k->part_key_new },
		{ "by_old", &k->part_by_old },
		{ "by_new", &k->part_by_new },
		{ "head_seq", &k->part_head_seq },
		{ "lost_seq", &k->part_head_seq },
		{ "head_hash", &k->part_head_hash },
		{ "lost_hash", &k->part_head_hash },
		{ "reason", &k->part_reason },
		{ "organisation", &k->report->organisation },
		{ "key", &k->part_key_new },
	};

	if (kind_is(k, "journal.erase") && str_starts(f->name, "erase:")) {
		struct str rest = str_after(f->name, ':');
		int64_t seq = 0;

		if (num_try(str_until(rest, ':'), &seq))
			place_put(&k->erasures, seq, str_after(rest, ':'),
				  k->entry.seq);
	}
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		if (f->open && str_is(f->name, parts[i].name) &&
		    f->value.len < 4096)
			*parts[i].to = str_copy(k->arena, f->value);
	}
}

static void
closed_check(struct checker *k, const struct field *f)
{
	if (f->erased_by != 0) {
		k->report->n_erased++;
		place_put(&k->erased, k->entry.seq, f->name, f->erased_by);
		return;
	}
	if (k->pack) {
		k->report->n_redacted++;
		return;
	}
	FAULT(k, "erase_unknown", k->entry.seq,
	      "entry %" PRId64 ": the value of '%.*s' is gone, and no entry "
	      "says who erased it",
	      k->entry.seq, STR_ARG(f->name))
		->field = str_copy(k->arena, f->name);
}

void
checker_field(struct checker *k, const struct field *f)
{
	k->report->n_fields++;
	if (str_cmp(f->name, k->field) <= 0 && k->field.len > 0)
		FAULT(k, "body_order", k->entry.seq,
		      "entry %" PRId64 ": '%.*s' is not in its place",
		      k->entry.seq, STR_ARG(f->name));
	/* From the database they come sorted, and the name goes away. */
	k->field = k->pack ? f->name : STR("");
	if (f->open && !hash_eq(field_seal(f), f->seal))
		FAULT(k, "body_changed", k->entry.seq,
		      "entry %" PRId64 ": '%.*s' was changed", k->entry.seq,
		      STR_ARG(f->name))
			->field = str_copy(k->arena, f->name);
	if (!f->open)
		closed_check(k, f);
	else if (f->erased_by != 0)
		FAULT(k, "erase_undone", k->entry.seq,
		      "entry %" PRId64 ": '%.*s' is marked as erased and is "
		      "there",
		      k->entry.seq, STR_ARG(f->name))
			->field = str_copy(k->arena, f->name);
	merkle_add_field(&k->merkle, f);
	if (!k->pack && str_starts(f->name, "row:"))
		image_keep(k, f);
	if (str_starts(str_c(k->kind), "journal."))
		part_keep(k, f);
}

static bool
hex_to(struct arena *a, struct str hex, uint8_t *to, size_t len)
{
	struct str raw = hex_decode(a, hex);

	if (raw.p == NULL || raw.len != len)
		return false;
	memcpy(to, raw.p, len);
	return true;
}

static void
rotation_check(struct checker *k)
{
	auto_arena *a = arena_new();
	struct key_change *c = ARENA_NEW(k->arena, struct key_change);
	struct head h = { .organisation = k->report->organisation };
	struct str by_old = hex_decode(a, k->part_by_old);
	struct str by_new = hex_decode(a, k->part_by_new);

	c->seq = k->entry.seq;
	if (!num_try(k->part_head_seq, &h.seq) ||
	    !hash_from_hex(k->part_head_hash, &h.hash) ||
	    !hex_to(a, k->part_key_old, c->old, KEY_LEN) ||
	    !hex_to(a, k->part_key_new, c->new, KEY_LEN) || by_old.p == NULL ||
	    by_new.p == NULL) {
		FAULT(k, "rotate_broken", k->entry.seq,
		      "entry %" PRId64 " does not name both keys of a change",
		      k->entry.seq);
		return;
	}
	struct str msg = rotation_bytes(a, &h, c->old, c->new);
	if (!key_verify(c->old, msg, by_old) ||
	    !key_verify(c->new, msg, by_new)) {
		FAULT(k, "rotate_signature", k->entry.seq,
		      "entry %" PRId64 ": the change of the key is not signed "
		      "by both keys",
		      k->entry.seq);
		return;
	}
	c->next = k->changes;
	k->changes = c;
}

static void
restored_keep(struct checker *k)
{
	struct restored *r = ARENA_NEW(k->arena, struct restored);

	if (!num_try(k->part_head_seq, &r->lost_seq) ||
	    !hash_from_hex(k->part_head_hash, &r->lost_hash))
		return;
	r->seq = k->entry.seq;
	r->reason = k->part_reason;
	r->next = k->restored;
	k->restored = r;
}

void
checker_entry_end(struct checker *k)
{
	if (!hash_eq(merkle_root(&k->merkle), k->entry.body_root))
		FAULT(k, "body_incomplete", k->entry.seq,
		      "entry %" PRId64 ": a part of its content was added, "
		      "removed or exchanged",
		      k->entry.seq);
	if (k->entry.seq == 1 && !kind_is(k, "journal.start"))
		FAULT(k, "start_missing", 1,
		      "the first entry does not tell of a start");
	if (kind_is(k, "journal.start") && k->entry.seq == 1 && !k->has_key &&
	    hex_to(k->arena, k->part_key_new, k->first_key, KEY_LEN)) {
		k->has_key = true;
		key_trust(k, k->first_key);
	}
	if (kind_is(k, "journal.rotate"))
		rotation_check(k);
	if (kind_is(k, "journal.restore"))
		restored_keep(k);
}

/* Keys that a trusted key names as its follower or its forerunner. */
static void
keys_follow(struct checker *k)
{
	for (bool more = true; more;) {
		more = false;
		for (struct key_change *c = k->changes; c != NULL;
		     c = c->next) {
			bool old = map_find(&k->keys, key_str(c->old)) != NULL;
			bool new = map_find(&k->keys, key_str(c->new)) != NULL;

			if (old == new)
				continue;
			key_trust(k, old ? c->new : c->old);
			more = true;
		}
	}
}

/* After its change an old key signs nothing any more, a new one not yet. */
static bool
key_in_time(const struct checker *k, const struct head *h)
{
	for (const struct key_change *c = k->changes; c != NULL; c = c->next) {
		if (memcmp(c->old, h->key, KEY_LEN) == 0 && h->seq >= c->seq)
			return false;
		if (memcmp(c->new, h->key, KEY_LEN) == 0 && h->seq < c->seq)
			return false;
	}
	return true;
}

static const struct restored *
restored_find(const struct checker *k, const struct head *h)
{
	for (const struct restored *r = k->restored; r != NULL; r = r->next) {
		if (r->lost_seq == h->seq && hash_eq(r->lost_hash, h->hash))
			return r;
	}
	return NULL;
}

/* What it is called: the file of an anchor, or the journal's own head. */
static const char *
head_source(const struct check_head *c)
{
	return c->path != NULL ? c->path : "journal_head";
}

static bool
head_signature_check(struct checker *k, const struct check_head *c)
{
	struct head h = c->head;

	if (!h.is_signed)
		return true;
	if (h.organisation.len == 0)
		h.organisation = k->report->organisation;
	if (head_verify(&h))
		return true;
	FAULT(k, "head_signature", h.seq,
	      "%s: the signature of entry %" PRId64 " is wrong", head_source(c),
	      h.seq);
	return false;
}

static bool
head_key_check(struct checker *k, const struct head *h,
	       const struct check_head *c)
{
	if (!h->is_signed ||
	    (map_find(&k->keys, key_str(h->key)) != NULL && key_in_time(k, h)))
		return true;
	FAULT(k, "head_key", h->seq,
	      "%s: entry %" PRId64 " is signed by a key that is not the "
	      "journal's",
	      head_source(c), h->seq);
	return false;
}

static void
head_judge(struct checker *k, const struct check_head *c)
{
	const struct head *h = &c->head;
	const struct restored *lost = restored_find(k, h);
	struct journal_report *r = k->report;

	if (c->path != NULL && h->organisation.len > 0 &&
	    r->organisation.len > 0 &&
	    !str_eq(h->organisation, r->organisation)) {
		FAULT(k, "anchor_other", h->seq,
		      "%s: this anchor belongs to another organisation",
		      c->path);
		return;
	}
	if (!head_signature_check(k, c))
		return;
	if (!c->agrees && lost != NULL) {
		NOTICE(k, "head_lost", h->seq,
		       "%s: entry %" PRId64 " was lost by the restore that "
		       "entry %" PRId64 " tells of (%.*s)",
		       head_source(c), h->seq, lost->seq,
		       STR_ARG(lost->reason));
		return;
	}
	if (!c->agrees && h->seq > k->seq) {
		FAULT(k, "head_truncated", k->seq + 1,
		      "the journal was cut off: it ends with entry %" PRId64
		      ", and %s names entry %" PRId64,
		      k->seq, head_source(c), h->seq);
		return;
	}
	/* A cut may have taken the key's entry, so this comes behind it. */
	if (!head_key_check(k, h, c))
		return;
	if (!c->agrees) {
		if (h->seq < r->first_seq)
			return; /* before this pack begins */
		FAULT(k, "head_fork", h->seq,
		      "%s: entry %" PRId64 " is another one here: this copy "
		      "went its own way or was rewritten",
		      head_source(c), h->seq);
		return;
	}
	if (c->path == NULL) {
		r->n_heads++;
		return;
	}
	r->n_anchors++;
	if (h->seq >= r->anchored_seq) {
		r->anchored_seq = h->seq;
		r->anchored_at = h->at;
	}
}

/* Every value that is gone has an entry that says so, and the other way. */
static void
erasures_check(struct checker *k)
{
	for (size_t i = 0; i < k->erased.n; i++) {
		struct map_item *it = &k->erased.items[i];
		int64_t by = *(int64_t *)it->value;
		const int64_t *said = map_find(&k->erasures, it->key);
		int64_t seq = 0;

		(void)num_try(str_until(it->key, ':'), &seq);
		if (k->pack && said == NULL && by > k->seq)
			continue; /* told behind the end of this pack */
		if (said == NULL || *said != by)
			FAULT(k, "erase_unknown", seq,
			      "entry %" PRId64 ": the value of '%.*s' is gone,"
			      " and entry %" PRId64 " does not say so",
			      seq, STR_ARG(str_after(it->key, ':')), by)
				->field = str_after(it->key, ':');
	}
	for (size_t i = 0; i < k->erasures.n; i++) {
		struct map_item *it = &k->erasures.items[i];
		int64_t seq = 0;

		(void)num_try(str_until(it->key, ':'), &seq);
		if (seq < k->report->first_seq ||
		    map_find(&k->erased, it->key) != NULL)
			continue;
		FAULT(k, "erase_undone", seq,
		      "entry %" PRId64 ": '%.*s' was erased by entry %" PRId64
		      " and is there again",
		      seq, STR_ARG(str_after(it->key, ':')),
		      *(int64_t *)it->value)
			->field = str_after(it->key, ':');
	}
}

void
checker_end(struct checker *k)
{
	struct journal_report *r = k->report;

	keys_follow(k);
	for (size_t i = 0; i < k->n_heads; i++)
		head_judge(k, &k->heads[i]);
	erasures_check(k);
	r->last_seq = k->seq;
	r->last_at = k->at;
	r->last_hash = hash_hex(k->arena, k->hash);
	if (k->has_key)
		r->fingerprint = key_fingerprint(k->arena, k->first_key);
}
