/* gvdb.c - fuzz: any bytes as a database of dconf */
#include "tables/linux/gvdb.h"

#include "base/err.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char key[] = "/org/gnome/desktop/session/idle-delay";
	struct str text = { (const char *)data, len };
	struct gvdb g, locks;
	struct gvdb_value v;
	struct err e = { 0 };

	if (gvdb_open(text, &g, &e) < 0)
		return 0;
	(void)gvdb_get(&g, key, &v);
	(void)gvdb_get(&g, "/org/gnome/desktop/screensaver/lock-enabled", &v);
	if (gvdb_table(&g, ".locks", &locks))
		(void)gvdb_has(&locks, key);
	return 0;
}
