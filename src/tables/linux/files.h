/* files.h - one walk over the local file systems, for all tables about it. */
#ifndef TABLES_LINUX_FILES_H
#define TABLES_LINUX_FILES_H

#include "base/str.h"
#include "tables/table.h"

struct err;
struct scan;

#define FILES_ENTRIES_MAX INT64_C(20000000) /* looked at */
#define FILES_KIND_MAX ((size_t)2000)	    /* kept of each kind */

enum file_kind {
	FILE_WORLD_WRITABLE,
	FILE_UNOWNED,
	FILE_SETUID,
	FILE_SETGID,
	FILE_WEB_WRITABLE,
	FILE_WEB_EXPOSED,
	FILE_LOOSE_KEY,
	FILE_KINDS,
};
const char *file_kind_name(enum file_kind k);

struct file_found {
	enum file_kind kind;
	struct str path;
	struct scan_stat st;
};

struct files {
	struct file_found *v; /* sorted by kind and path */
	size_t n;
	int64_t n_entries;
	int64_t n_denied; /* folders not allowed to be read */
	bool capped;
	struct str roots, web_roots, skipped;
	bool web_known; /* every setting of the web servers was read */
};

/* The walk is done once in a run and shared. */
int files_load(struct scan *s, const struct files **ret, struct err *e);

/*
 * Hermetic: does this text hold a private key that no passphrase protects?
 * PEM, OpenSSH and PuTTY.
 */
bool file_has_bare_key(struct str text);

#endif
