/* functions.c - the SQL functions of ours. */
#include "store/functions.h"

#include "base/err.h"

static void
in_change(sqlite3_context *ctx, int n UNUSED, sqlite3_value **v UNUSED)
{
	const bool *now = sqlite3_user_data(ctx);

	sqlite3_result_int(ctx, *now ? 1 : 0);
}

int
functions_register(sqlite3 *db, const struct zone *const *zone UNUSED,
		   const bool *change, struct err *e)
{
	union {
		const bool *in;
		void *out;
	} p = { change };

	if (sqlite3_create_function_v2(db, "in_change", 0,
				       SQLITE_UTF8 | SQLITE_INNOCUOUS, p.out,
				       in_change, NULL, NULL,
				       NULL) != SQLITE_OK)
		return err_set(e, -EIO, "cannot register SQL functions");
	return 0;
}
