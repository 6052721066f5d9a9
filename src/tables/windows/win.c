/* win.c - what several tables of Windows read the same way. */
#include "tables/windows/win.h"

#include "base/arena.h"
#include "base/moment.h"
#include "base/num.h"

#define PEOPLE_MAX ((size_t)1000)
#define AT_EARLIEST INT64_C(1000000000000000) /* 2001; earlier is nonsense */
#define TICKS_TO_1970 INT64_C(116444736000000000)

bool
win_same(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		char x = a.p[i], y = b.p[i];

		x = (char)(x >= 'A' && x <= 'Z' ? x + 32 : x);
		y = (char)(y >= 'A' && y <= 'Z' ? y + 32 : y);
		if (x != y)
			return false;
	}
	return true;
}

bool
win_has_nocase(struct str s, const char *part)
{
	struct str want = str_c(part);

	for (size_t i = 0; i + want.len <= s.len; i++) {
		if (win_same(str_first(str_from(s, i), want.len), want))
			return true;
	}
	return false;
}

const struct reg_value *
win_value(const struct reg_key *k, const char *name)
{
	for (size_t i = 0; i < k->n_values; i++) {
		if (win_same(k->values[i].name, str_c(name)))
			return &k->values[i];
	}
	return NULL;
}

struct str
win_value_text(const struct reg_key *k, const char *name)
{
	const struct reg_value *v = win_value(k, name);

	if (v == NULL || v->kind == REG_KIND_BYTES)
		return (struct str){ 0 };
	return v->text;
}

/* 1, 0 = not there, or negative. */
static int
value_find(struct scan *s, const char *key, const char *name,
	   const struct reg_value **ret)
{
	struct reg_key *k = ARENA_NEW(scan_arena(s), struct reg_key);
	struct err e = { 0 };
	int r = scan_reg(s, key, k, &e);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	*ret = win_value(k, name);
	return *ret != NULL;
}

int
win_number(struct scan *s, const char *key, const char *name, int64_t *ret)
{
	const struct reg_value *v = NULL;
	int r = value_find(s, key, name, &v);

	if (r <= 0)
		return r;
	if (v->kind == REG_KIND_TEXT)
		return num_try(v->text, ret);
	if (v->kind != REG_KIND_NUMBER)
		return 0;
	*ret = v->n;
	return 1;
}

int
win_text(struct scan *s, const char *key, const char *name, struct str *ret)
{
	const struct reg_value *v = NULL;
	int r = value_find(s, key, name, &v);

	if (r <= 0)
		return r;
	if (v->kind == REG_KIND_BYTES)
		return 0;
	*ret = v->text;
	return 1;
}

bool
win_key(struct scan *s, const char *key)
{
	struct reg_key k;
	struct err none = { 0 };

	return scan_reg(s, key, &k, &none) == 0;
}

int64_t
win_setting(struct scan *s, const char *const *keys, size_t n_keys,
	    const char *name, int64_t other)
{
	for (size_t i = 0; i < n_keys; i++) {
		int64_t n;
		int r = win_number(s, keys[i], name, &n);

		if (r < 0)
			return -1;
		if (r > 0)
			return n;
	}
	return other;
}

bool
win_record(struct str *rest, struct str *ret)
{
	while (str_starts(*rest, "\n"))
		*rest = str_from(*rest, 1);
	if (rest->len == 0)
		return false;
	size_t end = str_find_c(*rest, "\n\n");
	if (end == STR_NONE)
		end = rest->len;
	*ret = str_first(*rest, end);
	*rest = str_from(*rest, end);
	return true;
}

struct str
win_get(struct str record, const char *key)
{
	struct str line;

	while (str_next_line(&record, &line)) {
		if (str_find(line, '=') != STR_NONE &&
		    str_is(str_until(line, '='), key))
			return str_after(line, '=');
	}
	return (struct str){ 0 };
}

bool
win_get_int(struct str record, const char *key, int64_t *ret)
{
	struct str v = win_get(record, key);

	return v.p != NULL && num_try(v, ret);
}

int64_t
win_int(struct str record, const char *key, int64_t other)
{
	int64_t n = other;

	(void)win_get_int(record, key, &n); /* else it stays as it is */
	return n;
}

void
win_set_text(struct scan *s, size_t col, struct str record, const char *key)
{
	struct str v = win_get(record, key);

	if (v.p != NULL)
		scan_text(s, col, v);
}

void
win_set_int(struct scan *s, size_t col, struct str record, const char *key)
{
	int64_t n;

	if (win_get_int(record, key, &n))
		scan_int(s, col, n);
}

