/* apt.c - updates that wait, from the package lists apt has fetched. */
#include "tables/linux/apt.h"

#include "base/arena.h"
#include "base/num.h"
#include "base/version.h"
#include "tables/linux/conf.h"
#include "tables/linux/dpkg.h"
#include "tables/linux/lz4.h"
#include "tables/table.h"

#define LISTS "/var/lib/apt/lists"
#define PRIORITY_NORMAL 500
#define PINS_MAX ((size_t)1000)
#define LIST_MAX ((size_t)512 * 1024 * 1024)
#define STATUS_MAX ((size_t)128 * 1024 * 1024)

struct installed {
	struct str name, arch, version;
	struct str candidate, source; /* empty: what is there stays */
	int64_t priority;	      /* of the candidate; 0: none yet */
	bool security;
	size_t next; /* of the same hash, + 1 */
};

struct table_of {
	struct installed *v;
	size_t n;
	size_t *bucket; /* index + 1 */
	size_t n_buckets;
};

struct archive {
	struct str stem; /* of the file name, before _InRelease */
	struct str origin, label, suite, codename;
	struct str source;
	bool security;
	bool not_automatic; /* offered only to who asks */
};

/* A pin of preferences: what it gives to each archive it speaks of. */
struct pin {
	struct str pattern; /* of package names; "*" for all */
	int64_t priority;
	bool *fits; /* by archive */
};

