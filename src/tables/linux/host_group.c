/* host_group.c - table `host_group`: /etc/group; anyone may read it. */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/table.h"

static int
scan(struct scan *s, struct err *e)
{
	struct accounts c = { 0 };
	struct str text;

	if (scan_file(s, "/etc/group", &text, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	accounts_group_parse(scan_arena(s), text, &c);

	for (size_t i = 0; i < c.n_groups; i++) {
		const struct account_group *g = &c.group[i];
		struct str id = str_fmt(scan_arena(s), "%" PRId64, g->gid);

		scan_text(s, HOST_GROUP_NAME, g->name);
		scan_text(s, HOST_GROUP_GROUP_ID, id);
		scan_c(s, HOST_GROUP_GRANTS, account_group_grants(g->name));
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return c.n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_group = {
	.contract = &contract_host_group,
	.scan = scan,
};
