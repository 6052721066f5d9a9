/* units.c - systemd units: their files, whether they start and run. */
#include "tables/linux/units.h"

#include "base/arena.h"
#include "base/buf.h"
#include "tables/linux/conf.h"
#include "tables/table.h"

#define LIST_MAX ((size_t)64 * 1024)

static const char *const folders[] = {
	"/etc/systemd/system",		 "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system",
	"/lib/systemd/system",		 "/run/systemd/generator.late",
	"/run/systemd/generator",
};

static const char *const suffixes[] = { ".service", ".socket", ".timer",
					".path",    ".mount",  ".target" };

const char *
unit_start_name(enum unit_start s)
{
	static const char *const names[] = {
		[UNIT_AUTO] = "auto",
		[UNIT_STATIC] = "static",
		[UNIT_DISABLED] = "disabled",
		[UNIT_MASKED] = "masked",
	};

	return names[s];
}

static bool
is_unit_name(struct str name)
{
	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		if (str_ends(name, suffixes[i]))
			return true;
	}
	return false;
}

static struct str
base_name(struct str path)
{
	size_t at = path.len;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	return str_from(path, at);
}

struct load {
	struct scan *s;
	struct unit *v;
	size_t n, max;
};

static struct unit *
unit_add(struct load *l, struct str name)
{
	if (l->n == l->max) {
		size_t max = l->max > 0 ? l->max * 2 : 512;
		struct unit *more = ARENA_ARRAY(scan_arena(l->s), max,
						struct unit);

		if (l->n > 0)
			memcpy(more, l->v, l->n * sizeof(*more));
		l->v = more;
		l->max = max;
	}
	struct unit *u = &l->v[l->n++];
	*u = (struct unit){ .name = name };
	return u;
}

static void
file_add(struct load *l, const char *folder, struct str name)
{
	const char *path = scan_path(l->s, "%s/%.*s", folder, STR_ARG(name));
	struct unit *u = unit_add(l, name);
	struct err none = { 0 };
	struct str target;

	u->path = path;
	if (scan_link(l->s, path, &target, &none) < 0)
		return;
	if (str_is(target, "/dev/null"))
		u->masked = true;
	else if (!str_eq(base_name(target), name))
		u->alias_of = base_name(target);
}

static void
links_add(struct load *l, const char *folder, struct str name)
{
	struct err none = { 0 };
	struct str *names;
	size_t n;

	/* What may not be listed starts nothing that we could tell of. */
	if (scan_dir(l->s, scan_path(l->s, "%s/%.*s", folder, STR_ARG(name)),
		     &names, &n, &none) < 0)
		return;
	for (size_t i = 0; i < n && l->n < UNITS_MAX; i++) {
		if (is_unit_name(names[i]))
			unit_add(l, names[i])->wanted = true;
	}
}

static bool
folder_add(struct load *l, const char *folder)
{
	struct err none = { 0 };
	struct str *names, same;
	size_t n;

	/* /lib is mostly a link to /usr/lib: what was read is read. */
	if (str_starts(str_c(folder), "/lib/") &&
	    scan_link(l->s, "/lib", &same, &none) == 0)
		return false;
	if (scan_dir(l->s, folder, &names, &n, &none) < 0)
		return false;
	for (size_t i = 0; i < n && l->n < UNITS_MAX; i++) {
		if (is_unit_name(names[i]))
			file_add(l, folder, names[i]);
		else if (str_ends(names[i], ".wants") ||
			 str_ends(names[i], ".requires"))
			links_add(l, folder, names[i]);
	}
	return true;
}

/* Scripts of the old kind; run level 2 to 5 starts those with an S link. */
static void
sysv_add(struct load *l)
{
	struct err none = { 0 };
	struct str *names, *links;
	size_t n, n_links;

	if (scan_dir(l->s, "/etc/init.d", &names, &n, &none) < 0)
		return;
	if (scan_dir(l->s, "/etc/rc3.d", &links, &n_links, &none) < 0)
		n_links = 0;
	for (size_t i = 0; i < n && l->n < UNITS_MAX; i++) {
		if (str_is(names[i], "README") || names[i].p[0] == '.' ||
		    str_is(names[i], "functions"))
			continue;
		/* systemd knows hwclock.sh as hwclock.service. */
		struct str stem = names[i];
		if (str_ends(stem, ".sh"))
			stem.len -= 3;
		struct unit *u = unit_add(l, str_fmt(scan_arena(l->s),
						     "%.*s.service",
						     STR_ARG(stem)));
		u->path = scan_path(l->s, "/etc/init.d/%.*s",
				    STR_ARG(names[i]));
		for (size_t j = 0; j < n_links; j++) {
			if (links[j].len > 3 && links[j].p[0] == 'S' &&
			    str_eq(str_from(links[j], 3), names[i]))
				u->wanted = true;
		}
	}
}

static int
unit_cmp(const void *a, const void *b)
{
	const struct unit *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c != 0 ? c : (x->found > y->found) - (x->found < y->found);
}

