/*
 * host_group_member.c - table `host_group_member` of Windows.
 *
 * Source: the call members. Needs no rights.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "members", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		win_set_text(s, HOST_GROUP_MEMBER_GROUP_NAME, rec, "group");
		win_set_text(s, HOST_GROUP_MEMBER_GROUP_ID, rec, "group_sid");
		win_set_text(s, HOST_GROUP_MEMBER_USER_NAME, rec, "user");
		win_set_text(s, HOST_GROUP_MEMBER_USER_ID, rec, "user_sid");
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_group_member = {
	.contract = &contract_host_group_member,
	.scan = scan,
};
