/* printer_aligned.c - the formats with aligned columns: table, box, markdown.
 *
 * The first rows are held back until there are SAMPLE_ROWS or SAMPLE_BYTES of them, or someone wants to see them; the
 * widths are those of the sample. Then everything is printed at once, and a later cell that is wider pushes the rest of
 * its line to the right: nothing is ever cut off. A column whose sampled values are all numbers stands at the right. */
#include <stdlib.h>
#include <string.h>

#include "shell/cell.h"
#include "shell/printer_class.h"

enum { SAMPLE_ROWS = 1000, SAMPLE_BYTES = 1 << 20, WIDTH_MAX = 100 };

/* How lines are drawn. */
struct frame {
    const char *left, *between, *right;       /* around cells */
    const char *dash;                         /* of the rule, once for each column on the screen */
    const char *top[3], *rule[3], *bottom[3]; /* left, between, right; [0] NULL: no such line */
    bool rule_says_right;                     /* Markdown: the last dash of a column at the right is a colon */
    bool escape_bars;                         /* Markdown: | is written \| */
    int width_min;
};

struct column_layout {
    int width;
    bool has_number, has_text; /* seen in the sample */
};

struct aligned {
    struct printer printer; /* must be first */
    const struct frame *frame;
    struct column_layout *layout;
    struct buf sample; /* display texts of the sampled cells, row by row */
    size_t *ends;      /* where each of them ends */
    size_t cells, cells_capacity;
    bool laid_out;
    struct buf scratch;
};

static void put_times(struct buf *out, const char *text, int times)
{
    for (int i = 0; i < times; i++) buf_puts(out, text);
}

static bool at_right(const struct aligned *a, int column)
{
    return a->layout[column].has_number && !a->layout[column].has_text;
}

static void put_cell(struct aligned *a, struct str display, int column)
{
    struct buf *out = &a->printer.out->pending;
    int padding = a->layout[column].width - cell_width(display);

    if (at_right(a, column)) put_times(out, " ", padding);
    buf_put(out, display.ptr, display.len);
    if (!at_right(a, column)) put_times(out, " ", padding);
}

/* Without a frame a line has no blanks at its end. */
static void end_line(struct aligned *a, size_t begin)
{
    struct buf *out = &a->printer.out->pending;

    buf_puts(out, a->frame->right);
    if (!*a->frame->right)
        while (out->len > begin && out->ptr[out->len - 1] == ' ') out->len--;
    buf_putc(out, '\n');
}

static void put_display(struct aligned *a, struct str display, int column)
{
    buf_puts(&a->printer.out->pending, column ? a->frame->between : a->frame->left);
    put_cell(a, display, column);
}

static void put_line(struct aligned *a, const char *const ends[3])
{
    struct buf *out = &a->printer.out->pending;

    if (!ends[0]) return;
    for (int i = 0; i < a->printer.columns; i++) {
        bool colon = a->frame->rule_says_right && at_right(a, i);
        buf_puts(out, ends[i ? 1 : 0]);
        put_times(out, a->frame->dash, a->layout[i].width - colon);
        if (colon) buf_putc(out, ':');
    }
    buf_puts(out, ends[2]);
    buf_putc(out, '\n');
}

/* The display text of what was put into scratch[from..], for this frame. */
static void escape_bars(struct aligned *a, struct buf *buf, size_t from)
{
    size_t bars = 0, at;

    if (!a->frame->escape_bars) return;
    for (size_t i = from; i < buf->len; i++) bars += buf->ptr[i] == '|';
    buf_reserve(buf, bars);
    at = buf->len += bars;
    for (size_t i = at - bars; bars;) {
        buf->ptr[--at] = buf->ptr[--i];
        if (buf->ptr[at] != '|') continue;
        buf->ptr[--at] = '\\';
        bars--;
    }
}

static struct str render_name(struct aligned *a, int column)
{
    a->scratch.len = 0;
    cell_put_display_text(str_lit(a->printer.name[column]), &a->scratch);
    escape_bars(a, &a->scratch, 0);
    return str_of(a->scratch.ptr, a->scratch.len);
}

static void widen(struct column_layout *layout, struct str display)
{
    int width = cell_width(display);

    if (width > WIDTH_MAX) width = WIDTH_MAX;
    if (width > layout->width) layout->width = width;
}

static struct str sampled(const struct aligned *a, size_t cell)
{
    size_t begin = cell ? a->ends[cell - 1] : 0;

    return str_of(a->sample.ptr + begin, a->ends[cell] - begin);
}

