/*
 * host_mount.c - table `host_mount`: mounted file systems.
 *
 * Source: /proc/self/mountinfo, statvfs(3), /sys/class/block. Needs no
 * rights. The kernel's own (proc, sysfs ...) are left out; the size of remote
 * ones is not asked, because a server that is gone would hold us up.
 */
#include "base/arena.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/mask.h"
#include "tables/linux/mounts.h"
#include "tables/table.h"

static void
size_set(struct scan *s, const struct mount *m)
{
	struct str text, value;
	int64_t n;
	struct err none = { 0 };

	if (mount_is_remote(m) || str_starts(m->fstype, "fuse") ||
	    scan_call(s, scan_path(s, "statvfs:%.*s", STR_ARG(m->target)),
		      &text, &none) < 0)
		return;
	if (conf_get(text, "size_bytes", &value) && num_try(value, &n))
		scan_int(s, HOST_MOUNT_SIZE_BYTES, n);
	if (conf_get(text, "used_percent", &value) && num_try(value, &n))
		scan_int(s, HOST_MOUNT_USED_PERCENT, n);
}

/* Some file systems show the password they were mounted with. */
static struct str
options_masked(struct arena *a, const struct mount *m)
{
	struct str all = STR(""), rest = m->options, one;

	while (str_next(&rest, ',', &one))
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all),
			      all.len > 0 ? "," : "",
			      STR_ARG(mask_secrets(a, one)));
	return all;
}

static int
mount_emit(struct scan *s, const struct mount *m, struct err *e)
{
	struct str block = block_of_mount(s, m);
	int removable = block_removable(s, block);

	scan_text(s, HOST_MOUNT_TARGET, m->target);
	scan_text(s, HOST_MOUNT_SOURCE, mask_secrets(scan_arena(s), m->source));
	scan_text(s, HOST_MOUNT_FSTYPE, m->fstype);
	scan_text(s, HOST_MOUNT_OPTIONS, options_masked(scan_arena(s), m));
	scan_bool(s, HOST_MOUNT_NODEV, mount_has_option(m, "nodev"));
	scan_bool(s, HOST_MOUNT_NOSUID, mount_has_option(m, "nosuid"));
	scan_bool(s, HOST_MOUNT_NOEXEC, mount_has_option(m, "noexec"));
	scan_bool(s, HOST_MOUNT_REMOTE, mount_is_remote(m));
	if (block.len == 0 && !str_starts(m->source, "/dev/"))
		scan_bool(s, HOST_MOUNT_REMOVABLE, false);
	else if (removable >= 0)
		scan_bool(s, HOST_MOUNT_REMOVABLE, removable == 1);
	size_set(s, m);
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	struct mounts m;

	if (mounts_load(s, &m, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	for (size_t i = 0; i < m.n; i++) {
		if (m.v[i].hidden || mount_is_kernel(&m.v[i]))
			continue;
		if (mount_emit(s, &m.v[i], e) < 0)
			return e->code;
	}
	return m.n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_mount = {
	.contract = &contract_host_mount,
	.scan = scan,
};
