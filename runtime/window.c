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

usec window_start(const struct window *w, usec t)
{
    if (w->months) {
        struct civil c = time_civil(t - w->origin);
        int64_t month = (int64_t)c.year * 12 + c.month - 1;
        return month_start(floor_div(month, w->months) * w->months) + w->origin;
    }
    assert(w->size > 0);
    return floor_div(t - w->origin, w->size) * w->size + w->origin;
}

usec window_end(const struct window *w, usec start)
{
    if (w->months) return time_add_months(start - w->origin, w->months) + w->origin;
    return start + w->size;
}
