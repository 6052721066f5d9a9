/* files.c - one walk over the local file systems, for all tables about it. */
#include "tables/linux/files.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/linux/accounts.h"
#include "tables/linux/mounts.h"
#include "tables/linux/webroots.h"

#define KEY_FILE_MAX ((size_t)65536)
#define IDS_MAX ((size_t)64)

struct id_range {
	int64_t first, last;
};

/* Account or group numbers that somebody stands for; sorted. */
struct ids {
	int64_t *v;
	size_t n;
	struct id_range ranges[IDS_MAX];
	size_t n_ranges;
	uint32_t last_known; /* most entries have the owner of the last one */
};

struct walk {
	struct scan *s;
	struct arena *arena;
	struct files *f;
	const struct mounts *mounts;
	struct str root; /* where this mount is */
	struct ids users, groups;
	bool ids_known; /* no directory service knows further ones */
	struct webroots web;
	uint32_t web_uid[8], web_gid[8];
	size_t n_web;
	size_t n_of[FILE_KINDS];
	struct str unowned_below, writable_below; /* already told */
	size_t cap;
	struct buf skipped;
};

const char *
file_kind_name(enum file_kind k)
{
	static const char *const names[] = {
		[FILE_WORLD_WRITABLE] = "world_writable",
		[FILE_UNOWNED] = "unowned",
		[FILE_SETUID] = "setuid",
		[FILE_SETGID] = "setgid",
		[FILE_WEB_WRITABLE] = "web_writable",
		[FILE_WEB_EXPOSED] = "web_exposed",
		[FILE_LOOSE_KEY] = "loose_key",
	};

	return names[k];
}

static bool
is_below(struct str path, struct str folder)
{
	return folder.len > 0 && path.len > folder.len &&
	       memcmp(path.p, folder.p, folder.len) == 0 &&
	       path.p[folder.len] == '/';
}