static uint32_t
hash_name(struct str s)
{
	uint32_t h = 2166136261U;

	for (size_t i = 0; i < s.len; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619U;
	return h;
}

static int
installed_load(struct scan *s, struct table_of *ret, struct err *e)
{
	struct arena *a = scan_arena(s);
	struct dpkg_package p;
	struct str text, rest;
	size_t max = 1;

	if (scan_file_max(s, "/var/lib/dpkg/status", STATUS_MAX, &text, e) < 0)
		return e->code;
	for (rest = text; dpkg_next(&rest, &p);)
		max++;

	struct table_of t = { .v = ARENA_ARRAY(a, max, struct installed),
			      .n_buckets = max * 2 + 1 };
	t.bucket = ARENA_ARRAY(a, t.n_buckets, size_t);
	for (rest = text; dpkg_next(&rest, &p);) {
		if (!dpkg_is_installed(&p) || p.version.len == 0)
			continue;
		size_t *b = &t.bucket[hash_name(p.name) % t.n_buckets];

		t.v[t.n] = (struct installed){ .name = p.name,
					       .arch = p.arch,
					       .version = p.version,
					       .next = *b };
		*b = ++t.n;
	}
	*ret = t;
	return 0;
}

static struct archive
archive_read(struct scan *s, struct str name)
{
	struct err none = { 0 };
	struct str text, v;
	struct archive ar = { .stem = name };
	bool no = false;

	ar.stem.len -= str_ends(name, "_InRelease") ? strlen("InRelease")
						    : strlen("Release");
	if (scan_file(s, scan_path(s, LISTS "/%.*s", STR_ARG(name)), &text,
		      &none) < 0)
		return ar;
	/* The fields come first; the sums of files below are long. */
	size_t end = str_find_c(text, "\nSHA256:");
	text = str_first(text, end == STR_NONE ? text.len : end);
	(void)conf_get(text, "Origin", &ar.origin);
	(void)conf_get(text, "Label", &ar.label);
	(void)conf_get(text, "Suite", &ar.suite);
	(void)conf_get(text, "Codename", &ar.codename);
	ar.not_automatic = conf_get(text, "NotAutomatic", &v) &&
			   conf_bool(v, &no) && no;
	ar.security = str_ends(ar.suite, "-security") ||
		      str_is(ar.label, "Debian-Security") ||
		      str_ends(ar.codename, "-security");
	ar.source = str_fmt(scan_arena(s), "%.*s %.*s", STR_ARG(ar.label),
			    STR_ARG(ar.suite));
	return ar;
}

/* The highest priority wins, then the highest version; nothing goes back. */
static void
offer(const struct archive *ar, int64_t priority, struct installed *in,
      struct str version)
{
	struct str best = in->candidate.len > 0 ? in->candidate : in->version;
	int c = version_cmp(VERSION_DPKG, version, in->version);

	if (c < 0 || priority < PRIORITY_NORMAL)
		return;
	in->security |= c > 0 && ar->security;
	if (priority < in->priority ||
	    (priority == in->priority &&
	     version_cmp(VERSION_DPKG, version, best) <= 0))
		return;
	in->priority = priority;
	in->candidate = c > 0 ? version : str_c("");
	in->source = ar->source;
}

/* Ubuntu hands updates out to a part of the machines first. */
static bool
is_phased(struct str paragraph)
{
	static const char key[] = "\nPhased-Update-Percentage: ";
	size_t at = str_find_c(paragraph, key);
	int64_t n;

	return at != STR_NONE &&
	       num_try(str_until(str_from(paragraph, at + sizeof(key) - 1),
				 '\n'),
		       &n) &&
	       n < 100;
}

struct lists {
	struct str *name;
	size_t n;
	struct archive *archive;
	size_t n_archives;
	size_t n_lists;
	struct pin *pin;
	size_t n_pins;
	struct table_of *installed;
	struct arena *arena;
};

/* A pin of the name itself goes before one of every package. */
static int64_t
priority_of(const struct lists *l, const struct archive *ar, struct str name)
{
	const struct pin *general = NULL;
	size_t at = (size_t)(ar - l->archive);

	for (size_t i = 0; i < l->n_pins && at < l->n_archives; i++) {
		const struct pin *p = &l->pin[i];

		if (!p->fits[at])
			continue;
		if (str_is(p->pattern, "*"))
			general = general == NULL ? p : general;
		else if (conf_glob(p->pattern, name))
			return p->priority;
	}
	if (general != NULL)
		return general->priority;
	return ar->not_automatic ? 1 : PRIORITY_NORMAL;
}

static void
paragraph_read(const struct lists *l, const struct archive *ar, struct str name,
	       struct str paragraph)
{
	const struct table_of *t = l->installed;
	struct dpkg_package p = { 0 };
	struct str rest = paragraph;
	bool parsed = false;

	for (size_t i = t->bucket[hash_name(name) % t->n_buckets]; i > 0;
	     i = t->v[i - 1].next) {
		struct installed *in = &t->v[i - 1];

		if (!str_eq(in->name, name))
			continue;
		if (!parsed && !dpkg_next(&rest, &p))
			return;
		parsed = true;
		if ((str_eq(p.arch, in->arch) || str_is(p.arch, "all") ||
		     str_is(in->arch, "all")) &&
		    (ar->security || !is_phased(paragraph)))
			offer(ar, priority_of(l, ar, name), in,
			      str_copy(l->arena, p.version));
	}
}

static void
list_read(const struct lists *l, const struct archive *ar, struct str text)
{
	static const char first[] = "Package: ";

	while (text.len > 0) {
		const char *gap = memmem(text.p, text.len, "\n\n", 2);
		size_t n = gap != NULL ? (size_t)(gap - text.p) + 1 : text.len;
		struct str paragraph = str_first(text, n);

		if (str_starts(paragraph, first))
			paragraph_read(l, ar,
				       str_until(str_from(paragraph,
							  sizeof(first) - 1),
						 '\n'),
				       paragraph);
		text = str_from(text, n);
		while (text.len > 0 && text.p[0] == '\n')
			text = str_from(text, 1);
	}
}

/* Whether all of "o=Debian,a=stable" hold; *ret_known: all were understood. */
static bool
release_fits(const struct archive *ar, struct str list, bool *ret_known)
{
	struct str one;
	bool fits = true;

	while (str_next(&list, ',', &one)) {
		one = str_trim(one);
		struct str v = str_unquote(str_after(one, '='));

		if (str_starts(one, "o="))
			fits &= str_eq(v, ar->origin);
		else if (str_starts(one, "l="))
			fits &= str_eq(v, ar->label);
		else if (str_starts(one, "a="))
			fits &= str_eq(v, ar->suite);
		else if (str_starts(one, "n="))
			fits &= str_eq(v, ar->codename);
		else
			*ret_known = false;
	}
	return fits;
}

/* The archives a pin speaks of; false when only apt can tell. */
static bool
pin_fits(const struct lists *l, struct str spec, bool *fits)
{
	struct str kind;
	bool known = str_next_word(&spec, &kind);

	for (size_t i = 0; known && i < l->n_archives; i++) {
		const struct archive *ar = &l->archive[i];

		if (str_is(kind, "release"))
			fits[i] = release_fits(ar, spec, &known);
		else if (str_is(kind, "origin"))
			fits[i] = str_eq(str_until(ar->stem, '_'),
					 str_unquote(str_trim(spec)));
		else
			known = false;
	}
	return known;
}

static bool
is_installed(const struct table_of *t, struct str pattern)
{
	for (size_t i = 0; i < t->n; i++) {
		if (conf_glob(pattern, t->v[i].name))
			return true;
	}
	return false;
}

/* One stanza; false when it speaks of something that only apt can weigh. */
static bool
pin_add(struct lists *l, struct str packages, struct str spec,
	struct str priority)
{
	bool *fits = ARENA_ARRAY(l->arena, l->n_archives, bool);
	bool known = pin_fits(l, spec, fits);
	struct str one;
	int64_t n = -1; /* "never" */

	if (!num_try(priority, &n) && !str_is(priority, "never"))
		return false;
	while (str_next_word(&packages, &one)) {
		if (strpbrk(str_to_c(l->arena, one), "[/:") != NULL)
			return false; /* a regular expression or a source */
		if (!is_installed(l->installed, one))
			continue;
		if (!known || l->n_pins == PINS_MAX)
			return false;
		l->pin[l->n_pins++] = (struct pin){ one, n, fits };
	}
	return true;
}

static bool
pins_apply(struct lists *l, struct str text)
{
	struct str line, key, v, packages = { 0 }, spec = { 0 };

	while (conf_line(&text, &line)) {
		conf_pair(line, &key, &v);
		if (str_is_nocase(key, "Package"))
			packages = v;
		else if (str_is_nocase(key, "Pin"))
			spec = v;
		else if (str_is_nocase(key, "Pin-Priority") &&
			 !pin_add(l, packages, spec, v))
			return false;
	}
	return true;
}

static bool
pins_read(struct scan *s, struct lists *l)
{
	static const char folder[] = "/etc/apt/preferences.d";
	struct err none = { 0 };
	struct str text, *names;
	size_t n;

	l->pin = ARENA_ARRAY(l->arena, PINS_MAX, struct pin);
	int r = scan_file(s, "/etc/apt/preferences", &text, &none);
	if (r == 0 && !pins_apply(l, text))
		return false;
	if (r < 0 && r != -ENOENT)
		return false;
	if (scan_dir(s, folder, &names, &n, &none) < 0)
		return true;
	for (size_t i = 0; i < n; i++) {
		/* Names with another ending are not read by apt. */
		if (str_find(names[i], '.') != STR_NONE &&
		    !str_ends(names[i], ".pref"))
			continue;
		if (scan_file(
			    s,
			    scan_path(s, "%s/%.*s", folder, STR_ARG(names[i])),
			    &text, &none) < 0 ||
		    !pins_apply(l, text))
			return false;
	}
	return true;
}

/* name/suite,suite version arch [upgradable from: old] */
static int
ask(struct scan *s, struct apt_updates *ret, struct err *e)
{
	static const char *const argv[] = { "apt", "list", "--upgradable",
					    NULL };
	struct apt_updates u = { 0 };
	struct str text, line, word[2], rest;
	size_t max = 1;

	if (scan_exec(s, argv, &text, NULL, e) < 0)
		return e->code;
	for (size_t i = 0; i < text.len; i++)
		max += text.p[i] == '\n';
	u.v = ARENA_ARRAY(scan_arena(s), max, struct apt_update);
	while (str_next_line(&text, &line)) {
		size_t from = str_find_c(line, "from: ");

		rest = line;
		if (from == STR_NONE || !str_next_word(&rest, &word[0]) ||
		    !str_next_word(&rest, &word[1]))
			continue;
		struct str suites = str_after(word[0], '/');
		u.v[u.n++] = (struct apt_update){
			.name = str_until(word[0], '/'),
			.version = str_until(
				str_from(line, from + strlen("from: ")), ']'),
			.new_version = word[1],
			.source = suites,
			.security = str_has(suites, "-security"),
		};
	}
	*ret = u;
	return 0;
}

static const struct archive *
archive_of(const struct lists *l, struct str name)
{
	/* Behind the last one stands an empty one, for what has none. */
	const struct archive *best = &l->archive[l->n_archives];

	for (size_t i = 0; i < l->n_archives; i++) {
		const struct archive *ar = &l->archive[i];

		if (ar->stem.len > best->stem.len &&
		    str_eq(str_first(name, ar->stem.len), ar->stem))
			best = ar;
	}
	return best;
}

/* -ENOTSUP: packed in a way that only apt knows. */
static int
lists_read(struct scan *s, const struct lists *l, struct err *e)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t at = str_find_c(l->name[i], "_Packages");
		const struct archive *ar = archive_of(l, l->name[i]);
		struct str text;

		if (at == STR_NONE)
			continue;
		struct str ending = str_from(l->name[i],
					     at + strlen("_Packages"));
		if (ending.len > 0 && !str_is(ending, ".lz4"))
			return err_set(e, -ENOTSUP, "list is packed as '%.*s'",
				       STR_ARG(ending));
		if (scan_file_max(
			    s, scan_path(s, LISTS "/%.*s", STR_ARG(l->name[i])),
			    LIST_MAX, &text, e) < 0)
			return e->code;
		if (ending.len > 0 &&
		    lz4_unpack(scan_arena(s), text, &text, e) < 0)
			return e->code;
		list_read(l, ar, text);
	}
	return 0;
}

