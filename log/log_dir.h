/* log_dir.h - the directory DIR/log: names, whole files, messages of damage.
 *
 *    00000003-00000012.seg   records of stream 12 out of journal file 3 (segment.h)
 *    00000003.set            what became of journal file 3 (set.h): its segments count from when this is there
 *    horizon                 what retention took away (horizon.h)
 *    *.tmp                   being written: deleted when the log is opened
 *
 * A file appears whole or not at all: it is written under another name, synced, then renamed. */
#ifndef WEIR_LOG_LOG_DIR_H
#define WEIR_LOG_LOG_DIR_H

#include "base/disk.h"

struct log_dir {
    struct disk *disk;
    const char *path;
};

/* What a name in the directory is. */
enum log_name { LOG_NAME_OTHER, LOG_NAME_SEGMENT, LOG_NAME_SET, LOG_NAME_HORIZON, LOG_NAME_TEMPORARY };
struct log_file {
    enum log_name kind;
    uint32_t file, stream; /* numbers in the name, else 0 */
};

#define LOG_HORIZON ((struct log_file){LOG_NAME_HORIZON, 0, 0})
static inline struct log_file log_set_file(uint32_t file)
{
    return (struct log_file){LOG_NAME_SET, file, 0};
}
static inline struct log_file log_segment_file(uint32_t file, uint32_t stream)
{
    return (struct log_file){LOG_NAME_SEGMENT, file, stream};
}

struct log_file log_name_parse(const char *name);
/* DIR/log/NAME of a segment, a set or the horizon; free it. */
char *log_dir_path(const struct log_dir *dir, struct log_file file);

/* 1, 0, or -1 on failure. */
int log_dir_exists(const struct log_dir *dir, struct log_file file, struct err *err) MUST_CHECK;
/* Makes the directory, durably, if it is not there. */
int log_dir_make(const struct log_dir *dir, struct err *err) MUST_CHECK;
/* Names made and renamed are durable when it returns. */
int log_dir_sync(const struct log_dir *dir, struct err *err) MUST_CHECK;
/* The file is there with these bytes when it returns, but its name is durable only after log_dir_sync. */
int log_dir_write(const struct log_dir *dir, struct log_file file, struct str bytes, struct err *err) MUST_CHECK;
/* Reads a whole file of at most bytes_max; a longer one is ERR_DAMAGED. */
int log_dir_read(const struct log_dir *dir, struct log_file file, uint64_t bytes_max, struct buf *out,
                 struct err *err) MUST_CHECK;
int log_dir_delete(const struct log_dir *dir, struct log_file file, struct err *err) MUST_CHECK;
/* ERR_DAMAGED naming the file and the offset. Returns -1. */
int log_damaged(const struct log_dir *dir, struct log_file file, uint64_t offset, const char *what, struct err *err);

#endif
