/* conf.c - text files of settings, as several tables read them. */
#include "tables/linux/conf.h"

#include "base/arena.h"
#include "tables/table.h"

bool
conf_line(struct str *rest, struct str *ret)
{
	struct str line;

	while (str_next_line(rest, &line)) {
		line = str_trim(line);
		if (line.len == 0 || line.p[0] == '#' || line.p[0] == ';')
			continue;
		*ret = line;
		return true;
	}
	return false;
}

static size_t
key_len(struct str line)
{
	size_t n = 0;

	while (n < line.len && strchr("=: \t", line.p[n]) == NULL)
		n++;
	return n;
}

void
conf_pair(struct str line, struct str *ret_key, struct str *ret_value)
{
	size_t n = key_len(line);
	struct str value = str_trim(str_from(line, n));

	if (value.len > 0 && (value.p[0] == '=' || value.p[0] == ':'))
		value = str_trim(str_from(value, 1));
	*ret_key = str_first(line, n);
	*ret_value = str_unquote(value);
}

static bool
key_is(struct str key, const char *want)
{
	return key.len == strlen(want) && str_is_nocase(key, want);
}

bool
conf_get(struct str text, const char *key, struct str *ret)
{
	struct str line, k, v;
	bool found = false;

	while (conf_line(&text, &line)) {
		conf_pair(line, &k, &v);
		if (key_is(k, key)) {
			*ret = v;
			found = true;
		}
	}
	return found;
}

bool
conf_ini(struct str text, const char *section, const char *key, struct str *ret)
{
	struct str line, now = str_c("");
	bool found = false;

	while (conf_line(&text, &line)) {
		if (line.p[0] == '[') {
			now = str_until(str_from(line, 1), ']');
			continue;
		}
		if (!str_is(now, section) || str_find(line, '=') == STR_NONE)
			continue;
		if (str_is(str_trim(str_until(line, '=')), key)) {
			*ret = str_trim(str_after(line, '='));
			found = true;
		}
	}
	return found;
}

bool
conf_bool(struct str value, bool *ret)
{
	static const char *const words[][2] = {
		{ "no", "yes" }, { "false", "true" }, { "0", "1" },
		{ "off", "on" }, { "n", "y" },	      { "f", "t" },
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		for (size_t j = 0; j < 2; j++) {
			if (str_is_nocase(value, words[i][j])) {
				*ret = j == 1;
				return true;
			}
		}
	}
	return false;
}

bool
conf_glob(struct str pattern, struct str name)
{
	size_t p = 0, n = 0, star = STR_NONE, mark = 0;

	while (n < name.len) {
		if (p < pattern.len && pattern.p[p] == '*') {
			star = p++;
			mark = n;
		} else if (p < pattern.len &&
			   (pattern.p[p] == '?' || pattern.p[p] == name.p[n])) {
			p++;
			n++;
		} else if (star != STR_NONE) {
			p = star + 1;
			n = ++mark;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.p[p] == '*')
		p++;
	return p == pattern.len;
}

struct found {
	struct str name;
	const char *path;
	size_t rank;
};

static int
found_cmp(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c != 0 ? c : (x->rank > y->rank) - (x->rank < y->rank);
}

int
conf_dropins(struct scan *s, const char *const *folders, size_t n_folders,
	     const char *suffix, const char ***ret, size_t *ret_n,
	     struct err *e)
{
	struct found *f = ARENA_ARRAY(scan_arena(s), CONF_FILES_MAX,
				      struct found);
	size_t n = 0;

	for (size_t i = 0; i < n_folders; i++) {
		struct str *names;
		size_t n_names;
		struct err why = { 0 };

		int r = scan_dir(s, folders[i], &names, &n_names, &why);
		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r < 0) {
			*e = why;
			return r;
		}
		for (size_t j = 0; j < n_names && n < CONF_FILES_MAX; j++) {
			if (!str_ends(names[j], suffix) || names[j].p[0] == '.')
				continue;
			f[n++] = (struct found){
				.name = names[j],
				.path = scan_path(s, "%s/%.*s", folders[i],
						  STR_ARG(names[j])),
				.rank = i,
			};
		}
	}
	qsort(f, n, sizeof(*f), found_cmp);

	const char **paths = ARENA_ARRAY(scan_arena(s), n, const char *);
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || !str_eq(f[i].name, f[i - 1].name))
			paths[kept++] = f[i].path;
	}
	*ret = paths;
	*ret_n = kept;
	return 0;
}

/* Adds a file to the text; one that is not there adds nothing. */
static int
text_add(struct scan *s, const char *path, struct str *text, struct err *e)
{
	struct err why = { 0 };
	struct str more;
	int r = scan_file(s, path, &more, &why);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0) {
		*e = why;
		return r;
	}
	*text = str_fmt(scan_arena(s), "%.*s\n%.*s", STR_ARG(*text),
			STR_ARG(more));
	return 1;
}

int
conf_read(struct scan *s, const char *const *paths, const char *const *folders,
	  size_t n_folders, struct str *ret, struct err *e)
{
	struct str text = str_c("");
	const char **files;
	size_t n = 0;

	for (size_t i = 0; paths[i] != NULL; i++) {
		int r = text_add(s, paths[i], &text, e);

		if (r < 0)
			return r;
		if (r > 0)
			break;
	}
	if (conf_dropins(s, folders, n_folders, ".conf", &files, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		if (text_add(s, files[i], &text, e) < 0)
			return e->code;
	}
	*ret = text;
	return 0;
}
