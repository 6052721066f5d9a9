/* reg_text.h - registry keys written as text, as recorded machines have them. */
#ifndef TABLES_REG_TEXT_H
#define TABLES_REG_TEXT_H

#include "tables/table.h"

/*
 *	[HKLM\SOFTWARE\Example]
 *	@written = 2026-11-20T10:00+09:00	last change
 *	Name = text What it says		what stands behind is all of it
 *	Count = number 12
 *	Several = list one|two
 *	Blob = bytes 00ff
 *	 = text of the value without a name
 *
 * Case of keys does not matter. A key is there when it, or one below it, has
 * a line in brackets; -ENOENT otherwise. Lines starting with # are comments.
 * Results are borrowed from text or live in the arena.
 */
int reg_text_find(struct arena *a, struct str text, struct str key,
		  struct reg_key *ret, struct err *e);

#endif
