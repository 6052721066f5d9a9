/*
 * host_service.c - table `host_service`: unit folders and SysV scripts; what
 * runs from `systemctl list-units`, else from /run. Anyone may read all this.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/mask.h"
#include "tables/linux/units.h"
#include "tables/table.h"

/* Lines "UNIT LOAD ACTIVE SUB DESCRIPTION"; -1 when it is not listed. */
static int
listed_active(struct str list, struct str name)
{
	struct str line, word[3];

	while (str_next_line(&list, &line)) {
		size_t n = 0;

		while (n < 3 && str_next_word(&line, &word[n]))
			n++;
		if (n == 3 && str_eq(word[0], name))
			return str_is(word[2], "active") ||
			       str_is(word[2], "reloading");
	}
	return -1;
}

static const struct unit *
template_of(struct scan *s, const struct units *u, struct str name)
{
	size_t at = str_find(name, '@');

	if (at == STR_NONE)
		return NULL;
	return units_find(u, scan_path(s, "%.*s@.service", (int)at, name.p));
}

static void
set_text(struct scan *s, const struct units *u, const struct unit *unit)
{
	const struct unit *file = unit->path != NULL
					  ? unit
					  : template_of(s, u, unit->name);
	struct err none = { 0 };
	struct str text, v;
	bool dynamic = false;

	if (file == NULL || file->path == NULL || file->masked)
		return;
	if (str_starts(str_c(file->path), "/etc/init.d/")) {
		scan_c(s, HOST_SERVICE_EXEC, file->path);
		scan_c(s, HOST_SERVICE_USER_NAME, "root");
		return;
	}
	if (unit_text(s, file, &text, &none) < 0)
		return;
	if (conf_ini(text, "Unit", "Description", &v))
		scan_text(s, HOST_SERVICE_DISPLAY_NAME, v);
	if (!str_ends(unit->name, ".service"))
		return;
	v = unit_list(scan_arena(s), text, "Service", "ExecStart");
	while (v.len > 0 && strchr("-@+!:", v.p[0]) != NULL)
		v = str_from(v, 1);
	scan_text(s, HOST_SERVICE_EXEC, mask_secrets(scan_arena(s), v));
	if (conf_ini(text, "Service", "DynamicUser", &v))
		(void)conf_bool(v, &dynamic); /* stays false */
	if (conf_ini(text, "Service", "User", &v) && v.len > 0)
		scan_text(s, HOST_SERVICE_USER_NAME, v);
	else if (dynamic)
		scan_text(s, HOST_SERVICE_USER_NAME,
			  str_until(unit->name, '.'));
	else
		scan_c(s, HOST_SERVICE_USER_NAME, "root");
}

static int
emit(struct scan *s, const struct units *u, const struct unit *unit,
     struct str list, struct err *e)
{
	bool service = str_ends(unit->name, ".service");
	int running = listed_active(list, unit->name);

	/* Units that systemd has not loaded are not listed: they do not run. */
	if (list.len > 0 && running < 0)
		running = 0;
	if (list.len == 0 && service)
		running = units_running(s, u,
					str_to_c(scan_arena(s), unit->name));
	scan_text(s, HOST_SERVICE_NAME, unit->name);
	scan_c(s, HOST_SERVICE_KIND, service ? "service" : "socket");
	scan_c(s, HOST_SERVICE_START,
	       unit_start_name(unit_start_of(s, u, unit)));
	if (running >= 0)
		scan_bool(s, HOST_SERVICE_RUNNING, running == 1);
	set_text(s, u, unit);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const ask[] = { "systemctl",
					   "list-units",
					   "--all",
					   "--no-legend",
					   "--plain",
					   "--no-pager",
					   "--type=service,socket",
					   NULL };
	struct units u;
	struct str list = { 0 };

	if (units_load(s, &u, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (u.booted) {
		struct err none = { 0 };

		(void)scan_exec(s, ask, &list, NULL, &none); /* else /run */
	} else {
		(void)scan_cannot(s, HOST_SERVICE_RUNNING, CANNOT_ABSENT);
	}
	for (size_t i = 0; i < u.n; i++) {
		const struct unit *unit = &u.v[i];

		if (unit->alias_of.len > 0 || str_has(unit->name, "@.") ||
		    (!str_ends(unit->name, ".service") &&
		     !str_ends(unit->name, ".socket")))
			continue;
		if (emit(s, &u, unit, list, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_service = {
	.contract = &contract_host_service,
	.scan = scan,
};
