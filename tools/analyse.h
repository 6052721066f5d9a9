/* analyse.h - forced into every file by `tools/lint analyzer` and `tidy` */
#ifndef TOOLS_ANALYSE_H
#define TOOLS_ANALYSE_H

#include "base/err.h"

/*
 * The analysers see one file at a time and would have to believe that these
 * may return 0, that is, that a failed function may leave *ret unwritten.
 */
#define err_set(e, code, ...) (err_set(e, code, __VA_ARGS__), (code))
#define err_sys(...) (err_sys(__VA_ARGS__), -EIO)
#define err_in(...) (err_in(__VA_ARGS__), -EIO)

#endif
