/* os.h - what the collector itself needs of the system it runs on. */
#ifndef AGENT_WINDOWS_OS_H
#define AGENT_WINDOWS_OS_H

#include "base/str.h"

struct arena;
struct err;

/* Prepares the system's interfaces; argv becomes UTF-8. */
void os_begin(struct arena *a, int *argc, char ***argv);
void os_end(void);

bool os_speaks_japanese(void); /* language of the user's screen */

/* To the console in its own encoding, or as UTF-8 into a file or pipe. */
void os_print(struct arena *a, bool to_errors, struct str text);

/* The folder of the program, with a separator at its end. */
struct str os_folder(struct arena *a);

/* A small file beside the program; -ENOENT when there is none. */
int os_read(struct arena *a, const char *path, size_t max, struct str *ret,
	    struct err *e);

/* A new file; what was there is replaced when it ends well. */
struct os_file;
int os_file_new(struct arena *a, const char *path, struct os_file **ret,
		struct err *e);
int os_file_put(void *file, struct str bytes, struct err *e);
int os_file_end(struct os_file *f, struct err *e);
void os_file_drop(struct os_file *f); /* nothing of it stays */

#endif
