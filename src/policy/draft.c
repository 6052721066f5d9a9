/* draft.c - changes of the policy: asked for, shown, put in force. */
#include "policy/draft.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/json_read.h"
#include "base/moment.h"
#include "journal/change.h"
#include "store/store.h"

#define REASON_MAX 2000
#define WHAT_MAX ((size_t)65536)

const char *
draft_kind_name(enum draft_kind k)
{
	static const char *const names[] = {
		[DRAFT_SET] = "set",
		[DRAFT_RESET] = "reset",
		[DRAFT_EXCLUDE] = "exclude",
		[DRAFT_INCLUDE] = "include",
	};

	return names[k];
}

static bool
kind_parse(struct str s, enum draft_kind *ret)
{
	for (int i = DRAFT_SET; i <= DRAFT_INCLUDE; i++) {
		if (str_is(s, draft_kind_name((enum draft_kind)i))) {
			*ret = (enum draft_kind)i;
			return true;
		}
	}
	return false;
}

static int
draft_check(struct arena *a, const struct policy *p, struct draft *d,
	    struct err *e)
{
	bool of_value = d->kind == DRAFT_SET || d->kind == DRAFT_RESET;
	const struct control *owner = NULL;

	if (d->reason.len > REASON_MAX || !str_utf8_ok(d->reason))
		return err_set(e, -EINVAL,
			       "the reason is longer than %d bytes or not "
			       "UTF-8",
			       REASON_MAX);
	if (d->kind == DRAFT_EXCLUDE && str_trim(d->reason).len == 0)
		return err_set(e, -EINVAL,
			       "to leave a measure out, give the reason with "
			       "--reason");
	if (!of_value) {
		if (control_find(p->catalog, d->name) == NULL)
			return err_set(e, -ENOENT, "there is no measure '%.*s'",
				       STR_ARG(d->name));
		return 0;
	}

	const struct parameter *m = catalog_parameter(p->catalog, d->name,
						      &owner);
	if (m == NULL)
		return err_set(e, -ENOENT,
			       "there is no parameter '%.*s' (see 'yamori "
			       "policy show')",
			       STR_ARG(d->name));
	if (d->kind == DRAFT_RESET)
		return 0;
	if (parameter_parse(a, m, d->value, &d->value, e) < 0)
		return err_in(e, "%.*s", STR_ARG(d->name));
	return 0;
}

/* As JSON, so that the journal and later versions can read it. */
static struct str
what_json(struct arena *a, const struct draft *d)
{
	struct json j;
	auto_buf b = { 0 };

	buf_init(&b, WHAT_MAX);
	json_init(&j, &b, false);
	json_open(&j, '{');
	json_key(&j, "kind");
	json_c(&j, draft_kind_name(d->kind));
	json_key(&j, "name");
	json_str(&j, d->name);
	json_key(&j, "value");
	json_str(&j, d->value);
	json_key(&j, "reason");
	json_str(&j, d->reason);
	json_close(&j, '}');
	return str_copy(a, buf_view(&b));
}

int
draft_add(struct store *s, struct arena *a, const struct policy *p,
	  struct draft *d, struct err *e)
{
	auto_change *c = NULL;
	char raw[4];

	if (draft_check(a, p, d, e) < 0)
		return e->code;
	store_random(s, raw, sizeof(raw));
	d->id = hex_encode(a, (struct str){ raw, sizeof(raw) });
	d->asked_at = moment_now();
	if (change_begin(s, "policy.draft", d->id, &c, e) < 0)
		return e->code;
	if (change_run(c, e, "policy_pending", d->id,
		       "INSERT INTO policy_pending(id, asked_at, asked_by, "
		       "what, state, change_seq) "
		       "VALUES(?, ?, ?, ?, 'waiting', ?)",
		       "sissi", d->id, d->asked_at, d->asked_by,
		       what_json(a, d), change_seq(c)) < 0)
		return e->code;
	return change_commit(c, e);
}

static int
draft_read(struct arena *a, struct str what, struct draft *d)
{
	struct json_read r;
	struct str key, kind = { 0 };
	struct err e = { 0 };

	json_read_init(&r, a, what);
	(void)json_read_object(&r); /* a fault shows at the end */
	while (json_read_key(&r, &key)) {
		if (str_is(key, "kind"))
			kind = json_read_text(&r);
		else if (str_is(key, "name"))
			d->name = str_copy(a, json_read_text(&r));
		else if (str_is(key, "value"))
			d->value = str_copy(a, json_read_text(&r));
		else if (str_is(key, "reason"))
			d->reason = str_copy(a, json_read_text(&r));
		else
			json_read_skip(&r);
	}
	if (json_read_end(&r, &e) < 0 || !kind_parse(kind, &d->kind))
		return -EBADMSG;
	return 0;
}

#define DRAFTS_MAX 1000

int
drafts_load(struct store *s, struct arena *a, struct draft **ret, size_t *ret_n,
	    struct err *e)
{
	auto_stmt *st = NULL;
	struct draft *list = ARENA_ARRAY(a, DRAFTS_MAX, struct draft);
	size_t n = 0;
	int r;

