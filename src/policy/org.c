/* org.c - the organisation itself: made once, changed by journaled acts. */
#include "policy/org.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/moment.h"
#include "journal/journal.h"
#include "store/store.h"

#define ANSWERS_MAX ((size_t)65536)

static struct str
answers_json(struct arena *a, const struct catalog *cat, const int64_t *answer)
{
	struct json j;
	auto_buf b = { 0 };

	buf_init(&b, ANSWERS_MAX);
	json_init(&j, &b, false);
	json_open(&j, '{');
	for (size_t i = 0; i < cat->n_answers; i++) {
		const struct answer *q = &cat->answers[i];

		json_key(&j, str_to_c(a, q->id));
		if (q->is_int)
			json_int(&j, answer[i]);
		else
			json_bool(&j, answer[i] != 0);
	}
	json_close(&j, '}');
	return str_copy(a, buf_view(&b));
}

static int
check(const struct org_new *o, struct err *e)
{
	if (str_trim(o->name).len == 0)
		return err_set(e, -EINVAL, "the name is empty");
	if (o->name.len > 200 || !str_utf8_ok(o->name))
		return err_set(
			e, -EINVAL,
			"the name is longer than 200 bytes or not UTF-8");
	if (o->size < 1 || o->size > 1000000)
		return err_set(e, -ERANGE,
			       "%lld people: give a number from 1 to 1000000",
			       (long long)o->size);
	return 0;
}

static int
roles_add(struct change *c, const struct org_new *o, struct err *e)
{
	for (size_t i = 0; i < o->n_roles; i++) {
		if (change_run(c, e, "org_role", o->roles[i],
			       "INSERT INTO org_role(role, holder, "
			       "change_seq) VALUES(?, ?, ?)",
			       "ssi", o->roles[i], o->holders[i],
			       change_seq(c)) < 0)
			return e->code;
	}
	return 0;
}

int
org_create(struct store *s, const struct catalog *cat, const struct org_new *o,
	   struct err *e)
{
	auto_arena *a = arena_new();
	auto_change *c = NULL;
	char raw[16];

	if (check(o, e) < 0)
		return e->code;
	store_random(s, raw, sizeof(raw));
	struct str id = hex_encode(a, (struct str){ raw, sizeof(raw) });
	if (change_begin(s, JOURNAL_START, id, &c, e) < 0 ||
	    journal_start(c, id, e) < 0)
		return e->code;
	if (change_run(c, e, "org", id,
		       "INSERT INTO org(id, name, size, level, answers, zone, "
		       "lang, created_at, change_seq) "
		       "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
		       "ssicsssii", id, str_trim(o->name), o->size,
		       level_names[o->level], answers_json(a, cat, o->answer),
		       o->zone, o->lang, moment_now(), change_seq(c)) < 0 ||
	    roles_add(c, o, e) < 0)
		return e->code;
	return change_commit(c, e);
}
