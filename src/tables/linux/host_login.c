/*
 * host_login.c - table `host_login`: wtmp (anyone may read it) and btmp
 * (root), or the journal where neither is kept; counted by the day in Japan.
 *
 * A failed attempt may hold a password typed in the wrong place, so a name
 * that is no account here is told as ?1, ?2 ... of that day and source.
 */
#include "base/arena.h"
#include "base/json_read.h"
#include "base/moment.h"
#include "base/num.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/utmp.h"
#include "tables/table.h"

#define LOG_MAX ((size_t)256 * 1024 * 1024)
#define GROUPS_MAX ((size_t)50000)
#define BUCKETS ((size_t)131071)
#define DAYS_KEPT 400
#define JOURNAL_LINES 7000    /* what fits into the bound of scan_exec */
#define UNKNOWN_NAMES_MAX 100 /* told apart, for each day and source */

struct group {
	int64_t day;
	struct str user, source;
	const char *method;
	bool ok;
	int64_t n, first, last;
	size_t next; /* of the same hash, + 1 */
};

struct count {
	struct scan *s;
	struct accounts accounts;
	struct group *v;
	size_t n, max;
	size_t *bucket; /* index + 1 */
	int64_t oldest; /* days before it are left out */
	bool full;
};

static size_t
hash_of_group(const struct group *g)
{
	uint32_t h = 2166136261U ^ (uint32_t)g->day ^ (g->ok ? 7919U : 0);

	for (size_t i = 0; i < g->user.len; i++)
		h = (h ^ (unsigned char)g->user.p[i]) * 16777619U;
	for (size_t i = 0; i < g->source.len; i++)
		h = (h ^ (unsigned char)g->source.p[i]) * 16777619U;
	return h % BUCKETS;
}

static bool
same(const struct group *a, const struct group *b)
{
	return a->day == b->day && a->ok == b->ok &&
	       strcmp(a->method, b->method) == 0 && str_eq(a->user, b->user) &&
	       str_eq(a->source, b->source);
}

static void
room_make(struct count *c)
{
	size_t max = c->max > 0 ? c->max * 2 : 256;
	struct group *more = ARENA_ARRAY(scan_arena(c->s), max, struct group);

	if (c->n > 0)
		memcpy(more, c->v, c->n * sizeof(*more));
	c->v = more;
	c->max = max;
}

static void
add(struct count *c, struct group g, int64_t at)
{
	g.day = days_of_at(at, zone_tokyo);
	if (g.day < c->oldest)
		return;
	size_t *b = &c->bucket[hash_of_group(&g)];
	for (size_t i = *b; i > 0; i = c->v[i - 1].next) {
		struct group *old = &c->v[i - 1];

		if (!same(old, &g))
			continue;
		old->n++;
		if (at < old->first)
			old->first = at;
		if (at > old->last)
			old->last = at;
		return;
	}
	if (c->n == GROUPS_MAX) {
		c->full = true;
		return;
	}
	if (c->n == c->max)
		room_make(c);
	g.n = 1;
	g.first = g.last = at;
	g.next = *b;
	c->v[c->n++] = g;
	*b = c->n;
}

/* The line is a terminal; what is behind it tells the way in. */
static const char *
method_of(struct str line, struct str host)
{
	if (str_starts(line, "ssh"))
		return "ssh";
	if (str_starts(line, "ftp"))
		return "network";
	if (str_starts(line, "pts/"))
		return host.len == 0 || host.p[0] == ':' ? "other" : "ssh";
	if (str_starts(line, "tty") || str_starts(line, ":") ||
	    str_is(line, "console"))
		return "console";
	return host.len > 0 ? "network" : "other";
}

static void
file_add(struct count *c, struct str text, bool ok)
{
	struct utmp u;
	struct utmp_record r;

	if (!utmp_init(&u, text)) {
		(void)scan_cannot(c->s, SCAN_ALL, CANNOT_DAMAGED);
		return;
	}
	while (utmp_next(&u, &r)) {
		bool remote = r.host.len > 0 && r.host.p[0] != ':';

		if (ok ? r.kind != UTMP_USER
		       : r.kind != UTMP_LOGIN && r.kind != UTMP_USER)
			continue;
		if (r.at <= 0)
			continue;
		add(c,
		    (struct group){
			    .user = r.user,
			    .source = remote ? r.host : str_c(""),
			    .method = method_of(r.line, r.host),
			    .ok = ok,
		    },
		    r.at);
	}
	if (u.n_bad > 0)
		(void)scan_cannot(c->s, SCAN_ALL, CANNOT_DAMAGED);
}

