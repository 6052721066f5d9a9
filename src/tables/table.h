/* table.h - what a fact table file is made of, and what it may touch. */
#ifndef TABLES_TABLE_H
#define TABLES_TABLE_H

#include "base/err.h"
#include "base/str.h"
#include "tables/contract.h"

struct arena;
struct scan;

/*
 * A table file reads this machine (or a recorded one) and emits rows into a
 * sink. It touches the world through scan_* only and knows nothing of
 * SQLite. It never emits a secret: no password, hash or key.
 */
struct table {
	const struct contract *contract;
	int (*scan)(struct scan *s, struct err *e); /* 0, or negative */
};

extern const struct table *const tables[];
extern const size_t n_tables;

/* Why a table or a column cannot be told. */
enum cannot {
	CANNOT_NEEDS_ROOT, /* the collector runs without the rights */
	CANNOT_ABSENT,	   /* this system has no such thing to ask */
	CANNOT_TIMEOUT,
	CANNOT_DAMAGED, /* what was read makes no sense */
	CANNOT_LIMIT,	/* more than the bound of this table */
};
const char *cannot_name(enum cannot c); /* needs_root, absent, ... */

#define SCAN_ALL SIZE_MAX	     /* in place of a column: the whole table */
#define SCAN_TEXT_MAX ((size_t)4096) /* bytes of a value; longer is cut */
#define SCAN_ROWS_MAX ((size_t)200000)

/*
 * Rows. A column not set since the last scan_emit is NULL: "not known".
 * Text is copied, made valid UTF-8 and cut at SCAN_TEXT_MAX. The column
 * number is the generated enum (HOST_PORT_PORT) of the table's contract.
 */
void scan_text(struct scan *s, size_t col, struct str v);
void scan_c(struct scan *s, size_t col, const char *v); /* NULL = NULL */
void scan_int(struct scan *s, size_t col, int64_t v);
void scan_bool(struct scan *s, size_t col, bool v);
void scan_at(struct scan *s, size_t col, int64_t at);
void scan_on(struct scan *s, size_t col, int64_t days); /* since 1970 */
int scan_emit(struct scan *s, struct err *e);

/*
 * Says that a column (for every row), or with SCAN_ALL the whole table,
 * cannot be told, and why. Returns 0, so that `return scan_cannot(...)`
 * ends a table. An empty table without it means: there is none.
 */
int scan_cannot(struct scan *s, size_t col, enum cannot why);

/* The same, taking the reason from a failed scan_* call: -EACCES and -EPERM
 * give needs_root, -ENOENT absent, -ETIMEDOUT timeout, others damaged. */
int scan_cannot_err(struct scan *s, size_t col, const struct err *e);

/*
 * The world. Live: this machine. Recorded: a folder holding the same paths
 * below its root, command output in @exec/, facts of calls in @call/ and
 * modes and owners in @stat (see tables/scan_recorded.c). Paths are absolute
 * on the scanned machine. Results live until the table's scan returns.
 * Negative returns: -ENOENT, -EACCES, -EFBIG, ...
 */
int scan_file(struct scan *s, const char *path, struct str *ret,
	      struct err *e); /* at most 8 MiB */
int scan_file_max(struct scan *s, const char *path, size_t max, struct str *ret,
		  struct err *e);
int scan_dir(struct scan *s, const char *path, struct str **ret, size_t *ret_n,
	     struct err *e); /* names, sorted; at most 100,000 */
int scan_link(struct scan *s, const char *path, struct str *ret, struct err *e);
bool scan_exists(struct scan *s, const char *path);

struct scan_stat {
	unsigned mode; /* type and permissions, as st_mode */
	uint32_t uid, gid;
	int64_t size;
	int64_t modified_at;
	uint64_t dev;
};
int scan_stat(struct scan *s, const char *path, struct scan_stat *ret,
	      struct err *e); /* of a link itself */

/*
 * Walks over everything below root on the same file system, root included,
 * in no set order; links are not followed. What vanishes meanwhile is left
 * out. Folders that may not be read, and those deeper than SCAN_WALK_DEPTH,
 * are counted. The function is called for each entry.
 */
#define SCAN_WALK_DEPTH 200

struct scan_entry {
	struct str path; /* valid during the call; NUL behind it */
	struct str name; /* its last part */
	struct scan_stat st;
	bool reachable; /* everybody may pass through all folders above */
};
enum scan_say {
	SCAN_ON,
	SCAN_LEAVE_OUT, /* do not enter this folder */
	SCAN_STOP,
};
typedef enum scan_say scan_visit(void *ctx, const struct scan_entry *entry);

struct scan_walked {
	int64_t n_entries;
	int64_t n_denied;   /* folders not allowed to be read */
	int64_t n_too_deep; /* folders */
	bool stopped;
};
int scan_walk(struct scan *s, const char *root, scan_visit *visit, void *ctx,
	      struct scan_walked *ret, struct err *e);

/*
 * What one table found out at a price and another needs too, under a name;
 * NULL when nobody did, or when the run shares nothing. What is shared must
 * come from the arena of scan_shared_arena, which outlives the tables.
 */
void *scan_shared(struct scan *s, const char *name);
void scan_share(struct scan *s, const char *name, void *what);
struct arena *scan_shared_arena(struct scan *s);

/*
 * Runs a program without a shell, C locale, empty environment but PATH, no
 * input, at most 20 s and 4 MiB of output. argv ends with NULL; argv[0] is
 * looked up in /usr/sbin:/usr/bin:/sbin:/bin. -ENOENT when it is not
 * installed. The exit code goes to *ret_exit (may be NULL: then anything
 * but 0 is an error -EIO).
 */
int scan_exec(struct scan *s, const char *const argv[], struct str *ret,
	      int *ret_exit, struct err *e);

/*
 * A fact that only a system call tells, as text; names are listed in
 * linux/live.c (uname, adjtimex, addresses, statvfs:PATH, head:PATH ...) and
 * in agent/windows/calls.h.
 */
int scan_call(struct scan *s, const char *name, struct str *ret, struct err *e);

/*
 * A key of the Windows registry, "HKLM\SOFTWARE\...", with the names of the
 * keys below it and its values. Elsewhere -ENOSYS.
 */
enum reg_kind {
	REG_KIND_TEXT,	 /* strings; those of a list are parted by LF */
	REG_KIND_NUMBER, /* 32 and 64 bits; text holds it in decimal */
	REG_KIND_BYTES,	 /* text holds the bytes */
};
struct reg_value {
	struct str name; /* "" = the default one */
	enum reg_kind kind;
	struct str text;
	int64_t n;
};
struct reg_key {
	struct str *keys;
	size_t n_keys;
	struct reg_value *values;
	size_t n_values;
	int64_t written_at; /* last change of a value; 0 = not known */
};
int scan_reg(struct scan *s, const char *key, struct reg_key *ret,
	     struct err *e);

int64_t scan_now(struct scan *s);
bool scan_as_root(struct scan *s);
struct arena *scan_arena(struct scan *s); /* until the table's scan returns */

/* Path pieces joined: "/etc/" and a name. */
const char *scan_path(struct scan *s, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
