/*
 * host_share.c - table `host_share`: folders shared over the network.
 *
 * Source: smb.conf with what it includes, the usershares of Samba,
 * /etc/exports and exports.d. Read only where a service serves them, or where
 * that is not known. Usershares need root. The rights of the folder itself
 * count for who may write.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "base/err.h"
#include "tables/contracts.h"
#include "tables/linux/conf.h"
#include "tables/linux/units.h"
#include "tables/table.h"

#define SMB_DEPTH 8
#define SMB_PAIRS_MAX ((size_t)20000)
#define USERSHARES "/var/lib/samba/usershares"

/* All settings of smb.conf in order, each below its section. */
struct pair {
	struct str section, key, value; /* key in lower case, without blanks */
};

struct smb {
	struct pair *v;
	size_t n;
	bool unread;	 /* something it includes could not be read */
	bool per_client; /* it includes other files for some clients */
	bool registry;
};

/* "Guest OK" and "guestok" are the same to Samba. */
static struct str
key_plain(struct arena *a, struct str key)
{
	char *out = arena_alloc(a, key.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < key.len; i++) {
		char c = key.p[i];

		if (c != ' ' && c != '\t')
			out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a')
							: c;
	}
	return (struct str){ out, n };
}

static bool smb_file(struct scan *s, struct smb *m, const char *path,
		     struct str *section, int depth);

static void
smb_line(struct scan *s, struct smb *m, struct str line, struct str *section,
	 int depth)
{
	struct arena *a = scan_arena(s);

	if (line.p[0] == '[') {
		*section = key_plain(a, str_until(str_from(line, 1), ']'));
		if (m->n < SMB_PAIRS_MAX)
			m->v[m->n++] = (struct pair){
				.section = *section,
				.key = STR("["),
				.value = str_until(str_from(line, 1), ']'),
			};
		return;
	}
	struct str key = key_plain(a, str_until(line, '='));
	struct str value = str_unquote(str_trim(str_after(line, '=')));
	if (str_is(key, "include")) {
		if (str_is(value, "registry"))
			m->registry = true;
		/* A name that depends on who asks is not one file. */
		else if (str_find(value, '%') != STR_NONE)
			m->per_client = true;
		else
			(void)smb_file(s, m, str_to_c(a, value), section,
				       depth + 1);
		return;
	}
	if (str_is(key, "configbackend") && str_is(value, "registry"))
		m->registry = true;
	if (m->n < SMB_PAIRS_MAX)
		m->v[m->n++] = (struct pair){ *section, key, value };
}

/* A line that ends in \ goes on in the next. */
static struct str
joined(struct arena *a, struct str *rest, struct str line)
{
	struct str next;

	while (str_ends(line, "\\") && str_next_line(rest, &next))
		line = str_fmt(a, "%.*s %.*s",
			       STR_ARG(str_trim(str_first(line, line.len - 1))),
			       STR_ARG(str_trim(next)));
	return line;
}

static bool
smb_file(struct scan *s, struct smb *m, const char *path, struct str *section,
	 int depth)
{
	struct str rest, line;
	struct err e = { 0 };

	if (depth > SMB_DEPTH)
		return false;
	if (scan_file(s, path, &rest, &e) < 0) {
		m->unread |= e.code != -ENOENT;
		return false;
	}
	while (str_next_line(&rest, &line)) {
		line = str_trim(joined(scan_arena(s), &rest, line));
		if (line.len > 0 && line.p[0] != '#' && line.p[0] != ';')
			smb_line(s, m, line, section, depth);
	}
	return true;
}

/* The last value of one of the keys in this section. */
static const struct pair *
smb_find(const struct smb *m, struct str section, const char *const *keys,
	 const char **ret_key)
{
	for (size_t i = m->n; i-- > 0;) {
		const struct pair *p = &m->v[i];

		for (size_t k = 0; keys[k] != NULL; k++) {
			if (str_is(p->key, keys[k]) &&
			    str_eq(p->section, section)) {
				*ret_key = keys[k];
				return p;
			}
		}
	}
	return NULL;
}

/* In the share, else in [global]; false if it is set nowhere. */
static bool
smb_get(const struct smb *m, struct str section, const char *const *keys,
	struct str *ret, const char **ret_key)
{
	const struct pair *p = smb_find(m, section, keys, ret_key);

	if (p == NULL)
		p = smb_find(m, STR("global"), keys, ret_key);
	if (p != NULL)
		*ret = p->value;
	return p != NULL;
}

static struct str
smb_text(const struct smb *m, struct str section, const char *key,
	 const char *synonym)
{
	const char *const keys[] = { key, synonym, NULL };
	struct str value = STR("");
	const char *hit;

	(void)smb_get(m, section, keys, &value, &hit); /* empty = not set */
	return value;
}

static bool
smb_yes(const struct smb *m, struct str section, const char *key,
	const char *synonym, bool other)
{
	bool yes = other;

	(void)conf_bool(smb_text(m, section, key, synonym), &yes);
	return yes;
}