/* The file and the one before it; false when there is none at all. */
static bool
logs_add(struct count *c, const char *path, bool ok)
{
	const char *const paths[] = { scan_path(c->s, "%s.1", path), path };
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct err why = { 0 };
		struct str text;
		int r = scan_file_max(c->s, paths[i], LOG_MAX, &text, &why);

		if (r == 0)
			file_add(c, text, ok);
		else if (r != -ENOENT)
			(void)scan_cannot_err(c->s, SCAN_ALL, &why);
		any |= r != -ENOENT;
	}
	return any;
}

/* The word behind a phrase: "for " in "Accepted password for hanako from". */
static struct str
word_behind(struct str text, const char *phrase)
{
	size_t at = str_find_c(text, phrase);
	struct str rest, word = str_c("");

	if (at == STR_NONE)
		return word;
	rest = str_from(text, at + strlen(phrase));
	(void)str_next_word(&rest, &word); /* empty when nothing follows */
	return word;
}

static struct str
name_only(struct str word)
{
	word = str_until(word, '(');
	while (word.len > 0 && strchr(",;:", word.p[word.len - 1]) != NULL)
		word.len--;
	return word;
}

static void
sshd_line(struct count *c, struct str m, int64_t at)
{
	struct group g = { .method = "ssh" };
	bool failed = str_starts(m, "Failed ");
	struct str from;

	if (!failed && !str_starts(m, "Accepted "))
		return;
	if (str_starts(m, "Failed none"))
		return; /* the client only asked which ways there are */
	/* The name may hold blanks and "from": the last one counts. */
	size_t at_from = STR_NONE, at_for = str_find_c(m, " for ");
	for (size_t i = 0; i + 6 <= m.len; i++) {
		if (str_starts(str_from(m, i), " from "))
			at_from = i;
	}
	if (at_for == STR_NONE || at_from == STR_NONE || at_from < at_for)
		return;
	g.user = str_first(str_from(m, at_for + 5),
			   at_from > at_for + 5 ? at_from - at_for - 5 : 0);
	if (str_starts(g.user, "invalid user "))
		g.user = str_from(g.user, strlen("invalid user "));
	from = str_from(m, at_from + 6);
	(void)str_next_word(&from, &g.source); /* stays empty */
	g.ok = !failed;
	add(c, g, at);
}

/* What pam_unix says of a session that opens and of a failure. */
static void
pam_line(struct count *c, struct str ident, struct str m, int64_t at)
{
	struct group g = { .user = str_c(""), .source = str_c("") };

	g.method = str_starts(ident, "sudo") ? "sudo"
		   : str_starts(ident, "su") ? "su"
		   : str_is(ident, "login")  ? "console"
					     : "other";
	if (str_has(m, "session opened for user ")) {
		g.ok = true;
		g.user = name_only(word_behind(m, "session opened for user "));
	} else if (str_has(m, "authentication failure;")) {
		g.user = name_only(word_behind(m, " user="));
		if (str_starts(ident, "sudo") && g.user.len == 0)
			g.user = name_only(word_behind(m, "ruser="));
	} else {
		return;
	}
	add(c, g, at);
}

static void
journal_line(struct count *c, struct str line)
{
	struct str key, m = str_c(""), ident = str_c(""), when = str_c("");
	struct json_read r;
	int64_t us;

	json_read_init(&r, scan_arena(c->s), line);
	if (!json_read_object(&r))
		return;
	while (json_read_key(&r, &key)) {
		if (str_is(key, "MESSAGE"))
			m = json_read_text(&r);
		else if (str_is(key, "SYSLOG_IDENTIFIER"))
			ident = json_read_text(&r);
		else if (str_is(key, "__REALTIME_TIMESTAMP"))
			when = json_read_text(&r);
		else
			json_read_skip(&r);
	}
	if (r.bad || !num_try(when, &us))
		return;
	if (str_starts(ident, "sshd"))
		sshd_line(c, m, us);
	else
		pam_line(c, ident, m, us);
}

