/* window.h - where windows begin and end (plan.h, struct window). Everything is as inside the engine: [start, end).
 *
 * The windows of one kind have an order: by their ends, which is also the order of their starts but for cumulative
 * windows, where those of one start end one after the other. Slices are what is left of time when it is cut at every
 * start and every end: a window is a run of whole slices. */
#ifndef WEIR_RUNTIME_WINDOW_H
#define WEIR_RUNTIME_WINDOW_H

#include "planner/plan.h"

struct span {
    usec start, end;
};

/* Tumbling windows: the start of the one that holds t, and the end of the one that starts there. */
usec window_start(const struct window *w, usec t);
usec window_end(const struct window *w, usec start);

/* Of the windows that hold t the one that ends first; false: none does (t lies in a gap of hopping windows). The others
 * are those behind it (window_next) that start at or before t. */
bool window_first(const struct window *w, usec t, struct span *out);
/* Of the windows that hold t, which lies in one, the one that ends last. */
struct span window_last(const struct window *w, usec t);
/* The window behind this one. */
struct span window_next(const struct window *w, struct span window);
/* The first window that ends after t. */
struct span window_ending_after(const struct window *w, usec t);
/* The greatest multiple of the interval at or before t, as its number: ticks are the multiples from 1970 on. */
int64_t window_tick(usec every, usec t);
/* The slice that holds t. */
struct span window_slice(const struct window *w, usec t);

#endif
