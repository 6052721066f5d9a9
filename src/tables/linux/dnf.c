/* dnf.c - updates that wait, from what dnf has cached of its advisories. */
#include "tables/linux/dnf.h"

#include "base/arena.h"
#include "base/version.h"
#include "tables/table.h"

bool
dnf_is_used(struct scan *s)
{
	return scan_exists(s, "/usr/bin/dnf") &&
	       (scan_exists(s, "/var/lib/rpm") ||
		scan_exists(s, "/usr/lib/sysimage/rpm"));
}

/* name-epoch:version-release.arch: the last two dashes part it. */
static bool
nevra(struct str s, struct str *ret_name, struct str *ret_version)
{
	size_t dash[2];
	size_t n = 0;

	for (size_t i = s.len; i > 0 && s.p[i - 1] != '.'; i--)
		s.len = i - 1;
	if (s.len > 0)
		s.len--; /* the dot before the architecture */
	for (size_t i = s.len; i > 0 && n < 2; i--) {
		if (s.p[i - 1] == '-')
			dash[n++] = i - 1;
	}
	if (n < 2)
		return false;
	*ret_name = str_first(s, dash[1]);
	*ret_version = str_from(s, dash[1] + 1);
	return true;
}

static int
update_cmp(const void *a, const void *b)
{
	const struct dnf_update *x = a, *y = b;
	int c = str_cmp(x->name, y->name);

	return c != 0 ? c
		      : -version_cmp(VERSION_RPM, x->new_version,
				     y->new_version);
}

/* Lines "ADVISORY severity/Sec. name-version-release.arch". */
int
dnf_updates_load(struct scan *s, struct dnf_updates *ret, struct err *e)
{
	static const char *const argv[] = { "dnf",	  "-C",	  "-q",
					    "updateinfo", "list", "--updates",
					    NULL };
	struct dnf_updates u = { 0 };
	struct str text, line, word[3];
	size_t max = 1, kept = 0;

	if (scan_exec(s, argv, &text, NULL, e) < 0)
		return e->code;
	for (size_t i = 0; i < text.len; i++)
		max += text.p[i] == '\n';
	u.v = ARENA_ARRAY(scan_arena(s), max, struct dnf_update);
	while (str_next_line(&text, &line)) {
		struct dnf_update up = { 0 };
		size_t n = 0;

		while (n < 3 && str_next_word(&line, &word[n]))
			n++;
		if (n < 3 || !nevra(word[2], &up.name, &up.new_version))
			continue;
		up.advisory = word[0];
		up.security = str_has(word[1], "Sec") ||
			      str_is_nocase(word[1], "security");
		u.v[u.n++] = up;
	}
	if (u.n > 0)
		qsort(u.v, u.n, sizeof(*u.v), update_cmp);
	for (size_t i = 0; i < u.n; i++) {
		struct dnf_update *last = kept > 0 ? &u.v[kept - 1] : NULL;

		if (last != NULL && str_eq(last->name, u.v[i].name))
			last->security |= u.v[i].security;
		else
			u.v[kept++] = u.v[i];
	}
	u.n = kept;
	*ret = u;
	return 0;
}
