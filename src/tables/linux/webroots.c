/* webroots.c - folders web servers publish, and as whom they run. */
#include "tables/linux/webroots.h"

#include "base/arena.h"
#include "base/err.h"
#include "tables/linux/conf.h"
#include "tables/table.h"

static void
setting_file_add(struct scan *s, const char *path, struct setting_file *v,
		 size_t *n, bool *ret_unread)
{
	struct err e = { 0 };

	if (*n == SETTING_FILES_MAX)
		return;
	int r = scan_file(s, path, &v[*n].text, &e);
	if (r == 0) {
		v[*n].path = str_c(path);
		(*n)++;
	} else if (r == -EACCES || r == -EPERM) {
		*ret_unread = true;
	}
}

size_t
setting_files(struct scan *s, const char *const *places, const char *suffix,
	      struct setting_file **ret, bool *ret_unread)
{
	struct setting_file *v = ARENA_ARRAY(scan_arena(s), SETTING_FILES_MAX,
					     struct setting_file);
	size_t n = 0;

	for (size_t i = 0; places[i] != NULL; i++) {
		struct str *names;
		size_t n_names;
		struct err e = { 0 };
		int r = scan_dir(s, places[i], &names, &n_names, &e);

		if (r == -ENOTDIR)
			setting_file_add(s, places[i], v, &n, ret_unread);
		if (r == -EACCES)
			*ret_unread = true;
		if (r < 0)
			continue;
		for (size_t j = 0; j < n_names; j++) {
			/* sites-enabled holds names without an ending. */
			if (str_ends(names[j], suffix) ||
			    str_find(names[j], '.') == STR_NONE ||
			    str_ends(str_c(places[i]), "enabled"))
				setting_file_add(s,
						 scan_path(s, "%s/%.*s",
							   places[i],
							   STR_ARG(names[j])),
						 v, &n, ret_unread);
		}
	}
	*ret = v;
	return n;
}

static bool
is_below(struct str path, struct str folder)
{
	return path.len >= folder.len &&
	       memcmp(path.p, folder.p, folder.len) == 0 &&
	       (path.len == folder.len || path.p[folder.len] == '/');
}

static void
root_add(struct webroots *w, struct str path)
{
	size_t kept = 0;

	path = str_unquote(str_trim(path));
	while (path.len > 1 && path.p[path.len - 1] == '/')
		path.len--;
	if (!str_starts(path, "/") || path.len < 2 ||
	    str_find(path, '$') != STR_NONE || str_find(path, ',') != STR_NONE)
		return;
	for (size_t i = 0; i < w->n; i++) {
		if (is_below(path, w->roots[i]))
			return;
	}
	for (size_t i = 0; i < w->n; i++) {
		if (!is_below(w->roots[i], path))
			w->roots[kept++] = w->roots[i];
	}
	w->n = kept;
	if (w->n < WEBROOTS_MAX)
		w->roots[w->n++] = path;
}

static void
user_add(struct webroots *w, struct str name)
{
	name = str_unquote(str_trim(name));
	if (name.len == 0 || str_is(name, "root") ||
	    str_find(name, '$') != STR_NONE)
		return;
	for (size_t i = 0; i < w->n_users; i++) {
		if (str_eq(w->users[i], name))
			return;
	}
	if (w->n_users < ARRAY_LEN(w->users))
		w->users[w->n_users++] = name;
}

/* Only where the folder is there: a default nobody uses is no web root. */
static void
default_add(struct scan *s, struct webroots *w, const char *path)
{
	if (scan_exists(s, path))
		root_add(w, str_c(path));
}

/* "root /srv/www;" "alias /x/;" "user www-data;", several on one line. */
static bool
nginx_text(struct webroots *w, struct str text)
{
	struct str line, word, key, value;
	bool any = false;

	while (conf_line(&text, &line)) {
		line = str_until(line, '#');
		while (str_next(&line, ';', &word)) {
			size_t brace;

			while ((brace = str_find(word, '{')) != STR_NONE)
				word = str_from(word, brace + 1);
			if (!str_next_word(&word, &key) ||
			    !str_next_word(&word, &value))
				continue;
			if (str_is(key, "root") || str_is(key, "alias")) {
				root_add(w, value);
				any |= str_is(key, "root");
			} else if (str_is(key, "user")) {
				user_add(w, value);
			}
		}
	}
	return any;
}

static void
nginx_find(struct scan *s, struct webroots *w)
{
	static const char *const places[] = {
		"/etc/nginx/nginx.conf",
		"/etc/nginx/conf.d",
		"/etc/nginx/default.d",
		"/etc/nginx/sites-enabled",
		NULL,
	};
	struct setting_file *f;
	bool any = false;
	size_t n = setting_files(s, places, ".conf", &f, &w->unread);

	if (n == 0)
		return;
	for (size_t i = 0; i < n; i++)
		any |= nginx_text(w, f[i].text);
	if (!any)
		default_add(s, w, "/usr/share/nginx/html");
	if (w->n_users == 0)
		user_add(w, STR("nobody"));
}

static bool
apache_text(struct webroots *w, struct str text)
{
	struct str line, key, value;
	bool any = false;

	while (conf_line(&text, &line)) {
		if (!str_next_word(&line, &key))
			continue;
		if (str_is_nocase(key, "DocumentRoot")) {
			root_add(w, line);
			any = true;
		} else if (str_is_nocase(key, "Alias") &&
			   str_next_word(&line, &value)) {
			root_add(w, line);
		} else if (str_is_nocase(key, "User")) {
			user_add(w, line);
		} else if (str_is(key, "export") &&
			   str_starts(str_trim(line), "APACHE_RUN_USER=")) {
			user_add(w, str_after(line, '='));
		}
	}
	return any;
}

static void
apache_find(struct scan *s, struct webroots *w)
{
	static const char *const places[] = {
		"/etc/apache2/apache2.conf",
		"/etc/apache2/envvars",
		"/etc/apache2/conf-enabled",
		"/etc/apache2/sites-enabled",
		"/etc/httpd/conf/httpd.conf",
		"/etc/httpd/conf.d",
		NULL,
	};
	struct setting_file *f;
	bool any = false;
	size_t n = setting_files(s, places, ".conf", &f, &w->unread);

	if (n == 0 ||
	    (!scan_exists(s, places[0]) && !scan_exists(s, places[4])))
		return;
	for (size_t i = 0; i < n; i++)
		any |= apache_text(w, f[i].text);
	if (!any)
		default_add(s, w, "/var/www/html");
}

static void
lighttpd_find(struct scan *s, struct webroots *w)
{
	static const char *const places[] = { "/etc/lighttpd/lighttpd.conf",
					      "/etc/lighttpd/conf-enabled",
					      NULL };
	struct setting_file *f;
	struct str value;
	size_t n = setting_files(s, places, ".conf", &f, &w->unread);

	for (size_t i = 0; i < n; i++) {
		if (conf_get(f[i].text, "server.document-root", &value))
			root_add(w, value);
		if (conf_get(f[i].text, "server.username", &value))
			user_add(w, value);
	}
}

static int
root_cmp(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void
webroots_find(struct scan *s, struct webroots *ret)
{
	*ret = (struct webroots){ 0 };
	nginx_find(s, ret);
	apache_find(s, ret);
	lighttpd_find(s, ret);
	qsort(ret->roots, ret->n, sizeof(ret->roots[0]), root_cmp);
}