static bool
smb_read_only(const struct smb *m, struct str section)
{
	static const char *const keys[] = { "readonly", "writeable", "writable",
					    "writeok", NULL };
	struct str value;
	const char *hit;
	bool yes;

	if (!smb_get(m, section, keys, &value, &hit) || !conf_bool(value, &yes))
		return true;
	return strcmp(hit, "readonly") == 0 ? yes : !yes;
}

struct share {
	struct str name, path, allowed;
	const char *protocol;
	bool guest, read_only;
	int everyone_write; /* -1 = not known */
};

static int
share_emit(struct scan *s, const struct share *x, struct err *e)
{
	scan_text(s, HOST_SHARE_NAME, x->name);
	scan_text(s, HOST_SHARE_PATH, x->path);
	scan_c(s, HOST_SHARE_PROTOCOL, x->protocol);
	scan_bool(s, HOST_SHARE_GUEST, x->guest);
	scan_bool(s, HOST_SHARE_READ_ONLY, x->read_only);
	scan_text(s, HOST_SHARE_ALLOWED, x->allowed);
	if (x->everyone_write >= 0)
		scan_bool(s, HOST_SHARE_EVERYONE_WRITE, x->everyone_write == 1);
	return scan_emit(s, e);
}

/* Does the folder let every account write, once the share does? */
static int
folder_open_to_all(struct scan *s, struct str path)
{
	struct scan_stat st;
	struct err none = { 0 };

	if (path.len == 0 || str_find(path, '%') != STR_NONE ||
	    scan_stat(s, str_to_c(scan_arena(s), path), &st, &none) < 0)
		return -1;
	return (st.mode & 0002) != 0;
}

static struct str
both(struct arena *a, struct str x, struct str y)
{
	return x.len > 0 && y.len > 0
		       ? str_fmt(a, "%.*s; %.*s", STR_ARG(x), STR_ARG(y))
	       : x.len > 0 ? x
			   : y;
}

static int
smb_share(struct scan *s, const struct smb *m, const struct pair *head,
	  struct err *e)
{
	struct str section = head->section;
	struct str users = smb_text(m, section, "validusers", NULL);
	struct str hosts = smb_text(m, section, "hostsallow", "allowhosts");
	struct share x = {
		.name = head->value,
		.path = smb_text(m, section, "path", "directory"),
		.protocol = "smb",
		.read_only = smb_read_only(m, section),
		.allowed = both(scan_arena(s), users, hosts),
	};

	if (str_is(section, "global") || str_is(section, "printers") ||
	    str_is(section, "print$") ||
	    !smb_yes(m, section, "available", NULL, true) ||
	    smb_yes(m, section, "printable", "printok", false))
		return 0;
	x.guest = smb_yes(m, section, "guestok", "public", false) &&
		  users.len == 0;
	if (x.read_only || users.len > 0 || str_is(section, "homes"))
		x.everyone_write = 0;
	else if (smb_text(m, section, "forceuser", NULL).len > 0)
		x.everyone_write = 1;
	else
		x.everyone_write = folder_open_to_all(s, x.path);
	return share_emit(s, &x, e);
}

/* Only the first head of a share is its own; more of them add to it. */
static bool
is_first_head(const struct smb *m, size_t i)
{
	if (!str_is(m->v[i].key, "["))
		return false;
	for (size_t j = 0; j < i; j++) {
		if (str_is(m->v[j].key, "[") &&
		    str_eq(m->v[j].section, m->v[i].section))
			return false;
	}
	return true;
}

/* path=/x, usershare_acl=S-1-1-0:F (everyone, full), guest_ok=y */
static int
usershare(struct scan *s, struct str name, struct err *e)
{
	struct str text, value;
	struct share x = { .name = name, .protocol = "smb", .read_only = true };
	struct err none = { 0 };

	if (scan_file(s, scan_path(s, USERSHARES "/%.*s", STR_ARG(name)), &text,
		      &none) < 0)
		return 0;
	if (conf_get(text, "path", &value))
		x.path = value;
	if (conf_get(text, "usershare_acl", &value))
		x.allowed = value;
	if (conf_get(text, "guest_ok", &value))
		x.guest = str_is_nocase(value, "y");
	x.read_only = !str_has(x.allowed, ":F") && !str_has(x.allowed, ":f");
	x.everyone_write = !str_has(x.allowed, "S-1-1-0:F")
				   ? 0
				   : folder_open_to_all(s, x.path);
	return share_emit(s, &x, e);
}

static int
usershares(struct scan *s, struct err *e)
{
	struct str *names;
	size_t n;
	struct err dir_err = { 0 };

	if (scan_dir(s, USERSHARES, &names, &n, &dir_err) < 0)
		return dir_err.code == -EACCES
			       ? scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT)
			       : 0;
	for (size_t i = 0; i < n; i++) {
		if (usershare(s, names[i], e) < 0)
			return e->code;
	}
	return 0;
}

