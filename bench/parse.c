/* parse.c - milliseconds to parse and to plan a query file of 100 KB, the old service's greatest application: many
 * streams, each filled by a pump that reads the one before. Time of the processor (there is one thread), best of RUNS;
 * the bound is BOUND_MS for both together, and the exit status is 1 when it is broken. Prints rows of bench/run's
 * table.
 */
#include "bench/measure.h"
#include "parser/split.h"
#include "planner/bind.h"

#include <stdlib.h>

enum { FILE_BYTES = 100 * 1000, BOUND_MS = 50 };

static _Noreturn void fatal(const char *what, const struct err *err)
{
    fprintf(stderr, "parse: %s: %d: %s\n", what, err->at, err->text);
    exit(1);
}

/* ---- the file ---- */

static void put_pair(struct buf *out, int i)
{
    buf_printf(out,
               "-- stream %d and what fills it\n"
               "CREATE OR REPLACE STREAM \"results_%d\" (ticker VARCHAR(4), price DOUBLE, change DOUBLE, n BIGINT);\n"
               "CREATE OR REPLACE PUMP \"pump_%d\" AS INSERT INTO \"results_%d\" (ticker, price, change, n)\n"
               "SELECT STREAM s.ticker, AVG(s.price * 2 + 1) AS price, MAX(s.change) AS change, COUNT(*) AS n\n"
               "FROM \"results_%d\" AS s\n"
               "WHERE s.price BETWEEN 1 AND 100 AND (s.ticker LIKE 'A%%' OR s.ticker IN ('X', 'Y', 'Z'))\n"
               "  AND CASE WHEN s.change > 0 THEN s.change ELSE -s.change END < 5\n"
               "GROUP BY s.ticker, STEP(s.ROWTIME BY INTERVAL '60' SECOND)\n"
               "HAVING COUNT(*) > 1;\n\n",
               i, i, i, i, i - 1);
}

static struct buf make_file(void)
{
    struct buf out = {0};

    buf_puts(&out, "CREATE STREAM \"results_0\" (ticker VARCHAR(4), price DOUBLE, change DOUBLE, n BIGINT);\n");
    for (int i = 1; out.len < FILE_BYTES; i++) put_pair(&out, i);
    return out;
}

/* ---- what is measured ---- */

struct parsed {
    struct arena *arena;
    struct statement **statements;
    int count;
};

static struct parsed parse_file(struct str text)
{
    struct split split = split_text(text);
    struct parsed parsed = {.arena = arena_new()};
    struct err err;

    parsed.statements = mem_zalloc((size_t)split.count * sizeof *parsed.statements);
    for (; parsed.count < split.count; parsed.count++) {
        const struct piece *piece = &split.pieces[parsed.count];
        if (parse_statement(parsed.arena, str_of(text.ptr + piece->at, (size_t)(piece->end - piece->at)), NULL,
                            &parsed.statements[parsed.count], &err))
            fatal("parse", &err);
    }
    split_free(&split);
    return parsed;
}

static void parsed_free(struct parsed *parsed)
{
    arena_free(parsed->arena);
    free(parsed->statements);
}

static void plan_file(const struct parsed *parsed)
{
    struct catalog *catalog = catalog_new();
    struct bind_context context = {.catalog = catalog, .max_ahead_default = USEC_MAX};
    struct err err;

    for (int i = 0; i < parsed->count; i++) {
        struct object *o = bind_create(&context, parsed->statements[i], &err);
        if (!o) fatal("plan", &err);
        catalog_add(catalog, o, 0);
    }
    catalog_free(catalog);
}

int main(void)
{
    struct spent parse = {0, 0}, plan = {0, 0};
    struct buf file = make_file();

    for (int i = 0; i < RUNS; i++) {
        struct spent start = spent_now();
        struct parsed parsed = parse_file(str_of(file.ptr, file.len));
        spent_best(&parse, spent_since(start));
        start = spent_now();
        plan_file(&parsed);
        spent_best(&plan, spent_since(start));
        parsed_free(&parsed);
    }
    buf_free(&file);
    table_row_alone("100 KB of SQL: parse", parse.cpu * 1e3, "ms");
    table_row_alone("100 KB of SQL: plan", plan.cpu * 1e3, "ms");
    return (parse.cpu + plan.cpu) * 1e3 > BOUND_MS;
}