static int
id_cmp(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool
id_known(struct ids *ids, uint32_t id)
{
	int64_t key = id;

	if (id == ids->last_known)
		return true;
	bool known = ids->n > 0 && bsearch(&key, ids->v, ids->n,
					   sizeof(*ids->v), id_cmp) != NULL;
	for (size_t i = 0; i < ids->n_ranges; i++)
		known |= key >= ids->ranges[i].first &&
			 key <= ids->ranges[i].last;
	if (known)
		ids->last_known = id;
	return known;
}

static void
range_add(struct ids *ids, int64_t first, int64_t last)
{
	if (ids->n_ranges < IDS_MAX)
		ids->ranges[ids->n_ranges++] = (struct id_range){ first, last };
}

/* "hanako:100000:65536": numbers her containers may use. */
static void
subids_read(struct scan *s, const char *path, struct ids *ids)
{
	struct str rest, line, name, first, n;
	struct err none = { 0 };
	int64_t a, b;

	if (scan_file(s, path, &rest, &none) < 0)
		return;
	while (str_next_line(&rest, &line)) {
		if (str_next(&line, ':', &name) &&
		    str_next(&line, ':', &first) && str_next(&line, ':', &n) &&
		    num_try(first, &a) && num_try(n, &b) && b > 0 &&
		    num_add(a, b - 1, &b))
			range_add(ids, a, b);
	}
}

/* passwd: files systemd sss */
static void
services_read(struct scan *s, struct walk *w)
{
	struct str rest, line, word;
	struct err none = { 0 };

	w->ids_known = true;
	if (scan_file(s, "/etc/nsswitch.conf", &rest, &none) < 0)
		return;
	while (str_next_line(&rest, &line)) {
		if (!str_starts(line, "passwd:") && !str_starts(line, "group:"))
			continue;
		line = str_until(str_after(line, ':'), '#');
		while (str_next_word(&line, &word)) {
			if (str_is(word, "systemd")) {
				/* Services that get a number when started. */
				range_add(&w->users, 61184, 65519);
				range_add(&w->groups, 61184, 65519);
			} else if (!str_is(word, "files") &&
				   !str_is(word, "compat") &&
				   !str_starts(word, "[") &&
				   !str_starts(word, "mymachines")) {
				w->ids_known = false;
			}
		}
	}
}

static void
ids_load(struct scan *s, struct walk *w, struct accounts *c)
{
	struct err none = { 0 };

	if (accounts_load(s, c, &none) < 0) {
		w->ids_known = false;
		return;
	}
	services_read(s, w);
	w->users.v = ARENA_ARRAY(scan_arena(s), c->n_users + 1, int64_t);
	w->groups.v = ARENA_ARRAY(scan_arena(s), c->n_groups + 1, int64_t);
	for (size_t i = 0; i < c->n_users; i++)
		w->users.v[w->users.n++] = c->user[i].uid;
	for (size_t i = 0; i < c->n_groups; i++)
		w->groups.v[w->groups.n++] = c->group[i].gid;
	qsort(w->users.v, w->users.n, sizeof(int64_t), id_cmp);
	qsort(w->groups.v, w->groups.n, sizeof(int64_t), id_cmp);
	subids_read(s, "/etc/subuid", &w->users);
	subids_read(s, "/etc/subgid", &w->groups);
	w->users.last_known = w->groups.last_known = 0;
}

static void
web_load(struct scan *s, struct walk *w, const struct accounts *c)
{
	webroots_find(s, &w->web);
	for (size_t i = 0; i < w->web.n_users; i++) {
		const struct account *u = accounts_user_find(c,
							     w->web.users[i]);

		if (u == NULL)
			continue;
		w->web_uid[w->n_web] = (uint32_t)u->uid;
		w->web_gid[w->n_web++] = (uint32_t)u->gid;
	}
}

static void
found_add(struct walk *w, enum file_kind kind, const struct scan_entry *entry)
{
	struct files *f = w->f;

	if (w->n_of[kind]++ >= FILES_KIND_MAX) {
		f->capped = true;
		return;
	}
	if (f->n == w->cap) {
		size_t cap = w->cap == 0 ? 256 : w->cap * 2;
		struct file_found *more = ARENA_ARRAY(w->arena, cap,
						      struct file_found);

		if (f->n > 0)
			memcpy(more, f->v, f->n * sizeof(*more));
		f->v = more;
		w->cap = cap;
	}
	f->v[f->n++] = (struct file_found){
		.kind = kind,
		.path = str_copy(w->arena, entry->path),
		.st = entry->st,
	};
}

static bool
may_write(const struct walk *w, const struct scan_stat *st)
{
	for (size_t i = 0; i < w->n_web; i++) {
		if ((st->uid == w->web_uid[i] && (st->mode & 0200)) ||
		    (st->gid == w->web_gid[i] && (st->mode & 0020)))
			return true;
	}
	return (st->mode & 0002) != 0;
}

static bool
name_is_exposed(struct str name)
{
	static const char *const whole[] = { ".git",	".svn", ".hg",
					     ".env",	".bzr", ".htpasswd",
					     ".npmrc",	".aws", ".ssh",
					     ".my.cnf", "dump" };
	static const char *const ends[] = {
		".sql",	   ".sql.gz", ".sql.zip", ".sql.bz2", ".sql.xz",
		".bak",	   ".old",    ".orig",	  ".swp",     ".dump",
		".sqlite", ".kdbx",   ".pem",	  ".key",     "~",
	};
	static const char *const archives[] = { ".zip", ".tar", ".gz", ".tgz",
						".7z",	".bz2", ".xz" };

	for (size_t i = 0; i < ARRAY_LEN(whole); i++) {
		if (str_is(name, whole[i]))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_ends(name, ends[i]))
			return true;
	}
	if (str_starts(name, ".env."))
		return !str_ends(name, ".example") &&
		       !str_ends(name, ".sample");
	for (size_t i = 0; i < ARRAY_LEN(archives); i++) {
		if (str_ends(name, archives[i]) &&
		    (str_has(name, "backup") || str_has(name, "dump")))
			return true;
	}
	return false;
}

static void
web_look(struct walk *w, const struct scan_entry *entry)
{
	bool in = false, at = false;

	for (size_t i = 0; i < w->web.n; i++) {
		at |= str_eq(entry->path, w->web.roots[i]);
		in |= is_below(entry->path, w->web.roots[i]);
	}
	if ((!in && !at) || S_ISLNK(entry->st.mode))
		return;
	if (in && name_is_exposed(entry->name))
		found_add(w, FILE_WEB_EXPOSED, entry);
	if (may_write(w, &entry->st) &&
	    !is_below(entry->path, w->writable_below)) {
		found_add(w, FILE_WEB_WRITABLE, entry);
		if (S_ISDIR(entry->st.mode))
			w->writable_below = str_copy(w->arena, entry->path);
	}
}

static bool
name_is_key(struct str name)
{
	static const char *const ends[] = { ".pem",	".key", ".ppk",
					    "_rsa",	"_dsa", "_ecdsa",
					    "_ed25519", ".priv" };

	for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
		if (str_ends(name, ends[i]))
			return true;
	}
	return str_starts(name, "ssh_host_") && str_ends(name, "_key");
}

static void
owner_look(struct walk *w, const struct scan_entry *entry)
{
	const struct scan_stat *st = &entry->st;

	if (!w->ids_known || S_ISLNK(st->mode) ||
	    (id_known(&w->users, st->uid) && id_known(&w->groups, st->gid)) ||
	    is_below(entry->path, w->unowned_below))
		return;
	found_add(w, FILE_UNOWNED, entry);
	if (S_ISDIR(st->mode))
		w->unowned_below = str_copy(w->arena, entry->path);
}