	if (stmt_prepare(s,
			 STR("SELECT id, asked_at, asked_by, what "
			     "FROM policy_pending WHERE state = 'waiting' "
			     "ORDER BY asked_at, id"),
			 &st, e) < 0)
		return e->code;
	while ((r = stmt_step(st, e)) > 0 && n < DRAFTS_MAX) {
		struct draft *d = &list[n++];

		d->id = str_copy(a, stmt_str(st, 0));
		d->asked_at = stmt_int(st, 1);
		d->asked_by = str_copy(a, stmt_str(st, 2));
		if (draft_read(a, str_copy(a, stmt_str(st, 3)), d) < 0)
			return err_set(e, -EBADMSG,
				       "the draft '%.*s' is damaged",
				       STR_ARG(d->id));
	}
	*ret = list;
	*ret_n = n;
	return r < 0 ? r : 0;
}

/* 1 = by may decide, and *ret_note says what was let through. */
static int
approver_check(struct store *s, struct arena *a, const struct draft *d,
	       struct str by, struct str *ret_note, struct err *e)
{
	int64_t named = 0, is_one = 0, others = 0;

	*ret_note = str_c("");
	if (str_trim(by).len == 0)
		return err_set(e, -EINVAL, "say who approves with --by NAME");
	if (store_get_int(s, &named, e,
			  "SELECT count(DISTINCT holder) FROM org_role "
			  "WHERE role IN ('ciso', 'president')",
			  "") < 0 ||
	    store_get_int(s, &is_one, e,
			  "SELECT count(*) FROM org_role WHERE role IN "
			  "('ciso', 'president') AND holder = ?",
			  "s", by) < 0 ||
	    store_get_int(s, &others, e,
			  "SELECT count(DISTINCT holder) FROM org_role "
			  "WHERE role IN ('ciso', 'president') "
			  "AND holder <> ?",
			  "s", d->asked_by) < 0)
		return e->code;
	if (named == 0) {
		*ret_note = STR("no approver is named yet");
		return 1;
	}
	if (is_one == 0)
		return err_set(e, -EACCES,
			       "'%.*s' may not approve this: the security "
			       "officer or the president does",
			       STR_ARG(by));
	if (str_eq(by, d->asked_by) && others > 0)
		return err_set(e, -EACCES,
			       "'%.*s' asked for this change and may not "
			       "approve it",
			       STR_ARG(by));
	if (str_eq(by, d->asked_by))
		*ret_note = str_copy(
			a, STR("approved by who asked: nobody else holds "
			       "the role"));
	return 1;
}

static int
apply(struct change *c, const struct draft *d, struct err *e)
{
	switch (d->kind) {
	case DRAFT_SET:
		return change_run(c, e, "policy_value", d->name,
				  "INSERT OR REPLACE INTO policy_value(name, "
				  "value, reason, change_seq) "
				  "VALUES(?, json_quote(?), ?, ?)",
				  "sssi", d->name, d->value, d->reason,
				  change_seq(c));
	case DRAFT_RESET:
		return change_run(c, e, "policy_value", d->name,
				  "DELETE FROM policy_value WHERE name = ?",
				  "s", d->name);
	case DRAFT_EXCLUDE:
		return change_run(c, e, "policy_exclude", d->name,
				  "INSERT OR REPLACE INTO policy_exclude("
				  "control, reason, change_seq) "
				  "VALUES(?, ?, ?)",
				  "ssi", d->name, d->reason, change_seq(c));
	case DRAFT_INCLUDE:
		break;
	}
	return change_run(c, e, "policy_exclude", d->name,
			  "DELETE FROM policy_exclude WHERE control = ?", "s",
			  d->name);
}

static int
decide(struct store *s, const struct draft *d, struct str by, bool adopt,
       struct err *e)
{
	auto_arena *a = arena_new();
	auto_change *c = NULL;
	struct str note;

	if (approver_check(s, a, d, by, &note, e) < 0)
		return e->code;
	if (change_begin(s, adopt ? "policy.adopt" : "policy.refuse", d->id, &c,
			 e) < 0)
		return e->code;
	if (adopt && apply(c, d, e) < 0)
		return e->code;
	int n = change_run(c, e, "policy_pending", d->id,
			   "UPDATE policy_pending SET state = ?, "
			   "decided_by = ?, decided_at = ?, change_seq = ? "
			   "WHERE id = ? AND state = 'waiting'",
			   "csiis", adopt ? "approved" : "refused", by,
			   moment_now(), change_seq(c), d->id);
	if (n < 0)
		return n;
	if (n == 0)
		return err_set(e, -ENOENT,
			       "the draft '%.*s' was decided "
			       "already",
			       STR_ARG(d->id));
	if (note.len > 0)
		change_field(c, "note", note);
	change_field(c, "what", what_json(a, d));
	return change_commit(c, e);
}

int
draft_adopt(struct store *s, const struct draft *d, struct str by,
	    struct err *e)
{
	return decide(s, d, by, true, e);
}

int
draft_refuse(struct store *s, const struct draft *d, struct str by,
	     struct err *e)
{
	return decide(s, d, by, false, e);
}
