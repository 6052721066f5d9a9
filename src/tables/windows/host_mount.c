/*
 * host_mount.c - table `host_mount` of Windows: drives with a letter.
 *
 * Source: the call volumes. Needs no rights; a drive of the network is seen
 * by who connected it.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "volumes", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		struct str type = win_get(rec, "type");
		int64_t size, free_bytes;

		win_set_text(s, HOST_MOUNT_TARGET, rec, "letter");
		win_set_text(s, HOST_MOUNT_SOURCE, rec,
			     str_is(type, "remote") ? "remote" : "device");
		win_set_text(s, HOST_MOUNT_FSTYPE, rec, "fs");
		scan_bool(s, HOST_MOUNT_REMOTE, str_is(type, "remote"));
		scan_bool(s, HOST_MOUNT_REMOVABLE,
			  str_is(type, "removable") || str_is(type, "cdrom"));
		if (win_get_int(rec, "size_bytes", &size) && size > 0 &&
		    win_get_int(rec, "free_bytes", &free_bytes) &&
		    free_bytes >= 0 && free_bytes <= size) {
			scan_int(s, HOST_MOUNT_SIZE_BYTES, size);
			scan_int(s, HOST_MOUNT_USED_PERCENT,
				 (int64_t)((double)(size - free_bytes) * 100 /
						   (double)size +
					   0.5));
		}
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_mount = {
	.contract = &contract_host_mount,
	.scan = scan,
};
