/*
 * host_authorized_key.c - table `host_authorized_key` of Windows: none while
 * no OpenSSH server is installed; otherwise the files are not read yet.
 *
 * Source: registry. Needs no rights.
 */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e UNUSED)
{
	if (win_key(s, WIN_NT) && !win_key(s, WIN_SERVICES "sshd"))
		return 0;
	return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
}

const struct table table_host_authorized_key = {
	.contract = &contract_host_authorized_key,
	.scan = scan,
};
