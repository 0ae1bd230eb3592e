/* source.h - sources that are read in place: implemented by connectors/, read by engine/.
 * Positions are byte offsets; a range can be read again at any time and gives the same records, or is noticed to have
 * changed (design.md, sections 1 and 3). */
#ifndef WEIR_RUNTIME_SOURCE_H
#define WEIR_RUNTIME_SOURCE_H

#include "base/disk.h"
#include "runtime/inlet.h"

struct source;

struct source_class {
    /* The feed yields the records from `from` on, none that begins at or behind `to`. */
    int (*range)(struct source *s, uint64_t from, uint64_t to, struct err *err);
    /* CRC-32C of the bytes since the last call (or range), up to `to`: the offset of the first record not used, or the
     * end. */
    int (*checksum)(struct source *s, uint64_t to, uint32_t *crc, struct err *err);
    /* The offset behind the last record that the feed gave. */
    uint64_t (*offset)(const struct source *s);
    void (*close)(struct source *s);
};

struct source {
    struct feed feed; /* must be first */
    const struct source_class *class;
    bool missing;   /* it is gone: what was read of it is known, nothing more can be read */
    uint64_t found; /* its size at opening */
    uint64_t size;  /* nothing behind it is read: set by the engine, at most `found` */
    usec arrival;   /* of all its records: set by the engine (R1) */
};

/* A kind of source. open's path is as the engine resolved it. ERR_INPUT when it cannot be read. */
struct connector {
    const char *name;
    int (*open)(struct disk *disk, const struct object *stream, struct source **out, struct err *err);
};

#endif
