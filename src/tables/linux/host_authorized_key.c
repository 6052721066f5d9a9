/*
 * host_authorized_key.c - table `host_authorized_key`: the files that
 * AuthorizedKeysFile names, for every account; those of others need root.
 */
#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/mask.h"
#include "tables/linux/ssh_key.h"
#include "tables/linux/sshd.h"
#include "tables/table.h"

#define OTHERS_WRITE 0022U

/* As the server's StrictModes: the file, its folder, the home. */
static int
is_safe(struct scan *s, const char *path, const struct account *u)
{
	struct str p = str_c(path);
	struct scan_stat st;
	struct err none = { 0 };

	for (int i = 0; i < 3; i++) {
		if (scan_stat(s, str_to_c(scan_arena(s), p), &st, &none) < 0)
			return -1;
		if ((st.mode & OTHERS_WRITE) != 0 ||
		    (st.uid != 0 && st.uid != u->uid))
			return 0;
		if (str_eq(p, u->home))
			break;
		while (p.len > 0 && p.p[p.len - 1] != '/')
			p.len--;
		if (p.len > 0)
			p.len--;
		if (p.len == 0)
			break;
	}
	return 1;
}

static int
emit(struct scan *s, const struct account *u, const char *path,
     const struct ssh_key *k, struct err *e)
{
	int safe = is_safe(s, path, u);

	scan_text(s, HOST_AUTHORIZED_KEY_USER_NAME, u->name);
	scan_c(s, HOST_AUTHORIZED_KEY_FILE, path);
	scan_int(s, HOST_AUTHORIZED_KEY_LINE, k->line);
	scan_text(s, HOST_AUTHORIZED_KEY_KEY_TYPE, k->type);
	if (k->bits > 0)
		scan_int(s, HOST_AUTHORIZED_KEY_BITS, k->bits);
	scan_text(s, HOST_AUTHORIZED_KEY_FINGERPRINT, k->fingerprint);
	scan_text(s, HOST_AUTHORIZED_KEY_COMMENT, k->comment);
	scan_text(s, HOST_AUTHORIZED_KEY_OPTIONS,
		  mask_secrets(scan_arena(s), k->options));
	if (safe >= 0)
		scan_bool(s, HOST_AUTHORIZED_KEY_FILE_SAFE, safe == 1);
	return scan_emit(s, e);
}

static int
file_scan(struct scan *s, const struct account *u, const char *path,
	  bool *denied, struct err *e)
{
	struct ssh_keys keys = { 0 };
	struct ssh_key k;
	struct err why = { 0 };

	int r = scan_file(s, path, &keys.rest, &why);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0) {
		*denied = true;
		return 0;
	}
	while (ssh_keys_next(scan_arena(s), &keys, &k)) {
		if (emit(s, u, path, &k, e) < 0)
			return e->code;
	}
	return 0;
}

static int
scan(struct scan *s, struct err *e)
{
	struct accounts c;
	struct sshd_config config;
	const char *path[SSH_KEY_FILES_MAX];
	struct err none = { 0 };
	bool denied = false;

	if (accounts_load(s, &c, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	int has_config = sshd_load(s, &config, &none);
	for (size_t i = 0; i < c.n_users; i++) {
		const struct account *u = &c.user[i];
		size_t n = ssh_key_files(s, has_config == 0 ? &config : NULL, u,
					 path);

		for (size_t j = 0; j < n; j++) {
			if (file_scan(s, u, path[j], &denied, e) < 0)
				return e->code;
		}
	}
	return denied ? scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT) : 0;
}

const struct table table_host_authorized_key = {
	.contract = &contract_host_authorized_key,
	.scan = scan,
};
