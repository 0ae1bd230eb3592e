/* window.h - where windows begin and end (plan.h, struct window). */
#ifndef WEIR_RUNTIME_WINDOW_H
#define WEIR_RUNTIME_WINDOW_H

#include "planner/plan.h"

/* The start of the window that holds t, and the end of the window that starts there (both as inside the engine). */
usec window_start(const struct window *w, usec t);
usec window_end(const struct window *w, usec start);

#endif
