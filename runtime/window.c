/* window.c - see window.h. Months are counted from year 0, so a window of n months begins at a month whose number is a
 * multiple of n; months of 1970 as origin would give the same for 1, 2, 3, 4, 6 and 12. */
#include "runtime/window.h"

#include <assert.h>

static int64_t floor_div(int64_t a, int64_t b)
{
    int64_t q = a / b;

    return q - (a % b < 0);
}

static usec month_start(int64_t month)
{
    struct civil c = {
        .year = (int)floor_div(month, 12), .month = (int)(month - floor_div(month, 12) * 12) + 1, .day = 1};

    return time_from_civil(&c);
}

/* The greatest origin + k * step at or before t. */
static usec step_before(usec t, usec step, usec origin)
{
    assert(step > 0);
    return floor_div(t - origin, step) * step + origin;
}

usec window_start(const struct window *w, usec t)
{
    if (w->months) {
        struct civil c = time_civil(t - w->origin);
        int64_t month = (int64_t)c.year * 12 + c.month - 1;
        return month_start(floor_div(month, w->months) * w->months) + w->origin;
    }
    return step_before(t, w->size, w->origin);
}

usec window_end(const struct window *w, usec start)
{
    if (w->months) return time_add_months(start - w->origin, w->months) + w->origin;
    return start + w->size;
}

struct span window_ending_after(const struct window *w, usec t)
{
    usec start = w->kind == WINDOW_HOP ? step_before(t - w->size, w->slide, w->origin) + w->slide : window_start(w, t);

    if (w->kind == WINDOW_CUMULATE) return (struct span){start, step_before(t, w->slide, w->origin) + w->slide};
    return (struct span){start, window_end(w, start)};
}

bool window_first(const struct window *w, usec t, struct span *out)
{
    *out = window_ending_after(w, t);
    return out->start <= t;
}

struct span window_last(const struct window *w, usec t)
{
    usec start = w->kind == WINDOW_HOP ? step_before(t, w->slide, w->origin) : window_start(w, t);

    return (struct span){start, window_end(w, start)};
}

struct span window_next(const struct window *w, struct span window)
{
    return window_ending_after(w, window.end);
}

int64_t window_tick(usec every, usec t)
{
    return floor_div(t, every);
}

/* Hopping windows start at one phase of the slide and end at another one. */
struct span window_slice(const struct window *w, usec t)
{
    usec start, end;

    if (w->kind == WINDOW_TUMBLE) return window_last(w, t);
    start = step_before(t, w->slide, w->origin);
    if (w->kind == WINDOW_CUMULATE) return (struct span){start, start + w->slide};
    end = step_before(t, w->slide, w->origin + w->size % w->slide);
    if (end > start) return (struct span){end, start + w->slide};
    return (struct span){start, end + w->slide};
}
