/* change.c - one write transaction that is one journal entry. */
#include "journal/change.h"

#include "base/err.h"
#include "store/store.h"

struct change {
	struct store *store;
};

int
change_begin(struct store *s, const char *kind UNUSED,
	     struct str subject UNUSED, struct change **ret, struct err *e)
{
	struct change *c = calloc(1, sizeof(*c));

	assert(c != NULL);
	c->store = s;
	*ret = c;
	return store_begin(s, e);
}

void
change_actor(struct change *c UNUSED, struct str actor UNUSED)
{
}

int64_t
change_seq(const struct change *c UNUSED)
{
	return 0;
}

void
change_field(struct change *c UNUSED, const char *field UNUSED,
	     struct str value UNUSED)
{
}

void
change_field_personal(struct change *c UNUSED, const char *field UNUSED,
		      struct str value UNUSED)
{
}

int
change_run(struct change *c, struct err *e, const char *table UNUSED,
	   struct str key UNUSED, const char *sql, const char *kinds, ...)
{
	va_list ap;

	va_start(ap, kinds);
	int n = store_run_v(c->store, e, sql, kinds, ap);
	va_end(ap);
	return n;
}

int
change_commit(struct change *c, struct err *e)
{
	return store_commit(c->store, e);
}

void
change_free(struct change *c)
{
	if (c == NULL)
		return;
	store_rollback(c->store);
	free(c);
}
