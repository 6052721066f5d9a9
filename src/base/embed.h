/* embed.h - files of data/ that are part of the program */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

#include <stddef.h>
#include <stdint.h>

/*
 * One file of an embedded tree. tools/embed makes `embed_NAME[]`, sorted by
 * name in byte order and ended by an element whose name is NULL. A zero byte
 * follows the data and is not counted in len.
 */
struct embedded {
	const char *name; /* path below the tree's folder, with '/' */
	const uint8_t *data;
	size_t len;
};

#endif
