/*
 * host_address.c - table `host_address` of Windows.
 *
 * Source: the call addresses. Needs no rights.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "addresses", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		bool six = str_find(win_get(rec, "address"), ':') != STR_NONE;

		win_set_text(s, HOST_ADDRESS_INTERFACE, rec, "interface");
		win_set_text(s, HOST_ADDRESS_ADDRESS, rec, "address");
		win_set_int(s, HOST_ADDRESS_PREFIX_LEN, rec, "prefix");
		scan_c(s, HOST_ADDRESS_FAMILY, six ? "ip6" : "ip");
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_address = {
	.contract = &contract_host_address,
	.scan = scan,
};
