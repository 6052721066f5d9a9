/* owner.c - which package a file came from. */
#include "tables/linux/owner.h"

#include "base/arena.h"
#include "tables/table.h"

#define DPKG_INFO "/var/lib/dpkg/info"
#define RPM_AT_ONCE 200

/* Files by the hash of their path; open addressing, at most half full. */
struct index {
	struct owned *files;
	uint32_t *slots; /* place in files + 1; 0 = free */
	size_t mask;
};

/*
 * Packages still name /bin/sh where the system has moved it to /usr/bin/sh,
 * so both are looked up without the /usr.
 */
static struct str
unmerged(struct str path)
{
	struct str rest = str_from(path, 4);

	if (str_starts(path, "/usr/") &&
	    (str_starts(rest, "/bin/") || str_starts(rest, "/sbin/") ||
	     str_starts(rest, "/lib")))
		return rest;
	return path;
}

static size_t
path_hash(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

static void
index_init(struct arena *a, struct index *x, struct owned *files, size_t n)
{
	size_t cap = 16;

	while (cap < n * 2)
		cap *= 2;
	*x = (struct index){
		.files = files,
		.slots = ARENA_ARRAY(a, cap, uint32_t),
		.mask = cap - 1,
	};
	for (size_t i = 0; i < n; i++) {
		size_t at = path_hash(unmerged(files[i].path)) & x->mask;

		while (x->slots[at] != 0)
			at = (at + 1) & x->mask;
		x->slots[at] = (uint32_t)i + 1;
	}
}

static void
index_own(struct index *x, struct str path, struct str package)
{
	struct str key = unmerged(path);
	size_t at = path_hash(key) & x->mask;

	for (; x->slots[at] != 0; at = (at + 1) & x->mask) {
		struct owned *f = &x->files[x->slots[at] - 1];

		if (str_eq(unmerged(f->path), key))
			f->package = package;
	}
}

static void
dpkg_list(struct scan *s, struct index *x, struct str name)
{
	struct arena *a = scan_arena(s);
	struct str package = str_first(name, name.len - strlen(".list"));
	struct arena_mark m = arena_mark(a);
	struct str rest, line;
	struct err none = { 0 };

	package = str_until(package, ':'); /* libc6:amd64 */
	if (scan_file(s, scan_path(s, DPKG_INFO "/%.*s", STR_ARG(name)), &rest,
		      &none) == 0) {
		while (str_next_line(&rest, &line))
			index_own(x, line, package);
	}
	arena_reset(a, m);
}

static bool
dpkg_find(struct scan *s, struct owned *files, size_t n)
{
	struct str *names;
	size_t n_names;
	struct index x;
	struct err none = { 0 };

	if (scan_dir(s, DPKG_INFO, &names, &n_names, &none) < 0)
		return false;
	index_init(scan_arena(s), &x, files, n);
	for (size_t i = 0; i < n_names; i++) {
		if (str_ends(names[i], ".list"))
			dpkg_list(s, &x, names[i]);
	}
	return true;
}

/* One line a file, in their order; a sentence where no package has it. */
static bool
rpm_some(struct scan *s, struct owned *files, size_t n)
{
	const char *argv[RPM_AT_ONCE + 6] = { "rpm", "-qf", "--qf",
					      "%{NAME}\\n", "--" };
	struct str rest, line;
	struct err none = { 0 };
	int code;

	for (size_t i = 0; i < n; i++)
		argv[5 + i] = str_to_c(scan_arena(s), files[i].path);
	if (scan_exec(s, argv, &rest, &code, &none) < 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!str_next_line(&rest, &line))
			return false;
		if (!str_starts(line, "file ") && !str_starts(line, "error:"))
			files[i].package = line;
	}
	return true;
}

bool
owner_find(struct scan *s, struct owned *files, size_t n)
{
	for (size_t i = 0; i < n; i++)
		files[i].package = STR("");
	if (scan_exists(s, "/var/lib/dpkg/status"))
		return dpkg_find(s, files, n);
	for (size_t i = 0; i < n; i += RPM_AT_ONCE) {
		size_t some = n - i < RPM_AT_ONCE ? n - i : RPM_AT_ONCE;

		if (!rpm_some(s, files + i, some))
			return false;
	}
	return n > 0;
}