/* What containers keep has its own owners and rights. */
static bool
is_left_out(const struct walk *w, struct str path)
{
	static const char *const folders[] = {
		"/var/lib/docker",     "/var/lib/containerd",
		"/var/lib/containers", "/var/lib/lxc",
		"/var/lib/lxd",	       "/var/lib/incus",
		"/var/lib/machines",   "/var/lib/flatpak",
		"/var/lib/kubelet",    "/ostree",
		"/.snapshots",	       "/timeshift",
	};

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		if (str_is(path, folders[i]))
			return true;
	}
	if (str_ends(path, "/.local/share/containers"))
		return true;
	for (size_t i = 0; i < w->mounts->n; i++) {
		if (str_eq(path, w->mounts->v[i].target))
			return !str_eq(path, w->root);
	}
	return false;
}

static void
skip_note(struct walk *w, struct str path, const char *why)
{
	buf_fmt(&w->skipped, "%s%.*s (%s)", w->skipped.len > 0 ? "," : "",
		STR_ARG(path), why);
}

static enum scan_say
visit(void *ctx, const struct scan_entry *entry)
{
	struct walk *w = ctx;
	const struct scan_stat *st = &entry->st;

	if (++w->f->n_entries > FILES_ENTRIES_MAX) {
		w->f->capped = true;
		return SCAN_STOP;
	}
	if (S_ISDIR(st->mode) && is_left_out(w, entry->path)) {
		if (mounts_of(w->mounts, entry->path) == NULL ||
		    !str_eq(mounts_of(w->mounts, entry->path)->target,
			    entry->path))
			skip_note(w, entry->path, "containers");
		return SCAN_LEAVE_OUT;
	}
	if (S_ISREG(st->mode)) {
		if (st->mode & 0002)
			found_add(w, FILE_WORLD_WRITABLE, entry);
		if (st->mode & S_ISUID)
			found_add(w, FILE_SETUID, entry);
		if ((st->mode & S_ISGID) && (st->mode & S_IXGRP))
			found_add(w, FILE_SETGID, entry);
		if ((st->mode & 0004) && entry->reachable &&
		    name_is_key(entry->name))
			found_add(w, FILE_LOOSE_KEY, entry);
	} else if (S_ISDIR(st->mode) && (st->mode & 0002) &&
		   !(st->mode & S_ISVTX)) {
		found_add(w, FILE_WORLD_WRITABLE, entry);
	}
	owner_look(w, entry);
	if (w->web.n > 0)
		web_look(w, entry);
	return SCAN_ON;
}

/*
 * Does another mount show the same folder, or one above it? A walk does not
 * enter the parts of a btrfs from the part they lie in.
 */
static bool
is_covered(const struct mounts *m, size_t i)
{
	const struct mount *x = &m->v[i];
	bool parts = str_is(x->fstype, "btrfs");

	for (size_t j = 0; j < m->n; j++) {
		const struct mount *y = &m->v[j];

		if (j == i || y->hidden || !str_eq(x->device, y->device))
			continue;
		if (str_eq(x->root, y->root) && j < i)
			return true;
		if (!parts && !str_eq(x->root, y->root) &&
		    (str_is(y->root, "/") || is_below(x->root, y->root)))
			return true;
	}
	return false;
}

/* NULL = to be walked, "" = nothing worth a word. */
static const char *
why_not(const struct mounts *m, size_t i)
{
	static const char *const no_rights[] = {
		"vfat",	   "msdos",   "exfat", "ntfs",	   "ntfs3", "fuseblk",
		"hfsplus", "iso9660", "udf",   "squashfs", "erofs",
	};
	const struct mount *x = &m->v[i];

	if (x->hidden || mount_is_kernel(x) || is_covered(m, i))
		return "";
	if (mount_is_remote(x))
		return "remote";
	if (mount_is_memory(x))
		return str_is(x->target, "/tmp") ||
				       str_is(x->target, "/var/tmp") ||
				       str_is(x->target, "/dev/shm") ||
				       str_is(x->target, "/")
			       ? NULL
			       : "";
	for (size_t j = 0; j < ARRAY_LEN(no_rights); j++) {
		if (str_is(x->fstype, no_rights[j]))
			return "no owners on this file system";
	}
	if (str_is(x->fstype, "overlay") && !str_is(x->target, "/"))
		return "containers";
	return str_starts(x->fstype, "fuse") ? "fuse" : NULL;
}

