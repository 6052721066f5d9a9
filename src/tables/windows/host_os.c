/*
 * host_os.c - table `host_os` of Windows: release, build and edition.
 *
 * Source: registry; the product name there still says 10 on Windows 11, so
 * the build decides. Needs no rights.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/windows/win.h"

#define BUILD_11 22000

struct release {
	int64_t build;
	const char *name;
};

static const struct release clients[] = {
	{ 7600, "7" },	      { 7601, "7" },	    { 9200, "8" },
	{ 9600, "8.1" },      { 10240, "10-1507" }, { 10586, "10-1511" },
	{ 14393, "10-1607" }, { 15063, "10-1703" }, { 16299, "10-1709" },
	{ 17134, "10-1803" }, { 17763, "10-1809" }, { 18362, "10-1903" },
	{ 18363, "10-1909" }, { 19041, "10-2004" }, { 19042, "10-20h2" },
	{ 19043, "10-21h1" }, { 19044, "10-21h2" }, { 19045, "10-22h2" },
	{ 22000, "11-21h2" }, { 22621, "11-22h2" }, { 22631, "11-23h2" },
	{ 26100, "11-24h2" }, { 26200, "11-25h2" },
};
static const struct release servers[] = {
	{ 6001, "2008" },    { 6002, "2008" },	  { 6003, "2008" },
	{ 7600, "2008-r2" }, { 7601, "2008-r2" }, { 9200, "2012" },
	{ 9600, "2012-r2" }, { 14393, "2016" },	  { 17763, "2019" },
	{ 20348, "2022" },   { 26100, "2025" },
};

static const struct {
	const char *id, *name;
} editions[] = {
	{ "Core", "Home" },
	{ "CoreN", "Home" },
	{ "CoreSingleLanguage", "Home" },
	{ "CoreCountrySpecific", "Home" },
	{ "Professional", "Pro" },
	{ "ProfessionalN", "Pro" },
	{ "ProfessionalWorkstation", "Pro for Workstations" },
	{ "ProfessionalWorkstationN", "Pro for Workstations" },
	{ "ProfessionalEducation", "Pro Education" },
	{ "ProfessionalEducationN", "Pro Education" },
	{ "Education", "Education" },
	{ "EducationN", "Education" },
	{ "Enterprise", "Enterprise" },
	{ "EnterpriseN", "Enterprise" },
	{ "EnterpriseG", "Enterprise" },
	{ "EnterpriseS", "Enterprise LTSC" },
	{ "EnterpriseSN", "Enterprise LTSC" },
	{ "IoTEnterprise", "IoT Enterprise" },
	{ "IoTEnterpriseS", "IoT Enterprise LTSC" },
	{ "ServerStandard", "Server Standard" },
	{ "ServerStandardEval", "Server Standard" },
	{ "ServerDatacenter", "Server Datacenter" },
	{ "ServerDatacenterEval", "Server Datacenter" },
	{ "ServerSolution", "Server Essentials" },
};

static struct str
lower(struct scan *s, struct str v)
{
	char *p = str_to_c(scan_arena(s), v);

	for (size_t i = 0; i < v.len; i++)
		p[i] = (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] + 32 : p[i]);
	return (struct str){ p, v.len };
}

/* A build we do not know is named as the machine names itself. */
static void
set_version_id(struct scan *s, const struct reg_key *k, int64_t build,
	       bool server)
{
	const struct release *list = server ? servers : clients;
	size_t n = server ? ARRAY_LEN(servers) : ARRAY_LEN(clients);
	struct str display = win_value_text(k, "DisplayVersion");

	for (size_t i = 0; i < n; i++) {
		if (list[i].build == build) {
			scan_c(s, HOST_OS_VERSION_ID, list[i].name);
			return;
		}
	}
	if (display.len > 0)
		scan_text(s, HOST_OS_VERSION_ID,
			  str_fmt(scan_arena(s), "%s%.*s",
				  server	      ? ""
				  : build >= BUILD_11 ? "11-"
						      : "10-",
				  STR_ARG(lower(s, display))));
}

static void
set_edition(struct scan *s, struct str id)
{
	for (size_t i = 0; i < ARRAY_LEN(editions); i++) {
		if (str_is(id, editions[i].id)) {
			scan_c(s, HOST_OS_EDITION, editions[i].name);
			return;
		}
	}
	if (id.len > 0)
		scan_text(s, HOST_OS_EDITION, id);
}

static void
set_name(struct scan *s, struct str name, int64_t build)
{
	if (name.len == 0)
		return;
	if (build >= BUILD_11 && str_starts(name, "Windows 10"))
		name = str_fmt(scan_arena(s), "Windows 11%.*s",
			       STR_ARG(str_from(name, 10)));
	scan_text(s, HOST_OS_NAME, name);
}

static int
scan(struct scan *s, struct err *e)
{
	int64_t build = win_build(s);
	bool server = win_is_server(s);
	struct reg_key k;
	struct str system;
	struct err none = { 0 };

	if (scan_reg(s, WIN_NT, &k, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (build == 0)
		return scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED);
	struct str display = win_value_text(&k, "DisplayVersion");
	const struct reg_value *ubr = win_value(&k, "UBR");
	struct str full = str_fmt(scan_arena(s), "%" PRId64, build);

	if (display.len == 0)
		display = win_value_text(&k, "ReleaseId");
	if (ubr != NULL && ubr->kind == REG_KIND_NUMBER)
		full = str_fmt(scan_arena(s), "%" PRId64 ".%" PRId64, build,
			       ubr->n);
	set_name(s, win_value_text(&k, "ProductName"), build);
	scan_c(s, HOST_OS_OS_ID, server ? "windows-server" : "windows");
	set_version_id(s, &k, build, server);
	scan_text(s, HOST_OS_VERSION,
		  str_fmt(scan_arena(s), "%.*s%s(%.*s)", STR_ARG(display),
			  display.len > 0 ? " " : "", STR_ARG(full)));
	scan_text(s, HOST_OS_BUILD, full);
	set_edition(s, win_value_text(&k, "EditionID"));
	if (scan_call(s, "system", &system, &none) == 0)
		win_set_text(s, HOST_OS_ARCH, system, "arch");
	scan_text(s, HOST_OS_KERNEL,
		  str_fmt(scan_arena(s), "%s.%.*s",
			  build >= 10240  ? "10.0"
			  : build >= 9600 ? "6.3"
			  : build >= 9200 ? "6.2"
			  : build >= 7600 ? "6.1"
					  : "6.0",
			  STR_ARG(full)));
	return scan_emit(s, e);
}

const struct table table_host_os = {
	.contract = &contract_host_os,
	.scan = scan,
};
