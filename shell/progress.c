/* progress.c - see progress.h. */
#include "shell/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { CELLS = 30 };

usec progress_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * USEC_SECOND + now.tv_nsec / 1000;
}

void progress_begin(struct progress_bar *bar)
{
    *bar = (struct progress_bar){.on_terminal = isatty(STDERR_FILENO) == 1, .begun = progress_clock()};
}

/* 1234567 as 1,234,567. */
static void put_grouped(uint64_t n, struct buf *out)
{
    if (n >= 1000) {
        put_grouped(n / 1000, out);
        buf_printf(out, ",%03d", (int)(n % 1000));
    } else {
        buf_printf(out, "%d", (int)n);
    }
}

static void put_counted(uint64_t n, const char *noun, struct buf *out)
{
    put_grouped(n, out);
    buf_printf(out, " %s%s", noun, n == 1 ? "" : "s");
}

static void put_rate(uint64_t records, usec elapsed, struct buf *out)
{
    put_grouped((uint64_t)((double)records * 1e6 / (double)(elapsed > 0 ? elapsed : 1)), out);
    buf_puts(out, "/s");
}

static void put_bar(double done, struct buf *out)
{
    int full = (int)(done * CELLS);

    buf_putc(out, '[');
    for (int i = 0; i < CELLS; i++) buf_putc(out, i < full ? '#' : '.');
    buf_printf(out, "] %3d%%  ", (int)(done * 100));
}

static void put_remaining(double done, usec elapsed, struct buf *out)
{
    double seconds = (double)elapsed / 1e6 * (1 - done) / done;

    if (elapsed < USEC_SECOND || done < 0.01) return;
    buf_printf(out, ", %d:%02d left", (int)(seconds / 60), (int)seconds % 60);
}

void progress_line(const struct progress *p, usec elapsed, struct buf *out)
{
    double done = p->bytes_total ? (double)p->bytes_done / (double)p->bytes_total : 0;

    if (done > 1) done = 1;
    if (p->bytes_total) put_bar(done, out);
    put_counted(p->records, "record", out);
    buf_puts(out, ", ");
    put_rate(p->records, elapsed, out);
    if (p->bytes_total) put_remaining(done, elapsed, out);
}

void progress_draw(void *arg, const struct progress *p)
{
    struct progress_bar *bar = arg;
    usec now = progress_clock();
    struct buf line = {0};

    if (!bar->on_terminal || now - bar->begun < USEC_SECOND / 4 || now - bar->drawn < USEC_SECOND / 10) return;
    bar->drawn = now;
    bar->shown = true;
    progress_line(p, now - bar->begun, &line);
    fprintf(stderr, "\r\033[K%s", buf_text(&line));
    buf_free(&line);
}

void progress_erase(struct progress_bar *bar)
{
    if (bar->shown) fputs("\r\033[K", stderr);
    bar->shown = false;
}

void progress_sum_up(uint64_t records, uint64_t epochs, usec elapsed, struct buf *out)
{
    put_counted(records, "record", out);
    buf_printf(out, " in %.2f s (", (double)elapsed / 1e6);
    put_rate(records, elapsed, out);
    buf_puts(out, "), ");
    put_counted(epochs, "epoch", out);
    buf_putc(out, '\n');
}

void progress_summary(const struct progress_bar *bar, const struct engine_stats *stats)
{
    struct buf line = {0};

    if (!stats->records) return;
    progress_sum_up(stats->records, stats->epochs, progress_clock() - bar->begun, &line);
    fputs(buf_text(&line), stderr);
    buf_free(&line);
}
