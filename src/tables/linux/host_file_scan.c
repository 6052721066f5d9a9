/*
 * host_file_scan.c - table `host_file_scan`: what the walk over files covered.
 *
 * Source: the walk of host_file. Where folders could not be entered it is not
 * known whether something is missing, so `capped` is left open.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/files.h"
#include "tables/table.h"

static int
scan(struct scan *s, struct err *e)
{
	const struct files *f;

	if (files_load(s, &f, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	scan_text(s, HOST_FILE_SCAN_ROOTS, f->roots);
	scan_int(s, HOST_FILE_SCAN_N_FILES, (f->n_entries + 500) / 1000 * 1000);
	if (f->web_known)
		scan_text(s, HOST_FILE_SCAN_WEB_ROOTS, f->web_roots);
	else
		(void)scan_cannot(s, HOST_FILE_SCAN_WEB_ROOTS,
				  CANNOT_NEEDS_ROOT);
	scan_text(s, HOST_FILE_SCAN_SKIPPED,
		  f->n_denied == 0 ? f->skipped
				   : str_fmt(scan_arena(s),
					     "%.*s%ssome folders (no rights)",
					     STR_ARG(f->skipped),
					     f->skipped.len > 0 ? "," : ""));
	if (f->n_denied == 0 || f->capped)
		scan_bool(s, HOST_FILE_SCAN_CAPPED, f->capped);
	else
		(void)scan_cannot(s, HOST_FILE_SCAN_CAPPED, CANNOT_NEEDS_ROOT);
	return scan_emit(s, e);
}

const struct table table_host_file_scan = {
	.contract = &contract_host_file_scan,
	.scan = scan,
};
