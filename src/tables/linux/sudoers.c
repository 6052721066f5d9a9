/* sudoers.c - the rules of sudoers, with what they include. */
#include "tables/linux/sudoers.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/num.h"
#include "tables/linux/accounts.h"
#include "tables/table.h"

#define DEPTH_MAX 16
#define LINE_MAX_LEN ((size_t)64 * 1024)
#define ALIAS_DEPTH_MAX 16
#define FILES_MAX ((size_t)1000)

void
sudoers_init(struct sudoers *s, struct arena *a)
{
	*s = (struct sudoers){ .arena = a };
}

/* Room for one more, or NULL at the bound. */
#define GROW(s, array, n, max, type)                                           \
	((type *)grow((s), (void **)&(s)->array, &(s)->n, &(s)->max,           \
		      sizeof(type)))

static void *
grow(struct sudoers *s, void **array, size_t *n, size_t *max, size_t size)
{
	if (*n == SUDOERS_RULES_MAX) {
		s->full = true;
		return NULL;
	}
	if (*n == *max) {
		size_t more = *max > 0 ? *max * 2 : 32;
		char *p = arena_array(s->arena, more, size);

		if (*n > 0)
			memcpy(p, *array, *n * size);
		*array = p;
		*max = more;
	}
	return (char *)*array + size * (*n)++;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * A logical line: continued ones joined, the comment cut off. # begins one
 * unless digits follow (a uid), or it stands inside quotes or after \.
 */
static bool
next_line(struct sudoers *s, struct str *rest, int64_t *line_no,
	  int64_t *ret_start, struct str *ret)
{
	auto_buf all = { 0 };
	struct str line;
	bool more = true, any = false;

	buf_init(&all, LINE_MAX_LEN);
	*ret_start = *line_no + 1;
	while (more && str_next_line(rest, &line)) {
		size_t end = line.len;
		bool quoted = false;

		++*line_no;
		any = true;
		more = end > 0 && line.p[end - 1] == '\\';
		if (more)
			end--;
		for (size_t i = 0; i < end; i++) {
			bool escaped = i > 0 && line.p[i - 1] == '\\';

			if (line.p[i] == '"' && !escaped)
				quoted = !quoted;
			if (line.p[i] != '#' || quoted || escaped)
				continue;
			bool uid = i + 1 < end && line.p[i + 1] >= '0' &&
				   line.p[i + 1] <= '9';
			bool include = str_trim(buf_view(&all)).len == 0 &&
				       str_trim(str_first(line, i)).len == 0 &&
				       str_starts(str_from(line, i),
						  "#include");
			if (!uid && !include) {
				end = i;
				more = false;
			}
		}
		buf_add(&all, line.p, end);
	}
	s->n_bad += all.bad;
	*ret = str_trim(str_copy(s->arena, buf_view(&all)));
	return any;
}

/* Up to the next c that is neither quoted nor escaped; the whole if none. */
static struct str
part(struct str *rest, char c)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < rest->len; i++) {
		char x = rest->p[i];

		if (i > 0 && rest->p[i - 1] == '\\')
			continue;
		if (x == '"')
			quoted = !quoted;
		if (!quoted && (x == '(' || x == ')'))
			depth += x == '(' ? 1 : depth > 0 ? -1 : 0;
		if (x == c && !quoted && depth == 0) {
			struct str p = str_first(*rest, i);

			*rest = str_from(*rest, i + 1);
			return str_trim(p);
		}
	}
	struct str p = *rest;
	*rest = (struct str){ NULL, 0 };
	return str_trim(p);
}

static void
aliases_add(struct sudoers *s, char kind, struct str body)
{
	while (body.p != NULL) {
		struct str one = part(&body, ':');
		struct sudo_alias *a = GROW(s, alias, n_aliases, max_aliases,
					    struct sudo_alias);

		if (a == NULL)
			return;
		*a = (struct sudo_alias){
			.kind = kind,
			.name = str_trim(str_until(one, '=')),
			.value = str_trim(str_after(one, '=')),
		};
	}
}

static void
defaults_add(struct sudoers *s, struct str line)
{
	struct str word;
	struct sudo_default *d = GROW(s, dflt, n_defaults, max_defaults,
				      struct sudo_default);

	if (d == NULL || !str_next_word(&line, &word))
		return;
	*d = (struct sudo_default){
		.of = str_from(word, strlen("Defaults")),
		.value = str_trim(line),
	};
}

