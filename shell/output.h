/* output.h - results on their way to a file descriptor: collected, written in large pieces, and remembered as failed
 * once a write has failed. A reader who has gone (EPIPE) is not a failure to report but a reason to stop. */
#ifndef WEIR_SHELL_OUTPUT_H
#define WEIR_SHELL_OUTPUT_H

#include "base/mem.h"

enum { OUTPUT_PIECE = 64 * 1024 };

struct output {
    int fd;             /* -1: nowhere; all stays in `pending` (tests) */
    struct buf pending; /* append here, then call output_push */
    int error;          /* errno of the first write that failed; from then on all is dropped */
};

/* Writes what is pending when it is at least OUTPUT_PIECE bytes. 0, or -1 when a write has failed, now or before. */
int output_push(struct output *out);
/* Writes all that is pending. */
int output_flush(struct output *out);
/* Flushes and frees. Not being able to write is an error (ERR_DISK), unless the reader has gone. */
MUST_CHECK int output_close(struct output *out, struct err *err);

#endif
