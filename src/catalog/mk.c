/* mk.c - yamori-mk: compiles data/ into the database inside the program. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diags.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/hash.h"
#include "catalog/catalog.h"

#define OUT_MAX ((size_t)4 * 1024 * 1024)
#define IMAGE_MAX ((size_t)64 * 1024 * 1024)
#define FILES_MAX 5000
#define DEPTH_MAX 3 /* controls/AREA/NAME.yaml */

/* Folders are named too, so that an added file is noticed. */
static int
deps_add(struct arena *a, struct str path, int depth, struct buf *out,
	 struct err *e)
{
	struct stat st;
	struct str *names;
	size_t n;

	if (stat(str_to_c(a, path), &st) < 0)
		return err_sys(e, "cannot read '%.*s'", STR_ARG(path));
	buf_fmt(out, " %.*s", STR_ARG(path));
	if (!S_ISDIR(st.st_mode) || depth == 0)
		return 0;
	if (fs_list(a, str_to_c(a, path), FILES_MAX, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++)
		if (deps_add(a, fs_join(a, path, names[i]), depth - 1, out, e) <
		    0)
			return e->code;
	return 0;
}

static int
deps_write(struct arena *a, const char *dir, const char *target,
	   const char *path, struct err *e)
{
	static const char *const folders[] = { "controls", "i18n", "ledgers",
					       "lists", "requirements" };
	auto_buf b = { 0 };

	buf_init(&b, OUT_MAX);
	buf_fmt(&b, "%s: %s", target, dir); /* a folder may be added */
	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		struct str sub = fs_join(a, str_c(dir), str_c(folders[i]));

		if (fs_exists(str_to_c(a, sub)) &&
		    deps_add(a, sub, DEPTH_MAX - 1, &b, e) < 0)
			return e->code;
	}
	buf_char(&b, '\n');
	return fs_write_atomic(path, buf_view(&b), 0644, e);
}

static int
image_make(struct arena *a, const struct catalog *c, const char *db,
	   const char *sum, struct err *e)
{
	struct str bytes;

	if (unlink(db) < 0 && errno != ENOENT)
		return err_sys(e, "cannot replace '%s'", db);
	if (catalog_image_write(c, db, e) < 0 ||
	    fs_read(a, db, IMAGE_MAX, &bytes, e) < 0)
		return e->code;

	struct str hex = hash_hex(a, hash_of_str(bytes));
	return fs_write_atomic(sum, str_fmt(a, "%.*s\n", STR_ARG(hex)), 0644,
			       e);
}

static int
make(char **argv, struct diags *d, struct err *e)
{
	struct catalog *c;

	if (catalog_read(d->arena, str_c(argv[1]), d, &c, e) < 0)
		return e->code;
	if (d->n_errors > 0)
		return err_set(e, -EINVAL, "'%s' has %zu faults", argv[1],
			       d->n_errors);
	if (image_make(d->arena, c, argv[2], argv[3], e) < 0 ||
	    deps_write(d->arena, argv[1], argv[2], argv[4], e) < 0)
		return e->code;
	return 0;
}

int
main(int argc, char **argv)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };
	struct diags d;
	auto_buf out = { 0 };

	if (argc != 5) {
		fputs("usage: yamori-mk DATA OUT.db OUT.sha256 DEPFILE\n",
		      stderr);
		return 2;
	}
	buf_init(&out, OUT_MAX);
	diags_init(&d, a);
	int r = make(argv, &d, &e);
	diags_print(&d, NULL, NULL, &out);
	if (r < 0) {
		buf_c(&out, "yamori-mk: ");
		err_print(&e, NULL, NULL, &out);
		buf_char(&out, '\n');
	}
	if (out.len > 0)
		fwrite(out.p, 1, out.len, stderr);
	return r < 0;
}
