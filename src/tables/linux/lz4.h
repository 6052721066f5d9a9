/* lz4.h - unpacks LZ4 frames: apt keeps package lists so on small machines. */
#ifndef LINUX_LZ4_H
#define LINUX_LZ4_H

#include "base/str.h"

struct arena;
struct err;

#define LZ4_OUT_MAX ((size_t)512 * 1024 * 1024)

bool lz4_is_frame(struct str in);

/* Hermetic. -EBADMSG when broken, -EFBIG past the bound. Checksums are not
 * verified: who could change the file could change those, too. */
int lz4_unpack(struct arena *a, struct str in, struct str *ret, struct err *e);

#endif
