/* plan.h - logical plans: a tree of relational operators over bound expressions. The graph of operators of runtime/ is
 * made from it node by node. Plans live in the arena of their object. */
#ifndef WEIR_PLANNER_PLAN_H
#define WEIR_PLANNER_PLAN_H

#include "planner/catalog.h"
#include "planner/expr.h"

enum plan_kind {
    PLAN_SCAN, /* a stream or a view */
    PLAN_FILTER,
    PLAN_PROJECT,
    PLAN_UNION, /* UNION ALL of inputs with the same fields */
    PLAN_AGGREGATE,
    PLAN_OVER, /* its input's rows, with one more column for each call of f(...) OVER (...) */
};

/* System columns of a stream, as scan_column numbers (below zero). */
enum scan_column {
    SCAN_SHARD_ID = -1,        /* VARCHAR */
    SCAN_SEQUENCE_NUMBER = -2, /* VARCHAR */
    SCAN_PARTITION_KEY = -3,   /* VARCHAR */
    SCAN_ARRIVAL = -4,         /* APPROXIMATE_ARRIVAL_TIME, TIMESTAMP: a record's own arrival */
};

enum window_kind {
    WINDOW_NONE,
    WINDOW_TUMBLE,    /* every form of it: TUMBLE, STEP, FLOOR, CEIL, interval arithmetic */
    WINDOW_HOP,       /* as long as `size`, one starts every `slide`: a row is in several, or in none */
    WINDOW_CUMULATE,  /* in every `size` one that is as long as `slide`, one twice as long, .. one as long as `size` */
    WINDOW_MONOTONIC, /* MONOTONIC(e): a new value closes the one before */
};

/* Windows are [start, end) inside the engine: start = the greatest origin + k * size at or before the time; of HOP,
 * each origin + k * slide at or before the time whose end lies behind it. A window that users see as (start, end]
 * (CEIL) has an origin one microsecond later and `right_closed`; both its visible bounds are one microsecond less than
 * the inner ones. */
struct window {
    enum window_kind kind;
    struct bound *time; /* usually BOUND_ROWTIME, or a column of times; MONOTONIC: the expression (INT phys) */
    usec size;          /* 0 when months is set */
    usec slide;         /* HOP, CUMULATE (where it divides the size); else 0 */
    int months;
    usec origin;       /* HOP, CUMULATE: 0 up to the slide or the size */
    bool right_closed; /* TUMBLE only */
};

/* Whether its windows have a start and an end in event time. */
static inline bool window_is_timed(const struct window *w)
{
    return w->kind == WINDOW_TUMBLE || w->kind == WINDOW_HOP || w->kind == WINDOW_CUMULATE;
}

/* How the results of a windowed aggregate come: once, when the window closes; at the end of every epoch, as far as they
 * have changed; the same, at every tick (the watermark passes a multiple of plan->every) and when the window closes. */
enum emit { EMIT_CLOSE, EMIT_CHANGES, EMIT_EVERY };

enum aggregate_kind { AGG_COUNT_ROWS, AGG_COUNT, AGG_SUM, AGG_AVG, AGG_MIN, AGG_MAX };

struct aggregate {
    enum aggregate_kind kind;
    bool distinct;
    struct bound *arg;    /* NULL for COUNT(*) */
    struct bound *filter; /* FILTER (WHERE ...), or NULL */
    struct type result;
};

/* Which rows a call sees, seen from a row at event time t with number n of its partition. */
struct frame {
    enum frame_kind {
        FRAME_RANGE_TIME, /* event times from t - start to t - finish, both ends included */
        FRAME_COUNT_ROWS, /* rows n - start to n - finish */
    } kind;
    bool unbounded; /* from the first row of the partition; start says nothing */
    int64_t start;  /* microseconds, or rows; >= finish */
    int64_t finish; /* 0: up to the row itself */
};

enum over_kind {
    OVER_AGGREGATE, /* `aggregate` over the frame */
    OVER_FIRST,     /* FIRST_VALUE, LAST_VALUE, NTH_VALUE(arg, n) of the frame, by its order */
    OVER_LAST,
    OVER_NTH,
    OVER_LAG, /* the value n rows before (OVER_LEAD: behind), whatever the frame; else `otherwise` */
    OVER_LEAD,
};

