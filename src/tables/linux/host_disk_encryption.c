/*
 * host_disk_encryption.c - table `host_disk_encryption`: is what a volume
 * keeps encrypted?
 *
 * Source: /proc/self/mountinfo and /proc/swaps; then down the stack of block
 * devices (partition, LVM, RAID, loop) by /sys/class/block/NAME/dm/uuid and
 * slaves; `zfs get` for ZFS. Needs no rights. A disk that encrypts by itself,
 * or a host that encrypts the disk of a virtual machine, cannot be seen.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/mounts.h"
#include "tables/table.h"

#define SYS_BLOCK "/sys/class/block"
#define STACK_MAX 10

enum crypt { CRYPT_NO, CRYPT_YES, CRYPT_UNKNOWN };

struct found {
	enum crypt crypt;
	const char *method;
};

static const struct found none_found = { CRYPT_NO, "none" };
static const struct found not_known = { CRYPT_UNKNOWN, NULL };

static struct found path_crypt(struct scan *s, const struct mounts *m,
			       struct str path, int depth);
static struct found block_crypt(struct scan *s, const struct mounts *m,
				struct str name, int depth);

/* CRYPT-LUKS2-0123...-name; CRYPT-VERITY only proves, it hides nothing. */
static struct found
uuid_crypt(struct str uuid)
{
	static const struct {
		const char *start, *method;
	} kinds[] = {
		{ "CRYPT-LUKS1-", "luks1" },	 { "CRYPT-LUKS2-", "luks2" },
		{ "CRYPT-PLAIN-", "plain" },	 { "CRYPT-TCRYPT-", "tcrypt" },
		{ "CRYPT-BITLK-", "bitlocker" }, { "CRYPT-LOOPAES-", "plain" },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_starts(uuid, kinds[i].start))
			return (struct found){ CRYPT_YES, kinds[i].method };
	}
	return none_found;
}

/* All that lies below must be encrypted. */
static struct found
list_crypt(struct scan *s, const struct mounts *m, const char *dir, int depth)
{
	struct str *names;
	size_t n;
	struct err none = { 0 };
	struct found all = none_found;

	if (scan_dir(s, dir, &names, &n, &none) < 0)
		return none_found;
	for (size_t i = 0; i < n; i++) {
		struct found one = block_crypt(s, m, names[i], depth + 1);

		if (one.crypt != CRYPT_YES)
			return one;
		all = one;
	}
	return all;
}

/* A file used as a disk is as safe as the volume it lies on. */
static struct found
loop_crypt(struct scan *s, const struct mounts *m, struct str name, int depth)
{
	struct str file;
	struct err none = { 0 };

	if (scan_file(s,
		      scan_path(s, SYS_BLOCK "/%.*s/loop/backing_file",
				STR_ARG(name)),
		      &file, &none) < 0)
		return none_found;
	return path_crypt(s, m, str_trim(file), depth + 1);
}

static struct found
block_crypt(struct scan *s, const struct mounts *m, struct str name, int depth)
{
	struct str uuid = STR("");
	struct err none = { 0 };

	if (name.len == 0 || depth == STACK_MAX)
		return not_known;
	(void)scan_file(s,
			scan_path(s, SYS_BLOCK "/%.*s/dm/uuid", STR_ARG(name)),
			&uuid, &none); /* only the device mapper has it */
	struct found f = uuid_crypt(uuid);
	if (f.crypt != CRYPT_NO)
		return f;
	f = list_crypt(s, m,
		       scan_path(s, SYS_BLOCK "/%.*s/slaves", STR_ARG(name)),
		       depth);
	if (f.crypt != CRYPT_NO)
		return f;
	if (str_starts(name, "loop"))
		return loop_crypt(s, m, name, depth);
	struct str disk = block_disk(s, name);
	return str_eq(disk, name) ? none_found
				  : block_crypt(s, m, disk, depth + 1);
}