/* Is one of the services on? Yes as well where nobody can tell. */
static bool
may_be_served(struct scan *s, const char *const *services)
{
	struct units u;
	struct err none = { 0 };

	if (units_load(s, &u, &none) < 0)
		return true;
	for (size_t i = 0; services[i] != NULL; i++) {
		if (units_enabled(&u, services[i]) ||
		    units_running(s, &u, services[i]) == 1)
			return true;
	}
	return false;
}

static int
smb_scan(struct scan *s, struct err *e)
{
	static const char *const services[] = { "smbd.service", "smb.service",
						"samba-ad-dc.service",
						"samba.service", NULL };
	struct smb m = { .v = ARENA_ARRAY(scan_arena(s), SMB_PAIRS_MAX,
					  struct pair) };
	struct str section = STR("global");

	if (!may_be_served(s, services))
		return 0;
	bool there = smb_file(s, &m, "/etc/samba/smb.conf", &section, 0);
	for (size_t i = 0; i < m.n; i++) {
		if (is_first_head(&m, i) && smb_share(s, &m, &m.v[i], e) < 0)
			return e->code;
	}
	if (m.registry || m.per_client)
		(void)scan_cannot(s, SCAN_ALL, CANNOT_ABSENT);
	if (m.unread)
		(void)scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT);
	return there ? usershares(s, e) : 0;
}

/* Everybody's: "*", or options without a client before them. */
static bool
is_everybody(struct str client)
{
	return client.len == 0 || str_is(client, "*") ||
	       str_is(client, "0.0.0.0/0") || str_is(client, "::/0") ||
	       str_is(client, "0.0.0.0/0.0.0.0");
}

static bool
has_option(struct str options, const char *want)
{
	struct str word;

	while (str_next(&options, ',', &word)) {
		if (str_is(str_trim(word), want))
			return true;
	}
	return false;
}

/* /srv/data 192.0.2.0/24(rw,sync) *(ro); a path may stand in quotes. */
static int
export_emit(struct scan *s, struct str line, struct err *e)
{
	struct arena *a = scan_arena(s);
	struct share x = { .protocol = "nfs", .read_only = true };
	struct str word, preset = STR("");
	bool any = false;

	if (line.p[0] == '"') {
		x.path = str_until(str_from(line, 1), '"');
		line = str_from(line, x.path.len + 2);
	} else if (!str_next_word(&line, &x.path)) {
		return 0;
	}
	x.name = x.path;
	x.allowed = STR("");
	while (str_next_word(&line, &word)) {
		struct str client = str_until(word, '(');
		struct str options = str_until(str_after(word, '('), ')');

		if (str_starts(word, "-")) {
			preset = str_from(word, 1);
			continue;
		}
		any = true;
		bool rw = has_option(options, "rw") ||
			  (has_option(preset, "rw") &&
			   !has_option(options, "ro"));
		bool asks = str_has(options, "sec=krb5") ||
			    str_has(preset, "sec=krb5");
		x.read_only &= !rw;
		x.guest |= is_everybody(client) && !asks;
		x.everyone_write |= is_everybody(client) && !asks && rw;
		x.allowed = str_fmt(
			a, "%.*s%s%.*s", STR_ARG(x.allowed),
			x.allowed.len > 0 ? " " : "",
			STR_ARG(client.len > 0 ? client : STR("*")));
	}
	if (!any) { /* without clients everybody may read it */
		x.guest = true;
		x.allowed = STR("*");
	}
	return share_emit(s, &x, e);
}

static int
exports_file(struct scan *s, const char *path, struct err *e)
{
	struct str rest, line;
	struct err file_err = { 0 };

	if (scan_file(s, path, &rest, &file_err) < 0)
		return file_err.code == -ENOENT
			       ? 0
			       : scan_cannot_err(s, SCAN_ALL, &file_err);
	while (str_next_line(&rest, &line)) {
		line = joined(scan_arena(s), &rest, line);
		line = str_trim(str_until(line, '#'));
		if (line.len > 0 && export_emit(s, line, e) < 0)
			return e->code;
	}
	return 0;
}

static int
nfs_scan(struct scan *s, struct err *e)
{
	static const char *const services[] = { "nfs-server.service",
						"nfs-kernel-server.service",
						"nfs-mountd.service", NULL };
	static const char *const folders[] = { "/etc/exports.d" };
	const char **paths;
	size_t n;
	struct err conf_err = { 0 };

	if (!may_be_served(s, services))
		return 0;
	if (exports_file(s, "/etc/exports", e) < 0)
		return e->code;
	if (conf_dropins(s, folders, ARRAY_LEN(folders), ".exports", &paths, &n,
			 &conf_err) < 0)
		return scan_cannot_err(s, SCAN_ALL, &conf_err);
	for (size_t i = 0; i < n; i++) {
		if (exports_file(s, paths[i], e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	if (smb_scan(s, e) < 0)
		return e->code;
	return nfs_scan(s, e);
}

const struct table table_host_share = {
	.contract = &contract_host_share,
	.scan = scan,
};
