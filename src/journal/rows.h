/* rows.h - compares the live rows with their last images. */
#ifndef JOURNAL_ROWS_H
#define JOURNAL_ROWS_H

#include "journal/check.h"

/* After the walk: every journaled table as the journal knows it. */
int rows_verify(struct checker *k, struct store *s, struct err *e);

#endif