static struct found
zfs_crypt(struct scan *s, struct str dataset)
{
	const char *argv[] = { "zfs",	"get",	      "-H", "-o",
			       "value", "encryption", NULL, NULL };
	struct str value;
	struct err none = { 0 };

	argv[6] = str_to_c(scan_arena(s), dataset);
	if (scan_exec(s, argv, &value, NULL, &none) < 0)
		return not_known;
	if (str_is(str_trim(value), "off"))
		return none_found;
	return (struct found){ CRYPT_YES, "zfs" };
}

/* A file system over several disks is as safe as the least of them. */
static struct found
btrfs_crypt(struct scan *s, const struct mounts *m, struct str block)
{
	struct str *ids;
	size_t n;
	struct err none = { 0 };

	if (scan_dir(s, "/sys/fs/btrfs", &ids, &n, &none) < 0)
		n = 0;
	for (size_t i = 0; i < n && block.len > 0; i++) {
		const char *dir = scan_path(s, "/sys/fs/btrfs/%.*s/devices",
					    STR_ARG(ids[i]));

		if (scan_exists(s,
				scan_path(s, "%s/%.*s", dir, STR_ARG(block))))
			return list_crypt(s, m, dir, 0);
	}
	return block_crypt(s, m, block, 0);
}

static struct found
mount_crypt(struct scan *s, const struct mounts *ms, const struct mount *m,
	    int depth)
{
	if (str_is(m->fstype, "ecryptfs"))
		return (struct found){ CRYPT_YES, "ecryptfs" };
	if (str_starts(m->fstype, "fuse.gocryptfs") ||
	    str_starts(m->fstype, "fuse.encfs"))
		return (struct found){ CRYPT_YES, "fuse" };
	if (str_is(m->fstype, "zfs"))
		return zfs_crypt(s, m->source);

	struct str block = block_of_mount(s, m);
	struct found f = str_is(m->fstype, "btrfs")
				 ? btrfs_crypt(s, ms, block)
				 : block_crypt(s, ms, block, depth);
	/* Here single folders may be encrypted; which ones is not known. */
	if (f.crypt == CRYPT_NO &&
	    scan_exists(s, scan_path(s, "%.*s%s.fscrypt", STR_ARG(m->target),
				     m->target.len > 1 ? "/" : "")))
		return (struct found){ CRYPT_UNKNOWN, "fscrypt" };
	return f;
}

static struct found
path_crypt(struct scan *s, const struct mounts *m, struct str path, int depth)
{
	const struct mount *at = mounts_of(m, path);

	if (at == NULL || depth >= STACK_MAX)
		return not_known;
	return mount_crypt(s, m, at, depth + 1);
}

static const char *
purpose(struct str target)
{
	static const char *const boot[] = { "/boot", "/boot/efi", "/efi",
					    "/boot/firmware" };
	static const char *const system[] = { "/",	  "/usr",
					      "/var",	  "/opt",
					      "/tmp",	  "/var/log",
					      "/var/tmp", "/var/log/audit" };

	for (size_t i = 0; i < ARRAY_LEN(boot); i++) {
		if (str_is(target, boot[i]))
			return "boot";
	}
	for (size_t i = 0; i < ARRAY_LEN(system); i++) {
		if (str_is(target, system[i]))
			return "system";
	}
	return "data";
}

static int
row_emit(struct scan *s, struct str volume, struct str device, const char *use,
	 const struct found *f, struct err *e)
{
	scan_text(s, HOST_DISK_ENCRYPTION_VOLUME, volume);
	scan_text(s, HOST_DISK_ENCRYPTION_DEVICE, device);
	scan_c(s, HOST_DISK_ENCRYPTION_PURPOSE, use);
	scan_c(s, HOST_DISK_ENCRYPTION_METHOD, f->method);
	if (f->crypt != CRYPT_UNKNOWN) {
		bool yes = f->crypt == CRYPT_YES;

		scan_bool(s, HOST_DISK_ENCRYPTION_ENCRYPTED, yes);
		scan_bool(s, HOST_DISK_ENCRYPTION_PROTECTED, yes);
		scan_int(s, HOST_DISK_ENCRYPTION_PERCENT, yes ? 100 : 0);
	}
	int removable = block_removable(s, block_of_path(s, device));
	if (removable >= 0)
		scan_bool(s, HOST_DISK_ENCRYPTION_REMOVABLE, removable == 1);
	return scan_emit(s, e);
}

