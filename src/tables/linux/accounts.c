/* accounts.c - /etc/passwd and /etc/group as several tables need them. */
#include "tables/linux/accounts.h"

#include "base/arena.h"
#include "base/num.h"
#include "tables/table.h"

static size_t
lines_count(struct str text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.p[i] == '\n';
	return n < ACCOUNTS_MAX ? n : ACCOUNTS_MAX;
}

/* The fields of a line between colons; how many there were. */
static size_t
fields_split(struct str line, struct str *field, size_t max)
{
	size_t n = 0;

	while (n < max && str_next(&line, ':', &field[n]))
		n++;
	return n;
}

static bool
is_noise(struct str line)
{
	return line.len == 0 || line.p[0] == '#' || line.p[0] == '+' ||
	       line.p[0] == '-';
}

static bool
id_read(struct str s, int64_t *ret)
{
	return num_try(s, ret) && *ret >= 0 && *ret <= UINT32_MAX;
}

void
accounts_passwd_parse(struct arena *a, struct str text, struct accounts *ret)
{
	size_t max = lines_count(text);
	struct str line, f[7];

	ret->user = ARENA_ARRAY(a, max, struct account);
	ret->n_users = 0;
	while (ret->n_users < max && str_next_line(&text, &line)) {
		struct account u = { 0 };

		if (is_noise(line))
			continue;
		if (fields_split(line, f, ARRAY_LEN(f)) < ARRAY_LEN(f) ||
		    f[0].len == 0 || !id_read(f[2], &u.uid) ||
		    !id_read(f[3], &u.gid)) {
			ret->n_bad++;
			continue;
		}
		u.name = f[0];
		u.password = f[1];
		u.full_name = f[4];
		u.home = f[5];
		u.shell = f[6];
		ret->user[ret->n_users++] = u;
	}
}

void
accounts_group_parse(struct arena *a, struct str text, struct accounts *ret)
{
	size_t max = lines_count(text);
	struct str line, f[4];

	ret->group = ARENA_ARRAY(a, max, struct account_group);
	ret->n_groups = 0;
	while (ret->n_groups < max && str_next_line(&text, &line)) {
		struct account_group g = { 0 };

		if (is_noise(line))
			continue;
		if (fields_split(line, f, ARRAY_LEN(f)) < ARRAY_LEN(f) ||
		    f[0].len == 0 || !id_read(f[2], &g.gid)) {
			ret->n_bad++;
			continue;
		}
		g.name = f[0];
		g.members = str_trim(f[3]);
		ret->group[ret->n_groups++] = g;
	}
}

int
accounts_load(struct scan *s, struct accounts *ret, struct err *e)
{
	struct accounts c = { 0 };
	struct str passwd, group;

	if (scan_file(s, "/etc/passwd", &passwd, e) < 0 ||
	    scan_file(s, "/etc/group", &group, e) < 0)
		return e->code;
	accounts_passwd_parse(scan_arena(s), passwd, &c);
	accounts_group_parse(scan_arena(s), group, &c);
	*ret = c;
	return 0;
}

const struct account *
accounts_user_find(const struct accounts *c, struct str name)
{
	for (size_t i = 0; i < c->n_users; i++) {
		if (str_eq(c->user[i].name, name))
			return &c->user[i];
	}
	return NULL;
}

const struct account *
accounts_uid_find(const struct accounts *c, int64_t uid)
{
	for (size_t i = 0; i < c->n_users; i++) {
		if (c->user[i].uid == uid)
			return &c->user[i];
	}
	return NULL;
}

bool
account_in_group(const struct account *u, const struct account_group *g)
{
	struct str rest = g->members, name;

	if (u->gid == g->gid)
		return true;
	while (str_next(&rest, ',', &name)) {
		if (str_eq(str_trim(name), u->name))
			return true;
	}
	return false;
}

const char *
account_group_grants(struct str name)
{
	/* Who may start containers or virtual disks owns the machine. */
	static const struct {
		const char *name, *grants;
	} known[] = {
		{ "sudo", "admin" },	      { "wheel", "admin" },
		{ "admin", "admin" },	      { "docker", "docker" },
		{ "lxd", "docker" },	      { "incus-admin", "docker" },
		{ "libvirt", "docker" },      { "disk", "disk" },
		{ "shadow", "shadow" },	      { "adm", "log" },
		{ "systemd-journal", "log" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (str_is(name, known[i].name))
			return known[i].grants;
	}
	return "";
}
