/* conf.h - text files of settings, as several tables read them. */
#ifndef LINUX_CONF_H
#define LINUX_CONF_H

#include "base/str.h"

struct err;
struct scan;

#define CONF_FILES_MAX ((size_t)500)

/* The next line that is neither blank nor a comment (# or ;), trimmed. */
bool conf_line(struct str *rest, struct str *ret);

/*
 * Parts "key = value", "key: value" or "key value" (the first of the three
 * that fits), both trimmed, the value without a pair of quotes. A key alone
 * gives an empty value.
 */
void conf_pair(struct str line, struct str *ret_key, struct str *ret_value);

/*
 * The last value of a key in text of key = value lines; false when it is not
 * there. Case of the key does not matter.
 */
bool conf_get(struct str text, const char *key, struct str *ret);

/*
 * The last value of a key below [section] of an INI file; section "" = the
 * lines before any. As systemd and most others read it, case matters.
 */
bool conf_ini(struct str text, const char *section, const char *key,
	      struct str *ret);

/* yes true 1 on / no false 0 off, any case; else false, *ret untouched. */
bool conf_bool(struct str value, bool *ret);

/* Whether a name fits a pattern of * and ?. */
bool conf_glob(struct str pattern, struct str name);

/*
 * Files that end in suffix in folders of falling rank, ordered by name; a
 * name in an earlier folder hides the later one. Paths go to *ret. Folders
 * that are absent are left out; a folder that may not be read is an error.
 */
int conf_dropins(struct scan *s, const char *const *folders, size_t n_folders,
		 const char *suffix, const char ***ret, size_t *ret_n,
		 struct err *e);

/*
 * A main file (the first of paths that exists; NULL ends them) and its
 * drop-ins one after the other, so that the last value wins. Nothing there
 * is an empty text and 0; a file that may not be read is an error.
 */
int conf_read(struct scan *s, const char *const *paths,
	      const char *const *folders, size_t n_folders, struct str *ret,
	      struct err *e);

#endif
