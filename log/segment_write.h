/* segment_write.h - makes the bytes of a segment (log/segment.h) in memory.
 * Its size is bounded by that of the journal file it comes from. */
#ifndef WEIR_LOG_SEGMENT_WRITE_H
#define WEIR_LOG_SEGMENT_WRITE_H

#include "log/segment.h"

struct segment_writer;
/* file: number of the journal file; event_before: the stream's greatest event time before it, USEC_MIN: none. */
struct segment_writer *segment_writer_new(uint32_t file, uint32_t stream, usec event_before);
void segment_writer_free(struct segment_writer *w);
/* The next record, in the order of ordinals over all shards; it is copied. */
void segment_writer_add(struct segment_writer *w, uint32_t shard, const struct record *record, struct record_time time);
/* After at least one record: *out is the file's bytes (the caller frees it), *head its head. The writer only can be
 * freed afterwards. */
void segment_writer_finish(struct segment_writer *w, struct buf *out, struct segment_head *head);

#endif
