/* dir.h - a data directory that nobody has open: verified, or copied. Both take its lock while they work. */
#ifndef WEIR_ENGINE_DIR_H
#define WEIR_ENGINE_DIR_H

#include "base/disk.h"

struct dir_finding {
    bool damaged;     /* else only worth saying */
    const char *text; /* names the file and, where it is known, the offset */
};
typedef void (*dir_finding_handler)(void *arg, const struct dir_finding *finding);

/* Reads every byte of the journal, the segments and the checkpoint's files, and lets SQLite check weir.db; calls
 * `found` for everything that is not as it should be. *damages: how many. -1: there is no data directory (ERR_INPUT),
 * it is in use (ERR_OWNED), or the disk fails. */
int dir_check(struct disk *disk, const char *dir, dir_finding_handler found, void *arg, uint64_t *damages,
              struct err *err) MUST_CHECK;

/* Copies the directory to `to`, which must not exist (ERR_INPUT). weir.db, which says what of the rest counts, comes
 * last, and all of it has its name only when it is whole and durable. *bytes: how many were copied. */
int dir_backup(struct disk *disk, const char *dir, const char *to, uint64_t *bytes, struct err *err) MUST_CHECK;

#endif
