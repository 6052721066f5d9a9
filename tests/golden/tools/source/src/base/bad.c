// bad.c - a fault on nearly every line
typedef struct bad bad;
static int counter;
static const char *word = "x";
static const char *const fine = "x";

static int
bad(char *a, const char *b)
{
	strcpy(a, b); /* strcat( in a comment is none */
	buf_printf(a, "SELECT x FROM y WHERE z = '%s'", b);
	buf_printf(a, "no SELECT %s here", b);
	sqlite3_step(a);   
	goto out; /* TODO later */
	/* check-src: goto, to show how a fault is silenced */
	goto out;
}
