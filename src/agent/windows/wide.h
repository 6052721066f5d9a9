/* wide.h - text of Windows, its error codes, and lines of answers. */
#ifndef AGENT_WINDOWS_WIDE_H
#define AGENT_WINDOWS_WIDE_H

#include <wchar.h>

#include "base/buf.h"

struct arena;
struct err;

wchar_t *wide_of(struct arena *a, struct str s);
struct str wide_utf8(struct arena *a, const wchar_t *w); /* NULL = empty */
struct str wide_utf8_n(struct arena *a, const wchar_t *w, size_t n);

/* The errno value for a code of Windows or COM, negative. */
int win_errno(unsigned long code);
/* "cannot ask for WHAT (code 5)"; returns the negative errno value. */
int win_fail(struct err *e, unsigned long code, const char *what);

/* "key=value"; line breaks and other controls become blanks. */
void put_text(struct buf *b, const char *key, struct str v);
void put_wide(struct buf *b, struct arena *a, const char *key,
	      const wchar_t *w); /* nothing when it is NULL */
void put_int(struct buf *b, const char *key, int64_t n);
void put_end(struct buf *b); /* of a record */

/* 100 ns since 1601 as microseconds since 1970; 0 stays 0. */
int64_t filetime_at(uint32_t high, uint32_t low);

#endif