/* One of each name: the file of the first folder, and every link to it. */
static void
merge(struct load *l, struct units *ret)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++)
		l->v[i].found = i;
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), unit_cmp);
	for (size_t i = 0; i < l->n; i++) {
		struct unit *last = kept > 0 ? &l->v[kept - 1] : NULL;

		if (last == NULL || !str_eq(last->name, l->v[i].name)) {
			l->v[kept++] = l->v[i];
		} else if (l->v[i].path == NULL) {
			last->wanted = true;
		} else if (last->path == NULL) {
			bool wanted = last->wanted;

			*last = l->v[i];
			last->wanted |= wanted;
		}
	}
	ret->v = l->v;
	ret->n = kept;
}

static struct unit *
find(const struct units *u, struct str name)
{
	size_t low = 0, high = u->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = str_cmp(u->v[mid].name, name);

		if (c == 0)
			return &u->v[mid];
		if (c < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

int
units_load(struct scan *s, struct units *ret, struct err *e)
{
	struct load l = { .s = s };
	struct units u = { 0 };
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		any |= folder_add(&l, folders[i]);
	if (!any)
		return err_set(e, -ENOENT, "no folder of systemd units");
	sysv_add(&l);
	merge(&l, &u);

	/* Alias= in [Install] makes a link: that is how it is enabled. */
	for (size_t i = 0; i < u.n; i++) {
		struct unit *other = u.v[i].alias_of.len > 0
					     ? find(&u, u.v[i].alias_of)
					     : NULL;

		if (other != NULL && str_starts(str_c(u.v[i].path), "/etc/"))
			other->wanted = true;
	}
	u.booted = scan_exists(s, "/run/systemd/system");
	*ret = u;
	return 0;
}

const struct unit *
units_find(const struct units *u, const char *name)
{
	const struct unit *hit = find(u, str_c(name));

	for (int i = 0; i < 4 && hit != NULL && hit->alias_of.len > 0; i++)
		hit = find(u, hit->alias_of);
	return hit;
}

/* A line that ends in a backslash goes on in the next. */
static struct str
joined(struct arena *a, struct str text)
{
	char *p = str_to_c(a, text);

	for (size_t i = 0; i + 1 < text.len; i++) {
		if (p[i] == '\\' && p[i + 1] == '\n')
			p[i] = p[i + 1] = ' ';
	}
	return (struct str){ p, text.len };
}

int
unit_text(struct scan *s, const struct unit *unit, struct str *ret,
	  struct err *e)
{
	const char *dirs[ARRAY_LEN(folders)];
	const char *paths[] = { unit->path, NULL };

	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		dirs[i] = scan_path(s, "%s/%.*s.d", folders[i],
				    STR_ARG(unit->name));
	if (conf_read(s, paths, dirs, ARRAY_LEN(dirs), ret, e) < 0)
		return e->code;
	*ret = joined(scan_arena(s), *ret);
	return 0;
}

struct str
unit_list(struct arena *a, struct str text, const char *section,
	  const char *key)
{
	auto_buf all = { 0 };
	struct str line, now = str_c("");

	buf_init(&all, LIST_MAX);
	while (conf_line(&text, &line)) {
		if (line.p[0] == '[') {
			now = str_until(str_from(line, 1), ']');
			continue;
		}
		if (!str_is(now, section) ||
		    !str_is(str_trim(str_until(line, '=')), key))
			continue;
		struct str v = str_trim(str_after(line, '='));
		if (v.len == 0)
			buf_reset(&all);
		else
			buf_fmt(&all, "%s%.*s", all.len > 0 ? "; " : "",
				STR_ARG(v));
	}
	return str_copy(a, buf_view(&all));
}

enum unit_start
unit_start_of(struct scan *s, const struct units *u, const struct unit *unit)
{
	struct err none = { 0 };
	struct str text, line;

	if (unit->masked)
		return UNIT_MASKED;
	if (unit->wanted || unit->path == NULL)
		return UNIT_AUTO;
	if (str_starts(str_c(unit->path), "/etc/init.d/"))
		return UNIT_DISABLED;

	/* An instance is enabled by a link, its template by any of them. */
	if (str_find_c(unit->name, "@.") != STR_NONE) {
		struct str stem = str_first(unit->name,
					    str_find(unit->name, '@') + 1);

		for (size_t i = 0; i < u->n; i++) {
			if (u->v[i].wanted && u->v[i].name.len > stem.len &&
			    str_eq(str_first(u->v[i].name, stem.len), stem))
				return UNIT_AUTO;
		}
	}
	if (scan_file(s, unit->path, &text, &none) < 0)
		return UNIT_STATIC;
	while (conf_line(&text, &line)) {
		if (str_is(line, "[Install]"))
			return UNIT_DISABLED;
	}
	return UNIT_STATIC;
}

bool
units_enabled(const struct units *u, const char *name)
{
	const struct unit *unit = units_find(u, name);

	return unit != NULL && unit->wanted && !unit->masked;
}

int
units_running(struct scan *s, const struct units *u, const char *name)
{
	const struct unit *unit = units_find(u, name);
	struct err none = { 0 };
	struct str id;

	if (!u->booted)
		return -1;
	if (unit == NULL)
		return 0;
	return scan_link(s,
			 scan_path(s, "/run/systemd/units/invocation:%.*s",
				   STR_ARG(unit->name)),
			 &id, &none) == 0;
}
