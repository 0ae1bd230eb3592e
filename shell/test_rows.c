/* test_rows.c - rows of text; see the header. */
#include "shell/test_rows.h"

#include "base/num.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void test_rows_free(struct test_rows *rows)
{
    if (rows->arena) arena_free(rows->arena);
    free(rows->names);
    free(rows->cells);
    *rows = (struct test_rows){0};
}

static struct str keep(struct test_rows *rows, struct str s)
{
    return s.ptr ? str_of(arena_copy(rows->arena, s.ptr, s.len), s.len) : s;
}

void test_rows_header(struct test_rows *rows, const struct str *names, int columns)
{
    if (!rows->arena) rows->arena = arena_new();
    rows->columns = columns;
    rows->names = mem_alloc((size_t)columns * sizeof *rows->names);
    for (int c = 0; c < columns; c++) rows->names[c] = keep(rows, names[c]);
}

void test_rows_add(struct test_rows *rows, const struct str *cells)
{
    size_t used = (size_t)rows->count * (size_t)rows->columns, more = (size_t)rows->columns;

    rows->cells = mem_grow(rows->cells, &rows->capacity, used + more, sizeof *rows->cells);
    for (size_t c = 0; c < more; c++) rows->cells[used + c] = keep(rows, cells[c]);
    rows->count++;
}

static const struct str *row_of(const struct test_rows *rows, int row)
{
    return rows->cells + (size_t)row * (size_t)rows->columns;
}

int test_rows_column(const struct test_rows *rows, struct str name)
{
    for (int c = 0; c < rows->columns; c++) {
        if (str_equal_nocase(rows->names[c], name)) return c;
    }
    return -1;
}

/* ---- CSV ---- */

struct csv {
    struct str text;
    size_t at;
    struct buf field; /* the bytes of a quoted field */
    struct str *cells;
    size_t capacity;
    int count;
};

/* A field in quotes, from its opening one; -1 when it is not closed. */
static int read_quoted(struct csv *c)
{
    c->field.len = 0;
    for (c->at++; c->at < c->text.len; c->at++) {
        if (c->text.ptr[c->at] != '"') {
            buf_putc(&c->field, c->text.ptr[c->at]);
        } else if (c->at + 1 < c->text.len && c->text.ptr[c->at + 1] == '"') {
            buf_putc(&c->field, c->text.ptr[c->at++]);
        } else {
            c->at++;
            return 0;
        }
    }
    return -1;
}

static struct str read_plain(struct csv *c)
{
    size_t start = c->at;

    while (c->at < c->text.len && !strchr(",\n\r", c->text.ptr[c->at])) c->at++;
    return c->at == start ? (struct str){0} : str_of(c->text.ptr + start, c->at - start);
}

static int read_field(struct csv *c, struct arena *arena, struct err *err)
{
    size_t start = c->at;
    struct str cell;

    if (c->at < c->text.len && c->text.ptr[c->at] == '"') {
        if (read_quoted(c)) return err_set(err, ERR_INPUT, (int)start, "a quote that is not closed");
        cell = str_of(arena_copy(arena, c->field.ptr ? c->field.ptr : "", c->field.len), c->field.len);
    } else {
        cell = read_plain(c);
    }
    if (c->at < c->text.len && !strchr(",\n\r", c->text.ptr[c->at]))
        return err_set(err, ERR_INPUT, (int)c->at, "something between a closing quote and the comma");
    c->cells = mem_grow(c->cells, &c->capacity, (size_t)c->count + 1, sizeof *c->cells);
    c->cells[c->count++] = cell;
    return 0;
}

static int read_record(struct csv *c, struct arena *arena, struct err *err)
{
    c->count = 0;
    for (;; c->at++) {
        if (read_field(c, arena, err)) return -1;
        if (c->at == c->text.len || c->text.ptr[c->at] != ',') break;
    }
    if (c->at < c->text.len && c->text.ptr[c->at] == '\r') c->at++;
    if (c->at < c->text.len && c->text.ptr[c->at] == '\n') c->at++;
    return 0;
}

static int read_rows(struct csv *c, struct arena *scratch, struct test_rows *out, struct err *err)
{
    while (c->at < c->text.len) {
        size_t start = c->at;
        if (read_record(c, scratch, err)) return -1;
        if (!out->columns) {
            test_rows_header(out, c->cells, c->count);
        } else if (c->count != out->columns) {
            return err_set(err, ERR_INPUT, (int)start, "a row of %d column%s under a header of %d", c->count,
                           c->count == 1 ? "" : "s", out->columns);
        } else {
            test_rows_add(out, c->cells);
        }
    }
    return 0;
}