struct spec {
	const char *file;
	int64_t line;
	struct str users;
};

/* One rule for each user; the commands were given the same rights. */
static void
rules_add(struct sudoers *s, const struct spec *spec, struct str run_as,
	  struct str commands, bool nopasswd)
{
	struct str users = spec->users;

	while (users.p != NULL) {
		struct str who = part(&users, ',');
		struct sudo_rule *r;

		if (who.len == 0 || (r = GROW(s, rule, n_rules, max_rules,
					      struct sudo_rule)) == NULL)
			continue;
		*r = (struct sudo_rule){
			.file = spec->file,
			.line = spec->line,
			.who = str_unquote(who),
			.run_as = run_as.len > 0 ? run_as : str_c("root"),
			.commands = commands,
			.nopasswd = nopasswd,
		};
	}
}

/* Takes a tag such as NOPASSWD: or an option such as CWD=x off the front. */
static bool
tag_take(struct str *cmd, bool *nopasswd)
{
	static const char *const tags[] = {
		"NOPASSWD",   "PASSWD",	      "NOEXEC",	   "EXEC",
		"SETENV",     "NOSETENV",     "LOG_INPUT", "NOLOG_INPUT",
		"LOG_OUTPUT", "NOLOG_OUTPUT", "FOLLOW",	   "NOFOLLOW",
		"MAIL",	      "NOMAIL",	      "INTERCEPT", "NOINTERCEPT",
	};
	static const char *const options[] = {
		"CWD=",	       "CHROOT=",	    "ROLE=",
		"TYPE=",       "APPARMOR_PROFILE=", "PRIVS=",
		"LIMITPRIVS=", "NOTBEFORE=",	    "NOTAFTER=",
		"TIMEOUT=",
	};
	struct str head = str_trim(str_until(*cmd, ':'));

	for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
		if (!str_is(head, tags[i]))
			continue;
		if (i < 2)
			*nopasswd = i == 0;
		*cmd = str_trim(str_after(*cmd, ':'));
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		struct str word, rest = *cmd;

		if (!str_starts(*cmd, options[i]) ||
		    !str_next_word(&rest, &word))
			continue;
		*cmd = str_trim(rest);
		return true;
	}
	return false;
}

/* The commands gathered so far become rules, with the rights they share. */
static void
list_flush(struct sudoers *s, const struct spec *spec, struct str run_as,
	   struct buf *list, bool nopasswd)
{
	if (list->len > 0)
		rules_add(s, spec, run_as, str_copy(s->arena, buf_view(list)),
			  nopasswd);
	buf_reset(list);
}

/* host = (run as) TAG: command, command ... */
static bool
host_spec_add(struct sudoers *s, const struct spec *spec, struct str text)
{
	auto_buf list = { 0 };
	struct str run_as = str_c("");
	bool nopasswd = false, good = true;
	size_t eq = str_find(text, '=');

	buf_init(&list, 2 * LINE_MAX_LEN);
	if (eq == STR_NONE || str_trim(str_first(text, eq)).len == 0)
		return false;
	struct str rest = str_from(text, eq + 1);
	while (good && rest.p != NULL) {
		struct str cmd = part(&rest, ',');
		struct str as = run_as;
		bool no = nopasswd;

		if (cmd.len > 0 && cmd.p[0] == '(') {
			as = str_trim(str_until(str_from(cmd, 1), ')'));
			cmd = str_trim(str_after(cmd, ')'));
		}
		while (tag_take(&cmd, &no))
			;
		good = cmd.len > 0;
		if (!str_eq(as, run_as) || no != nopasswd)
			list_flush(s, spec, run_as, &list, nopasswd);
		run_as = as;
		nopasswd = no;
		buf_fmt(&list, "%s%.*s", list.len > 0 && good ? ", " : "",
			STR_ARG(cmd));
	}
	list_flush(s, spec, run_as, &list, nopasswd);
	return good;
}

/* Where the list of users ends: at a blank that no comma surrounds. */
static size_t
users_end(struct str line)
{
	bool quoted = line.len > 0 && line.p[0] == '"';

	for (size_t i = 1; i < line.len; i++) {
		if (line.p[i] == '"' && line.p[i - 1] != '\\')
			quoted = !quoted;
		if (quoted || !is_blank(line.p[i]) || line.p[i - 1] == '\\')
			continue;
		struct str before = str_trim(str_first(line, i));
		struct str after = str_trim(str_from(line, i));
		if (before.p[before.len - 1] == ',' || after.len == 0 ||
		    after.p[0] == ',')
			continue;
		if (str_is(before, "!"))
			continue;
		return i;
	}
	return line.len;
}

