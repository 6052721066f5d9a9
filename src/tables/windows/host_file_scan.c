/* host_file_scan.c - table `host_file_scan`: Windows' rights on files are not read yet. */
#include "tables/contracts.h"
#include "tables/windows/win.h"

static int
scan(struct scan *s, struct err *e UNUSED)
{
	return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
}

const struct table table_host_file_scan = {
	.contract = &contract_host_file_scan,
	.scan = scan,
};
