/* schema.c - names of a schema may be printed, values may not */
void
schema(struct buf *b, const char *name)
{
	buf_fmt(b, "CREATE TABLE %s(id INTEGER) STRICT;", name);
	buf_fmt(b, "CREATE TABLE x(id DEFAULT '%s') STRICT;", name);
	buf_fmt(b, "DELETE FROM x WHERE id = %s", name);
	sqlite3_finalize(b);
}