static bool
spec_add(struct sudoers *s, const char *file, int64_t line_no, struct str line)
{
	size_t end = users_end(line);
	struct spec spec = { file, line_no, str_first(line, end) };
	struct str rest = str_trim(str_from(line, end));
	bool good = rest.len > 0;

	/*
	 * "a = x : b = y" gives several hosts; a colon behind a tag or inside
	 * a command does not, so only one with = behind it parts them.
	 */
	while (good && rest.len > 0) {
		size_t cut = rest.len;

		for (size_t i = 1; i + 1 < rest.len; i++) {
			struct str after = str_from(rest, i + 1);

			if (rest.p[i] == ':' && is_blank(rest.p[i - 1]) &&
			    str_find(after, '=') != STR_NONE) {
				cut = i;
				break;
			}
		}
		good = host_spec_add(s, &spec, str_first(rest, cut));
		rest = str_trim(str_from(rest, cut + 1));
	}
	return good;
}

static char
alias_kind(struct str word)
{
	static const struct {
		const char *word;
		char kind;
	} kinds[] = {
		{ "User_Alias", 'U' }, { "Runas_Alias", 'R' },
		{ "Host_Alias", 'H' }, { "Cmnd_Alias", 'C' },
		{ "Cmd_Alias", 'C' },
	};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (str_is(word, kinds[i].word))
			return kinds[i].kind;
	}
	return 0;
}

static bool
include_line(struct str word, bool *ret_folder)
{
	if (word.len == 0 || (word.p[0] != '@' && word.p[0] != '#'))
		return false;
	struct str w = str_from(word, 1);
	*ret_folder = str_is(w, "includedir");
	return *ret_folder || str_is(w, "include");
}

void
sudoers_parse(struct sudoers *s, const char *file, struct str text,
	      sudoers_include *include, void *ctx)
{
	struct str line, word, rest;
	int64_t line_no = 0, start;

	while (next_line(s, &text, &line_no, &start, &line)) {
		bool folder = false;

		rest = line;
		if (!str_next_word(&rest, &word))
			continue;
		char kind = alias_kind(word);
		if (kind != 0)
			aliases_add(s, kind, str_trim(rest));
		else if (str_starts(word, "Defaults"))
			defaults_add(s, line);
		else if (include_line(word, &folder)) {
			if (include != NULL &&
			    include(ctx, s, str_unquote(str_trim(rest)),
				    folder) < 0)
				s->denied = true;
		} else if (!spec_add(s, file, start, line)) {
			s->n_bad++;
		}
	}
}

static const struct sudo_alias *
alias_find(const struct sudoers *s, char kind, struct str name)
{
	for (size_t i = s->n_aliases; i > 0; i--) {
		const struct sudo_alias *a = &s->alias[i - 1];

		if (a->kind == kind && str_eq(a->name, name))
			return a;
	}
	return NULL;
}

static bool
list_has_all(const struct sudoers *s, struct str list, int depth)
{
	while (list.p != NULL) {
		struct str one = part(&list, ',');
		const struct sudo_alias *a;

		if (str_is(one, "ALL"))
			return true;
		if (depth < ALIAS_DEPTH_MAX &&
		    (a = alias_find(s, 'C', one)) != NULL &&
		    list_has_all(s, a->value, depth + 1))
			return true;
	}
	return false;
}

/* The last word on authenticate that concerns the rule: -1 none, 0, 1. */
static int
authenticate(const struct sudoers *s, const struct sudo_rule *r)
{
	int said = -1;

	for (size_t i = 0; i < s->n_defaults; i++) {
		const struct sudo_default *d = &s->dflt[i];
		struct str of = d->of, rest = d->value;

		if (of.len > 0 &&
		    !(of.p[0] == ':' && str_eq(str_from(of, 1), r->who)))
			continue;
		while (rest.p != NULL) {
			struct str one = part(&rest, ',');

			if (str_is(one, "authenticate"))
				said = 1;
			else if (str_is(one, "!authenticate"))
				said = 0;
		}
	}
	return said;
}

