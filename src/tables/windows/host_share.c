/*
 * host_share.c - table `host_share` of Windows.
 *
 * Source: the calls shares (rights of the share and of its folder in text
 * form; the former need an administrator) and users; NullSessionShares from
 * the registry. Shares the system makes for itself (C$, IPC$) and printers
 * are left out.
 */
#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/sddl.h"
#include "tables/windows/win.h"

#define TYPE_MASK 0xff
#define TYPE_DISK 0
#define TYPE_SPECIAL 0x80000000
#define FLAG_DISABLED 0x2
#define RID_GUEST 501

/* 1, 0, -1 = not known. */
static int
guest_account_on(struct scan *s)
{
	struct str rest, rec;
	struct err none = { 0 };
	int64_t flags;

	if (scan_call(s, "users", &rest, &none) < 0)
		return -1;
	while (win_record(&rest, &rec)) {
		if (win_rid(win_get(rec, "sid")) == RID_GUEST &&
		    win_get_int(rec, "flags", &flags))
			return (flags & FLAG_DISABLED) == 0;
	}
	return -1;
}

static bool
is_null_session(struct scan *s, struct str name)
{
	struct str rest, line;

	if (win_text(s, WIN_SERVICES "LanmanServer\\Parameters",
		     "NullSessionShares", &rest) <= 0)
		return false;
	while (str_next_line(&rest, &line)) {
		if (win_same(line, name))
			return true;
	}
	return false;
}

/* Both lists must allow it; what one refuses the other cannot give. */
static void
set_rights(struct scan *s, struct str rec, int guest)
{
	struct sddl_rights share, folder;
	bool has_share = sddl_read(scan_arena(s), win_get(rec, "sddl"), &share);
	bool has_folder = sddl_read(scan_arena(s), win_get(rec, "folder_sddl"),
				    &folder);

	if (has_share) {
		scan_text(s, HOST_SHARE_ALLOWED, share.allowed);
		scan_bool(s, HOST_SHARE_READ_ONLY, !share.any_write);
	}
	if ((has_share && !share.everyone_write) ||
	    (has_folder && !folder.everyone_write))
		scan_bool(s, HOST_SHARE_EVERYONE_WRITE, false);
	else if (has_share && has_folder)
		scan_bool(s, HOST_SHARE_EVERYONE_WRITE, true);
	if (is_null_session(s, win_get(rec, "name")))
		scan_bool(s, HOST_SHARE_GUEST, true);
	else if (guest == 0 || (has_share && !share.anonymous))
		scan_bool(s, HOST_SHARE_GUEST, false);
	else if (guest == 1 && has_share)
		scan_bool(s, HOST_SHARE_GUEST, true);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;
	int guest = guest_account_on(s);
	bool hidden = false;

	if (scan_call(s, "shares", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		int64_t type = win_int(rec, "type", TYPE_DISK);

		if ((type & TYPE_MASK) != TYPE_DISK ||
		    (type & TYPE_SPECIAL) != 0)
			continue;
		win_set_text(s, HOST_SHARE_NAME, rec, "name");
		win_set_text(s, HOST_SHARE_PATH, rec, "path");
		scan_c(s, HOST_SHARE_PROTOCOL, "smb");
		set_rights(s, rec, guest);
		hidden = hidden || win_get(rec, "sddl").p == NULL;
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	if (hidden && !scan_as_root(s)) {
		(void)scan_cannot(s, HOST_SHARE_ALLOWED, CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_SHARE_READ_ONLY, CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_SHARE_EVERYONE_WRITE,
				  CANNOT_NEEDS_ROOT);
	}
	return 0;
}

const struct table table_host_share = {
	.contract = &contract_host_share,
	.scan = scan,
};
