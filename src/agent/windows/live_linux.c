/* live_linux.c - elsewhere there is no Windows to look at; for tests. */
#include "base/err.h"
#include "tables/scan.h"

static int
no_file(void *ctx UNUSED, struct arena *a UNUSED, const char *path,
	size_t max UNUSED, struct str *ret UNUSED, struct err *e)
{
	return err_set(e, -ENOSYS, "no '%s' on this system", path);
}

static int
no_call(void *ctx UNUSED, struct arena *a UNUSED, const char *name,
	struct str *ret UNUSED, struct err *e)
{
	return err_set(e, -ENOSYS, "no call '%s' on this system", name);
}

void
world_live(struct world *w)
{
	*w = (struct world){ .file = no_file, .call = no_call };
}
