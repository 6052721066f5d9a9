/* win.h - what several tables of Windows read the same way. */
#ifndef WINDOWS_WIN_H
#define WINDOWS_WIN_H

#include "tables/table.h"

#define WIN_POLICIES "HKLM\\SOFTWARE\\Policies\\"
#define WIN_CURRENT "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
#define WIN_NT "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion"
#define WIN_CONTROL "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"
#define WIN_SERVICES "HKLM\\SYSTEM\\CurrentControlSet\\Services\\"

/*
 * One value of a key: 1, or 0 when the key or the value is not there (or is
 * of another kind), or negative when it cannot be read.
 */
int win_number(struct scan *s, const char *key, const char *name, int64_t *ret);
int win_text(struct scan *s, const char *key, const char *name,
	     struct str *ret);
bool win_key(struct scan *s, const char *key); /* it is there */

/* The value of that name among those read; NULL when there is none. */
const struct reg_value *win_value(const struct reg_key *k, const char *name);
struct str win_value_text(const struct reg_key *k, const char *name);

/*
 * The number of the first key that has it; `other` when none has, -1 when
 * one before could not be read. Values below 0 do not occur.
 */
int64_t win_setting(struct scan *s, const char *const *keys, size_t n_keys,
		    const char *name, int64_t other);

/*
 * Answers to calls are records of lines "key=value", parted by blank lines.
 * What is not known has no line.
 */
bool win_record(struct str *rest, struct str *ret);
struct str win_get(struct str record, const char *key); /* .p NULL = none */
bool win_get_int(struct str record, const char *key, int64_t *ret);
int64_t win_int(struct str record, const char *key, int64_t other);

/* Sets a column from a record; what is not there stays NULL. */
void win_set_text(struct scan *s, size_t col, struct str record,
		  const char *key);
void win_set_int(struct scan *s, size_t col, struct str record,
		 const char *key);
void win_set_bool(struct scan *s, size_t col, struct str record,
		  const char *key);
void win_set_at(struct scan *s, size_t col, struct str record,
		const char *key); /* microseconds, or a time of WMI */

/* "20261120103000.000000+540"; false when it is not that. */
bool win_cim_time(struct str text, int64_t *ret_at);

/* 100 ns since 1601, as a number; false when it is 0 or far away. */
bool win_filetime(int64_t ticks, int64_t *ret_at);

/* Is the service running? 1, 0, -1 = not known. */
int win_running(struct scan *s, const char *service);
/* Its start type 0 boot, 1 system, 2 auto, 3 manual, 4 disabled; -1. */
int win_start(struct scan *s, const char *service);

int64_t win_build(struct scan *s); /* 26100; 0 = not known */
bool win_is_server(struct scan *s);

/*
 * People whose settings can be seen: loaded hives below HKU, as SIDs of
 * accounts (of this machine, a domain or the cloud).
 */
int win_people(struct scan *s, struct str **ret, size_t *ret_n, struct err *e);
/* The account's name: the last part of its profile's folder. */
struct str win_person_name(struct scan *s, struct str sid);

bool win_same(struct str a, struct str b); /* ASCII case does not matter */
bool win_has_nocase(struct str s, const char *part); /* part: lower case */
int64_t win_rid(struct str sid);		     /* its last number; -1 */

#endif
