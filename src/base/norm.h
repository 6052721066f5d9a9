/* norm.h - one spelling for what people read as the same text. */
#ifndef BASE_NORM_H
#define BASE_NORM_H

#include "base/str.h"

struct arena;

/*
 * NFKC with case folding: full width letters and half width kana become the
 * usual ones, A becomes a, ㈱ becomes (株). Runs of white space and control
 * characters become one blank, none at the ends; what is invisible goes.
 * Bytes that are no UTF-8 become U+FFFD. Of a run of combining marks 30 stay,
 * so that the time is bounded by the length; so is the result: at most
 * NORM_GROWTH bytes for one.
 */
struct str norm_text(struct arena *a, struct str s);

#define NORM_GROWTH 24

/* The same without an arena, for ASCII of at most size bytes; else false. */
bool norm_ascii(struct str s, char *out, size_t size, size_t *ret_len);

/* What a character is when text is cut into words. */
enum norm_class {
	NORM_OTHER, /* between words */
	NORM_WORD,  /* letters and digits of scripts with blanks */
	NORM_CJK,   /* kanji, kana, hangul: no blanks between words */
};

/*
 * Takes one character with all that belongs to it (marks, the half width
 * voice marks) off *rest and appends its normal form to out, which has room
 * for NORM_CLUSTER characters. Returns how many; the class is that of the
 * first one. False at the end. White space stays as it is here.
 */
#define NORM_CLUSTER 66
bool norm_next(struct str *rest, int32_t out[NORM_CLUSTER], size_t *ret_n,
	       enum norm_class *ret_class);

/* Writes a character as UTF-8, at most four bytes; their number. */
size_t norm_utf8(int32_t c, char out[4]);

#endif
