/* functions.h - the SQL functions of ours. */
#ifndef STORE_FUNCTIONS_H
#define STORE_FUNCTIONS_H

#include <sqlite3.h>

struct err;
struct zone;

/*
 * Registers at_add on_add on_of at_of dur_s version_cmp in_cidr norm
 * jp_holiday jp_holiday_name business_day all_true any_true, and in_change()
 * which tells whether the journal is writing a change. Both pointers are read
 * at each call and must outlive the connection.
 *
 * All but in_change are deterministic and innocuous. A value of the wrong
 * type fails the statement; NULL gives NULL, and so does what cannot be told:
 * text that is no version, address or network, and holidays out of range.
 */
int functions_register(sqlite3 *db, const struct zone *const *zone,
		       const bool *in_change, struct err *e);

#endif