/* A disc or an image that cannot be written to keeps nothing of ours. */
static bool
keeps_data(const struct mount *m)
{
	return !m->hidden && !mount_is_kernel(m) && !mount_is_memory(m) &&
	       !mount_is_remote(m) && !str_is(m->fstype, "squashfs") &&
	       !str_is(m->fstype, "iso9660") && !str_is(m->fstype, "udf") &&
	       !str_is(m->fstype, "erofs") && !str_is(m->fstype, "overlay");
}

/* Of one file system; the parts of a btrfs are told one by one. */
static bool
is_same(const struct mount *a, const struct mount *b)
{
	return str_eq(a->device, b->device) &&
	       (!str_is(b->fstype, "btrfs") || str_eq(a->root, b->root));
}

/* A single file, as what runs a container lays over it. */
static bool
is_file(struct scan *s, const struct mount *m)
{
	struct scan_stat st;
	struct err none = { 0 };

	return scan_stat(s, str_to_c(scan_arena(s), m->target), &st, &none) ==
		       0 &&
	       !S_ISDIR(st.mode);
}

/*
 * Of a file system the first place is told where all of it is seen. Where
 * that is nowhere, a folder of it counts: the root of a container is one.
 */
static bool
is_first(struct scan *s, const struct mounts *m, size_t i)
{
	const struct mount *x = &m->v[i];
	bool whole = str_is(x->root, "/") || str_is(x->fstype, "btrfs");

	if (!keeps_data(x) || (!whole && is_file(s, x)))
		return false;
	for (size_t j = 0; j < m->n; j++) {
		const struct mount *y = &m->v[j];

		if (j == i || !keeps_data(y) || !is_same(y, x))
			continue;
		if (str_is(y->root, "/") && !whole)
			return false;
		if (j < i &&
		    (whole ? str_eq(y->root, x->root) : !is_file(s, y)))
			return false;
	}
	return true;
}

/* Filename Type Size Used Priority */
static int
swaps_emit(struct scan *s, const struct mounts *m, struct err *e)
{
	struct str rest, line, path, kind;
	struct err none = { 0 };

	if (scan_file(s, "/proc/swaps", &rest, &none) < 0)
		return 0;		   /* a kernel without swapping */
	(void)str_next_line(&rest, &line); /* the heads of the columns */
	while (str_next_line(&rest, &line)) {
		if (!str_next_word(&line, &path) ||
		    !str_next_word(&line, &kind) ||
		    str_has(path, "zram")) /* memory */
			continue;
		struct found f = str_is(kind, "file")
					 ? path_crypt(s, m, path, 0)
					 : block_crypt(s, m,
						       block_of_path(s, path),
						       0);
		if (row_emit(s, STR("swap"), path, "swap", &f, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct mounts m;

	if (mounts_load(s, &m, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	for (size_t i = 0; i < m.n; i++) {
		const struct mount *x = &m.v[i];

		/* The root of a container says nothing about its disk. */
		bool layered = str_is(x->target, "/") &&
			       str_is(x->fstype, "overlay") && !x->hidden;
		if (!layered && !is_first(s, &m, i))
			continue;
		struct found f = layered ? not_known : mount_crypt(s, &m, x, 0);
		if (row_emit(s, x->target, x->source, purpose(x->target), &f,
			     e) < 0)
			return e->code;
	}
	if (swaps_emit(s, &m, e) < 0)
		return e->code;
	return m.n_bad > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_DAMAGED) : 0;
}

const struct table table_host_disk_encryption = {
	.contract = &contract_host_disk_encryption,
	.scan = scan,
};
