/* mounts.c - what is mounted where, and on which disks it lies. */
#include "tables/linux/mounts.h"

#include "base/arena.h"
#include "base/num.h"
#include "tables/table.h"

#define SYS_BLOCK "/sys/class/block"

/* \040 is a blank; the kernel writes blank, tab, newline and \ so. */
static struct str
unescape(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		uint64_t v;

		if (s.p[i] == '\\' && i + 3 < s.len &&
		    num_try_octal(str_first(str_from(s, i + 1), 3), &v) &&
		    v > 0 && v < 256) {
			out[n++] = (char)v;
			i += 3;
		} else {
			out[n++] = s.p[i];
		}
	}
	return (struct str){ out, n };
}

/*
 * id parent major:minor root target options [optional...] - fstype source
 * superoptions
 */
static bool
mount_parse(struct arena *a, struct str line, struct mount *ret)
{
	struct str id, parent, options, more = STR(""), word;

	if (!str_next_word(&line, &id) || !str_next_word(&line, &parent) ||
	    !str_next_word(&line, &ret->device) ||
	    !str_next_word(&line, &ret->root) ||
	    !str_next_word(&line, &ret->target) ||
	    !str_next_word(&line, &options))
		return false;
	do {
		if (!str_next_word(&line, &word))
			return false;
	} while (!str_is(word, "-"));
	if (!str_next_word(&line, &ret->fstype) ||
	    !str_next_word(&line, &ret->source))
		return false;
	(void)str_next_word(&line, &more); /* some have none */
	ret->root = unescape(a, ret->root);
	ret->target = unescape(a, ret->target);
	ret->source = unescape(a, ret->source);
	ret->options = str_fmt(a, "%.*s%s%.*s", STR_ARG(options),
			       more.len > 0 ? "," : "", STR_ARG(more));
	return true;
}

void
mounts_parse(struct arena *a, struct str text, struct mounts *ret)
{
	struct str rest = text, line;
	size_t cap = 0;

	while (str_next_line(&rest, &line))
		cap++;
	cap = cap < MOUNTS_MAX ? cap : MOUNTS_MAX;
	*ret = (struct mounts){ .v = ARENA_ARRAY(a, cap + 1, struct mount) };
	while (str_next_line(&text, &line)) {
		if (ret->n == cap || !mount_parse(a, line, &ret->v[ret->n]))
			ret->n_bad++;
		else
			ret->n++;
	}
	for (size_t i = 0; i < ret->n; i++) {
		for (size_t j = i + 1; j < ret->n; j++)
			ret->v[i].hidden |= str_eq(ret->v[i].target,
						   ret->v[j].target);
	}
}

int
mounts_load(struct scan *s, struct mounts *ret, struct err *e)
{
	struct str text;

	if (scan_file(s, "/proc/self/mountinfo", &text, e) < 0)
		return e->code;
	mounts_parse(scan_arena(s), text, ret);
	return 0;
}

static bool
is_below(struct str path, struct str folder)
{
	if (str_is(folder, "/"))
		return str_starts(path, "/");
	return path.len >= folder.len &&
	       memcmp(path.p, folder.p, folder.len) == 0 &&
	       (path.len == folder.len || path.p[folder.len] == '/');
}

const struct mount *
mounts_of(const struct mounts *m, struct str path)
{
	const struct mount *best = NULL;

	for (size_t i = 0; i < m->n; i++) {
		const struct mount *x = &m->v[i];

		if (!x->hidden && is_below(path, x->target) &&
		    (best == NULL || x->target.len >= best->target.len))
			best = x;
	}
	return best;
}

static bool
is_one_of(struct str s, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++) {
		if (str_is(s, names[i]))
			return true;
	}
	return false;
}

bool
mount_is_kernel(const struct mount *m)
{
	static const char *const kernel[] = {
		"proc",	       "sysfs",	     "cgroup",	 "cgroup2",
		"devpts",      "securityfs", "debugfs",	 "tracefs",
		"pstore",      "bpf",	     "configfs", "fusectl",
		"mqueue",      "hugetlbfs",  "efivarfs", "binfmt_misc",
		"autofs",      "rpc_pipefs", "nsfs",	 "selinuxfs",
		"smackfs",     "resctrl",    "nfsd",	 "fuse.gvfsd-fuse",
		"fuse.portal", "fuse.lxcfs", NULL,
	};

	return is_one_of(m->fstype, kernel);
}

