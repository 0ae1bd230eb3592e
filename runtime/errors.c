/* errors.c - error_stream: rows that were late or could not be read or computed, as rows of a stream like any other.
 * One row per record and query, and one in all for a record that is bad for everybody (design.md, "Bad rows"). */
#include "runtime/errors.h"

#include "base/num.h"
#include "base/utf8.h"
#include "log/shard.h"
#include "runtime/node.h"

#include <stdio.h>
#include <string.h>

enum error_field {
    ERROR_TIME,
    ERROR_LEVEL,
    ERROR_NAME,
    ERROR_MESSAGE,
    DATA_ROWTIME,
    DATA_ROW,
    PUMP_NAME,
    STREAM_NAME,
    SHARD_ID,
    SEQUENCE_NUMBER,
    ERROR_FIELDS
};

static const struct {
    const char *name;
    enum type_kind kind;
} error_columns[ERROR_FIELDS] = {
    {"ERROR_TIME", TYPE_TIMESTAMP},    {"ERROR_LEVEL", TYPE_VARCHAR},    {"ERROR_NAME", TYPE_VARCHAR},
    {"MESSAGE", TYPE_VARCHAR},         {"DATA_ROWTIME", TYPE_TIMESTAMP}, {"DATA_ROW", TYPE_VARCHAR},
    {"PUMP_NAME", TYPE_VARCHAR},       {"STREAM_NAME", TYPE_VARCHAR},    {"SHARD_ID", TYPE_VARCHAR},
    {"SEQUENCE_NUMBER", TYPE_VARCHAR},
};

struct object *errors_object(void)
{
    struct object *o = object_new(OBJECT_STREAM);

    o->name = "error_stream";
    o->sql = "";
    o->format = "json";
    o->field_count = ERROR_FIELDS;
    o->fields = arena_alloc(o->arena, ERROR_FIELDS * sizeof *o->fields);
    for (int i = 0; i < ERROR_FIELDS; i++)
        o->fields[i] = (struct field){.name = error_columns[i].name, .type = {.kind = error_columns[i].kind}};
    o->watermark_field = -1;
    o->max_ahead = USEC_MAX;
    o->derived = o->system = true;
    return o;
}

static void set_text(struct rowset *rs, struct column *c, int row, const char *bytes, size_t len)
{
    if (!bytes) {
        bit_clear(c->valid, row);
        c->texts[row] = (struct text){.ptr = ""};
        return;
    }
    c->texts[row] = text_of(arena_copy(rowset_arena(rs), bytes, len), len);
}

static void set_string(struct rowset *rs, struct column *c, int row, const char *text)
{
    set_text(rs, c, row, text, text ? strlen(text) : 0);
}

/* A row that is no record: its columns as CSV-like text, so that nothing is silent. */
static void print_row(const struct batch *b, int row, struct buf *out)
{
    static const struct type types[] = {[PHYS_BOOL] = {.kind = TYPE_BOOLEAN},
                                        [PHYS_INT] = {.kind = TYPE_BIGINT},
                                        [PHYS_DOUBLE] = {.kind = TYPE_DOUBLE},
                                        [PHYS_TEXT] = {.kind = TYPE_VARCHAR},
                                        [PHYS_WIDE] = {.kind = TYPE_DECIMAL, .precision = DECIMAL_DIGITS_MAX}};

    for (int c = 0; c < b->columns; c++) {
        if (c) buf_putc(out, ',');
        if (!b->column[c].data || (b->column[c].error && b->column[c].error[row])) continue;
        value_print(&b->column[c], row, types[b->column[c].phys], out);
    }
}

static void set_message(struct rowset *rs, struct column *to, int row, enum row_error code, const char *message,
                        int windows)
{
    char late[64];

    if (!message && code == ROW_LATE) {
        snprintf(late, sizeof late, "%d window%s closed before it came", windows, windows == 1 ? " was" : "s were");
        message = late;
    }
    set_string(rs, &to[ERROR_MESSAGE], row, message ? message : row_error_name(code));
}

/* The record as text: cut where it is very long, and with U+FFFD for bytes that are no UTF-8, since the row of
 * error_stream is itself a record that must be read again. */
enum { RECORD_SHOWN_MAX = 48 * 1024 };

static void set_shown(struct rowset *rs, struct column *c, int row, const char *bytes, size_t len)
{
    struct buf shown = {0};

    if (len > RECORD_SHOWN_MAX) len = RECORD_SHOWN_MAX;
    for (size_t at = 0; at < len;) {
        size_t good = utf8_valid_prefix(bytes + at, len - at);
        buf_put(&shown, bytes + at, good);
        at += good;
        if (at < len) buf_puts(&shown, "\xef\xbf\xbd");
        at++;
    }
    set_text(rs, c, row, shown.ptr ? shown.ptr : "", shown.len);
    buf_free(&shown);
}

