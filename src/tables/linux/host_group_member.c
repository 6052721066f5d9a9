/*
 * host_group_member.c - table `host_group_member`: /etc/group, and the main
 * group of each account in /etc/passwd; anyone may read both.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/table.h"

static int
emit(struct scan *s, const struct account_group *g, struct str name,
     const struct account *u, struct err *e)
{
	struct arena *a = scan_arena(s);

	scan_text(s, HOST_GROUP_MEMBER_GROUP_NAME, g->name);
	scan_text(s, HOST_GROUP_MEMBER_GROUP_ID,
		  str_fmt(a, "%" PRId64, g->gid));
	scan_text(s, HOST_GROUP_MEMBER_USER_NAME, name);
	scan_text(s, HOST_GROUP_MEMBER_USER_ID,
		  u != NULL ? str_fmt(a, "%" PRId64, u->uid) : str_c(""));
	return scan_emit(s, e);
}

static int
group_scan(struct scan *s, const struct accounts *c,
	   const struct account_group *g, struct err *e)
{
	struct str rest = g->members, name;

	for (size_t i = 0; i < c->n_users; i++) {
		const struct account *u = &c->user[i];

		if (u->gid == g->gid && emit(s, g, u->name, u, e) < 0)
			return e->code;
	}
	while (str_next(&rest, ',', &name)) {
		name = str_trim(name);
		const struct account *u = accounts_user_find(c, name);

		if (name.len == 0 || (u != NULL && u->gid == g->gid))
			continue;
		if (emit(s, g, name, u, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct accounts c;

	if (accounts_load(s, &c, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	for (size_t i = 0; i < c.n_groups; i++) {
		if (group_scan(s, &c, &c.group[i], e) < 0)
			return e->code;
	}
	return c.n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_group_member = {
	.contract = &contract_host_group_member,
	.scan = scan,
};