void
sudoers_finish(struct sudoers *s)
{
	for (size_t i = 0; i < s->n_rules; i++) {
		struct sudo_rule *r = &s->rule[i];

		r->all_commands = list_has_all(s, r->commands, 0);
		if (authenticate(s, r) == 0)
			r->nopasswd = true;
	}
}

struct load {
	struct scan *scan;
	const char *dir;	     /* of the main file, for relative paths */
	const char *open[DEPTH_MAX]; /* files being read now */
	int depth;
	size_t n_files;
};

static int file_load(struct load *l, struct sudoers *s, const char *path,
		     struct err *e);

static int
folder_load(struct load *l, struct sudoers *s, const char *path, struct err *e)
{
	struct str *names;
	size_t n;

	if (scan_dir(l->scan, path, &names, &n, e) < 0)
		return e->code;
	for (size_t i = 0; i < n; i++) {
		struct err why = { 0 };

		/* Backups and packages' leftovers: sudo skips these names. */
		if (str_find(names[i], '.') != STR_NONE ||
		    str_ends(names[i], "~"))
			continue;
		if (file_load(l, s,
			      scan_path(l->scan, "%s/%.*s", path,
					STR_ARG(names[i])),
			      &why) == -EACCES)
			s->denied = true;
	}
	return 0;
}

static int
include_load(void *ctx, struct sudoers *s, struct str path, bool is_folder)
{
	struct load *l = ctx;
	struct err e = { 0 };
	const char *p = path.len > 0 && path.p[0] == '/'
				? str_to_c(s->arena, path)
				: scan_path(l->scan, "%s/%.*s", l->dir,
					    STR_ARG(path));

	int r = is_folder ? folder_load(l, s, p, &e) : file_load(l, s, p, &e);

	return r == -EACCES ? r : 0; /* what is absent gives no rights */
}

static int
file_load(struct load *l, struct sudoers *s, const char *path, struct err *e)
{
	struct str text;

	for (int i = 0; i < l->depth; i++) {
		if (strcmp(l->open[i], path) == 0)
			return 0; /* a circle adds nothing */
	}
	if (l->depth == DEPTH_MAX || l->n_files++ == FILES_MAX) {
		s->full = true;
		return 0;
	}
	if (scan_file(l->scan, path, &text, e) < 0)
		return e->code;
	l->open[l->depth++] = path;
	sudoers_parse(s, path, text, include_load, l);
	l->depth--;
	return 0;
}

int
sudoers_load(struct scan *scan, struct sudoers *ret, struct err *e)
{
	struct load l = { .scan = scan, .dir = "/etc" };
	struct sudoers s;

	sudoers_init(&s, scan_arena(scan));
	int r = file_load(&l, &s, "/etc/sudoers", e);
	if (r == -ENOENT) {
		l.dir = "/usr/etc";
		r = file_load(&l, &s, "/usr/etc/sudoers", e);
	}
	if (r < 0)
		return r;
	sudoers_finish(&s);
	*ret = s;
	return 0;
}

static bool
user_list_has(const struct sudoers *s, struct str list,
	      const struct accounts *c, const struct account *u, int depth)
{
	bool hit = false;

	while (list.p != NULL) {
		struct str one = part(&list, ',');
		const struct sudo_alias *a = alias_find(s, 'U', one);
		bool no = one.len > 0 && one.p[0] == '!';
		bool match = false;
		int64_t id;

		if (no)
			one = str_trim(str_from(one, 1));
		one = str_unquote(one);
		if (str_is(one, "ALL") || str_eq(one, u->name))
			match = true;
		else if (str_starts(one, "#") && num_try(str_from(one, 1), &id))
			match = id == u->uid;
		else if (a != NULL && depth < ALIAS_DEPTH_MAX)
			match = user_list_has(s, a->value, c, u, depth + 1);
		for (size_t i = 0; one.len > 1 && one.p[0] == '%' && !match &&
				   i < c->n_groups;
		     i++) {
			const struct account_group *g = &c->group[i];

			match = str_eq(g->name, str_from(one, 1)) &&
				account_in_group(u, g);
		}
		if (match)
			hit = !no;
	}
	return hit;
}

bool
sudoers_matches(const struct sudoers *s, const struct sudo_rule *r,
		const struct accounts *c, const struct account *u)
{
	return user_list_has(s, r->who, c, u, 0);
}