int test_rows_parse(struct str csv, struct test_rows *out, struct err *err)
{
    struct csv c = {.text = csv};
    struct arena *scratch = arena_new();
    int failed;

    *out = (struct test_rows){0};
    failed = read_rows(&c, scratch, out, err);
    buf_free(&c.field);
    free(c.cells);
    arena_free(scratch);
    return failed;
}

static void print_cell(struct str s, struct buf *out)
{
    bool quotes = s.ptr && (!s.len || s.ptr[0] == '"');

    for (size_t i = 0; i < s.len && !quotes; i++) quotes = strchr(",\n\r\"", s.ptr[i]) != NULL;
    if (quotes) buf_putc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"') buf_putc(out, '"');
        buf_putc(out, s.ptr[i]);
    }
    if (quotes) buf_putc(out, '"');
}

static void print_record(const struct str *cells, int columns, struct buf *out)
{
    for (int c = 0; c < columns; c++) {
        if (c) buf_putc(out, ',');
        print_cell(cells[c], out);
    }
    buf_putc(out, '\n');
}

void test_rows_print(const struct test_rows *rows, struct buf *out)
{
    if (!rows->columns) return;
    print_record(rows->names, rows->columns, out);
    for (int i = 0; i < rows->count; i++) print_record(row_of(rows, i), rows->columns, out);
}

/* ---- order ---- */

static int compare_cells(struct str a, struct str b)
{
    size_t min = a.len < b.len ? a.len : b.len;
    int c = min ? memcmp(a.ptr, b.ptr, min) : 0;

    if (!a.ptr || !b.ptr) return (a.ptr != NULL) - (b.ptr != NULL);
    return c ? c : (a.len > b.len) - (a.len < b.len);
}

struct row_order {
    int columns, last; /* last: a column that is compared last, or -1 */
};

/* Rows as arrays of cells; the column `last` does not count. */
static int compare_rows(const struct str *a, const struct str *b, const struct row_order *order)
{
    for (int i = 0; i < order->columns; i++) {
        int c = i == order->last ? 0 : compare_cells(a[i], b[i]);
        if (c) return c;
    }
    return 0;
}

static int compare_all(const void *a, const void *b, void *order)
{
    const struct row_order *o = order;
    int c = compare_rows(a, b, o);

    return c || o->last < 0 ? c : compare_cells(((const struct str *)a)[o->last], ((const struct str *)b)[o->last]);
}

static void sort_with_last(struct test_rows *rows, int last)
{
    struct row_order order = {rows->columns, last};

    if (rows->count)
        qsort_r(rows->cells, (size_t)rows->count, (size_t)rows->columns * sizeof *rows->cells, compare_all, &order);
}

void test_rows_sort(struct test_rows *rows)
{
    sort_with_last(rows, -1);
}

static int64_t cell_number(struct str s)
{
    int64_t n = 0;

    return s.ptr && num_parse_int(s.ptr, s.len, &n) == 0 ? n : 0;
}

void test_rows_sum(struct test_rows *rows, int column)
{
    struct row_order order = {rows->columns, column};
    struct test_rows sums = {0};

    if (!rows->columns) return;
    sort_with_last(rows, column);
    test_rows_header(&sums, rows->names, rows->columns);
    for (int i = 0, next; i < rows->count; i = next) {
        struct str *cells = rows->cells + (size_t)i * (size_t)rows->columns;
        char text[NUM_TEXT_MAX];
        int64_t sum = 0;
        for (next = i; next < rows->count && !compare_rows(cells, row_of(rows, next), &order); next++)
            sum += cell_number(row_of(rows, next)[column]);
        if (!sum) continue;
        cells[column] = str_of(text, (size_t)num_print_int(sum, text));
        test_rows_add(&sums, cells);
    }
    test_rows_free(rows);
    *rows = sums;
}

/* ---- difference ---- */

enum { DIFFERENCE_CELLS = 4 * 1024 * 1024, DIFFERENCE_LINES = 60, AROUND = 2 };

static bool same_row(const struct test_rows *a, int i, const struct test_rows *b, int k)
{
    struct row_order order = {a->columns, -1};

    return compare_rows(row_of(a, i), row_of(b, k), &order) == 0;
}

