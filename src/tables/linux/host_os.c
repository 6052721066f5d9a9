/* host_os.c - table `host_os`: os-release and uname; anyone may read both. */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/table.h"

/* Lists of end dates count whole releases of these, not minor ones. */
static bool
counted_by_major(struct str id)
{
	static const char *const ids[] = { "rhel",  "centos", "almalinux",
					   "rocky", "ol",     "fedora",
					   "amzn",  "debian", "miraclelinux" };

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		if (str_is(id, ids[i]))
			return true;
	}
	return false;
}

static void
set_version(struct scan *s, struct str text, struct str id)
{
	struct err none = { 0 };
	struct str v, full;

	if (conf_get(text, "VERSION_ID", &v) && v.len > 0)
		scan_text(s, HOST_OS_VERSION_ID,
			  counted_by_major(id) ? str_until(v, '.') : v);
	else
		v = str_c("");
	if (str_is(id, "debian") &&
	    scan_file(s, "/etc/debian_version", &full, &none) == 0)
		v = str_trim(full);
	else if (conf_get(text, "VERSION", &full) && full.len > 0)
		v = full;
	if (v.len > 0)
		scan_text(s, HOST_OS_VERSION, v);
}

static void
set_release(struct scan *s, struct str text)
{
	struct str v, id = str_c("linux");

	(void)conf_get(text, "ID", &id); /* the default is "linux" */
	if (id.len > 0)
		scan_text(s, HOST_OS_OS_ID, id);
	if (conf_get(text, "PRETTY_NAME", &v) || conf_get(text, "NAME", &v))
		scan_text(s, HOST_OS_NAME, v);
	if (conf_get(text, "VERSION_CODENAME", &v))
		scan_text(s, HOST_OS_CODENAME, v);
	if (conf_get(text, "BUILD_ID", &v))
		scan_text(s, HOST_OS_BUILD, v);
	scan_c(s, HOST_OS_EDITION, "");
	set_version(s, text, id);
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const paths[] = { "/etc/os-release",
					     "/usr/lib/os-release", NULL };
	struct str text, uname, v;

	if (conf_read(s, paths, NULL, 0, &text, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (text.len == 0)
		return scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	if (scan_call(s, "uname", &uname, e) < 0) {
		(void)scan_cannot_err(s, HOST_OS_KERNEL, e);
		(void)scan_cannot_err(s, HOST_OS_ARCH, e);
	} else {
		if (conf_get(uname, "release", &v))
			scan_text(s, HOST_OS_KERNEL, v);
		if (conf_get(uname, "machine", &v))
			scan_text(s, HOST_OS_ARCH, v);
	}
	set_release(s, text);
	return scan_emit(s, e);
}

const struct table table_host_os = {
	.contract = &contract_host_os,
	.scan = scan,
};
