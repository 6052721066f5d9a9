/*
 * scan_recorded.c - a recorded machine: the same paths below a folder.
 *
 * DIR/etc/passwd          a file as it was
 * DIR/@exec/NAME          what a command printed; NAME is its words joined by
 *                         a blank, each / written as %; a file NAME.exit
 *                         beside it holds an exit code other than 0
 * DIR/@call/NAME          the text of scan_call, same spelling
 * DIR/@stat               lines "MODE UID GID SIZE MTIME PATH"; MODE octal as
 *                         st_mode, MTIME seconds; a path not listed has the
 *                         type it has here, mode 0644 or 0755 and owner 0
 * DIR/@link               lines "PATH TARGET"
 * DIR/@denied             what answers "permission denied", one a line: paths,
 *                         calls (@call/NAME), keys (HKLM\...)
 * DIR/@reg                the registry of Windows (see reg_text.h)
 * DIR/@now, DIR/@user     the instant of recording; the rights (user) if the
 *                         collector had no root
 */
#include "tables/scan.h"

#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/reg_text.h"

struct recorded {
	struct str dir;
	struct str stats;
	struct str links;
	struct str denied;
	struct str reg;
};

static const char *
below(struct arena *a, const struct recorded *r, const char *path)
{
	return str_to_c(a, fs_join(a, r->dir, str_c(path)));
}

static bool
is_denied(const struct recorded *r, const char *path)
{
	struct str rest = r->denied, line;

	while (str_next_line(&rest, &line)) {
		if (line.len > 0 && str_is(str_trim(line), path))
			return true;
	}
	return false;
}

static int
denied_check(const struct recorded *r, const char *path, struct err *e)
{
	if (!is_denied(r, path))
		return 0;
	return err_set(e, -EACCES, "cannot open '%s'", path);
}

static int
recorded_file(void *ctx, struct arena *a, const char *path, size_t max,
	      struct str *ret, struct err *e)
{
	const struct recorded *r = ctx;

	if (denied_check(r, path, e) < 0)
		return e->code;
	return fs_read(a, below(a, r, path), max, ret, e);
}

static int
recorded_dir(void *ctx, struct arena *a, const char *path, struct str **ret,
	     size_t *ret_n, struct err *e)
{
	const struct recorded *r = ctx;

	if (denied_check(r, path, e) < 0)
		return e->code;
	if (fs_list(a, below(a, r, path), 100000, ret, ret_n, e) < 0)
		return e->code;

	/* Bookkeeping of the recording is not part of the machine. */
	size_t kept = 0;
	for (size_t i = 0; i < *ret_n; i++) {
		if (!str_starts((*ret)[i], "@") &&
		    !str_is((*ret)[i], ".gitkeep"))
			(*ret)[kept++] = (*ret)[i];
	}
	*ret_n = kept;
	return 0;
}

static int
recorded_link(void *ctx, struct arena *a UNUSED, const char *path,
	      struct str *ret, struct err *e)
{
	const struct recorded *r = ctx;
	struct str rest = r->links, line;

	while (str_next_line(&rest, &line)) {
		if (str_is(str_until(line, ' '), path)) {
			*ret = str_after(line, ' ');
			return 0;
		}
	}
	return err_set(e, -ENOENT, "cannot read link '%s'", path);
}

static bool
stat_line(struct str line, const char *path, struct scan_stat *ret)
{
	struct str word[5];
	uint64_t mode;
	int64_t uid, gid, size, mtime;

	for (size_t i = 0; i < ARRAY_LEN(word); i++) {
		if (!str_next_word(&line, &word[i]))
			return false;
	}
	if (!str_is(str_trim(line), path))
		return false;
	if (!num_try_octal(word[0], &mode) || !num_try(word[1], &uid) ||
	    !num_try(word[2], &gid) || !num_try(word[3], &size) ||
	    !num_try(word[4], &mtime))
		return false;
	*ret = (struct scan_stat){ (unsigned)mode,     (uint32_t)uid,
				   (uint32_t)gid,      size,
				   mtime * MOMENT_SEC, 1 };
	return true;
}

static int
recorded_stat(void *ctx, struct arena *a, const char *path,
	      struct scan_stat *ret, struct err *e)
{
	const struct recorded *r = ctx;
	struct str rest = r->stats, line;
	struct stat st;

	while (str_next_line(&rest, &line)) {
		if (stat_line(line, path, ret))
			return 0;
	}
	if (stat(below(a, r, path), &st) < 0)
		return err_sys(e, "cannot examine '%s'", path);
	*ret = (struct scan_stat){
		.mode = S_ISDIR(st.st_mode) ? 0040755 : 0100644,
		.size = st.st_size,
		.dev = 1,
	};
	return 0;
}

