/* org.c - opens the organisation a command works on. */
#include "cli/org.h"

#include <signal.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/fs.h"
#include "base/num.h"
#include "journal/journal.h"

#define ENTRIES_MAX 10000

/*
 * What fs_write_atomic had not finished when a process was killed: NAME.tmp-PID
 * of a process that is no more.
 */
static void
leftovers_remove(struct cli *c, const char *dir)
{
	struct str *names;
	struct err none = { 0 };
	size_t n = 0;

	if (fs_list(c->arena, dir, ENTRIES_MAX, &names, &n, &none) < 0)
		return; /* said by whoever needs the folder */
	for (size_t i = 0; i < n; i++) {
		size_t at = str_find_c(names[i], ".tmp-");
		int64_t pid;

		if (at == STR_NONE ||
		    !num_try(str_from(names[i], at + 5), &pid) || pid <= 0 ||
		    pid > INT_MAX || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		(void)unlink(fs_join(c->arena, str_c(dir), names[i]).p);
	}
}

int
org_open(struct cli *c, enum store_mode mode, struct store **ret, struct err *e)
{
	struct store *s;
	const struct zone *z;
	struct str name = STR("Asia/Tokyo");

	if (store_open(c->dir, mode, &s, e) < 0)
		return e->code;
	int r = store_get_str(s, c->arena, &name, e, "SELECT zone FROM org",
			      "");
	if (r == 0)
		(void)err_set(e, -ENOENT,
			      "the set-up of '%s' was not finished: run "
			      "'yamori init' again",
			      c->dir);
	if (r <= 0 || zone_load(c->arena, name.p, &z, e) < 0 ||
	    (mode != STORE_READ && journal_follow(s, e) < 0)) {
		store_close(s);
		return e->code;
	}
	if (mode != STORE_READ) {
		leftovers_remove(c, c->dir);
		leftovers_remove(c, str_fmt(c->arena, "%s/keys", c->dir).p);
	}
	store_zone_set(s, z);
	*ret = s;
	return 0;
}
