/* dconf.c - settings of GNOME: of a person, of the machine, built in. */
#include "tables/linux/dconf.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/linux/conf.h"
#include "tables/table.h"

#define PATH_MAX_HERE 200

/* All files of a folder one after the other, by name. */
static struct str
folder_text(struct scan *s, const char *dir, const char *suffix)
{
	struct arena *a = scan_arena(s);
	struct str all = STR(""), text, *names;
	size_t n;
	struct err none = { 0 };

	if (scan_dir(s, dir, &names, &n, &none) < 0)
		return all;
	for (size_t i = 0; i < n; i++) {
		if (str_ends(names[i], suffix) &&
		    scan_file(s,
			      scan_path(s, "%s/%.*s", dir, STR_ARG(names[i])),
			      &text, &none) == 0)
			all = str_fmt(a, "%.*s%.*s\n", STR_ARG(all),
				      STR_ARG(text));
	}
	return all;
}

static void
layer_load(struct scan *s, struct dconf *d, struct str name)
{
	struct dconf_layer *l = &d->system[d->n_system];
	const char *path = scan_path(s, "/etc/dconf/db/%.*s", STR_ARG(name));
	struct str file;
	struct err none = { 0 };

	*l = (struct dconf_layer){ 0 };
	/* Only what was compiled counts; the files may be newer than it. */
	if (scan_file(s, path, &file, &none) == 0) {
		if (gvdb_open(file, &l->db, &none) < 0) {
			d->damaged = true;
			return;
		}
		l->compiled = true;
		l->has_locks = gvdb_table(&l->db, ".locks", &l->locks);
	} else {
		l->keys = folder_text(s, scan_path(s, "%s.d", path), "");
		l->lock_lines = folder_text(s, scan_path(s, "%s.d/locks", path),
					    "");
	}
	d->n_system++;
}

void
dconf_load(struct scan *s, struct dconf *ret)
{
	static const char *const profiles[] = {
		"/etc/dconf/profile/user",
		"/usr/local/share/dconf/profile/user",
		"/usr/share/dconf/profile/user"
	};
	struct str rest = STR(""), line;
	struct err none = { 0 };

	*ret = (struct dconf){ 0 };
	for (size_t i = 0; i < ARRAY_LEN(profiles); i++) {
		if (scan_file(s, profiles[i], &rest, &none) == 0)
			break;
	}
	while (conf_line(&rest, &line)) {
		if (str_starts(line, "system-db:") &&
		    ret->n_system < DCONF_SYSTEM_MAX)
			layer_load(s, ret, str_after(line, ':'));
	}
	ret->overrides = folder_text(s, "/usr/share/glib-2.0/schemas",
				     ".gschema.override");
}

int
dconf_user(struct scan *s, struct dconf *d, struct str home, struct err *e)
{
	struct str file;
	int r = scan_file(
		s, scan_path(s, "%.*s/.config/dconf/user", STR_ARG(home)),
		&file, e);

	d->has_user = false;
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0 || (r = gvdb_open(file, &d->user, e)) < 0)
		return r;
	d->has_user = true;
	return 0;
}

/* "true", "300", "uint32 300" */
static bool
text_value(struct str text, int64_t *ret)
{
	bool yes;

	text = str_trim(text);
	if (str_starts(text, "uint32 ") || str_starts(text, "int32 "))
		text = str_after(text, ' ');
	if (num_try(text, ret))
		return true;
	if (!conf_bool(text, &yes))
		return false;
	*ret = yes;
	return true;
}

/* Section and key of "/org/gnome/desktop/session/idle-delay". */
static const char *
split(const char *path, char section[PATH_MAX_HERE], char between)
{
	const char *key = strrchr(path, '/') + 1;
	size_t n = (size_t)(key - path) - 2;

	assert(n < PATH_MAX_HERE);
	for (size_t i = 0; i < n; i++)
		section[i] = path[i + 1] == '/' ? between : path[i + 1];
	section[n] = '\0';
	return key;
}

static bool
layer_get(const struct dconf_layer *l, const char *path, int64_t *ret)
{
	char section[PATH_MAX_HERE];
	struct gvdb_value v;
	struct str text;

	if (l->compiled) {
		if (!gvdb_get(&l->db, path, &v) || v.type == '?' ||
		    v.type == 's')
			return false;
		*ret = v.n;
		return true;
	}
	const char *key = split(path, section, '/');
	return conf_ini(l->keys, section, key, &text) && text_value(text, ret);
}

static bool
layer_locks(const struct dconf_layer *l, const char *path)
{
	struct str rest = l->lock_lines, line;

	if (l->compiled)
		return l->has_locks && gvdb_has(&l->locks, path);
	while (conf_line(&rest, &line)) {
		if (str_is(line, path))
			return true;
	}
	return false;
}

int64_t
dconf_get(const struct dconf *d, const char *path, int64_t other,
	  bool *ret_locked)
{
	char section[PATH_MAX_HERE];
	struct gvdb_value v;
	struct str text;
	int64_t n;
	bool locked = false;

	for (size_t i = 0; i < d->n_system; i++)
		locked |= layer_locks(&d->system[i], path);
	*ret_locked = locked;
	if (!locked && d->has_user && gvdb_get(&d->user, path, &v) &&
	    v.type != '?' && v.type != 's')
		return v.n;
	for (size_t i = 0; i < d->n_system; i++) {
		if (layer_get(&d->system[i], path, &n))
			return n;
	}
	const char *key = split(path, section, '.');
	if (conf_ini(d->overrides, section, key, &text) && text_value(text, &n))
		return n;
	return other;
}
