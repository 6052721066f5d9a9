/* sshd.c - the configuration of the SSH server, asked for or read. */
#include "tables/linux/sshd.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/num.h"
#include "tables/linux/conf.h"
#include "tables/table.h"

#define DEPTH_MAX 16
#define FILES_MAX 500
#define TEXT_MAX ((size_t)4 * 1024 * 1024)
#define FOLDER "/etc/ssh"

struct load {
	struct scan *s;
	struct sshd_config c;
	struct buf *text;
	int n_files;
	int depth;
	int code; /* a file that could not be read: the first such failure */
	struct err why;
};

static void file_read(struct load *l, const char *path);

static void
include(struct load *l, struct str pattern)
{
	struct str *names;
	size_t n, slash = pattern.len;
	struct err none = { 0 };

	if (pattern.len == 0)
		return;
	if (pattern.p[0] != '/')
		pattern = str_fmt(scan_arena(l->s), FOLDER "/%.*s",
				  STR_ARG(pattern));
	slash = pattern.len;
	while (slash > 0 && pattern.p[slash - 1] != '/')
		slash--;
	struct str dir = str_first(pattern, slash > 1 ? slash - 1 : slash);
	struct str last = str_from(pattern, slash);
	if (str_find(last, '*') == STR_NONE &&
	    str_find(last, '?') == STR_NONE) {
		file_read(l, str_to_c(scan_arena(l->s), pattern));
		return;
	}
	int r = scan_dir(l->s, str_to_c(scan_arena(l->s), dir), &names, &n,
			 &none);
	if (r < 0 && r != -ENOENT && l->code == 0) {
		l->code = r;
		l->why = none;
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		if (conf_glob(last, names[i]) && names[i].p[0] != '.')
			file_read(l, scan_path(l->s, "%.*s/%.*s", STR_ARG(dir),
					       STR_ARG(names[i])));
	}
}

static void
lines_read(struct load *l, struct str text)
{
	struct str line, key, value;
	bool in_match = false;

	while (conf_line(&text, &line)) {
		conf_pair(line, &key, &value);
		if (str_is_nocase(key, "match")) {
			in_match = !str_is_nocase(value, "all");
			l->c.n_match += in_match;
		} else if (in_match) {
			continue;
		} else if (str_is_nocase(key, "include")) {
			struct str rest = value, one;

			while (str_next_word(&rest, &one)) {
				l->c.n_included++;
				include(l, str_unquote(one));
			}
		} else {
			buf_fmt(l->text, "%.*s %.*s\n", STR_ARG(key),
				STR_ARG(value));
		}
	}
}

static void
file_read(struct load *l, const char *path)
{
	struct err why = { 0 };
	struct str text;

	if (l->depth == DEPTH_MAX || l->n_files++ == FILES_MAX)
		return;
	int r = scan_file(l->s, path, &text, &why);
	if (r == -ENOENT)
		return; /* the server goes on with its defaults */
	if (r < 0) {
		if (l->code == 0) {
			l->code = r;
			l->why = why;
		}
		return;
	}
	l->depth++;
	lines_read(l, text);
	l->depth--;
}

static bool
ask(struct scan *s, struct str *ret)
{
	static const char *const plain[] = { "sshd", "-T", NULL };
	/* Older servers want to know whom Match lines are tried on. */
	static const char *const someone[] = {
		"sshd", "-T", "-C", "user=nobody,host=localhost,addr=192.0.2.1",
		NULL
	};
	struct err none = { 0 };

	return scan_exec(s, plain, ret, NULL, &none) == 0 ||
	       scan_exec(s, someone, ret, NULL, &none) == 0;
}

int
sshd_load(struct scan *s, struct sshd_config *ret, struct err *e)
{
	auto_buf text = { 0 };
	struct load l = { .s = s, .text = &text };
	struct str told;

	buf_init(&text, TEXT_MAX);
	if (!scan_exists(s, "/usr/sbin/sshd"))
		return err_set(e, -ENOENT, "no SSH server is installed");
	if (scan_exists(s, FOLDER "/sshd_config"))
		file_read(&l, FOLDER "/sshd_config");
	else
		file_read(&l, "/usr" FOLDER "/sshd_config");
	if (scan_as_root(s) && ask(s, &told)) {
		l.c.text = told;
		l.c.asked = true;
	} else if (l.code < 0) {
		*e = l.why;
		return l.code;
	} else if (text.bad) {
		return err_set(e, -EFBIG, "the settings of sshd are too long");
	} else {
		l.c.text = str_copy(scan_arena(s), buf_view(&text));
	}
	*ret = l.c;
	return 0;
}

bool
sshd_get(const struct sshd_config *c, const char *key, struct str *ret)
{
	struct str rest = c->text, line, k, v;

	while (conf_line(&rest, &line)) {
		conf_pair(line, &k, &v);
		if (str_is_nocase(k, key)) {
			*ret = v;
			return true;
		}
	}
	return false;
}

struct str
sshd_all(struct arena *a, const struct sshd_config *c, const char *key,
	 const char *sep)
{
	struct str rest = c->text, line, k, v, all = str_c("");

	while (conf_line(&rest, &line)) {
		conf_pair(line, &k, &v);
		if (str_is_nocase(k, key))
			all = str_fmt(a, "%.*s%s%.*s", STR_ARG(all),
				      all.len > 0 ? sep : "", STR_ARG(v));
	}
	return all;
}

bool
sshd_seconds(struct str s, int64_t *ret)
{
	int64_t all = 0;

	if (s.len == 0)
		return false;
	while (s.len > 0) {
		size_t n = 0;
		int64_t v, unit = 1;

		while (n < s.len && s.p[n] >= '0' && s.p[n] <= '9')
			n++;
		if (!num_try(str_first(s, n), &v))
			return false;
		s = str_from(s, n);
		if (s.len > 0) {
			switch (s.p[0] | 0x20) {
			case 's':
				unit = 1;
				break;
			case 'm':
				unit = 60;
				break;
			case 'h':
				unit = 3600;
				break;
			case 'd':
				unit = 86400;
				break;
			case 'w':
				unit = 604800;
				break;
			default:
				return false;
			}
			s = str_from(s, 1);
		}
		if (!num_mul(v, unit, &v) || !num_add(all, v, &all))
			return false;
	}
	*ret = all;
	return true;
}
