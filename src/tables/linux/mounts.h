/* mounts.h - what is mounted where, and on which disks it lies. */
#ifndef TABLES_LINUX_MOUNTS_H
#define TABLES_LINUX_MOUNTS_H

#include "base/str.h"

struct arena;
struct err;
struct scan;

#define MOUNTS_MAX ((size_t)5000)

struct mount {
	struct str device; /* "254:0"; 0:N has no disk of its own */
	struct str root;   /* the folder of the file system shown here */
	struct str target, fstype, source;
	struct str options; /* of the mount and of the file system, joined */
	bool hidden;	    /* another mount covers it */
};

struct mounts {
	struct mount *v; /* in the order they were mounted */
	size_t n;
	size_t n_bad; /* lines that make no sense */
};

/* Hermetic: /proc/self/mountinfo, with its octal escapes undone. */
void mounts_parse(struct arena *a, struct str text, struct mounts *ret);
int mounts_load(struct scan *s, struct mounts *ret, struct err *e);

/* The mount a path lies on; NULL when there is none. */
const struct mount *mounts_of(const struct mounts *m, struct str path);

bool mount_is_kernel(const struct mount *m); /* proc, sysfs and the like */
bool mount_is_memory(const struct mount *m); /* gone after a restart */
bool mount_is_remote(const struct mount *m);
bool mount_has_option(const struct mount *m, const char *option);

/*
 * The kernel's name of the block device (sda2, dm-0) of a mount, or of a
 * path below /dev; empty when there is none.
 */
struct str block_of_mount(struct scan *s, const struct mount *m);
struct str block_of_path(struct scan *s, struct str path);

/* The whole disk a partition belongs to; the name itself if it is none. */
struct str block_disk(struct scan *s, struct str name);

/* 1, 0 or -1 = not known. Whatever hangs on USB can be taken away. */
int block_removable(struct scan *s, struct str name);

#endif
