/* horizon.h - what retention has taken away: how far back each stream goes.
 *
 * DIR/log/horizon. Replaced, durably, before anything is deleted, so what is missing without standing here is damage.
 * Absent until something is. Numbers are little-endian, instants i64 microseconds, CRCs CRC-32C.
 *
 * Head, 32 bytes
 *    0  8  "weir-hrz"
 *    8  4  version: 1
 *   12  4  feature bits: 0
 *   16  4  number of the first set that is there, or is to be
 *   20  4  streams
 *   24  4  CRC of all that is behind the head
 *   28  4  CRC of bytes 0 to 27
 * Then per stream that has lost records, sorted by stream, 40 bytes
 *    0  4  stream (0: the control segments)
 *    4  4  0
 *    8  8  ordinal of the last record that is gone
 *   16  8  its arrival
 *   24  8  greatest event time of the records that are gone (the least instant: none)
 *   32  8  how many are gone */
#ifndef WEIR_LOG_HORIZON_H
#define WEIR_LOG_HORIZON_H

#include "base/time.h"
#include "log/log_dir.h"

struct horizon_row {
    uint32_t stream, zero;
    uint64_t gone;
    usec gone_arrival, event_time;
    uint64_t records;
};
_Static_assert(sizeof(struct horizon_row) == 40, "on disk");

/* {.first_set = 1} is the horizon of a log that has lost nothing. */
struct horizon {
    uint32_t first_set;
    struct horizon_row *row; /* sorted by stream; owned */
    size_t count, capacity;
};

void horizon_free(struct horizon *h);
/* The row of a stream, or NULL. */
const struct horizon_row *horizon_row(const struct horizon *h, uint32_t stream);
/* The same; makes one that says nothing is gone. Valid until the next one is made. */
struct horizon_row *horizon_row_make(struct horizon *h, uint32_t stream);
struct horizon horizon_copy(const struct horizon *h);
/* Its name is durable after log_dir_sync. */
int horizon_write(const struct log_dir *dir, const struct horizon *h, struct err *err) MUST_CHECK;
/* An absent file has nothing lost. */
int horizon_read(const struct log_dir *dir, struct horizon *out, struct err *err) MUST_CHECK;

#endif