static int
journal_add(struct count *c, struct err *e)
{
	static const char *const ask[] = {
		"journalctl", "--no-pager",
		"-q",	      "-o",
		"json",	      "--output-fields=MESSAGE,SYSLOG_IDENTIFIER",
		"-n",	      "7000",
		"-t",	      "sshd",
		"-t",	      "sshd-session",
		"-t",	      "login",
		"-t",	      "su",
		"-t",	      "sudo",
		NULL
	};
	struct str text, line;
	int64_t n = 0;

	if (scan_exec(c->s, ask, &text, NULL, e) < 0)
		return scan_cannot_err(c->s, SCAN_ALL, e);
	while (str_next_line(&text, &line)) {
		n++;
		journal_line(c, line);
	}
	if (n >= JOURNAL_LINES)
		(void)scan_cannot(c->s, SCAN_ALL, CANNOT_LIMIT);
	/* Others' entries are not shown to who is in no group for it. */
	if (!scan_as_root(c->s))
		(void)scan_cannot(c->s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	return 0;
}

static int
group_cmp(const void *a, const void *b)
{
	const struct group *x = a, *y = b;
	int c;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if ((c = str_cmp(x->source, y->source)) != 0)
		return c;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	if ((c = str_cmp(x->user, y->user)) != 0)
		return c;
	return (x->ok > y->ok) - (x->ok < y->ok);
}

static int
emit(struct scan *s, const struct group *g, struct str user, struct err *e)
{
	scan_on(s, HOST_LOGIN_DAY_ON, g->day);
	scan_text(s, HOST_LOGIN_USER_NAME, user);
	scan_text(s, HOST_LOGIN_SOURCE, g->source);
	scan_c(s, HOST_LOGIN_METHOD, g->method);
	scan_bool(s, HOST_LOGIN_OK, g->ok);
	scan_int(s, HOST_LOGIN_N_TIMES, g->n);
	scan_at(s, HOST_LOGIN_FIRST_AT, g->first);
	scan_at(s, HOST_LOGIN_LAST_AT, g->last);
	return scan_emit(s, e);
}

/* All that is left of the day and source becomes one row, "?more". */
static size_t
fold(const struct count *c, size_t i, struct group *ret)
{
	struct group g = c->v[i];
	size_t end = i;

	g.n = 0;
	for (; end < c->n && c->v[end].day == g.day &&
	       str_eq(c->v[end].source, g.source);
	     end++) {
		const struct group *x = &c->v[end];

		if (x->ok || accounts_user_find(&c->accounts, x->user))
			break;
		g.n += x->n;
		if (x->last > g.last)
			g.last = x->last;
	}
	*ret = g;
	return end;
}

static int
rows(struct count *c, struct err *e)
{
	int n_unknown = 0;

	if (c->n > 0)
		qsort(c->v, c->n, sizeof(*c->v), group_cmp);
	for (size_t i = 0; i < c->n;) {
		const struct group *g = &c->v[i];
		struct str user = g->user;

		if (i == 0 || c->v[i - 1].day != g->day ||
		    !str_eq(c->v[i - 1].source, g->source))
			n_unknown = 0;
		bool known = g->ok || user.len == 0 ||
			     accounts_user_find(&c->accounts, user) != NULL;
		if (!known && n_unknown == UNKNOWN_NAMES_MAX) {
			struct group all;

			i = fold(c, i, &all);
			if (emit(c->s, &all, str_c("?more"), e) < 0)
				return e->code;
			continue;
		}
		if (!known)
			user = str_fmt(scan_arena(c->s), "?%d", ++n_unknown);
		if (emit(c->s, g, user, e) < 0)
			return e->code;
		i++;
	}
	return c->full ? scan_cannot(c->s, SCAN_ALL, CANNOT_LIMIT) : 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct count c = {
		.s = s,
		.bucket = ARENA_ARRAY(scan_arena(s), BUCKETS, size_t),
		.oldest = days_of_at(scan_now(s), zone_tokyo) - DAYS_KEPT,
	};

	if (accounts_load(s, &c.accounts, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	bool any = logs_add(&c, "/var/log/wtmp", true);
	any |= logs_add(&c, "/var/log/btmp", false);
	if (!any && journal_add(&c, e) < 0)
		return e->code;
	return rows(&c, e);
}

const struct table table_host_login = {
	.contract = &contract_host_login,
	.scan = scan,
};
