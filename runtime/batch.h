/* batch.h - up to BATCH_ROWS rows as typed columns: what flows between operators.
 *
 * A batch is borrowed: it and all it points to are valid until the push it is given to returns. Vectors are indexed by
 * physical row (0 .. rows-1); only the rows named by sel are in the batch. Every vector has room for BATCH_ROWS
 * elements, so kernels may run over all physical rows, live or not. */
#ifndef WEIR_RUNTIME_BATCH_H
#define WEIR_RUNTIME_BATCH_H

#include "base/time.h"
#include "log/record.h"
#include "planner/type.h"

enum { BATCH_ROWS = 2048, BATCH_WORDS = BATCH_ROWS / 64 };

/* A text value: 16 bytes. The bytes are owned by the batch's maker and live as long as the batch. */
struct text {
    uint32_t len;
    char prefix[4]; /* the first bytes, zero-padded: most comparisons end here */
    const char *ptr;
};

/* Why a row's value could not be made. The names are those of error_stream.ERROR_NAME. */
#define ROW_ERRORS(X)                                                                                                  \
    X(ROW_BAD_VALUE, "bad value")                                                                                      \
    X(ROW_BAD_RECORD, "bad record")                                                                                    \
    X(ROW_BAD_CAST, "bad cast")                                                                                        \
    X(ROW_OVERFLOW, "overflow")                                                                                        \
    X(ROW_DIVISION_BY_ZERO, "division by zero")                                                                        \
    X(ROW_BAD_ARGUMENT, "bad argument")                                                                                \
    X(ROW_TOO_LONG, "text too long")                                                                                   \
    X(ROW_NOT_NULL, "null in a NOT NULL column")                                                                       \
    X(ROW_LATE, "late row")                                                                                            \
    X(ROW_FUTURE, "row from the future")                                                                               \
    X(ROW_LIMIT, "limit exceeded")                                                                                     \
    X(ROW_OUT_OF_ORDER, "row out of order")
enum row_error {
    ROW_OK,
#define X(code, name) code,
    ROW_ERRORS(X)
#undef X
};
const char *row_error_name(enum row_error error);

struct column {
    enum phys phys;
    union {
        uint8_t *bools; /* 0 or 1 */
        int64_t *ints;
        double *doubles;
        __int128 *wides; /* DECIMAL of more than 18 digits */
        struct text *texts;
        void *data;
    };
    uint64_t *valid; /* bit set: not NULL. NULL: all valid. The value under a NULL is 0 or empty text */
    uint8_t
        *error; /* per row: 0, or an enum row_error: the value could not be made. NULL: no row has one. Like NULL,
                 * it goes through expressions; where a value with an error is needed, the row goes to error_stream */
};

struct batch {
    int rows, live;
    const uint16_t *sel; /* live row numbers, ascending; NULL: all of 0 .. rows-1 (then live == rows) */
    int columns;
    struct column *column;

    const int64_t *weight; /* NULL: all +1 */
    const struct order *order;
    const usec *w;       /* the watermark of each row (R2) */
    const usec *rowtime; /* event time; ROWTIME */
    const usec *arrival; /* the arrival time of the row, or of its cause; NOW() */

    /* For error_stream, of rows that are a stream's records; NULL otherwise. */
    const struct text *raw;
    const uint64_t *position; /* sequence number, or byte offset in the file */
    const struct text *key;   /* partition keys */
    const uint32_t *shard;    /* of position; NULL: all in shard 0 */
    const char *stream_name;
};

static inline bool bit_get(const uint64_t *bits, int i)
{
    return bits[i >> 6] >> (i & 63) & 1;
}
static inline void bit_set(uint64_t *bits, int i)
{
    bits[i >> 6] |= UINT64_C(1) << (i & 63);
}
static inline void bit_clear(uint64_t *bits, int i)
{
    bits[i >> 6] &= ~(UINT64_C(1) << (i & 63));
}
static inline bool column_is_null(const struct column *c, int row)
{
    return c->valid && !bit_get(c->valid, row);
}
/* The physical row of the i-th live one. */
static inline int batch_row(const struct batch *b, int i)
{
    return b->sel ? b->sel[i] : i;
}
static inline int64_t batch_weight(const struct batch *b, int row)
{
    return b->weight ? b->weight[row] : 1;
}

static inline struct text text_of(const char *ptr, size_t len)
{
    struct text t = {.len = (uint32_t)len, .ptr = ptr};

    if (len >= 4) {
        __builtin_memcpy(t.prefix, ptr, 4);
        return t;
    }
    for (size_t i = 0; i < len; i++) t.prefix[i] = ptr[i];
    return t;
}
/* By bytes, shorter first: negative, 0, positive. */
static inline int text_compare(const struct text *a, const struct text *b)
{
    uint32_t min = a->len < b->len ? a->len : b->len;
    int c = min ? __builtin_memcmp(a->ptr, b->ptr, min) : 0;

    return c ? c : (a->len > b->len) - (a->len < b->len);
}
static inline bool text_equal(const struct text *a, const struct text *b)
{
    return __builtin_memcmp(a, b, 8) == 0 && (a->len <= 4 || __builtin_memcmp(a->ptr, b->ptr, a->len) == 0);
}

/* Bytes of one element of a vector. */
size_t phys_bytes(enum phys phys);
/* A column of `rows` elements in the arena, zeroed, its validity bits all set if nullable is asked for. */
enum nullable { NOT_NULLABLE, NULLABLE };
void column_new(struct arena *arena, enum phys phys, enum nullable nullable, struct column *out);

/* Copies a value, without its validity and error, between columns that are held alike. A text's bytes are shared. */
static inline void value_copy(const struct column *from, int at, struct column *to, int row)
{
    switch (from->phys) {
    case PHYS_BOOL: to->bools[row] = from->bools[at]; break;
    case PHYS_INT: to->ints[row] = from->ints[at]; break;
    case PHYS_DOUBLE: to->doubles[row] = from->doubles[at]; break;
    case PHYS_TEXT: to->texts[row] = from->texts[at]; break;
    case PHYS_WIDE: to->wides[row] = from->wides[at]; break;
    }
}
/* Appends one value as the text that results print: nothing for NULL; DECIMAL with all digits of its scale; DATE as
 * yyyy-MM-dd, TIME as HH:mm:ss[.f], TIMESTAMP as both, WITH TIME ZONE with +00:00 behind it; BINARY as X'hex'. Instants
 * before and after all that can be printed are -infinity and infinity. */
void value_print(const struct column *column, int row, struct type type, struct buf *out);
/* The same for a value of a type that is held so (type_phys). */
void value_print_int(int64_t v, struct type type, struct buf *out);
/* A TIMESTAMP with three fractional digits, as the old service writes it; one that has microseconds keeps them. */
void value_print_millis(usec t, struct buf *out);
void value_print_double(double v, struct type type, struct buf *out);
void value_print_wide(__int128 v, struct type type, struct buf *out);
void value_print_text(struct str text, struct type type, struct buf *out);

#endif