/* The lines of a difference, with only those of the equal rows that stand near an unequal one. */
struct lines {
    struct buf *out;
    struct buf held[AROUND]; /* equal rows not printed yet, the last ones */
    int held_count, skipped, after, printed;
};

static void put_line(struct lines *l, char sign, const char *text, size_t len)
{
    if (++l->printed == DIFFERENCE_LINES) buf_puts(l->out, "  ...\n");
    if (l->printed >= DIFFERENCE_LINES) return;
    buf_printf(l->out, "  %c ", sign);
    buf_put(l->out, text, len);
}

static void hold(struct lines *l, struct buf *row)
{
    if (l->held_count == AROUND) {
        buf_free(&l->held[0]);
        memmove(&l->held[0], &l->held[1], sizeof l->held - sizeof l->held[0]);
        l->held_count--;
        l->skipped++;
    }
    l->held[l->held_count++] = *row;
    *row = (struct buf){0};
}

static void let_go(struct lines *l, bool print)
{
    if (print && l->skipped) put_line(l, ' ', "...\n", 4);
    for (int i = 0; i < l->held_count; i++) {
        if (print) put_line(l, ' ', l->held[i].ptr, l->held[i].len);
        buf_free(&l->held[i]);
    }
    l->held_count = l->skipped = 0;
}

static void put_row(struct lines *l, char sign, const struct test_rows *rows, int i)
{
    struct buf text = {0};

    print_record(row_of(rows, i), rows->columns, &text);
    if (sign != ' ') {
        let_go(l, true);
        l->after = AROUND;
        put_line(l, sign, text.ptr, text.len);
    } else if (l->after) {
        l->after--;
        put_line(l, sign, text.ptr, text.len);
    } else {
        hold(l, &text);
    }
    buf_free(&text);
}

/* length[i * width + k]: how many rows the ends a[i..] and b[k..] have in common, in order. */
static uint32_t *common_lengths(const struct test_rows *a, const struct test_rows *b)
{
    size_t width = (size_t)b->count + 1;
    uint32_t *length = mem_zalloc(((size_t)a->count + 1) * width * sizeof *length);

    for (int i = a->count - 1; i >= 0; i--) {
        for (int k = b->count - 1; k >= 0; k--) {
            size_t at = (size_t)i * width + (size_t)k;
            uint32_t down = length[at + width], right = length[at + 1];
            length[at] = same_row(a, i, b, k) ? length[at + width + 1] + 1 : down > right ? down : right;
        }
    }
    return length;
}

static void put_difference(struct lines *l, const struct test_rows *a, const struct test_rows *b,
                           const uint32_t *length)
{
    size_t width = (size_t)b->count + 1;
    int i = 0, k = 0;

    while (i < a->count || k < b->count) {
        size_t at = (size_t)i * width + (size_t)k;
        if (i < a->count && k < b->count && same_row(a, i, b, k)) {
            put_row(l, ' ', a, i++);
            k++;
        } else if (k == b->count || (i < a->count && (!length || length[at + width] >= length[at + 1]))) {
            put_row(l, '-', a, i++);
        } else {
            put_row(l, '+', b, k++);
        }
    }
}

static bool same_names(const struct test_rows *a, const struct test_rows *b)
{
    if (a->columns != b->columns) return false;
    for (int c = 0; c < a->columns; c++) {
        if (!str_equal(a->names[c], b->names[c])) return false;
    }
    return true;
}

static bool same_rows(const struct test_rows *a, const struct test_rows *b)
{
    if (a->count != b->count) return false;
    for (int i = 0; i < a->count; i++) {
        if (!same_row(a, i, b, i)) return false;
    }
    return true;
}

bool test_rows_same(const struct test_rows *expected, const struct test_rows *got, struct buf *difference)
{
    struct lines l = {.out = difference};
    int64_t cells = ((int64_t)expected->count + 1) * ((int64_t)got->count + 1);
    uint32_t *length;

    if (!same_names(expected, got)) {
        buf_puts(difference, "  - ");
        print_record(expected->names, expected->columns, difference);
        buf_puts(difference, "  + ");
        print_record(got->names, got->columns, difference);
        return false;
    }
    if (same_rows(expected, got)) return true;
    buf_puts(difference, "    ");
    print_record(expected->names, expected->columns, difference);
    length = cells <= DIFFERENCE_CELLS ? common_lengths(expected, got) : NULL;
    put_difference(&l, expected, got, length);
    let_go(&l, false);
    free(length);
    return false;
}