static int
mounts_walk(struct walk *w, struct buf *roots, struct err *e)
{
	for (size_t i = 0; i < w->mounts->n && !w->f->capped; i++) {
		const char *why = why_not(w->mounts, i);
		struct scan_walked walked;
		struct err none = { 0 };

		w->root = w->mounts->v[i].target;
		if (why != NULL) {
			if (*why != '\0')
				skip_note(w, w->root, why);
			continue;
		}
		w->unowned_below = w->writable_below = STR("");
		int r = scan_walk(w->s, str_to_c(scan_arena(w->s), w->root),
				  visit, w, &walked, &none);
		/* A mount of another account's cannot even be looked at. */
		if (r == -EACCES || r == -EPERM || r == -ENOENT) {
			skip_note(w, w->root, "no rights");
			continue;
		}
		if (r < 0) {
			*e = none;
			return r;
		}
		w->f->n_denied += walked.n_denied;
		if (walked.n_too_deep > 0)
			skip_note(w, w->root, "some folders are too deep");
		buf_fmt(roots, "%s%.*s", roots->len > 0 ? "," : "",
			STR_ARG(w->root));
	}
	return 0;
}

bool
file_has_bare_key(struct str text)
{
	/* The start of an OpenSSH key whose cipher is "none", in base64. */
	static const char bare[] = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU";
	size_t at = str_find_c(text, "-----BEGIN ");

	if (str_starts(text, "PuTTY-User-Key-File-"))
		return str_has(text, "Encryption: none");
	for (; at != STR_NONE; at = str_find_c(text, "-----BEGIN ")) {
		struct str rest = str_from(text, at + strlen("-----BEGIN "));
		struct str head = str_until(rest, '\n');
		struct str body = str_after(rest, '\n');

		text = body;
		if (!str_has(head, "PRIVATE KEY-----") ||
		    str_starts(head, "ENCRYPTED"))
			continue;
		if (str_starts(head, "OPENSSH"))
			return str_starts(body, bare);
		if (!str_starts(body, "Proc-Type: 4,ENCRYPTED"))
			return true;
	}
	return false;
}

/* Names only suggest a key; the content tells. */
static void
keys_check(struct walk *w)
{
	struct arena *a = scan_arena(w->s);
	size_t kept = 0;

	for (size_t i = 0; i < w->f->n; i++) {
		struct file_found *x = &w->f->v[i];
		struct arena_mark m = arena_mark(a);
		struct str text;
		struct err none = { 0 };

		bool keep = x->kind != FILE_LOOSE_KEY;
		if (!keep && x->st.size <= (int64_t)KEY_FILE_MAX &&
		    scan_file_max(w->s, x->path.p, KEY_FILE_MAX, &text,
				  &none) == 0)
			keep = file_has_bare_key(text);
		arena_reset(a, m);
		if (keep)
			w->f->v[kept++] = *x;
	}
	w->f->n = kept;
}

static int
found_cmp(const void *a, const void *b)
{
	const struct file_found *x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return str_cmp(x->path, y->path);
}

static struct str
web_roots_text(struct arena *a, const struct webroots *w)
{
	struct str all = STR("");

	for (size_t i = 0; i < w->n; i++)
		all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all), i > 0 ? "," : "",
			      STR_ARG(w->roots[i]));
	return all;
}

static int
files_walk(struct scan *s, struct files *f, struct err *e)
{
	struct arena *a = scan_shared_arena(s);
	struct mounts m;
	struct accounts c = { 0 };
	struct walk *w = ARENA_NEW(scan_arena(s), struct walk);
	auto_buf roots = { 0 };

	buf_init(&roots, SCAN_TEXT_MAX);
	if (mounts_load(s, &m, e) < 0)
		return e->code;
	*w = (struct walk){ .s = s, .arena = a, .f = f, .mounts = &m };
	buf_init(&w->skipped, SCAN_TEXT_MAX);
	ids_load(s, w, &c);
	web_load(s, w, &c);
	if (!w->ids_known)
		skip_note(w, STR("unowned"),
			  "a directory service has accounts");
	int r = mounts_walk(w, &roots, e);
	if (r == 0) {
		keys_check(w);
		if (f->n > 0)
			qsort(f->v, f->n, sizeof(*f->v), found_cmp);
		f->roots = str_copy(a, buf_view(&roots));
		f->skipped = str_copy(a, buf_view(&w->skipped));
		f->web_roots = web_roots_text(a, &w->web);
		f->web_known = !w->web.unread;
	}
	buf_done(&w->skipped);
	return r;
}

int
files_load(struct scan *s, const struct files **ret, struct err *e)
{
	struct files *f = scan_shared(s, "files");

	if (f == NULL) {
		f = ARENA_NEW(scan_shared_arena(s), struct files);
		if (files_walk(s, f, e) < 0)
			return e->code;
		scan_share(s, "files", f);
	}
	*ret = f;
	return 0;
}
