/*
 * host_cron.c - table `host_cron`: /etc/crontab, /etc/cron.d, the scripts of
 * cron.daily and the like, anacrontab; crontabs of users need root.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/mask.h"
#include "tables/table.h"

#define LINKS_MAX 8

struct cron {
	struct scan *s;
	struct accounts accounts;
	bool denied;
};

struct entry {
	const char *file;
	int64_t line; /* 0: a script, not a line */
	struct str schedule, user, command;
};

/* Who besides root and the job's own user may change it; -1 not known. */
static int
is_loose(struct cron *c, const char *path, struct str user)
{
	const struct account *u = accounts_user_find(&c->accounts, user);
	struct scan_stat st;
	struct str target;
	struct err none = { 0 };

	for (int i = 0; i < LINKS_MAX; i++) {
		if (scan_stat(c->s, path, &st, &none) < 0)
			return -1;
		if (!S_ISLNK(st.mode) ||
		    scan_link(c->s, path, &target, &none) < 0)
			break;
		size_t slash = str_c(path).len;
		while (slash > 0 && path[slash - 1] != '/')
			slash--;
		path = target.len > 0 && target.p[0] == '/'
			       ? scan_path(c->s, "%.*s", STR_ARG(target))
			       : scan_path(c->s, "%.*s%.*s", (int)slash, path,
					   STR_ARG(target));
	}
	if (!S_ISREG(st.mode))
		return -1;
	/* Debian's crontabs belong to their user and a group of its own. */
	return (st.mode & S_IWOTH) != 0 ||
	       ((st.mode & S_IWGRP) != 0 && st.gid != 0 &&
		(u == NULL || st.gid != u->gid)) ||
	       (st.uid != 0 && (u == NULL || st.uid != u->uid));
}

/* The file, and every program the command names by its path. */
static void
set_loose(struct cron *c, const struct entry *en)
{
	struct str rest = en->command, word;
	int loose = is_loose(c, en->file, en->user);
	bool output = false;

	for (int i = 0; i < 64 && str_next_word(&rest, &word); i++) {
		bool after_output = output;

		while (word.len > 0 && strchr("({;&|\"'`", word.p[0]) != NULL)
			word = str_from(word, 1);
		while (word.len > 0 &&
		       strchr(")};&|\"'`", word.p[word.len - 1]) != NULL)
			word.len--;
		output = str_ends(word, ">");
		if (after_output || word.len < 2 || word.p[0] != '/')
			continue;
		if (is_loose(c, str_to_c(scan_arena(c->s), word), en->user) ==
		    1)
			loose = 1;
	}
	if (loose >= 0)
		scan_bool(c->s, HOST_CRON_WRITABLE_BY_OTHERS, loose == 1);
}

static int
emit(struct cron *c, const struct entry *en, struct err *e)
{
	scan_c(c->s, HOST_CRON_FILE, en->file);
	if (en->line > 0)
		scan_int(c->s, HOST_CRON_LINE, en->line);
	scan_text(c->s, HOST_CRON_SCHEDULE, en->schedule);
	scan_text(c->s, HOST_CRON_USER_NAME, en->user);
	scan_text(c->s, HOST_CRON_COMMAND,
		  mask_secrets(scan_arena(c->s), en->command));
	set_loose(c, en);
	return scan_emit(c->s, e);
}

/* NAME = value sets a variable for the lines below it. */
static bool
is_variable(struct str line)
{
	size_t n = 0;

	while (n < line.len &&
	       (line.p[n] == '_' || line.p[n] == '"' ||
		(line.p[n] >= 'A' && line.p[n] <= 'Z') ||
		(line.p[n] >= 'a' && line.p[n] <= 'z') ||
		(n > 0 && line.p[n] >= '0' && line.p[n] <= '9')))
		n++;
	struct str rest = str_trim(str_from(line, n));
	return n > 0 && rest.len > 0 && rest.p[0] == '=';
}

/* Five fields, or one like @daily; false when there are not enough. */
static bool
schedule_take(struct str *rest, size_t n_fields, struct str *ret)
{
	struct str start = str_trim(*rest), word;

	*rest = start;
	if (start.len > 0 && start.p[0] == '@')
		n_fields = 1;
	for (size_t i = 0; i < n_fields; i++) {
		if (!str_next_word(rest, &word))
			return false;
	}
	*ret = str_trim(str_first(start, start.len - rest->len));
	return true;
}

