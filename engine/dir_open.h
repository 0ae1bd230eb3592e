/* dir_open.h - the inside of dir.h: for dir*.c only. */
#ifndef WEIR_ENGINE_DIR_OPEN_H
#define WEIR_ENGINE_DIR_OPEN_H

#include "engine/dir.h"
#include "engine/engine.h"

/* DIR/NAME; free it. */
char *dir_path(const char *dir, const char *name);
/* Takes the lock of a data directory; closing *lock gives it back. ERR_INPUT: it is none; ERR_OWNED. */
int dir_lock(struct disk *disk, const char *dir, struct file **lock, struct err *err) MUST_CHECK;

#endif
