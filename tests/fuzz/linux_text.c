/* linux_text.c - fuzz: files of a Linux machine, by the first byte */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fuzz.h"
#include "tables/linux/accounts.h"
#include "tables/linux/conf.h"
#include "tables/linux/dpkg.h"
#include "tables/linux/lz4.h"
#include "tables/linux/mask.h"
#include "tables/linux/pam.h"
#include "tables/linux/shadow.h"
#include "tables/linux/ssh_key.h"
#include "tables/linux/sshd.h"
#include "tables/linux/sudoers.h"
#include "tables/linux/units.h"
#include "tables/linux/utmp.h"

static void
utmp(struct str text)
{
	struct utmp u;
	struct utmp_record r;

	for (int64_t uid = -1; uid < 4; uid++)
		(void)lastlog_at(text, uid * 1000);
	if (!utmp_init(&u, text))
		return;
	while (utmp_next(&u, &r))
		assert(r.user.len <= 32 && r.line.len <= 32 &&
		       r.host.len <= 256 && r.at >= 0);
}

static void
sudoers(struct arena *a, struct str text)
{
	struct account user = { .name = str_c("hanako"),
				.uid = 1000,
				.gid = 1000 };
	struct account_group group = { .name = str_c("sudo"),
				       .gid = 27,
				       .members = str_c("hanako") };
	struct accounts c = {
		.user = &user, .n_users = 1, .group = &group, .n_groups = 1
	};
	struct sudoers s;

	sudoers_init(&s, a);
	sudoers_parse(&s, "/etc/sudoers", text, NULL, NULL);
	sudoers_finish(&s);
	for (size_t i = 0; i < s.n_rules; i++) {
		assert(s.rule[i].who.len > 0 && s.rule[i].commands.len > 0);
		(void)sudoers_matches(&s, &s.rule[i], &c, &user);
	}
}

static void
pam(struct arena *a, struct str text)
{
	struct pam_stack st;

	pam_parse(a, text, &st);
	for (int i = 0; i < 4; i++)
		(void)pam_run(&st,
			      &(struct pam_try){ .uid = i & 1 ? 0 : 1000,
						 .password_ok = (i & 2) != 0 });
}

static void
keys(struct arena *a, struct str text)
{
	struct ssh_keys k = { .rest = text };
	struct ssh_key key;

	while (ssh_keys_next(a, &k, &key))
		assert(key.fingerprint.len == strlen("SHA256:") + 43 &&
		       key.bits >= 0);
}

static void
packages(struct str text)
{
	struct dpkg_package p;

	while (dpkg_next(&text, &p))
		(void)dpkg_is_installed(&p);
}

/* What stands behind --password never comes out. */
static void
mask(struct arena *a, struct str text)
{
	auto_buf b = { 0 };

	buf_init(&b, (size_t)128 * 1024);
	buf_c(&b, "tool --password=qZ7 --token qZ7 ");
	buf_str(&b, text);
	if (!str_has(text, "qZ7"))
		assert(!str_has(mask_secrets(a, buf_view(&b)), "qZ7"));
	(void)mask_secrets(a, text);
}

static void
shadow(struct str text)
{
	struct shadow_entry en;
	struct str user = str_until(text, ':');

	if (shadow_find(text, user, &en))
		assert(en.state.algorithm != NULL &&
		       en.state.set == (en.state.algorithm[0] != '\0'));
}

static void
settings(struct arena *a, struct str text)
{
	struct accounts c = { 0 };
	struct str v;
	int64_t n;

	(void)conf_get(text, "key", &v);
	(void)conf_ini(text, "Service", "ExecStart", &v);
	(void)unit_list(a, text, "Service", "ExecStart");
	(void)sshd_seconds(text, &n);
	accounts_passwd_parse(a, text, &c);
	accounts_group_parse(a, text, &c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	auto_arena *a = arena_new();
	struct err e = { 0 };

	if (len == 0)
		return 0;
	struct str text = { (const char *)data + 1, len - 1 }, out;
	switch (data[0]) {
	case 'u':
		utmp(text);
		break;
	case 's':
		sudoers(a, text);
		break;
	case 'p':
		pam(a, text);
		break;
	case 'k':
		keys(a, text);
		break;
	case 'd':
		packages(text);
		break;
	case 'm':
		mask(a, text);
		break;
	case 'h':
		shadow(text);
		break;
	case 'z':
		(void)lz4_unpack(a, text, &out, &e);
		break;
	default:
		settings(a, text);
		break;
	}
	return 0;
}