static void put_header(struct aligned *a)
{
    size_t begin = a->printer.out->pending.len;

    put_line(a, a->frame->top);
    for (int i = 0; i < a->printer.columns; i++) put_display(a, render_name(a, i), i);
    end_line(a, begin);
    put_line(a, a->frame->rule);
}

static void put_sample(struct aligned *a)
{
    size_t columns = (size_t)a->printer.columns;

    for (size_t cell = 0; cell < a->cells; cell += columns) {
        size_t begin = a->printer.out->pending.len;
        for (size_t i = 0; i < columns; i++) put_display(a, sampled(a, cell + i), (int)i);
        end_line(a, begin);
    }
}

static void aligned_flush(struct printer *p)
{
    struct aligned *a = (struct aligned *)p;

    if (a->laid_out || p->columns == 0) return;
    a->laid_out = true;
    for (int i = 0; i < p->columns; i++) a->layout[i].width = a->frame->width_min;
    for (int i = 0; i < p->columns; i++) widen(&a->layout[i], render_name(a, i));
    for (size_t i = 0; i < a->cells; i++) widen(&a->layout[i % (size_t)p->columns], sampled(a, i));
    put_header(a);
    put_sample(a);
    buf_free(&a->sample);
    free(a->ends);
    a->ends = NULL;
    a->cells = 0;
}

static void add_to_sample(struct aligned *a, const struct relation_value *value, int column)
{
    struct column_layout *layout = &a->layout[column];
    size_t begin = a->sample.len;

    cell_put_display(value, &a->sample);
    escape_bars(a, &a->sample, begin);
    a->ends = mem_grow(a->ends, &a->cells_capacity, a->cells + 1, sizeof *a->ends);
    a->ends[a->cells++] = a->sample.len;
    if (cell_is_number(value))
        layout->has_number = true;
    else if (!cell_is_null(value))
        layout->has_text = true;
}

static void sample_row(struct aligned *a, const struct relation_value *values)
{
    for (int i = 0; i < a->printer.columns; i++) add_to_sample(a, &values[i], i);
    if (a->printer.rows + 1 >= SAMPLE_ROWS || a->sample.len >= SAMPLE_BYTES) aligned_flush(&a->printer);
}

static void aligned_row(struct printer *p, const struct relation_value *values)
{
    struct aligned *a = (struct aligned *)p;
    size_t begin = p->out->pending.len;

    if (!a->laid_out) {
        sample_row(a, values);
        return;
    }
    for (int i = 0; i < p->columns; i++) {
        a->scratch.len = 0;
        cell_put_display(&values[i], &a->scratch);
        escape_bars(a, &a->scratch, 0);
        put_display(a, str_of(a->scratch.ptr, a->scratch.len), i);
    }
    end_line(a, begin);
}

static void aligned_end(struct printer *p)
{
    struct aligned *a = (struct aligned *)p;

    put_line(a, a->frame->bottom);
}

static void aligned_free(struct printer *p)
{
    struct aligned *a = (struct aligned *)p;

    free(a->layout);
    free(a->ends);
    buf_free(&a->sample);
    buf_free(&a->scratch);
}

static void aligned_begin(struct printer *p, const struct frame *frame)
{
    struct aligned *a = (struct aligned *)p;

    a->frame = frame;
    a->layout = mem_zalloc(sizeof *a->layout * (size_t)(p->columns + 1));
}

static void plain_begin(struct printer *p)
{
    static const struct frame frame = {"", "  ", "", "-", {NULL}, {"", "  ", ""}, {NULL}, false, false, 0};
    aligned_begin(p, &frame);
}

static void box_begin(struct printer *p)
{
    static const struct frame frame = {
        "│ ", " │ ", " │", "─", {"┌─", "─┬─", "─┐"}, {"├─", "─┼─", "─┤"}, {"└─", "─┴─", "─┘"}, false, false, 0};
    aligned_begin(p, &frame);
}

static void markdown_begin(struct printer *p)
{
    static const struct frame frame = {"| ", " | ", " |", "-", {NULL}, {"| ", " | ", " |"}, {NULL}, true, true, 3};

    aligned_begin(p, &frame);
}

#define ALIGNED(begin_function)                                                                                        \
    {                                                                                                                  \
        .size = sizeof(struct aligned), .begin = begin_function, .row = aligned_row, .flush = aligned_flush,           \
        .end = aligned_end, .free = aligned_free                                                                       \
    }

const struct printer_class printer_plain_class = ALIGNED(plain_begin);
const struct printer_class printer_box_class = ALIGNED(box_begin);
const struct printer_class printer_markdown_class = ALIGNED(markdown_begin);
