/*
 * host_service.c - table `host_service` of Windows: services and drivers.
 *
 * Source: registry; the call services says what runs, and the names shown.
 * Needs no rights.
 */
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define TYPE_DRIVERS 0x0b /* kernel, file system, recogniser */
#define TYPE_SERVICES 0x30

static const char *
start_name(int64_t n)
{
	static const char *const names[] = { "auto", "auto", "auto", "manual",
					     "disabled" };

	return n >= 0 && n < (int64_t)ARRAY_LEN(names) ? names[n] : NULL;
}

static int
service_emit(struct scan *s, struct str name, const struct reg_key *k,
	     int64_t type, struct str running, bool known, struct err *e)
{
	const struct reg_value *start = win_value(k, "Start");
	struct str shown = win_value_text(k, "DisplayName"), rec;
	struct str exec = win_value_text(k, "ImagePath");
	struct str user = win_value_text(k, "ObjectName");
	bool found = false;

	while (!found && win_record(&running, &rec))
		found = win_same(win_get(rec, "name"), name);
	if (found && win_get(rec, "display").len > 0)
		shown = win_get(rec, "display");
	scan_text(s, HOST_SERVICE_NAME, name);
	if (shown.len > 0)
		scan_text(s, HOST_SERVICE_DISPLAY_NAME, shown);
	scan_c(s, HOST_SERVICE_KIND,
	       (type & TYPE_SERVICES) != 0 ? "service" : "driver");
	if (known)
		scan_bool(s, HOST_SERVICE_RUNNING,
			  found && win_int(rec, "running", 0) == 1);
	if (start != NULL && start->kind == REG_KIND_NUMBER)
		scan_c(s, HOST_SERVICE_START, start_name(start->n));
	if (exec.len > 0)
		scan_text(s, HOST_SERVICE_EXEC, exec);
	if (user.len > 0)
		scan_text(s, HOST_SERVICE_USER_NAME, user);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct reg_key list, k;
	struct str running = { 0 };
	struct err none = { 0 };

	if (scan_reg(s, "HKLM\\SYSTEM\\CurrentControlSet\\Services", &list, e) <
	    0)
		return scan_cannot_err(s, SCAN_ALL, e);
	bool known = scan_call(s, "services", &running, &none) == 0;
	if (!known)
		(void)scan_cannot_err(s, HOST_SERVICE_RUNNING, &none);
	for (size_t i = 0; i < list.n_keys; i++) {
		struct str name = list.keys[i];

		if (scan_reg(s,
			     scan_path(s, WIN_SERVICES "%.*s", STR_ARG(name)),
			     &k, &none) < 0)
			continue; /* a few let nobody look */
		const struct reg_value *type = win_value(&k, "Type");
		if (type == NULL || type->kind != REG_KIND_NUMBER ||
		    (type->n & (TYPE_DRIVERS | TYPE_SERVICES)) == 0)
			continue;
		if (service_emit(s, name, &k, type->n, running, known, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_service = {
	.contract = &contract_host_service,
	.scan = scan,
};
