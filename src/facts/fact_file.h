/* fact_file.h - a fact file, read by a process without rights. */
#ifndef FACTS_FACT_FILE_H
#define FACTS_FACT_FILE_H

#include "facts/fact_read.h"

struct fact_file;

/* How far the words of the first line that made no sense are kept. */
#define FACT_WORDS_MAX 512

/*
 * Copies the file to where nobody can change it any more and starts a
 * process without rights that reads it. Refused here: what is no fact file,
 * what is cut off, and what its sum does not match (the sum is ours; the
 * header, the signature and all that follows are claims of the file).
 */
int fact_file_open(struct arena *a, const char *path, struct fact_file **ret,
		   struct err *e);
void fact_file_close(struct fact_file *f); /* NULL is fine */

static inline void
fact_file_cleanup(struct fact_file **f)
{
	fact_file_close(*f);
}
#define auto_fact_file CLEANUP(fact_file_cleanup) struct fact_file

const struct fact_header *fact_file_header(const struct fact_file *f);
struct hash fact_file_sum(const struct fact_file *f);
const struct hash *fact_file_signature(const struct fact_file *f); /* or NULL */

/*
 * 1 = an event, valid until the next call; 0 = the end. FACT_BAD is a line
 * that made no sense. Every value has the type of its column.
 */
int fact_file_next(struct fact_file *f, struct fact_event *ret, struct err *e);

#endif
