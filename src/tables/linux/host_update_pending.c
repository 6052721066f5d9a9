/*
 * host_update_pending.c - table `host_update_pending`: apt's fetched lists
 * against dpkg's status; advisories cached by dnf. Anyone may read them.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/apt.h"
#include "tables/linux/dnf.h"
#include "tables/table.h"

static int
apt_scan(struct scan *s, struct err *e)
{
	struct apt_updates u;

	if (apt_updates_load(s, &u, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (u.no_security)
		(void)scan_cannot(s, HOST_UPDATE_PENDING_SECURITY,
				  CANNOT_ABSENT);
	for (size_t i = 0; i < u.n; i++) {
		scan_text(s, HOST_UPDATE_PENDING_NAME, u.v[i].name);
		scan_text(s, HOST_UPDATE_PENDING_VERSION, u.v[i].version);
		scan_text(s, HOST_UPDATE_PENDING_NEW_VERSION,
			  u.v[i].new_version);
		if (!u.no_security)
			scan_bool(s, HOST_UPDATE_PENDING_SECURITY,
				  u.v[i].security);
		scan_text(s, HOST_UPDATE_PENDING_SOURCE,
			  str_trim(u.v[i].source));
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

static int
dnf_scan(struct scan *s, struct err *e)
{
	struct dnf_updates u;

	if (dnf_updates_load(s, &u, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	(void)scan_cannot(s, HOST_UPDATE_PENDING_VERSION, CANNOT_ABSENT);
	for (size_t i = 0; i < u.n; i++) {
		scan_text(s, HOST_UPDATE_PENDING_NAME, u.v[i].name);
		scan_text(s, HOST_UPDATE_PENDING_NEW_VERSION,
			  u.v[i].new_version);
		scan_bool(s, HOST_UPDATE_PENDING_SECURITY, u.v[i].security);
		scan_text(s, HOST_UPDATE_PENDING_SOURCE, u.v[i].advisory);
		if (scan_emit(s, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	if (dnf_is_used(s))
		return dnf_scan(s, e);
	if (scan_exists(s, "/var/lib/dpkg/status"))
		return apt_scan(s, e);
	return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
}

const struct table table_host_update_pending = {
	.contract = &contract_host_update_pending,
	.scan = scan,
};
