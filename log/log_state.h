/* log_state.h - the inside of a log: for the files log*.c only.
 *
 * The sets stand for the journal files horizon.first_set, + 1, ...; the journal holds all files behind them. A file is
 * in exactly one of the two: log_compact adds its set under the mutex and only then deletes it, and whoever opens a
 * file of either kind does so with the mutex held. What is open can be read to its end, deleted or not. */
#ifndef WEIR_LOG_LOG_STATE_H
#define WEIR_LOG_LOG_STATE_H

#include "log/horizon.h"
#include "log/journal_file.h"
#include "log/log.h"
#include "log/set.h"

#include <pthread.h>

struct log {
    struct log_dir dir; /* DIR/log */
    char *path;         /* owns dir.path */
    struct journal *journal;

    pthread_mutex_t mutex; /* guards what follows */
    struct set **set;      /* in the order of their files; the log has a reference to each */
    size_t set_count, set_capacity;
    uint64_t end; /* the ordinal behind the sets: the first in the journal */
    struct horizon horizon;
};

/* DIR/NAME; free it. */
char *log_path(const char *dir, const char *name);
/* Drops a reference. With the mutex held. */
void set_unref(struct set *set);
/* True when retention took the segment of this row. */
bool log_is_gone(const struct horizon *horizon, const struct segment_head *row);
/* The number of the first journal file that has no set. With the mutex held. */
uint32_t log_next_file(const struct log *log);
/* Reads the horizon and the sets of a directory: *set holds set_count of them. ERR_DAMAGED when one is missing. Both
 * are filled, to be freed, also when it fails. */
int log_load(const struct log_dir *dir, struct horizon *horizon, struct set ***set, size_t *set_count,
             struct err *err) MUST_CHECK;
/* Calls each for the names in DIR/log, if there is one; stops when it returns not 0, and returns that. */
int log_each_name(const struct log_dir *dir, int (*each)(void *arg, const char *name, struct err *err), void *arg,
                  struct err *err) MUST_CHECK;

#endif
