/* windows.c - what a row costs in 1, 12 and 120 hopping windows: nanoseconds a row of the aggregate alone, with the
 * emission of its results, put together from slices; and with a group for each window, as changelogs need them. */
#include "bench/measure.h"
#include "parser/parse.h"
#include "planner/bind.h"
#include "runtime/operator.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS = 100, ROWS_A_SECOND = BATCH_ROWS, SECONDS = 480, WINDOW_SECONDS = 120 };

static _Noreturn void fatal(const char *what)
{
    fprintf(stderr, "windows: %s\n", what);
    exit(1);
}

/* ---- the plan ---- */

struct planned {
    struct catalog *catalog;
    struct arena *arena;
    const struct plan *aggregate;
};

static struct statement *parsed(struct planned *p, const char *sql)
{
    struct parse_options options = {.dialect = DIALECT_WEIR};
    struct statement *s;
    struct err err;

    if (parse_statement(p->arena, str_lit(sql), &options, &s, &err)) fatal(err.text);
    return s;
}

static void plan_windows(struct planned *p, const char *sql)
{
    struct bind_context ctx = {.catalog = p->catalog};
    struct object *o;
    struct err err;

    if (!(o = bind_create(&ctx, parsed(p, "CREATE STREAM s (ts TIMESTAMP, k BIGINT, v BIGINT, WATERMARK FOR ts AS ts)"),
                          &err)))
        fatal(err.text);
    catalog_add(p->catalog, o, 0);
    if (!(p->aggregate = bind_query(&ctx, p->arena, parsed(p, sql)->select, &err))) fatal(err.text);
    while (p->aggregate->kind != PLAN_AGGREGATE) p->aggregate = p->aggregate->input[0];
}

/* ---- the rows ---- */

/* A second's worth: its columns in the order of the scan. */
struct second {
    struct batch batch;
    struct column column[3];
    struct order order[ROWS_A_SECOND];
    usec w[ROWS_A_SECOND], rowtime[ROWS_A_SECOND], arrival[ROWS_A_SECOND];
};

static void fill(struct second *s, struct rng *rng, int number)
{
    for (int i = 0; i < ROWS_A_SECOND; i++) {
        s->rowtime[i] = number * USEC_SECOND + i * (USEC_SECOND / ROWS_A_SECOND);
        s->w[i] = i ? s->rowtime[i - 1] : number * USEC_SECOND - 1;
        s->order[i] = (struct order){(uint64_t)number * ROWS_A_SECOND + (uint64_t)i, 0};
        s->column[0].ints[i] = s->rowtime[i];
        s->column[1].ints[i] = (int64_t)rng_below(rng, KEYS);
        s->column[2].ints[i] = (int64_t)rng_below(rng, 1000000);
    }
}

/* Each column stands where the plan looks for it. */
static struct second *second_new(struct arena *arena, const struct plan *scan)
{
    struct second *s = arena_alloc(arena, sizeof *s);
    struct column *placed = arena_alloc(arena, 3 * sizeof *placed);

    for (int c = 0; c < 3; c++) column_new(arena, PHYS_INT, NOT_NULLABLE, &s->column[c]);
    for (int f = 0; f < scan->field_count; f++) placed[f] = s->column[scan->scan_column[f]];
    s->batch = (struct batch){.rows = ROWS_A_SECOND,
                              .live = ROWS_A_SECOND,
                              .columns = scan->field_count,
                              .column = placed,
                              .order = s->order,
                              .w = s->w,
                              .rowtime = s->rowtime,
                              .arrival = s->arrival};
    return s;
}

/* ---- the run ---- */

static int take_results(struct operator *op, int side, const struct batch *in, struct err *err)
{
    (void)op;
    (void)side;
    (void)in;
    (void)err;
    return 0;
}

static void run(struct operator *op, struct second *s)
{
    struct rng rng = {1};
    struct err err;

    for (int n = 0; n <= SECONDS; n++) {
        struct tick tick = {.watermark = n < SECONDS ? (n + 1) * USEC_SECOND : USEC_MAX};
        if (n < SECONDS) fill(s, &rng, n);
        if (n < SECONDS && operator_push(op, 0, &s->batch, &err)) fatal(err.text);
        if (operator_advance(op, 0, &tick, &err) || operator_finish_epoch(op, &err)) fatal(err.text);
    }
}

static struct spent run_once(const char *sql)
{
    static const struct operator_class sink_class = {.name = "sink", .push = take_results};
    struct query_context context = {.name = "bench"};
    struct operator sink = {.class = &sink_class, .context = &context}, *op;
    struct planned p = {catalog_new(), arena_new(), NULL};
    struct spent spent;
    struct second *s;

    plan_windows(&p, sql);
    s = second_new(p.arena, p.aggregate->input[0]);
    op = op_aggregate_new(p.aggregate);
    op->next = &sink;
    op->context = &context;
    spent = spent_now();
    run(op, s);
    spent = spent_since(spent);
    operator_free(op);
    catalog_free(p.catalog);
    arena_free(p.arena);
    return spent;
}

/* Nanoseconds a row, of the best run. */
static double measure(int slide, const char *clauses)
{
    struct spent best = {0, 0};
    char sql[400];

    snprintf(sql, sizeof sql,
             "SELECT STREAM window_start, k, COUNT(*), SUM(v), MIN(v) FROM s"
             " GROUP BY HOP(ts, INTERVAL '%d' SECOND, INTERVAL '%d' SECOND), k %s",
             slide, WINDOW_SECONDS, clauses);
    for (int i = 0; i < RUNS; i++) spent_best(&best, run_once(sql));
    return best.cpu * 1e9 / ((double)SECONDS * ROWS_A_SECOND);
}

int main(void)
{
    static const int slides[] = {120, 10, 1};

    printf("%-32s %9s %-12s %9s\n", "", "slices", "", "groups");
    for (int i = 0; i < 3; i++) {
        char name[40];
        double slices = measure(slides[i], ""), groups = measure(slides[i], "ALLOW LATENESS INTERVAL '1' SECOND");
        snprintf(name, sizeof name, "%d window%s a row", WINDOW_SECONDS / slides[i], slides[i] == 120 ? "" : "s");
        table_row(name, slices, "ns/row", groups, "a group a window", groups / slices);
    }
    return 0;
}
