/* group_by.c - JSON lines in a file to a tumbling GROUP BY: group_by FILE NAME [peer].
 * weir reads the file in place, on one lane, and appends each window's rows to the log of a new stream (in memory, so
 * without fsync). The peer is SQLite: json ->> and GROUP BY over a table that already holds the lines. Both must come
 * to the same number of groups, the same counts and the same greatest values. Prints a row of bench/run's table. */
#include "bench/measure.h"
#include "connectors/file.h"
#include "engine/session.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

/* What came out, to be compared. */
struct outcome {
    long long groups, records;
    double maxima; /* the sum of the groups' greatest values: whole hundredths, so exact enough to compare rounded */
};

static _Noreturn void fatal(const char *what)
{
    fprintf(stderr, "group_by: %s\n", what);
    exit(1);
}

/* ---- weir ---- */

static const char *const create_readings =
    "CREATE STREAM readings (ts TIMESTAMP, device VARCHAR, value DOUBLE,"
    " WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (format = 'json', connector = 'file', path = '%s')";
static const char *const create_per_device =
    "CREATE STREAM per_device AS SELECT window_start, device, COUNT(*) AS n, AVG(value) AS mean, MAX(value) AS top"
    " FROM TUMBLE(TABLE readings, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, device";
static const char *const select_outcome = "SELECT COUNT(*), SUM(n), SUM(top) FROM per_device";

static int take_outcome(void *arg, const struct rows *rows)
{
    struct outcome *out = arg;

    if (rows->value) *out = (struct outcome){rows->value[0].i, rows->value[1].i, rows->value[2].d};
    return 0;
}

static void execute(struct engine *e, const char *sql, struct outcome *out)
{
    enum answer answer;
    struct err err;

    if (engine_execute(e, str_lit(sql), ".", take_outcome, out, &answer, &err)) fatal(err.text);
}

static struct spent run_weir(const char *file, struct outcome *out)
{
    static const struct connector *const connectors[] = {&file_connector, NULL};
    struct engine_options options = {.connectors = connectors};
    struct buf sql = {0};
    struct engine *e;
    struct err err;
    struct spent start = spent_now();

    buf_printf(&sql, create_readings, file);
    if (engine_open(&options, &e, &err)) fatal(err.text);
    execute(e, buf_text(&sql), out);
    execute(e, create_per_device, out);
    if (engine_end(e, NULL, &err)) fatal(err.text);
    struct spent spent = spent_since(start);
    execute(e, select_outcome, out);
    if (engine_close(e, &err)) fatal(err.text);
    buf_free(&sql);
    return spent;
}

/* ---- SQLite ---- */

static const char *const peer_query =
    "SELECT COUNT(*), SUM(n), SUM(top) FROM (SELECT substr(line ->> 'ts', 1, 18) AS start, line ->> 'device' AS device,"
    " COUNT(*) AS n, AVG(line ->> 'value') AS mean, MAX(line ->> 'value') AS top FROM lines GROUP BY start, device)";

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) fatal(sqlite3_errmsg(db));
    return s;
}

static void load_lines(sqlite3 *db, FILE *in)
{
    static char line[1024];
    sqlite3_stmt *insert;

    if (sqlite3_exec(db, "CREATE TABLE lines(line TEXT); BEGIN", NULL, NULL, NULL) != SQLITE_OK)
        fatal(sqlite3_errmsg(db));
    insert = prepare(db, "INSERT INTO lines VALUES (?)");
    while (fgets(line, sizeof line, in)) {
        sqlite3_bind_text(insert, 1, line, (int)strcspn(line, "\n"), SQLITE_STATIC);
        if (sqlite3_step(insert) != SQLITE_DONE) fatal(sqlite3_errmsg(db));
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) fatal(sqlite3_errmsg(db));
}

static sqlite3 *open_peer(const char *file)
{
    FILE *in = fopen(file, "r");
    sqlite3 *db;

    if (!in || sqlite3_open(":memory:", &db) != SQLITE_OK) fatal("cannot open the input, or SQLite");
    load_lines(db, in);
    fclose(in);
    return db;
}

static struct spent run_peer(sqlite3 *db, struct outcome *out)
{
    struct spent start = spent_now();
    sqlite3_stmt *s = prepare(db, peer_query);

    if (sqlite3_step(s) != SQLITE_ROW) fatal(sqlite3_errmsg(db));
    *out = (struct outcome){sqlite3_column_int64(s, 0), sqlite3_column_int64(s, 1), sqlite3_column_double(s, 2)};
    sqlite3_finalize(s);
    return spent_since(start);
}

static struct spent best_of_peer(const char *file, struct outcome *out)
{
    sqlite3 *db = open_peer(file);
    struct spent best = {0, 0};

    for (int i = 0; i < RUNS; i++) spent_best(&best, run_peer(db, out));
    sqlite3_close(db);
    return best;
}

static void compare(const struct outcome *ours, const struct outcome *peers)
{
    double difference = ours->maxima - peers->maxima;

    if (ours->groups != peers->groups || ours->records != peers->records || difference > 0.001 || difference < -0.001)
        fatal("weir and SQLite came to different results");
}

int main(int argc, char **argv)
{
    struct outcome ours = {0}, peers;
    struct spent best = {0, 0}, peer;
    double millions;

    if (argc != 3 && !(argc == 4 && !strcmp(argv[3], "peer"))) fatal("usage: group_by FILE NAME [peer]");
    for (int i = 0; i < RUNS; i++) spent_best(&best, run_weir(argv[1], &ours));
    millions = (double)ours.records * 1e-6;
    if (argc == 3) {
        table_row_alone(argv[2], millions / best.wall, "M records/s");
        return 0;
    }
    peer = best_of_peer(argv[1], &peers);
    compare(&ours, &peers);
    table_row(argv[2], millions / best.wall, "M records/s", millions / peer.wall, "SQLite json ->>",
              peer.wall / best.wall);
    return 0;
}
