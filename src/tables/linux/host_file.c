/*
 * host_file.c - table `host_file`: files whose permissions matter.
 *
 * Source: one walk over the local file systems (files.c); packages from the
 * lists of dpkg or rpm. Root sees every folder, others those they may enter.
 * Below an unowned folder, and below one the web server may write to, only
 * that folder is named.
 */
#include <sys/stat.h>

#include "base/arena.h"
#include "tables/contracts.h"
#include "tables/linux/accounts.h"
#include "tables/linux/files.h"
#include "tables/linux/owner.h"
#include "tables/table.h"

static void
owner_set(struct scan *s, const struct accounts *c, const struct scan_stat *st)
{
	const struct account *u = accounts_uid_find(c, st->uid);
	struct str number = str_fmt(scan_arena(s), "%" PRIu32, st->uid);
	struct str group = str_fmt(scan_arena(s), "%" PRIu32, st->gid);

	for (size_t i = 0; i < c->n_groups; i++) {
		if (c->group[i].gid == st->gid)
			group = c->group[i].name;
	}
	scan_text(s, HOST_FILE_OWNER, u != NULL ? u->name : number);
	scan_text(s, HOST_FILE_GROUP_NAME, group);
}

static int
file_emit(struct scan *s, const struct file_found *f, const struct accounts *c,
	  const struct str *package, struct err *e)
{
	scan_text(s, HOST_FILE_PATH, f->path);
	scan_c(s, HOST_FILE_KIND, file_kind_name(f->kind));
	scan_text(s, HOST_FILE_MODE,
		  str_fmt(scan_arena(s), "%04o", f->st.mode & 07777));
	owner_set(s, c, &f->st);
	if (package != NULL)
		scan_text(s, HOST_FILE_PACKAGE, *package);
	/* Those of a folder change with everything put into it. */
	if (!S_ISDIR(f->st.mode)) {
		scan_int(s, HOST_FILE_SIZE_BYTES, f->st.size);
		scan_at(s, HOST_FILE_MODIFIED_AT, f->st.modified_at);
	}
	return scan_emit(s, e);
}

static int
scan(struct scan *s, struct err *e)
{
	const struct files *f;
	struct accounts c = { 0 };
	struct err none = { 0 };

	if (files_load(s, &f, e) < 0)
		return scan_cannot_err(s, SCAN_ALL, e);
	(void)accounts_load(s, &c, &none); /* without: numbers */
	struct owned *owned = ARENA_ARRAY(scan_arena(s), f->n + 1,
					  struct owned);
	for (size_t i = 0; i < f->n; i++)
		owned[i].path = f->v[i].path;
	bool known = f->n == 0 || owner_find(s, owned, f->n);
	if (!known)
		(void)scan_cannot(s, HOST_FILE_PACKAGE, CANNOT_ABSENT);
	for (size_t i = 0; i < f->n; i++) {
		if (file_emit(s, &f->v[i], &c, known ? &owned[i].package : NULL,
			      e) < 0)
			return e->code;
	}
	if (f->capped)
		return scan_cannot(s, SCAN_ALL, CANNOT_LIMIT);
	return f->n_denied > 0 ? scan_cannot(s, SCAN_ALL, CANNOT_NEEDS_ROOT)
			       : 0;
}

const struct table table_host_file = {
	.contract = &contract_host_file,
	.scan = scan,
};