static void set_record(struct rowset *rs, struct column *to, int row, const struct batch *b, int at)
{
    struct buf printed = {0};
    char number[NUM_TEXT_MAX], shard[SHARD_ID_TEXT];

    if (b->raw) {
        set_shown(rs, &to[DATA_ROW], row, b->raw[at].ptr, b->raw[at].len);
    } else {
        print_row(b, at, &printed);
        set_shown(rs, &to[DATA_ROW], row, printed.ptr, printed.len);
    }
    set_string(rs, &to[STREAM_NAME], row, b->stream_name);
    shard_id_print(b->shard ? b->shard[at] : 0, shard);
    set_string(rs, &to[SHARD_ID], row, b->position ? shard : NULL);
    if (b->position) num_print_int((int64_t)b->position[at], number);
    set_string(rs, &to[SEQUENCE_NUMBER], row, b->position ? number : NULL);
    buf_free(&printed);
}

static void count(struct flow *f, const struct query_context *ctx, enum row_error code)
{
    struct flow_counts *counts = &f->unread;

    for (size_t i = 0; ctx && i < f->query_count; i++) {
        if (&f->query[i]->context == ctx) counts = &f->query[i]->counts;
    }
    counts->errors++;
    counts->late += code == ROW_LATE;
}

static bool counts_only(const struct flow *f, const struct query_context *ctx)
{
    for (size_t i = 0; ctx && i < f->query_count; i++) {
        if (&f->query[i]->context == ctx) return f->query[i]->reads_errors;
    }
    return false;
}

void errors_report(void *flow, const struct query_context *ctx, const struct batch *b, int at, enum row_error code,
                   const char *message, int windows)
{
    struct flow *f = flow;
    struct row_head head = {b->order[at], USEC_MIN, b->arrival[at], b->arrival[at], 1};
    struct column *to;
    int row;

    count(f, ctx, code);
    if (counts_only(f, ctx)) return;
    head.order.place = (head.order.place & ~UINT64_C(0xffff)) | (ctx ? ctx->rank : 0);
    head.w = head.rowtime;
    to = rowset_add(f->error_rows, &head, &row);
    to[ERROR_TIME].ints[row] = head.arrival;
    set_string(f->error_rows, &to[ERROR_LEVEL], row, code == ROW_LATE ? "WARN" : "ERROR");
    set_string(f->error_rows, &to[ERROR_NAME], row, row_error_name(code));
    set_message(f->error_rows, to, row, code, message, windows);
    to[DATA_ROWTIME].ints[row] = b->rowtime[at];
    if (code == ROW_BAD_RECORD || !ctx) {
        bit_clear(to[DATA_ROWTIME].valid, row);
        to[DATA_ROWTIME].ints[row] = 0;
    }
    set_string(f->error_rows, &to[PUMP_NAME], row, ctx ? ctx->name : NULL);
    set_record(f->error_rows, to, row, b, at);
}

void flow_report_lost(struct flow *f, const char *stream, const struct log_range *lost, usec arrival)
{
    struct row_head head = {{lost->from, 0}, arrival, arrival, arrival, 1};
    char message[160];

    snprintf(message, sizeof message,
             "the records with the sequence numbers %llu to %llu were deleted when their retention ended",
             (unsigned long long)lost->from, (unsigned long long)lost->to - 1);
    for (size_t i = 0; i < f->query_count; i++) {
        struct query_context *ctx = &f->query[i]->context;
        struct column *to;
        int row;

        count(f, ctx, ROW_OK);
        if (counts_only(f, ctx)) continue;
        head.order.place = ctx->rank;
        to = rowset_add(f->error_rows, &head, &row);
        to[ERROR_TIME].ints[row] = arrival;
        set_string(f->error_rows, &to[ERROR_LEVEL], row, "WARN");
        set_string(f->error_rows, &to[ERROR_NAME], row, "lost history");
        set_string(f->error_rows, &to[ERROR_MESSAGE], row, message);
        bit_clear(to[DATA_ROWTIME].valid, row);
        to[DATA_ROWTIME].ints[row] = 0;
        set_string(f->error_rows, &to[DATA_ROW], row, NULL);
        set_string(f->error_rows, &to[PUMP_NAME], row, ctx->name);
        set_string(f->error_rows, &to[STREAM_NAME], row, stream);
        set_string(f->error_rows, &to[SHARD_ID], row, NULL);
        set_string(f->error_rows, &to[SEQUENCE_NUMBER], row, NULL);
    }
}

/* The same record, query and error: one row. */
static bool same_error(const struct batch *b, int i, int k)
{
    return order_compare(b->order[i], b->order[k]) == 0 &&
           text_equal(&b->column[ERROR_NAME].texts[i], &b->column[ERROR_NAME].texts[k]) &&
           text_equal(&b->column[DATA_ROW].texts[i], &b->column[DATA_ROW].texts[k]);
}

int errors_gather(struct flow *f, struct err *err)
{
    struct batch b;
    uint16_t sel[BATCH_ROWS];

    rowset_sort(f->error_rows);
    for (int first = 0, n; (n = rowset_batch(f->error_rows, first, &b)) > 0; first += n) {
        b.live = 0;
        for (int i = 0; i < n; i++) {
            if (i == 0 || !same_error(&b, i, i - 1)) sel[b.live++] = (uint16_t)i;
        }
        b.sel = sel;
        rowset_add_batch(f->errors->merged, &b);
    }
    rowset_clear(f->error_rows);
    return node_gather(f, f->errors, err);
}