void
win_set_bool(struct scan *s, size_t col, struct str record, const char *key)
{
	int64_t n;

	if (win_get_int(record, key, &n))
		scan_bool(s, col, n != 0);
}

void
win_set_at(struct scan *s, size_t col, struct str record, const char *key)
{
	struct str v = win_get(record, key);
	int64_t at;

	if (v.p == NULL)
		return;
	if ((num_try(v, &at) && at > AT_EARLIEST) || win_cim_time(v, &at))
		scan_at(s, col, at);
}

static bool
digits(struct str s, size_t from, size_t n, int *ret)
{
	int64_t v;
	struct str part = str_first(str_from(s, from), n);

	if (part.len != n || !num_try(part, &v) || v < 0)
		return false;
	*ret = (int)v;
	return true;
}

bool
win_cim_time(struct str text, int64_t *ret_at)
{
	struct civil c = { 0 };
	int minutes, us;

	if (text.len != 25 || (text.p[21] != '+' && text.p[21] != '-') ||
	    !digits(text, 0, 4, &c.year) || !digits(text, 4, 2, &c.month) ||
	    !digits(text, 6, 2, &c.day) || !digits(text, 8, 2, &c.hour) ||
	    !digits(text, 10, 2, &c.minute) ||
	    !digits(text, 12, 2, &c.second) || !digits(text, 15, 6, &us) ||
	    !digits(text, 22, 3, &minutes))
		return false;
	/* 1601 stands for "never". */
	if (c.year < 1971 || c.month < 1 || c.month > 12 || c.day < 1 ||
	    c.day > month_days(c.year, c.month) || c.hour > 23 ||
	    c.minute > 59 || c.second > 59)
		return false;
	c.us = us;
	if (text.p[21] == '-')
		minutes = -minutes;
	*ret_at = at_of_civil(&c, zone_utc) - minutes * 60 * MOMENT_SEC;
	return true;
}

bool
win_filetime(int64_t ticks, int64_t *ret_at)
{
	if (ticks <= TICKS_TO_1970 || ticks > 4 * TICKS_TO_1970)
		return false;
	*ret_at = (ticks - TICKS_TO_1970) / 10;
	return true;
}

int
win_running(struct scan *s, const char *service)
{
	struct str rest, rec;
	struct err none = { 0 };

	if (scan_call(s, "services", &rest, &none) < 0)
		return -1;
	while (win_record(&rest, &rec)) {
		if (win_same(win_get(rec, "name"), str_c(service)))
			return win_int(rec, "running", -1) == 1;
	}
	return 0;
}

int
win_start(struct scan *s, const char *service)
{
	int64_t n;
	int r = win_number(s, scan_path(s, WIN_SERVICES "%s", service), "Start",
			   &n);

	return r > 0 && n >= 0 && n <= 4 ? (int)n : -1;
}

int64_t
win_build(struct scan *s)
{
	int64_t n;

	if (win_number(s, WIN_NT, "CurrentBuild", &n) > 0 ||
	    win_number(s, WIN_NT, "CurrentBuildNumber", &n) > 0)
		return n;
	return 0;
}

bool
win_is_server(struct scan *s)
{
	struct str v;

	return win_text(s, WIN_NT, "InstallationType", &v) > 0 &&
	       (str_starts(v, "Server") || str_starts(v, "Nano"));
}

int
win_people(struct scan *s, struct str **ret, size_t *ret_n, struct err *e)
{
	struct reg_key k;
	struct str *sids = ARENA_ARRAY(scan_arena(s), PEOPLE_MAX, struct str);
	size_t n = 0;

	if (scan_reg(s, "HKU", &k, e) < 0)
		return e->code;
	for (size_t i = 0; i < k.n_keys && n < PEOPLE_MAX; i++) {
		/* 21: a machine's or domain's; 12-1: of the cloud */
		if ((str_starts(k.keys[i], "S-1-5-21-") ||
		     str_starts(k.keys[i], "S-1-12-1-")) &&
		    !str_ends(k.keys[i], "_Classes"))
			sids[n++] = k.keys[i];
	}
	*ret = sids;
	*ret_n = n;
	return 0;
}

struct str
win_person_name(struct scan *s, struct str sid)
{
	struct str path;

	if (win_text(s,
		     scan_path(s, WIN_NT "\\ProfileList\\%.*s", STR_ARG(sid)),
		     "ProfileImagePath", &path) <= 0)
		return sid;
	while (str_find(path, '\\') != STR_NONE)
		path = str_after(path, '\\');
	return path;
}

int64_t
win_rid(struct str sid)
{
	int64_t n;

	while (str_find(sid, '-') != STR_NONE)
		sid = str_after(sid, '-');
	return num_try(sid, &n) ? n : -1;
}