static int
text_scan(struct cron *c, const char *path, struct str text, struct str owner,
	  struct err *e)
{
	struct str line;

	for (int64_t n = 1; str_next_line(&text, &line); n++) {
		struct entry en = { .file = path, .line = n, .user = owner };

		line = str_trim(line);
		if (line.len == 0 || line.p[0] == '#' || is_variable(line))
			continue;
		if (!schedule_take(&line, 5, &en.schedule) ||
		    (owner.len == 0 && !str_next_word(&line, &en.user)))
			continue;
		en.command = str_trim(line);
		if (en.command.len > 0 && emit(c, &en, e) < 0)
			return e->code;
	}
	return 0;
}

/* owner empty: the file names the user in each line. */
static int
file_scan(struct cron *c, const char *path, struct str owner, struct err *e)
{
	struct err why = { 0 };
	struct str text;
	int r = scan_file(c->s, path, &text, &why);

	if (r < 0) {
		c->denied |= r == -EACCES || r == -EPERM;
		return 0;
	}
	return text_scan(c, path, text, owner, e);
}

static int
folder_scan(struct cron *c, const char *folder, bool of_users, struct err *e)
{
	struct err why = { 0 };
	struct str *names;
	size_t n;
	int r = scan_dir(c->s, folder, &names, &n, &why);

	if (r < 0) {
		c->denied |= r == -EACCES || r == -EPERM;
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		struct scan_stat st;
		const char *path = scan_path(c->s, "%s/%.*s", folder,
					     STR_ARG(names[i]));

		/* cron skips what packages leave behind. */
		if (!of_users && (str_find(names[i], '.') != STR_NONE ||
				  str_ends(names[i], "~")))
			continue;
		if (scan_stat(c->s, path, &st, &why) == 0 && S_ISDIR(st.mode))
			continue;
		if (file_scan(c, path, of_users ? names[i] : str_c(""), e) < 0)
			return e->code;
	}
	return 0;
}

static int
scripts_scan(struct cron *c, const char *when, struct err *e)
{
	struct err why = { 0 };
	struct str *names;
	size_t n;

	if (scan_dir(c->s, scan_path(c->s, "/etc/cron.%s", when), &names, &n,
		     &why) < 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		const char *path = scan_path(c->s, "/etc/cron.%s/%.*s", when,
					     STR_ARG(names[i]));
		struct entry en = {
			.file = path,
			.schedule = str_c(when),
			.user = str_c("root"),
			.command = str_c(path),
		};

		/* run-parts takes plain names only. */
		if (str_find(names[i], '.') != STR_NONE)
			continue;
		if (emit(c, &en, e) < 0)
			return e->code;
	}
	return 0;
}

/* period delay identifier command */
static int
anacron_scan(struct cron *c, struct err *e)
{
	static const char path[] = "/etc/anacrontab";
	struct err why = { 0 };
	struct str text, line, id;

	if (scan_file(c->s, path, &text, &why) < 0)
		return 0;
	for (int64_t n = 1; str_next_line(&text, &line); n++) {
		struct entry en = { .file = path,
				    .line = n,
				    .user = str_c("root") };

		line = str_trim(line);
		if (line.len == 0 || line.p[0] == '#' || is_variable(line) ||
		    !schedule_take(&line, 2, &en.schedule))
			continue;
		/* @monthly is one word only here; the delay follows. */
		if (en.schedule.p[0] == '@' && !str_next_word(&line, &id))
			continue;
		if (!str_next_word(&line, &id))
			continue;
		en.command = str_trim(line);
		if (en.command.len > 0 && emit(c, &en, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	static const char *const when[] = { "hourly", "daily", "weekly",
					    "monthly" };
	struct cron c = { .s = s };

	if (accounts_load(s, &c.accounts, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	if (file_scan(&c, "/etc/crontab", str_c(""), e) < 0 ||
	    folder_scan(&c, "/etc/cron.d", false, e) < 0 ||
	    folder_scan(&c, "/var/spool/cron/crontabs", true, e) < 0 ||
	    folder_scan(&c, "/var/spool/cron", true, e) < 0 ||
	    anacron_scan(&c, e) < 0)
		return e->code;
	for (size_t i = 0; i < ARRAY_LEN(when); i++) {
		if (scripts_scan(&c, when[i], e) < 0)
			return e->code;
	}
	return c.denied ? scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT) : 0;
}

const struct table table_host_cron = {
	.contract = &contract_host_cron,
	.scan = scan,
};
