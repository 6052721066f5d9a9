/*
 * host_group.c - table `host_group` of Windows: groups of this machine.
 *
 * Source: the call groups. What they grant goes by SID, because names are
 * of the machine's language. Needs no rights.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static const struct {
	const char *sid, *grants;
} known[] = {
	{ "S-1-5-32-544", "admin" },  /* Administrators */
	{ "S-1-5-32-551", "disk" },   /* Backup Operators */
	{ "S-1-5-32-555", "remote" }, /* Remote Desktop Users */
	{ "S-1-5-32-573", "log" },    /* Event Log Readers */
	{ "S-1-5-32-578", "admin" },  /* Hyper-V Administrators */
	{ "S-1-5-32-580", "remote" }, /* Remote Management Users */
};

static const char *
grants_of(struct str sid)
{
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_is(sid, known[i].sid))
			return known[i].grants;
	}
	return "";
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "groups", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		win_set_text(s, HOST_GROUP_NAME, rec, "name");
		win_set_text(s, HOST_GROUP_GROUP_ID, rec, "sid");
		scan_c(s, HOST_GROUP_GRANTS, grants_of(win_get(rec, "sid")));
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_group = {
	.contract = &contract_host_group,
	.scan = scan,
};
