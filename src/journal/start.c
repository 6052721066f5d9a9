/* start.c - how a journal begins, and who it belongs to. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/fs.h"
#include "journal/journal.h"
#include "journal/shape.h"
#include "journal/sign.h"
#include "store/store.h"

static int
key_first(struct store *s, uint8_t ret[KEY_LEN], struct err *e)
{
	auto_arena *a = arena_new();
	auto_signer *signer = NULL;
	struct str keys = fs_join(a, str_c(store_dir(s)), STR("keys"));

	if (signer_open(a, keys.p, &signer, e) < 0)
		return e->code;
	return signer_make(signer, ret, e);
}

int
journal_start(struct change *c, struct str organisation, struct err *e)
{
	auto_arena *a = arena_new();
	uint8_t key[KEY_LEN];

	if (change_seq(c) != 1)
		return err_set(e, -EEXIST, "the journal has begun already");
	if (organisation.len == 0 || organisation.len > 128)
		return err_set(e, -EINVAL, "'%.*s' is no id",
			       STR_ARG(organisation));
	if (key_first(change_store(c), key, e) < 0)
		return e->code;
	change_field(c, "organisation", organisation);
	change_field(c, "key",
		     hex_encode(a, (struct str){ (const char *)key, KEY_LEN }));
	change_field(c, "fingerprint", key_fingerprint(a, key));
	for (size_t i = 0; i < n_journal_base_tables; i++) {
		if (change_declare(c, &journal_base_tables[i], e) < 0)
			return e->code;
	}
	return 0;
}

/* Whether each table is known in this shape. */
static int
all_known(struct store *s, const struct journal_table *tables, size_t n,
	  bool *ret, struct err *e)
{
	auto_arena *a = arena_new();

	for (size_t i = 0; i < n; i++) {
		struct str known = { 0 };
		int r = store_get_str(s, a, &known, e,
				      "SELECT shape FROM main.journal_table "
				      "WHERE name = ?",
				      "c", tables[i].name);

		if (r < 0)
			return r;
		*ret = r > 0 && str_eq(known, shape_print(a, &tables[i]));
		if (!*ret)
			break;
	}
	return 0;
}

int
journal_declare(struct store *s, const struct journal_table *tables, size_t n,
		struct err *e)
{
	bool known = true;
	auto_change *c = NULL;

	if (all_known(s, tables, n, &known, e) < 0)
		return e->code;
	if (known)
		return 0;
	if (change_begin(s, "journal.declare", STR(""), &c, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (change_declare(c, &tables[i], e) < 0)
			return e->code;
	}
	return change_commit(c, e);
}

int
journal_follow(struct store *s, struct err *e)
{
	int64_t n = 0;

	if (store_get_int(s, &n, e, "SELECT count(*) FROM main.journal_table",
			  "") < 0)
		return e->code;
	if (n == 0)
		return 0;
	return journal_declare(s, journal_base_tables, n_journal_base_tables,
			       e);
}

static int
start_field(struct store *s, struct arena *a, const char *field,
	    struct str *ret, struct err *e)
{
	int r = store_get_str(s, a, ret, e,
			      "SELECT value FROM main.journal_body "
			      "WHERE seq = 1 AND field = ?",
			      "c", field);

	if (r == 0)
		return err_set(e, -ENOENT, "the journal has not begun");
	return r < 0 ? r : 0;
}

int
journal_identity(struct store *s, struct arena *a, struct journal_identity *ret,
		 struct err *e)
{
	struct journal_identity id = { 0 };
	struct str key = { 0 };

	if (start_field(s, a, "organisation", &id.organisation, e) < 0 ||
	    start_field(s, a, "fingerprint", &id.fingerprint, e) < 0 ||
	    start_field(s, a, "key", &key, e) < 0 ||
	    store_get_int(s, &id.started_at, e,
			  "SELECT at FROM main.journal WHERE seq = 1",
			  "") < 0 ||
	    store_get_str(s, a, &key, e,
			  "SELECT b.value FROM main.journal j "
			  "JOIN main.journal_body b ON b.seq = j.seq "
			  "AND b.field = 'key_new' "
			  "WHERE j.kind = 'journal.rotate' "
			  "ORDER BY j.seq DESC LIMIT 1",
			  "") < 0)
		return e->code;

	struct str raw = hex_decode(a, key);
	if (raw.len != KEY_LEN)
		return err_set(e, -EBADMSG,
			       "the journal's first entry is damaged: see "
			       "'yamori journal verify'");
	memcpy(id.key, raw.p, KEY_LEN);
	*ret = id;
	return 0;
}

struct str
journal_fingerprint_print(struct arena *a, struct str hex)
{
	auto_buf b = { 0 };

	buf_init(&b, 256);
	for (size_t i = 0; i < hex.len && i < 64; i += 4) {
		if (i > 0)
			buf_char(&b, ' ');
		buf_str(&b, str_first(str_from(hex, i), 4));
	}
	return str_copy(a, buf_view(&b));
}
