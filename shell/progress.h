/* progress.h - how far the reading of the sources has come, on stderr: a bar while it runs (on a terminal only), one
 * line at its end. */
#ifndef WEIR_SHELL_PROGRESS_H
#define WEIR_SHELL_PROGRESS_H

#include "engine/session.h"

struct progress_bar {
    bool on_terminal;
    bool shown; /* the bar stands on the current line */
    usec begun; /* by the monotonic clock */
    usec drawn; /* when last */
};

/* Microseconds of the monotonic clock: for durations shown to people, nothing else. */
usec progress_clock(void);

void progress_begin(struct progress_bar *bar);
/* A progress_handler; arg is the bar. Draws at most ten times a second. */
void progress_draw(void *arg, const struct progress *progress);
/* Takes the bar off the line, so that something else can be printed. */
void progress_erase(struct progress_bar *bar);
/* Prints `20,000 records in 0.31 s (64,516/s), 12 epochs`; nothing when there were no records. */
void progress_summary(const struct progress_bar *bar, const struct engine_stats *stats);

/* The line of the bar, without anything that moves the cursor; elapsed is since the beginning. */
void progress_line(const struct progress *progress, usec elapsed, struct buf *out);
/* The text of the summary, with its line end. */
void progress_sum_up(uint64_t records, uint64_t epochs, usec elapsed, struct buf *out);

#endif
