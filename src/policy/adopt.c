/* adopt.c - files of the organisation's own that count beside the built-in. */
#include "policy/adopt.h"

#include "base/arena.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "journal/change.h"
#include "store/store.h"

#define FILE_MAX ((size_t)1024 * 1024)
#define FILES_MAX 1000

static int
overlay(struct arena *a, struct str id, struct str text, struct catalog **cat,
	struct err *e)
{
	struct diags *d = ARENA_NEW(a, struct diags);
	struct str name = str_fmt(a, "local/%.*s.yaml", STR_ARG(id));

	diags_init(d, a);
	struct control *k = control_read(a, name, text, d);
	if (k == NULL || d->n_errors > 0)
		return err_set(e, -EBADMSG,
			       "the adopted file '%.*s' can no longer be "
			       "understood; drop it with 'yamori adopt --drop "
			       "%.*s'",
			       STR_ARG(name), STR_ARG(id));
	*cat = catalog_with_control(a, *cat, k);
	return 0;
}

int
catalog_in_force(struct arena *a, struct store *s, struct catalog **ret,
		 struct err *e)
{
	auto_stmt *st = NULL;
	struct catalog *cat;
	int r;

	if (catalog_load(a, s, &cat, e) < 0 ||
	    stmt_prepare(s,
			 STR("SELECT id, text FROM adopted "
			     "WHERE kind = 'control' ORDER BY id"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0) {
		struct str id = str_copy(a, stmt_str(st, 0));
		struct str text = str_copy(a, stmt_str(st, 1));

		if (overlay(a, id, text, &cat, e) < 0)
			return e->code;
	}
	*ret = cat;
	return r < 0 ? r : 0;
}

static const char *
local_path(struct arena *a, struct store *s, struct str id)
{
	return str_fmt(a, "%s/local/%.*s.yaml", store_dir(s), STR_ARG(id)).p;
}

int
adopt_save(struct store *s, const struct control *k, struct str text,
	   struct str by, struct err *e)
{
	auto_arena *a = arena_new();
	auto_change *c = NULL;
	struct str hash = hash_hex(a, hash_of_str(text));

	if (str_trim(by).len == 0)
		return err_set(e, -EINVAL, "say who approves with --by NAME");
	/* The file first: without its row it is a stray, which is harmless. */
	if (fs_mkdirs(str_fmt(a, "%s/local", store_dir(s)).p, 0700, e) < 0 ||
	    fs_write_atomic(local_path(a, s, k->id), text, 0600, e) < 0)
		return e->code;
	if (change_begin(s, "adopt.save", k->id, &c, e) < 0)
		return e->code;
	if (change_run(c, e, "adopted", k->id,
		       "INSERT OR REPLACE INTO adopted(id, kind, text, "
		       "text_hash, change_seq) VALUES(?, 'control', ?, ?, ?)",
		       "sssi", k->id, text, hash, change_seq(c)) < 0)
		return e->code;
	change_field_personal(c, "approved_by", by);
	return change_commit(c, e);
}

int
adopt_drop(struct store *s, struct str id, struct str by, struct err *e)
{
	auto_change *c = NULL;

	if (str_trim(by).len == 0)
		return err_set(e, -EINVAL, "say who approves with --by NAME");
	if (change_begin(s, "adopt.drop", id, &c, e) < 0)
		return e->code;
	int n = change_run(c, e, "adopted", id,
			   "DELETE FROM adopted WHERE id = ?", "s", id);
	if (n < 0)
		return n;
	if (n == 0)
		return err_set(e, -ENOENT, "'%.*s' was never adopted",
			       STR_ARG(id));
	change_field_personal(c, "approved_by", by);
	return change_commit(c, e);
}

static int
is_adopted(struct store *s, struct arena *a, struct str name, struct err *e)
{
	const char *path =
		str_fmt(a, "%s/local/%.*s", store_dir(s), STR_ARG(name)).p;
	struct str id = str_first(name, name.len - strlen(".yaml"));
	struct str text;
	int64_t n = 0;

	if (fs_read(a, path, FILE_MAX, &text, e) < 0)
		return e->code;
	return store_get_int(s, &n, e,
			     "SELECT 1 FROM adopted WHERE id = ? "
			     "AND text_hash = ?",
			     "ss", id, hash_hex(a, hash_of_str(text)));
}

int
adopt_strays(struct store *s, struct arena *a, struct str **ret, size_t *ret_n,
	     struct err *e)
{
	const char *dir = str_fmt(a, "%s/local", store_dir(s)).p;
	struct str *names;
	size_t n, strays = 0;

	*ret_n = 0;
	if (!fs_exists(dir))
		return 0;
	if (fs_list(a, dir, FILES_MAX, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (!str_ends(names[i], ".yaml"))
			continue;
		int known = is_adopted(s, a, names[i], e);
		if (known < 0)
			return known;
		if (known == 0)
			names[strays++] = names[i];
	}
	*ret = names;
	*ret_n = strays;
	return 0;
}
