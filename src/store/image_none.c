/* image_none.c - no built-in catalog, for the program that makes it. */
#include "base/embed.h"

extern const struct embedded embed_catalog[];
const struct embedded embed_catalog[] = { { 0 } };
