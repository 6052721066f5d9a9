/*
 * host_package.c - table `host_package`: /var/lib/dpkg/status read directly,
 * and what `rpm -qa` prints. Anyone may read both.
 */
#include "base/arena.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/dpkg.h"
#include "tables/table.h"

#define STATUS_MAX ((size_t)128 * 1024 * 1024)

/* dpkg keeps no date; it rewrites the list of files when it installs. */
static void
set_dpkg_date(struct scan *s, const struct dpkg_package *p)
{
	static const char info[] = "/var/lib/dpkg/info";
	struct scan_stat st;
	struct err none = { 0 };
	const char *plain = scan_path(s, "%s/%.*s.list", info,
				      STR_ARG(p->name));
	const char *multi = scan_path(s, "%s/%.*s:%.*s.list", info,
				      STR_ARG(p->name), STR_ARG(p->arch));

	if (scan_stat(s, p->multi_arch_same ? multi : plain, &st, &none) == 0 &&
	    st.modified_at > 0)
		scan_on(s, HOST_PACKAGE_INSTALLED_ON,
			days_of_at(st.modified_at, zone_tokyo));
}

static int
dpkg_emit(struct scan *s, const struct dpkg_package *p, struct err *e)
{
	bool has_source = p->source.len > 0;
	bool has_version = p->source_version.len > 0;

	scan_text(s, HOST_PACKAGE_NAME, p->name);
	scan_text(s, HOST_PACKAGE_VERSION, p->version);
	scan_text(s, HOST_PACKAGE_ARCH, p->arch);
	scan_c(s, HOST_PACKAGE_MANAGER, "dpkg");
	scan_text(s, HOST_PACKAGE_SOURCE, has_source ? p->source : p->name);
	scan_text(s, HOST_PACKAGE_SOURCE_VERSION,
		  has_version ? p->source_version : p->version);
	scan_text(s, HOST_PACKAGE_VENDOR, p->maintainer);
	set_dpkg_date(s, p);
	return scan_emit(s, e);
}

static int
dpkg_scan(struct scan *s, bool *ret_any, struct err *e)
{
	struct dpkg_package p;
	struct str text;
	struct err why = { 0 };

	int r = scan_file_max(s, "/var/lib/dpkg/status", STATUS_MAX, &text,
			      &why);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	*ret_any = true;
	if (r < 0)
		return scan_cannot_err(s, SCAN_ALL, &why);

	size_t n_bad = 0;
	while (dpkg_next(&text, &p)) {
		struct arena_mark m = arena_mark(scan_arena(s));

		if (p.name.len == 0 || p.status.len == 0 ||
		    (dpkg_is_installed(&p) && p.version.len == 0)) {
			n_bad++;
			continue;
		}
		if (dpkg_is_installed(&p) && dpkg_emit(s, &p, e) < 0)
			return e->code;
		arena_reset(scan_arena(s), m);
	}
	return n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

/* openssl-3.0.7-27.el9.src.rpm: the last two dashes part it. */
static void
set_rpm_source(struct scan *s, struct str file, struct str name,
	       struct str epoch, struct str version)
{
	size_t dash[2] = { 0, 0 };
	size_t n = 0;

	for (size_t i = file.len; i > 0 && n < 2; i--) {
		if (file.p[i - 1] == '-')
			dash[n++] = i - 1;
	}
	if (n < 2 || !str_ends(file, ".src.rpm")) {
		scan_text(s, HOST_PACKAGE_SOURCE, name);
		scan_text(s, HOST_PACKAGE_SOURCE_VERSION, version);
		return;
	}
	struct str v = str_first(str_from(file, dash[1] + 1),
				 file.len - dash[1] - 1 - strlen(".src.rpm"));
	scan_text(s, HOST_PACKAGE_SOURCE, str_first(file, dash[1]));
	scan_text(s, HOST_PACKAGE_SOURCE_VERSION,
		  epoch.len == 0 || str_is(epoch, "0")
			  ? v
			  : str_fmt(scan_arena(s), "%.*s:%.*s", STR_ARG(epoch),
				    STR_ARG(v)));
}

enum {
	RPM_NAME,
	RPM_EPOCH,
	RPM_VERSION,
	RPM_ARCH,
	RPM_SOURCE,
	RPM_VENDOR,
	RPM_TIME,
	RPM_N
};

static int
rpm_emit(struct scan *s, const struct str f[RPM_N], struct err *e)
{
	struct str version = f[RPM_VERSION];
	int64_t at;

	if (!str_is(f[RPM_EPOCH], "0") && f[RPM_EPOCH].len > 0)
		version = str_fmt(scan_arena(s), "%.*s:%.*s",
				  STR_ARG(f[RPM_EPOCH]), STR_ARG(version));
	scan_text(s, HOST_PACKAGE_NAME, f[RPM_NAME]);
	scan_text(s, HOST_PACKAGE_VERSION, version);
	scan_text(s, HOST_PACKAGE_ARCH, f[RPM_ARCH]);
	scan_c(s, HOST_PACKAGE_MANAGER, "rpm");
	set_rpm_source(s, f[RPM_SOURCE], f[RPM_NAME], f[RPM_EPOCH], version);
	if (!str_is(f[RPM_VENDOR], "(none)"))
		scan_text(s, HOST_PACKAGE_VENDOR, f[RPM_VENDOR]);
	if (num_try(f[RPM_TIME], &at) && num_mul(at, MOMENT_SEC, &at))
		scan_on(s, HOST_PACKAGE_INSTALLED_ON,
			days_of_at(at, zone_tokyo));
	return scan_emit(s, e);
}

/* Asking without a database would make rpm write an empty one. */
static bool
rpm_is_used(struct scan *s)
{
	static const char *const files[] = {
		"/var/lib/rpm/rpmdb.sqlite",
		"/var/lib/rpm/Packages",
		"/var/lib/rpm/Packages.db",
		"/usr/lib/sysimage/rpm/rpmdb.sqlite",
		"/usr/lib/sysimage/rpm/Packages.db",
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		if (scan_exists(s, files[i]))
			return true;
	}
	return false;
}

static int
rpm_scan(struct scan *s, bool *ret_any, struct err *e)
{
	static const char *const ask[] = {
		"rpm", "-qa", "--qf",
		("%{NAME}\\t%{EPOCHNUM}\\t%{VERSION}-%{RELEASE}\\t%{ARCH}\\t"
		 "%{SOURCERPM}\\t%{VENDOR}\\t%{INSTALLTIME}\\n"),
		NULL
	};
	struct str text, line, f[RPM_N];
	struct err why = { 0 };
	size_t n_bad = 0;

	if (!rpm_is_used(s))
		return 0;
	*ret_any = true;
	if (scan_exec(s, ask, &text, NULL, &why) < 0)
		return scan_cannot_err(s, SCAN_ALL, &why);
	while (str_next_line(&text, &line)) {
		size_t n = 0;

		while (n < RPM_N && str_next(&line, '\t', &f[n]))
			n++;
		if (n == RPM_N && str_is(f[RPM_NAME], "gpg-pubkey"))
			continue; /* a key, kept as if it were a package */
		if (n < RPM_N)
			n_bad++;
		else if (rpm_emit(s, f, e) < 0)
			return e->code;
	}
	return n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

static int
scan(struct scan *s, struct err *e)
{
	bool any = false;

	if (dpkg_scan(s, &any, e) < 0 || rpm_scan(s, &any, e) < 0)
		return e->code;
	return any ? 0 : scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
}

const struct table table_host_package = {
	.contract = &contract_host_package,
	.scan = scan,
};
