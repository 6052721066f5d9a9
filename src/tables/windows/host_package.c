/*
 * host_package.c - table `host_package` of Windows: programs that can be
 * uninstalled.
 *
 * Source: the Uninstall keys of the machine and of each account whose hive
 * is loaded. Needs no rights. Apps of the store are not read.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define UNINSTALL "Microsoft\\Windows\\CurrentVersion\\Uninstall"
#define SEEN_MAX ((size_t)10000)

struct program {
	struct str name, version;
	const char *arch;
};

struct seen {
	struct program *list;
	size_t n;
};

/* Two keys for one program are common: bundle and package, two hives. */
static bool
seen_add(struct seen *seen, const struct program *p)
{
	for (size_t i = 0; i < seen->n; i++) {
		const struct program *q = &seen->list[i];

		if (str_eq(p->name, q->name) &&
		    str_eq(p->version, q->version) &&
		    strcmp(p->arch, q->arch) == 0)
			return false;
	}
	if (seen->n < SEEN_MAX)
		seen->list[seen->n++] = *p;
	return true;
}

/* "20260415" */
static void
set_date(struct scan *s, struct str v)
{
	int64_t n;

	if (v.len != 8 || !num_try(v, &n))
		return;
	int year = (int)(n / 10000), month = (int)(n / 100 % 100);
	int day = (int)(n % 100);
	if (year >= 1980 && month >= 1 && month <= 12 && day >= 1 &&
	    day <= month_days(year, month))
		scan_on(s, HOST_PACKAGE_INSTALLED_ON,
			days_of_civil(year, month, day));
}

static int
program_emit(struct scan *s, const struct reg_key *k, const char *arch,
	     struct seen *seen, struct err *e)
{
	struct program p = {
		.name = str_trim(win_value_text(k, "DisplayName")),
		.version = str_trim(win_value_text(k, "DisplayVersion")),
		.arch = arch,
	};

	/* Updates of a program name the program they belong to. */
	if (p.name.len == 0 || win_value(k, "ParentKeyName") != NULL ||
	    !seen_add(seen, &p))
		return 0;
	scan_text(s, HOST_PACKAGE_NAME, p.name);
	scan_text(s, HOST_PACKAGE_SOURCE, p.name);
	if (p.version.len > 0) {
		scan_text(s, HOST_PACKAGE_VERSION, p.version);
		scan_text(s, HOST_PACKAGE_SOURCE_VERSION, p.version);
	}
	scan_c(s, HOST_PACKAGE_ARCH, arch);
	scan_c(s, HOST_PACKAGE_MANAGER, "windows");
	scan_text(s, HOST_PACKAGE_VENDOR,
		  str_trim(win_value_text(k, "Publisher")));
	set_date(s, win_value_text(k, "InstallDate"));
	return scan_emit(s, e);
}

static int
programs_emit(struct scan *s, const char *key, const char *arch,
	      struct seen *seen, struct err *e)
{
	struct reg_key list, k;
	struct err none = { 0 };
	int r = scan_reg(s, key, &list, &none);

	if (r == -ENOENT)
		return 0;
	if (r < 0) {
		(void)scan_cannot_err(s, SCAN_ALL, &none);
		return 0;
	}
	for (size_t i = 0; i < list.n_keys; i++) {
		if (scan_reg(s,
			     scan_path(s, "%s\\%.*s", key,
				       STR_ARG(list.keys[i])),
			     &k, &none) == 0 &&
		    program_emit(s, &k, arch, seen, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct seen seen = {
		ARENA_ARRAY(scan_arena(s), SEEN_MAX, struct program), 0
	};
	struct str *sids;
	size_t n;

	if (!win_key(s, WIN_NT))
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	if (programs_emit(s, "HKLM\\SOFTWARE\\" UNINSTALL, "x64", &seen, e) <
		    0 ||
	    programs_emit(s, "HKLM\\SOFTWARE\\WOW6432Node\\" UNINSTALL, "x86",
			  &seen, e) < 0)
		return e->code;
	if (win_people(s, &sids, &n, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	for (size_t i = 0; i < n; i++) {
		if (programs_emit(s,
				  scan_path(s,
					    "HKU\\%.*s\\Software\\" UNINSTALL,
					    STR_ARG(sids[i])),
				  "", &seen, e) < 0)
			return e->code;
	}
	return 0;
}

const struct table table_host_package = {
	.contract = &contract_host_package,
	.scan = scan,
};
