/* tokenizer.h - full-text search in Japanese. */
#ifndef STORE_TOKENIZER_H
#define STORE_TOKENIZER_H

#include <sqlite3.h>

struct err;

/*
 * Registers the FTS5 tokenizer "ja": CREATE VIRTUAL TABLE t USING fts5(body,
 * tokenize = 'ja'). Text is normalised as by norm(). Runs of kanji, kana and
 * hangul are indexed by pairs and, in the same places, by single characters;
 * words of other scripts as they are. So any part of a word, of one character
 * or more, is found by a phrase: MATCH '"認証"'.
 */
int tokenizer_register(sqlite3 *db, struct err *e);

#endif
