/* format.h - bytes of records to columns and back. A format is one file (fmt_json.c, fmt_csv.c) and one line here.
 *
 * A record is bad iff it is not well-formed (whole structure and UTF-8 are always checked) or its event time cannot be
 * read; any other value that does not fit its column is an error of that value alone (column.error = ROW_BAD_VALUE).
 * The first of duplicate keys counts.
 *
 * DECIMAL takes the digits of the source exactly; more of them behind the point than its scale are rounded, half away
 * from zero. BINARY is written as base64 and read from that or X'hex'. Whatever is written reads back the same.
 *
 * Fields of the old service's dialect (field.kinesis) differ: text longer than its column is cut, and counted; CHAR is
 * padded with blanks; a JSON number fits BOOLEAN (0 is false), true and false fit numbers (1 and 0), any text fits
 * BOOLEAN ("true" in any case, else false); a DATE takes a timestamp's; TIMESTAMP is written in JSON with three
 * fractional digits, or as many more as it has. */
#ifndef WEIR_RUNTIME_FORMAT_H
#define WEIR_RUNTIME_FORMAT_H

#include "planner/catalog.h"
#include "runtime/batch.h"

/* Readable bytes that must follow the last record of a buffer given to decode. */
enum { FORMAT_PADDING = 64 };

struct decoder;

/* What to decode: `used[i]` says whether fields[i] is needed. event_field: its column is the event time (used too), or
 * -1. Borrowed. NULL and err for a column that the format cannot fill (a bad FROM path, an unknown FORMAT letter). */
struct decoder *decoder_new(const char *format, const struct field *fields, int field_count, const bool *used,
                            int event_field, struct err *err);
void decoder_free(struct decoder *d);

/* Decodes n <= BATCH_ROWS records. column has field_count entries; those of used fields are filled (they and their
 * texts belong to the decoder and live until its next call; texts may point into the records). bad[i] is set to ROW_OK,
 * ROW_BAD_RECORD (not well-formed) or ROW_BAD_VALUE (no readable event time: also NULL). Rows that are bad have NULLs.
 * Decodes only; moves no watermark. */
void decoder_run(struct decoder *d, const struct text *records, int n, struct column *column, uint8_t *bad);
/* By row of the last run: how many of its texts were cut to their columns' lengths; NULL: none anywhere. */
const uint16_t *decoder_cuts(const struct decoder *d);
/* Slow path: says for a person what is wrong with this record (for the field; -1: the record or its event time). */
void decoder_explain(struct decoder *d, const struct text *record, int field, struct buf *out);

/* Finds the records in a block of bytes that begins at a record's start: fills up to max records, without their line
 * ends ('\n' or "\r\n"); blank lines are skipped (JSON: a line of blanks only; CSV: an empty line). CSV knows quoted
 * fields with line ends in them. *used: bytes consumed. With SPLIT_LAST, bytes after the last line end are a record
 * too. A record over RECORD_DATA_MAX bytes is cut there and comes out as one that is bad. Returns the count. offsets[i]
 * is where record i begins in the block. */
enum split_tail { SPLIT_MORE, SPLIT_LAST };
int format_split(const char *format, const char *block, size_t len, enum split_tail end, struct text *records,
                 uint64_t *offsets, int max, size_t *used);

/* Appends one row as a record of the format: JSON object in field order, NULL as null, times as text (in the field's
 * FORMAT if it has one; FROM paths are nested objects); or a CSV line without line end. fields[i] is the value of
 * column[i]. */
struct encoder;
struct encoder *encoder_new(const char *format, const struct field *fields, int field_count, struct err *err);
void encoder_free(struct encoder *e);
void encoder_row(struct encoder *e, const struct column *column, int row, struct buf *out);

/* "json, csv": for messages. True if the name is a format. */
bool format_exists(const char *format);
const char *format_names(void);

#endif
