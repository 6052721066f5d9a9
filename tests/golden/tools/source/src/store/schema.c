/* schema.c - names of a schema may be printed, values may not */
void
schema(struct buf *b, const char *name)
{
	buf_fmt(b, "CREATE TABLE %s(id INTEGER) STRICT;", name);
	buf_fmt(b, "CREATE TABLE x(id DEFAULT '%s') STRICT;", name);
	buf_fmt(b, "DELETE FROM x WHERE id = %s", name);
	sqlite3_finalize(b);
}

void
names(struct buf *b, const char *name)
{
	buf_fmt(b, "UPDATE facts.%s_all SET gone_at = ? WHERE rowid = ?", name);
	buf_fmt(b, "SELECT x FROM %s WHERE y = %d", name, 3);
}

void
early(int n)
{
	auto_buf b;
	auto_fd int fd;
	auto_fd int good = -1;

	if (n)
		return;
}
