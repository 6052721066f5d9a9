/*
 * host_update_pending.c - table `host_update_pending` of Windows.
 *
 * Source: the call update_pending: what the last search found, not asked
 * again over the network. Needs no rights.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "update_pending", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		struct str title = win_get(rec, "title");
		struct str kb = win_get(rec, "kb");

		/* Most titles name their article already. */
		if (kb.len > 0 && !str_has(title, str_to_c(scan_arena(s), kb)))
			title = str_fmt(scan_arena(s), "%.*s (KB%.*s)",
					STR_ARG(title), STR_ARG(kb));
		scan_text(s, HOST_UPDATE_PENDING_NAME, title);
		win_set_bool(s, HOST_UPDATE_PENDING_SECURITY, rec, "security");
		win_set_text(s, HOST_UPDATE_PENDING_SOURCE, rec, "category");
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_update_pending = {
	.contract = &contract_host_update_pending,
	.scan = scan,
};
