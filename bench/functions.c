/* functions.c - weir's scalar functions in SQLite's SELECTs: nanoseconds a call, less those of the same SELECT without
 * it. */
#include "bench/measure.h"
#include "sqlite/database.h"

#include <stdlib.h>

enum { CALLS = 1000000 };

#define ROWS " FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n)"
#define NAME "('Frankfurt' || (i % 100))"
#define TIME "('2024-03-09 13:48:' || (10 + i % 50))"

/* The best time of a statement, in seconds of the processor. */
static double time_of(struct database *db, const char *sql)
{
    struct spent best = {0};
    struct err err;

    for (int run = 0; run < RUNS; run++) {
        struct spent start = spent_now();
        if (database_run(db, str_lit(sql), NULL, NULL, &err)) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
        spent_best(&best, spent_since(start));
    }
    return best.cpu;
}

int main(void)
{
    static const struct {
        const char *name, *with, *without;
    } rows[] = {
        {"ABS(whole number)", "SELECT SUM(ABS(i))" ROWS, "SELECT SUM(i)" ROWS},
        {"UPPER(text)", "SELECT COUNT(UPPER(" NAME "))" ROWS, "SELECT COUNT(" NAME ")" ROWS},
        {"MOD(whole number, 7)", "SELECT SUM(MOD(i, 7))" ROWS, "SELECT SUM(i)" ROWS},
        {"YEAR(text of a time)", "SELECT COUNT(YEAR(" TIME "))" ROWS, "SELECT COUNT(" TIME ")" ROWS},
    };
    struct database *db;
    struct err err;

    if (database_open(NULL, NULL, &db, &err)) return 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double spent = time_of(db, rows[i].with) - time_of(db, rows[i].without);
        table_row_alone(rows[i].name, spent * 1e9 / CALLS, "ns a call");
    }
    database_close(db);
    return 0;
}
