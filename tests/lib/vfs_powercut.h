/* vfs_powercut.h - files of SQLite as a power cut would leave them */
#ifndef LIB_VFS_POWERCUT_H
#define LIB_VFS_POWERCUT_H

#include <stdint.h>

/*
 * A VFS that becomes the default. It watches files whose name begins with
 * `name` (yamori.db, yamori.db-wal): what was written and not yet synced may
 * be lost, whole or by sectors of 512 bytes, and in any order. No sync
 * reaches the disk, so tests are fast.
 */
void powercut_install(const char *name);

/*
 * Called at each write, sync and truncation, before it happens. It may call
 * powercut_save.
 */
typedef void powercut_step(void *ctx, int64_t n);
void powercut_on_step(powercut_step *step, void *ctx);

/* Writes the files into a folder, as a power cut now could leave them. */
void powercut_save(const char *dir, unsigned seed);

/* Forgets all files and steps; nothing may be open. */
void powercut_reset(void);

#endif