static int
lists_find(struct scan *s, struct lists *ret, struct err *e)
{
	struct lists l = { .arena = scan_arena(s) };

	if (scan_dir(s, LISTS, &l.name, &l.n, e) < 0)
		return e->code;
	l.archive = ARENA_ARRAY(scan_arena(s), l.n + 1, struct archive);
	for (size_t i = 0; i < l.n; i++) {
		if (str_ends(l.name[i], "_InRelease") ||
		    str_ends(l.name[i], "_Release"))
			l.archive[l.n_archives++] = archive_read(s, l.name[i]);
		l.n_lists += str_has(l.name[i], "_Packages");
	}
	if (l.n_lists == 0)
		return err_set(e, -ENOENT, "no package list was ever fetched");
	*ret = l;
	return 0;
}

int
apt_updates_load(struct scan *s, struct apt_updates *ret, struct err *e)
{
	struct apt_updates u = { 0 };
	struct table_of t;
	struct lists l;

	if (lists_find(s, &l, e) < 0)
		return e->code;
	if (installed_load(s, &t, e) < 0)
		return e->code;
	l.installed = &t;
	if (!pins_read(s, &l))
		return ask(s, ret, e);
	int r = lists_read(s, &l, e);
	if (r == -ENOTSUP) {
		*e = (struct err){ 0 };
		return ask(s, ret, e);
	}
	if (r < 0)
		return r;

	u.no_security = true;
	for (size_t i = 0; i < l.n_archives; i++)
		u.no_security &= !l.archive[i].security;
	u.v = ARENA_ARRAY(scan_arena(s), t.n, struct apt_update);
	for (size_t i = 0; i < t.n; i++) {
		const struct installed *in = &t.v[i];

		if (in->candidate.len > 0)
			u.v[u.n++] = (struct apt_update){ in->name, in->version,
							  in->candidate,
							  in->source,
							  in->security };
	}
	*ret = u;
	return 0;
}