bool
mount_is_memory(const struct mount *m)
{
	static const char *const memory[] = { "tmpfs", "devtmpfs", "ramfs",
					      "rootfs", NULL };

	return is_one_of(m->fstype, memory) ||
	       str_starts(m->source, "/dev/zram");
}

bool
mount_is_remote(const struct mount *m)
{
	static const char *const remote[] = {
		"nfs",	     "nfs4",	       "cifs",
		"smb3",	     "smbfs",	       "ncpfs",
		"afs",	     "ceph",	       "glusterfs",
		"lustre",    "fuse.sshfs",     "fuse.rclone",
		"fuse.s3fs", "fuse.davfs",     "davfs",
		"davfs2",    "fuse.glusterfs", "fuse.ceph",
		"coda",	     "gfs2",	       NULL,
	};

	return is_one_of(m->fstype, remote);
}

bool
mount_has_option(const struct mount *m, const char *option)
{
	struct str rest = m->options, word;

	while (str_next(&rest, ',', &word)) {
		if (str_is(word, option))
			return true;
	}
	return false;
}

static struct str
last_part(struct str path)
{
	size_t at = path.len;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return str_from(path, at);
}

static bool
is_block(struct scan *s, struct str name)
{
	return name.len > 0 &&
	       scan_exists(s, scan_path(s, SYS_BLOCK "/%.*s", STR_ARG(name)));
}

struct str
block_of_path(struct scan *s, struct str path)
{
	struct str target;
	struct err none = { 0 };

	if (!str_starts(path, "/dev/"))
		return STR("");
	/* /dev/mapper/NAME, /dev/VG/LV and /dev/disk/by-* are links. */
	for (int i = 0; i < 4; i++) {
		if (scan_link(s, scan_path(s, "%.*s", STR_ARG(path)), &target,
			      &none) < 0)
			break;
		path = target;
	}
	path = last_part(path);
	return is_block(s, path) ? path : STR("");
}

struct str
block_of_mount(struct scan *s, const struct mount *m)
{
	struct str target;
	struct err none = { 0 };

	if (!str_starts(m->device, "0:") &&
	    scan_link(s,
		      scan_path(s, "/sys/dev/block/%.*s", STR_ARG(m->device)),
		      &target, &none) == 0)
		return last_part(target);
	return block_of_path(s, m->source);
}

/* ../../devices/pci0000:00/.../block/sda/sda2 */
static struct str
block_link(struct scan *s, struct str name)
{
	struct str target = STR("");
	struct err none = { 0 };

	(void)scan_link(s, scan_path(s, SYS_BLOCK "/%.*s", STR_ARG(name)),
			&target, &none); /* empty = not known */
	return target;
}

struct str
block_disk(struct scan *s, struct str name)
{
	struct str link = block_link(s, name);

	if (!scan_exists(s, scan_path(s, SYS_BLOCK "/%.*s/partition",
				      STR_ARG(name))) ||
	    link.len <= name.len + 1)
		return name;
	return last_part(str_first(link, link.len - name.len - 1));
}

static int
removable_at(struct scan *s, struct str name, int depth)
{
	struct str disk = block_disk(s, name), text, *below;
	size_t n;
	struct err none = { 0 };

	if (name.len == 0 || depth > 8)
		return -1;
	if (str_has(block_link(s, name), "/usb"))
		return 1;
	/* LVM, RAID and encryption are where their disk is. */
	if (scan_dir(s, scan_path(s, SYS_BLOCK "/%.*s/slaves", STR_ARG(name)),
		     &below, &n, &none) == 0 &&
	    n > 0)
		return removable_at(s, below[0], depth + 1);
	if (scan_file(s,
		      scan_path(s, SYS_BLOCK "/%.*s/removable", STR_ARG(disk)),
		      &text, &none) < 0)
		return -1;
	return str_is(str_trim(text), "1");
}

int
block_removable(struct scan *s, struct str name)
{
	return removable_at(s, name, 0);
}