struct over_call {
    enum over_kind kind;
    struct aggregate aggregate; /* OVER_AGGREGATE: all of it; else its arg and result */
    bool ignore_nulls;          /* NULLs of arg are passed over */
    bool from_last;             /* OVER_NTH: counted from the frame's end */
    int64_t n;                  /* OVER_NTH: from 1; OVER_LAG, OVER_LEAD: from 0 */
    struct bound *otherwise;    /* OVER_LAG, OVER_LEAD: of the row at hand, of arg's type; NULL: NULL */
    struct frame frame;
};

struct plan {
    enum plan_kind kind;
    int inputs;
    struct plan **input;
    int field_count; /* what it yields */
    struct field *fields;
    bool insert_only; /* its rows are never taken back */

    /* SCAN */
    const struct object *object;
    int *scan_column; /* per field: the object's column, or an enum scan_column */

    /* FILTER */
    struct bound *predicate;

    /* PROJECT: one expression per field */
    struct bound **exprs;
    struct bound **cuts; /* BOOLEANs, one for each column whose text may be cut to its length: whether this row's is */
    int cut_count;
    struct bound *rowtime; /* `expr AS ROWTIME`: the rows' new event time; NULL: unchanged */
    bool ascending;        /* a row whose new event time goes back is an error (the old service's dialect) */

    /* AGGREGATE. Fields: window_start, window_end (TIMESTAMP; only if window_is_timed) or the value (only if
     * MONOTONIC), then the keys, then the aggregates. Rows with a window get ROWTIME = window_end (MONOTONIC: the
     * ROWTIME of the row that closed it). Without window and without keys there is one row from the start (COUNT 0). */
    struct window window;
    enum emit emit;
    usec every;    /* EMIT_EVERY */
    usec lateness; /* a window takes rows in until the watermark is that far behind its end; what it then emits again
                    * takes the old row back */
    int key_count;
    struct bound **keys;
    int aggregate_count;
    struct aggregate *aggregates;

    /* OVER. Fields: the input's, then one for each call. Partitions are by `keys` (above). Not ordered: a row sees
     * itself and those that arrived before it, and is handed on at once. Ordered (ORDER BY event time): rows wait until
     * the watermark has passed them, then go in the order of their event times; in a RANGE frame rows of one event time
     * see each other. A row whose event time lies before its W is late (R3). Input must be insert-only. */
    bool ordered;
    int call_count;
    struct over_call *calls;
};

/* "COUNT", "SUM", ... */
const char *aggregate_name(enum aggregate_kind kind);

/* What a query emits (EXPLAIN shows it): rows that stay; rows that replace the one with the same key; rows that come
 * and go. */
enum emission { EMISSION_APPEND, EMISSION_UPSERT, EMISSION_CHANGELOG };
enum emission plan_emission(const struct plan *plan);
const char *emission_name(enum emission emission);
/* The fields by which at any time there is at most one row: filled into field[] (room for field_count), their number
 * returned; -1: there are none. Of a plan whose rows are taken back. */
int plan_key(const struct plan *plan, int *field);

/* Whether the windows of an aggregate are put together from slices when they close. Else each row goes into a group of
 * each of its windows. */
bool plan_in_slices(const struct plan *aggregate);

/* The plan as an indented tree, one node a line. */
void plan_print(const struct plan *plan, struct buf *out);
/* The same for people: with what it emits, types, keys, partitions, and what state may grow to. note appends what is
 * known of the n-th node (inputs come before the node that reads them) to its lines, with a prefix for each; NULL:
 * nothing is. */
typedef void (*plan_note)(void *arg, int node, const char *prefix, struct buf *out);
void plan_explain(const struct plan *plan, plan_note note, void *arg, struct buf *out);
/* One node's line, without its end: "filter v > 1". */
void plan_print_node(const struct plan *plan, struct buf *out);

#endif
