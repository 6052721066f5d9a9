/* org.c - opens the organisation a command works on. */
#include "cli/org.h"

#include "base/arena.h"
#include "journal/journal.h"

int
org_open(struct cli *c, enum store_mode mode, struct store **ret,
	 struct err *e)
{
	struct store *s;
	const struct zone *z;
	struct str name = STR("Asia/Tokyo");

	if (store_open(c->dir, mode, &s, e) < 0)
		return e->code;
	if (store_get_str(s, c->arena, &name, e, "SELECT zone FROM org", "") <
		    0 ||
	    zone_load(c->arena, name.p, &z, e) < 0 ||
	    (mode != STORE_READ && journal_follow(s, e) < 0)) {
		store_close(s);
		return e->code;
	}
	store_zone_set(s, z);
	*ret = s;
	return 0;
}
