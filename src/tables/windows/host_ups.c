/*
 * host_ups.c - table `host_ups` of Windows: a battery that no laptop has.
 *
 * Source: the calls computer and battery. Needs no rights. When it shuts the
 * machine down is not read.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str computer, rest, rec;
	int64_t type;

	if (scan_call(s, "computer", &computer, e) < 0 ||
	    scan_call(s, "battery", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (!win_get_int(computer, "PCSystemType", &type))
		return scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED);
	if (type == 2 || type == 8) /* a laptop's own */
		return 0;
	(void)scan_cannot(s, HOST_UPS_SHUTDOWN_CONFIGURED, CANNOT_ABSENT);
	while (win_record(&rest, &rec)) {
		win_set_text(s, HOST_UPS_NAME, rec, "Name");
		scan_c(s, HOST_UPS_DAEMON, "windows");
		scan_bool(s, HOST_UPS_CONNECTED, true);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_ups = {
	.contract = &contract_host_ups,
	.scan = scan,
};
