/*
 * host_address.c - table `host_address`: addresses of this machine.
 *
 * Source: getifaddrs(3). Needs no rights.
 */
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/ip.h"
#include "tables/table.h"

/* "eth0 192.0.2.1 24" */
static int
line_emit(struct scan *s, struct str line, struct err *e)
{
	struct str name, address, prefix;
	struct ip ip;
	int64_t len;

	if (!str_next_word(&line, &name) || !str_next_word(&line, &address) ||
	    !str_next_word(&line, &prefix) || !ip_parse(address, &ip) ||
	    !num_try(prefix, &len))
		return err_set(e, -EBADMSG, "addresses make no sense");
	scan_text(s, HOST_ADDRESS_INTERFACE, name);
	scan_text(s, HOST_ADDRESS_ADDRESS, address);
	scan_int(s, HOST_ADDRESS_PREFIX_LEN, len);
	scan_c(s, HOST_ADDRESS_FAMILY, ip_family(&ip));
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, line;

	if (scan_call(s, "addresses", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (str_next_line(&rest, &line)) {
		if (line_emit(s, line, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_address = {
	.contract = &contract_host_address,
	.scan = scan,
};
