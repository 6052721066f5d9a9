/*
 * host_port.c - table `host_port` of Windows: what listens.
 *
 * Source: the call ports. Programs of others are named to an administrator
 * only.
 */
#include "base/cidr.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

/* A wrong address counts as reachable. */
static bool
is_loopback(struct str address)
{
	struct cidr v4, v6;
	struct cidr_addr ip;

	return cidr_parse(STR("127.0.0.0/8"), &v4) &&
	       cidr_parse(STR("::1"), &v6) && cidr_addr_parse(address, &ip) &&
	       (cidr_has(&v4, &ip) || cidr_has(&v6, &ip));
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, rec;
	bool hidden = false;

	if (scan_call(s, "ports", &rest, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	while (win_record(&rest, &rec)) {
		win_set_text(s, HOST_PORT_PROTO, rec, "proto");
		win_set_text(s, HOST_PORT_ADDRESS, rec, "address");
		win_set_int(s, HOST_PORT_PORT, rec, "port");
		scan_bool(s, HOST_PORT_EXPOSED,
			  !is_loopback(win_get(rec, "address")));
		win_set_text(s, HOST_PORT_PROCESS, rec, "process");
		win_set_text(s, HOST_PORT_EXE, rec, "exe");
		win_set_text(s, HOST_PORT_USER_NAME, rec, "user");
		hidden = hidden || win_get(rec, "exe").p == NULL;
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	(void)scan_cannot(s, HOST_PORT_PACKAGE, CANNOT_ABSENT);
	if (hidden && !scan_as_root(s)) {
		(void)scan_cannot(s, HOST_PORT_EXE, CANNOT_NEEDS_ROOT);
		(void)scan_cannot(s, HOST_PORT_USER_NAME, CANNOT_NEEDS_ROOT);
	}
	return 0;
}

const struct table table_host_port = {
	.contract = &contract_host_port,
	.scan = scan,
};
