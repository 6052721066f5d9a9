/*
 * host_resolver.c - table `host_resolver` of Windows.
 *
 * Source: the call resolvers. Needs no rights.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;

	if (scan_call(s, "resolvers", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		win_set_text(s, HOST_RESOLVER_ADDRESS, rec, "address");
		win_set_text(s, HOST_RESOLVER_SOURCE, rec, "interface");
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_resolver = {
	.contract = &contract_host_resolver,
	.scan = scan,
};
