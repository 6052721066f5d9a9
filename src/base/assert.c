/* assert.c - the end of a process that found a bug of ours. */

NORETURN void
assert_failed(const char *what, const char *file, int line, const char *func)
{
	fprintf(stderr, "yamori: internal error: %s (%s:%d, %s)\n", what, file,
		line, func);
	abort();
}
