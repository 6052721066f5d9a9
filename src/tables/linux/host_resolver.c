/*
 * host_resolver.c - table `host_resolver`: name servers used.
 *
 * Source: /etc/resolv.conf; where it names only the stub of systemd-resolved,
 * /run/systemd/resolve/resolv.conf, which names the servers behind it. Needs
 * no rights.
 */
#include "tables/contracts.h"
#include "tables/linux/ip.h"
#include "tables/table.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define RESOLVED_CONF "/run/systemd/resolve/resolv.conf"

static bool
next_server(struct str *rest, struct str *ret)
{
	struct str line, word;

	while (str_next_line(rest, &line)) {
		if (str_next_word(&line, &word) && str_is(word, "nameserver") &&
		    str_next_word(&line, ret))
			return true;
	}
	return false;
}

static bool
is_stub(struct str server)
{
	return str_is(server, "127.0.0.53") || str_is(server, "127.0.0.54");
}

static int
server_emit(struct scan *s, struct str server, const char *source,
	    struct err *e)
{
	struct ip ip;

	/* fe80::1%eth0 is an address as well. */
	if (!ip_parse(str_until(server, '%'), &ip))
		return 0;
	scan_text(s, HOST_RESOLVER_ADDRESS, server);
	scan_c(s, HOST_RESOLVER_SOURCE, source);
	return scan_emit(s, e);
}

static int
behind_stub(struct scan *s, struct str stub, struct err *e)
{
	struct str rest, server;
	struct err none = { 0 };

	if (scan_file(s, RESOLVED_CONF, &rest, &none) < 0)
		return server_emit(s, stub, RESOLV_CONF, e);
	while (next_server(&rest, &server)) {
		if (server_emit(s, server, RESOLVED_CONF, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct str rest, server;
	bool stub_done = false;
	struct err file_err = { 0 };

	if (scan_file(s, RESOLV_CONF, &rest, &file_err) < 0) {
		/* Without the file no name server is set. */
		if (file_err.code == -ENOENT)
			return 0;
		return scan_cannot_err(s, SCAN_ALL, &file_err);
	}
	while (next_server(&rest, &server)) {
		int r;

		if (!is_stub(server))
			r = server_emit(s, server, RESOLV_CONF, e);
		else
			r = stub_done ? 0 : behind_stub(s, server, e);
		if (r < 0)
			return r;
		stub_done = stub_done || is_stub(server);
	}
	return 0;
}

const struct table table_host_resolver = {
	.contract = &contract_host_resolver,
	.scan = scan,
};
