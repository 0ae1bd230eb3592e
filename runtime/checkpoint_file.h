/* checkpoint_file.h - one checkpoint in one file: named sections of bytes, compressed and checked.
 *
 * A checkpoint has a number (1, 2, ...); its file is DIR/state/NNNNNNNN.ckpt. It is a base, or a delta on an earlier
 * one that it names. What the sections hold is the owner's business. A file counts only once its owner has written its
 * number down elsewhere (the manifest): one that is not finished may lie about, and the next of the same number
 * replaces it.
 *
 * The file (numbers little-endian, CRC-32C):
 *     head       "WEIRCKPT", u32 version, u32 feature bits, u64 number, u64 previous (0: a base), u32 0,
 *                u32 CRC of the 36 bytes before
 *     sections   one zstd frame each, without gaps
 *     table      per section: u64 offset, u64 bytes of the frame, u64 bytes of the section, u32 CRC of the frame,
 *                u32 length of the name, the name
 *     foot       u64 offset of the table, u32 number of sections, u32 CRC of the table, "TPKCRIEW",
 *                u32 0, u32 CRC of the 28 bytes before */
#ifndef WEIR_RUNTIME_CHECKPOINT_FILE_H
#define WEIR_RUNTIME_CHECKPOINT_FILE_H

#include "base/disk.h"

enum { CHECKPOINT_VERSION = 1, CHECKPOINT_NAME_MAX = 255 };

/* Appends DIR/state/NNNNNNNN.ckpt to out. */
void checkpoint_path(const char *dir, uint64_t number, struct buf *out);

/* Begins a checkpoint; makes DIR/state if there is none. previous: the number of the checkpoint that this one is a
 * delta on, or 0. NULL: ERR_DISK. */
struct checkpoint_writer;
struct checkpoint_writer *checkpoint_writer_open(struct disk *disk, const char *dir, uint64_t number, uint64_t previous,
                                                 struct err *err) MUST_CHECK;
/* Adds a section. Names are unique in a file and 1 to CHECKPOINT_NAME_MAX bytes long. After a failure (-1, ERR_DISK)
 * only checkpoint_writer_abandon may follow. */
int checkpoint_write(struct checkpoint_writer *writer, struct str name, struct str bytes, struct err *err) MUST_CHECK;
/* Finishes the file and makes it and its name durable. The writer is freed in any case. -1: ERR_DISK; the file is of no
 * use and is left for the next of this number. */
int checkpoint_writer_close(struct checkpoint_writer *writer, struct err *err) MUST_CHECK;
/* Gives up: frees the writer and leaves the unfinished file. */
void checkpoint_writer_abandon(struct checkpoint_writer *writer);

/* Opens a finished checkpoint and checks its head, table and foot. NULL: ERR_DAMAGED (the message names file and
 * offset), ERR_UNSUPPORTED for a newer version, or ERR_DISK. Close with checkpoint_reader_close; NULL is fine. */
struct checkpoint_reader;
struct checkpoint_reader *checkpoint_reader_open(struct disk *disk, const char *dir, uint64_t number,
                                                 struct err *err) MUST_CHECK;
void checkpoint_reader_close(struct checkpoint_reader *reader);
uint64_t checkpoint_previous(const struct checkpoint_reader *reader);
/* The sections, in the order they were written: i from 0 to checkpoint_sections() - 1. The name lives as long as the
 * reader. */
uint32_t checkpoint_sections(const struct checkpoint_reader *reader);
struct str checkpoint_section_name(const struct checkpoint_reader *reader, uint32_t i);
/* Appends a section's bytes to out, checking them. 1: done; 0: no such section; -1: ERR_DAMAGED or ERR_DISK, and out is
 * as before. */
int checkpoint_read(const struct checkpoint_reader *reader, struct str name, struct buf *out,
                    struct err *err) MUST_CHECK;

/* Deletes the file of a checkpoint, if there is one, durably. */
int checkpoint_delete(struct disk *disk, const char *dir, uint64_t number, struct err *err) MUST_CHECK;

#endif