static const char *
slug(struct arena *a, const char *folder, const char *const words[],
     const char *ending)
{
	struct str name = str_c("");

	for (size_t i = 0; words[i] != NULL; i++)
		name = str_fmt(a, "%.*s%s%s", STR_ARG(name), i > 0 ? " " : "",
			       words[i]);
	char *p = str_to_c(a, name);
	for (char *c = p; *c != '\0'; c++) {
		if (*c == '/')
			*c = '%';
	}
	return str_fmt(a, "%s/%s%s", folder, p, ending).p;
}

static int
recorded_exec(void *ctx, struct arena *a, const char *const argv[],
	      struct str *ret, int *ret_exit, struct err *e)
{
	const struct recorded *r = ctx;
	struct str code;
	struct err none = { 0 };
	int64_t n = 0;

	if (fs_read(a, below(a, r, slug(a, "@exec", argv, "")), FS_SMALL_MAX,
		    ret, e) < 0)
		return err_set(e, -ENOENT, "'%s' is not installed", argv[0]);
	if (fs_read(a, below(a, r, slug(a, "@exec", argv, ".exit")), 64, &code,
		    &none) == 0)
		(void)num_try(code, &n); /* 0 when it makes no sense */
	*ret_exit = (int)n;
	return 0;
}

/* A folder being walked, and what was left to be said about all of them. */
struct steps {
	struct recorded *r;
	scan_visit *visit;
	void *visit_ctx;
	struct scan_walked *walked;
};

static int
step(struct steps *w, struct str path, bool reachable, int depth, struct err *e)
{
	auto_arena *a = arena_new();
	struct scan_entry entry = { .path = path, .reachable = reachable };
	struct str *names;
	size_t n;
	struct err none = { 0 };

	size_t at = path.len;
	while (at > 0 && path.p[at - 1] != '/')
		at--;
	entry.name = str_from(path, at);
	int code = recorded_stat(w->r, a, path.p, &entry.st, e);
	if (code < 0)
		return code;
	w->walked->n_entries++;
	enum scan_say say = w->visit(w->visit_ctx, &entry);
	w->walked->stopped = say == SCAN_STOP;
	if (say != SCAN_ON || !S_ISDIR(entry.st.mode))
		return 0;
	if (depth == SCAN_WALK_DEPTH) {
		w->walked->n_too_deep++;
		return 0;
	}
	if (recorded_dir(w->r, a, path.p, &names, &n, &none) < 0) {
		w->walked->n_denied++;
		return 0;
	}
	for (size_t i = 0; i < n && !w->walked->stopped; i++) {
		struct str next = fs_join(a, path, names[i]);

		code = step(w, next, reachable && (entry.st.mode & 1) != 0,
			    depth + 1, e);
		if (code < 0)
			return code;
	}
	return 0;
}

static int
recorded_walk(void *ctx, const char *root, scan_visit *visit, void *visit_ctx,
	      struct scan_walked *ret, struct err *e)
{
	struct steps w = { ctx, visit, visit_ctx, ret };

	*ret = (struct scan_walked){ 0 };
	return step(&w, str_c(root), true, 0, e);
}

static int
recorded_call(void *ctx, struct arena *a, const char *name, struct str *ret,
	      struct err *e)
{
	const struct recorded *r = ctx;
	const char *const words[] = { name, NULL };

	if (denied_check(r, str_fmt(a, "@call/%s", name).p, e) < 0)
		return e->code;
	return fs_read(a, below(a, r, slug(a, "@call", words, "")),
		       FS_SMALL_MAX, ret, e);
}

static int
recorded_reg(void *ctx, struct arena *a, const char *key, struct reg_key *ret,
	     struct err *e)
{
	const struct recorded *r = ctx;

	if (denied_check(r, key, e) < 0)
		return e->code;
	return reg_text_find(a, r->reg, str_c(key), ret, e);
}

static struct str
bookkeeping(struct arena *a, const struct recorded *r, const char *name)
{
	struct str s = { 0 };
	struct err none = { 0 };

	(void)fs_read(a, below(a, r, name), FS_SMALL_MAX, &s, &none);
	return s;
}

void
world_recorded(struct world *w, struct arena *a, const char *dir)
{
	struct recorded *r = ARENA_NEW(a, struct recorded);
	struct err none = { 0 };

	r->dir = str_c(dir);
	r->stats = bookkeeping(a, r, "@stat");
	r->links = bookkeeping(a, r, "@link");
	r->denied = bookkeeping(a, r, "@denied");
	r->reg = bookkeeping(a, r, "@reg");
	*w = (struct world){
		.file = recorded_file,
		.dir = recorded_dir,
		.link = recorded_link,
		.stat = recorded_stat,
		.exec = recorded_exec,
		.call = recorded_call,
		.reg = recorded_reg,
		.walk = recorded_walk,
		.ctx = r,
		.as_root = !fs_exists(below(a, r, "@user")),
	};
	/* Without @now the recording speaks of the present. */
	(void)at_parse(str_trim(bookkeeping(a, r, "@now")), zone_tokyo, &w->now,
		       &none);
}
