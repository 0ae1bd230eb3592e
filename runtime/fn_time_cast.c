/* fn_time_cast.c - kernels of CAST from and to times and spans. Text that is none is a bad cast; text that is longer
 * than VARCHAR(n) allows is too long. Blanks around text are skipped. */
#include "planner/interval.h"
#include "runtime/fn_cast.h"
#include "runtime/fn_time.h"

/* ---- between times ---- */

void fn_cast_timestamp_date(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        usec t = c->args[0]->ints[row];
        c->out->ints[row] = midnight_of(t);
    }
}

void fn_cast_timestamp_time(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) c->out->ints[row] = time_of_day(c->args[0]->ints[row]);
}

/* ---- spans to numbers ---- */

void fn_cast_span_bigint(struct kernel_call *c)
{
    int64_t unit = interval_unit(c->types[0]);

    for (int row = 0; row < c->rows; row++) c->out->ints[row] = c->args[0]->ints[row] / unit;
}

/* ---- from text ---- */

static void parse_each(struct kernel_call *c, int (*parse)(const char *text, size_t len, int64_t *out))
{
    for (int row = 0; row < c->rows; row++) {
        struct str s = cast_text(c, row);
        c->out->ints[row] = 0;
        if (parse(s.ptr, s.len, &c->out->ints[row])) kernel_fail(c, row, ROW_BAD_CAST);
    }
}

void fn_cast_text_timestamp(struct kernel_call *c)
{
    parse_each(c, time_parse);
}

void fn_cast_text_date(struct kernel_call *c)
{
    parse_each(c, time_parse_date);
}

void fn_cast_text_time(struct kernel_call *c)
{
    parse_each(c, time_parse_clock);
}

void fn_cast_text_span(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        struct str s = cast_text(c, row);
        c->out->ints[row] = 0;
        if (interval_parse(c->type, s.ptr, s.len, &c->out->ints[row])) kernel_fail(c, row, ROW_BAD_CAST);
    }
}

/* ---- to text ---- */

static int print_time(enum type_kind kind, usec t, char out[TIME_TEXT_MAX])
{
    if (kind == TYPE_DATE) return time_print_date(t, out);
    if (kind == TYPE_TIME) return time_print_clock(t, out);
    return kind == TYPE_TIMESTAMP ? time_print(t, out) : time_print_zoned(t, out);
}

void fn_cast_time_text(struct kernel_call *c)
{
    enum type_kind kind = c->types[0].kind;

    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        c->text.len += (size_t)print_time(kind, c->args[0]->ints[row], buf_reserve(&c->text, TIME_TEXT_MAX));
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
    cast_check_lengths(c);
}

void fn_cast_span_text(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        char *out = buf_reserve(&c->text, INTERVAL_TEXT_MAX);
        c->text.len += (size_t)interval_print(c->types[0], c->args[0]->ints[row], out);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
    cast_check_lengths(c);
}
