/* image.c - the built-in catalog, a database inside the program. */
#include "base/embed.h"
#include "base/err.h"
#include "store/private.h"

extern const struct embedded embed_catalog[]; /* catalog.db catalog.sha256 */

static int
image_attach(struct store *s, const struct embedded *image, struct err *e)
{
	/* Read-only, so SQLite never writes through this pointer. */
	union {
		const uint8_t *in;
		unsigned char *out;
	} p = { image->data };
	int rc = sqlite3_deserialize(
		s->db, "catalog", p.out, (sqlite3_int64)image->len,
		(sqlite3_int64)image->len, SQLITE_DESERIALIZE_READONLY);

	return rc == SQLITE_OK ? 0 : store_err(s, rc, e);
}

int
store_attach_catalog(struct store *s, struct err *e)
{
	if (store_script(s, STR("ATTACH ':memory:' AS catalog"), e) < 0)
		return e->code;

	s->catalog_hash = STR("none"); /* the program that makes the image */
	for (const struct embedded *f = embed_catalog; f->name != NULL; f++) {
		struct str data = { (const char *)f->data, f->len };

		if (strcmp(f->name, "catalog.sha256") == 0)
			s->catalog_hash = str_trim(data);
		else if (image_attach(s, f, e) < 0)
			return err_in(e, "built-in catalog");
	}

	/* The header says that it cannot be written (catalog_image_write);
	 * SQLite must have read that before the first BEGIN IMMEDIATE, which
	 * otherwise wants to write here too and fails. */
	return store_script(
		s, STR("SELECT count(*) FROM catalog.sqlite_schema"), e);
}
