/* query.h - random queries in two languages at once: weir's, and SQLite's over the rows that weir must have counted.
 * Only what is exact and means the same in both: no expression fails, none overflows, doubles and decimals are
 * multiples of 1/4. A result that is a DECIMAL in weir is cast to DOUBLE there, which SQLite has instead. */
#ifndef WEIR_TESTS_RANDOM_QUERY_H
#define WEIR_TESTS_RANDOM_QUERY_H

#include "base/hash.h"
#include "base/time.h"

/* The stream `s`: its columns, and what they hold. Reference tables have the same, once for each window
 * that counts the row, and window_start and window_end. */
#define STREAM_COLUMNS "ts TIMESTAMP, k VARCHAR, a INTEGER, b BIGINT, d DOUBLE, c DECIMAL(9, 2), s SMALLINT, e DATE"
enum { A_MAX = 1000, B_MAX = 1000000, INT_MAX_SAFE = 1000000000 };

enum shape { SHAPE_FILTER, SHAPE_GROUP, SHAPE_WHOLE, SHAPE_CLOSED, SHAPE_OPEN, SHAPE_NESTED, SHAPE_UNION, SHAPES };

struct query {
    enum shape shape;
    usec size, offset; /* of its windows; size 0: it has none */
    usec slide;        /* of hopping windows; of cumulative ones the step; else 0 */
    bool cumulates;
    usec lateness;
    bool waits;           /* its rows are only right at the end */
    struct buf weir;      /* CREATE STREAM | VIEW q AS ... */
    struct buf reference; /* SELECT ... FROM counted */
    struct buf late;      /* SELECT COUNT(*) FROM late, by the same condition */
};

struct generator {
    struct rng rng;
    struct query *q;
};

static int below(struct generator *g, int n)
{
    return (int)rng_below(&g->rng, (uint64_t)n);
}

/* Both texts. */
static void put(struct generator *g, const char *text)
{
    buf_puts(&g->q->weir, text);
    buf_puts(&g->q->reference, text);
}

static void put_int(struct generator *g, int n)
{
    buf_printf(&g->q->weir, n < 0 ? "(%d)" : "%d", n);
    buf_printf(&g->q->reference, n < 0 ? "(%d)" : "%d", n);
}

/* A DECIMAL as a column of the result. */
static void put_decimal(struct generator *g, const char *text)
{
    buf_printf(&g->q->weir, "CAST(%s AS DOUBLE)", text);
    buf_puts(&g->q->reference, text);
}

#define PICK(g, ...)                                                                                                   \
    ((const char *const[]){__VA_ARGS__})[below(g, (int)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))]

/* ---- expressions ---- */

static void put_condition(struct generator *g, int depth);

/* A whole number of at most `most` in size, which may be NULL. */
static void put_whole(struct generator *g, int depth, int64_t most)
{
    switch (depth > 0 ? below(g, 9) : below(g, 3)) {
    case 0:
    case 1: put(g, most >= B_MAX && below(g, 2) ? "b" : most >= A_MAX ? "a" : "a % 7"); break;
    case 2: put_int(g, below(g, 21) - 10); break;
    case 3:
    case 4:
        put(g, "(");
        put_whole(g, depth - 1, most / 2);
        put(g, PICK(g, " + ", " - "));
        put_whole(g, depth - 1, most / 2);
        put(g, ")");
        break;
    case 5:
        put(g, "(");
        put_whole(g, depth - 1, most / 10);
        put(g, " * ");
        put_int(g, below(g, 11));
        put(g, ")");
        break;
    case 6:
        put(g, "(");
        put_whole(g, depth - 1, most);
        put(g, PICK(g, " / ", " % "));
        put_int(g, 1 + below(g, 9));
        put(g, ")");
        break;
    case 7:
        put(g, "CASE WHEN ");
        put_condition(g, depth - 1);
        put(g, " THEN ");
        put_whole(g, depth - 1, most);
        put(g, " ELSE ");
        put_whole(g, depth - 1, most);
        put(g, " END");
        break;
    default:
        put(g, "COALESCE(");
        put_whole(g, depth - 1, most);
        put(g, ", ");
        put_whole(g, depth - 1, most);
        put(g, ")");
        break;
    }
}

static void put_text(struct generator *g, int depth)
{
    switch (depth > 0 ? below(g, 5) : 0) {
    case 0:
    case 1: put(g, "k"); break;
    case 2: put(g, "UPPER(k)"); break;
    case 3: put(g, "COALESCE(k, 'none')"); break;
    default:
        put(g, "(");
        put_text(g, depth - 1);
        put(g, " || '.')");
        break;
    }
}

static void put_comparison(struct generator *g)
{
    const char *sign = PICK(g, " = ", " <> ", " < ", " <= ", " > ", " >= ");

    put(g, "(");
    put_whole(g, 1, A_MAX);
    put(g, sign);
    put_whole(g, 1, A_MAX);
    put(g, ")");
}

static void put_test(struct generator *g)
{
    switch (below(g, 7)) {
    case 0:
        put(g, PICK(g, "a IS NULL", "k IS NOT NULL", "d IS NULL", "b IS NOT NULL", "c IS NULL", "e IS NOT NULL"));
        break;
    case 1: put(g, PICK(g, "a BETWEEN -100 AND 400", "b NOT BETWEEN 0 AND 500000", "d BETWEEN -0.5 AND 20")); break;
    case 2:
        put(g, PICK(g, "k IN ('ab', 'b', '')", "a % 5 IN (0, 3)", "a NOT IN (1, 2, 3)", "a % 2 IN (1, NULL)"));
        break;
    case 3: put(g, PICK(g, "k LIKE 'a%'", "k LIKE '_b'", "k NOT LIKE '%B%'")); break;
    case 4:
        put(g, PICK(g, "d > 0.25", "d <= -3.5", "d = 2", "d * 2 > a", "c > 0.25", "c = 2", "c < s", "c + c <= d"));
        break;
    case 5: put(g, PICK(g, "k = 'a'", "k > 'a'", "UPPER(k) <> 'B'", "k = UPPER(k)")); break;
    default: put_comparison(g); break;
    }
}

/* True, false or NULL. */
static void put_condition(struct generator *g, int depth)
{
    switch (depth > 0 ? below(g, 5) : 0) {
    case 0:
    case 1: put_test(g); break;
    case 2:
        put(g, "NOT (");
        put_condition(g, depth - 1);
        put(g, ")");
        break;
    default:
        put(g, "(");
        put_condition(g, depth - 1);
        put(g, PICK(g, " AND ", " OR "));
        put_condition(g, depth - 1);
        put(g, ")");
        break;
    }
}

static void put_column(struct generator *g)
{
    switch (below(g, 7)) {
    case 0: put_text(g, 2); break;
    case 5: put_decimal(g, PICK(g, "c", "-c", "c + 0.25", "c * 2", "c - s", "c * c")); break;
    case 6: put(g, PICK(g, "e", "s", "s + 1", "s - a", "-s")); break;
    case 1: put(g, PICK(g, "d", "d * 2", "d + a", "ts", "-d")); break;
    case 2: put_condition(g, 1); break;
    default: put_whole(g, 3, INT_MAX_SAFE); break;
    }
}

/* ---- aggregates ---- */

static void put_aggregate(struct generator *g)
{
    switch (below(g, 10)) {
    case 0: put(g, "COUNT(*)"); break;
    case 8:
        put(g, PICK(g, "MIN(e)", "MAX(e)", "MIN(s)", "SUM(s)", "AVG(s)", "COUNT(DISTINCT e)", "COUNT(DISTINCT c)"));
        break;
    case 9:
        put_decimal(g, PICK(g, "SUM(c)", "MIN(c)", "MAX(c)", "SUM(DISTINCT c)", "SUM(c * c)", "SUM(c) - MIN(c)"));
        return;
    case 1:
        put(g, PICK(g, "COUNT(a)", "COUNT(k)", "COUNT(DISTINCT k)", "COUNT(DISTINCT a % 4)", "COUNT(DISTINCT d)"));
        break;
    case 2: put(g, PICK(g, "MIN(k)", "MAX(k)", "MIN(d)", "MAX(d)", "MIN(ts)", "MAX(ts)", "MIN(b)", "MAX(a)")); break;
    case 3:
        put(g, PICK(g, "SUM(d)", "AVG(d)", "AVG(a)", "AVG(b)", "SUM(b)", "SUM(DISTINCT a)", "SUM(DISTINCT d)"));
        break;
    default:
        put(g, PICK(g, "SUM(", "MIN(", "MAX(", "COUNT(", "SUM("));
        put_whole(g, 2, INT_MAX_SAFE);
        put(g, ")");
        break;
    }
    if (below(g, 5)) return;
    put(g, " FILTER (WHERE ");
    put_condition(g, 1);
    put(g, ")");
}

static void put_having(struct generator *g)
{
    if (below(g, 3)) return;
    put(g, " HAVING ");
    put(g, PICK(g, "COUNT(*) > 3", "SUM(a) > 50", "MIN(b) IS NOT NULL", "COUNT(k) BETWEEN 1 AND 10", "MAX(k) <> 'b'",
                "COUNT(DISTINCT k) < 3 OR SUM(d) > 1"));
}

static const char *pick_key(struct generator *g)
{
    return PICK(g, "k", "a % 3", "a > 0", "b % 5", "UPPER(k)",
                "CASE WHEN d > 0 THEN 'plus' WHEN d < 0 THEN 'minus' END", "k IS NULL", "COALESCE(k, 'none')", "e",
                "s % 4", "c > 0");
}

/* ---- queries ---- */

static void put_names(struct generator *g, int first, int count)
{
    for (int i = 0; i < count; i++) {
        char name[16];
        snprintf(name, sizeof name, " AS c%d", first + i);
        put_aggregate(g);
        put(g, name);
        if (i + 1 < count) put(g, ", ");
    }
}

/* Both, and the count of late rows. */
static void put_where(struct generator *g)
{
    size_t from = g->q->reference.len;

    buf_puts(&g->q->late, "SELECT COUNT(*) FROM late");
    if (!below(g, 3)) return;
    put(g, " WHERE ");
    put_condition(g, 2);
    buf_put(&g->q->late, g->q->reference.ptr + from, g->q->reference.len - from);
}

static void put_from(struct generator *g, const char *weir)
{
    buf_puts(&g->q->weir, weir);
    buf_puts(&g->q->reference, " FROM counted");
}

static void query_filter(struct generator *g)
{
    int columns = 1 + below(g, 4);

    buf_puts(&g->q->weir, "CREATE STREAM q AS ");
    put(g, "SELECT ");
    for (int i = 0; i < columns; i++) {
        char name[16];
        snprintf(name, sizeof name, " AS c%d%s", i, i + 1 < columns ? ", " : "");
        put_column(g);
        put(g, name);
    }
    put_from(g, " FROM s");
    put_where(g);
}

/* SELECT keys and aggregates, GROUP BY keys; the keys' texts are in both languages the same. */
static void put_grouped(struct generator *g, const char *from, bool whole)
{
    const char *first = pick_key(g), *second = below(g, 3) ? NULL : pick_key(g);
    int key = 0;

    put(g, "SELECT ");
    if (!whole) {
        put(g, first);
        put(g, " AS c0, ");
        key = 1;
    }
    put_names(g, key, 1 + below(g, 3));
    put_from(g, from);
    put_where(g);
    if (whole) return;
    put(g, " GROUP BY ");
    put(g, first);
    if (second) {
        put(g, ", ");
        put(g, second);
    }
    put_having(g);
}

static void pick_windows(struct generator *g)
{
    static const int sizes[] = {5, 7, 10, 30, 60}, slides[] = {1, 2, 3, 5, 10, 13, 40};
    int size = sizes[below(g, 5)], slide = slides[below(g, 7)], kind = below(g, 3);

    g->q->cumulates = kind == 2;
    if (g->q->cumulates) size = slide * (1 + below(g, 6));
    g->q->size = size * USEC_SECOND;
    g->q->slide = kind ? slide * USEC_SECOND : 0;
    g->q->offset = below(g, 2) ? 0 : below(g, size) * USEC_SECOND;
}

/* Spans and offset, as TUMBLE, HOP and CUMULATE take them. */
static void put_spans(struct generator *g)
{
    struct buf *out = &g->q->weir;

    if (g->q->slide) buf_printf(out, "INTERVAL '%d' SECOND, ", (int)(g->q->slide / USEC_SECOND));
    buf_printf(out, "INTERVAL '%d' SECOND", (int)(g->q->size / USEC_SECOND));
    if (g->q->offset || below(g, 2)) buf_printf(out, ", INTERVAL '%d' SECOND", (int)(g->q->offset / USEC_SECOND));
    buf_putc(out, ')');
}

static void put_emit(struct generator *g, bool view)
{
    int choice = view ? below(g, 6) : 0;

    if (choice == 1) g->q->waits = true;
    if (choice == 1) buf_printf(&g->q->weir, " EMIT EVERY INTERVAL '%d' SECOND", 1 + below(g, 30));
    if (choice == 2) g->q->waits = true;
    if (choice == 2) buf_puts(&g->q->weir, " EMIT ON CLOSE");
    if (!choice || below(g, 2)) return;
    g->q->lateness = below(g, 40) * USEC_SECOND;
    buf_printf(&g->q->weir, " ALLOW LATENESS INTERVAL '%d' SECOND", (int)(g->q->lateness / USEC_SECOND));
}

/* What makes the windows in weir: FROM (form 0), or a key of GROUP BY. */
static void query_windowed(struct generator *g, const char *create, bool view)
{
    const char *name, *key = below(g, 3) ? pick_key(g) : NULL;
    int form;

    pick_windows(g);
    form = below(g, g->q->offset || g->q->slide ? 2 : 3);
    name = g->q->cumulates ? "CUMULATE(" : g->q->slide ? "HOP(" : "TUMBLE(";
    buf_printf(&g->q->weir, "%s q AS ", create);
    put(g, "SELECT ");
    if (form == 2)
        buf_printf(&g->q->weir, "STEP(s.ROWTIME BY INTERVAL '%d' SECOND) AS w, ", (int)(g->q->size / USEC_SECOND));
    else
        buf_puts(&g->q->weir, "window_start AS w, ");
    buf_puts(&g->q->reference, "window_start AS w, ");
    put(g, "window_end AS e, ");
    put_names(g, 0, 1 + below(g, 3));
    put_from(g, form == 0 ? " FROM " : " FROM s");
    if (form == 0) {
        buf_printf(&g->q->weir, "%sTABLE s, DESCRIPTOR(ts), ", name);
        put_spans(g);
    }
    put_where(g);
    put(g, " GROUP BY ");
    buf_puts(&g->q->reference, "window_start, window_end");
    if (form == 0) buf_puts(&g->q->weir, "window_start, window_end");
    if (form == 1) buf_printf(&g->q->weir, "%sts, ", name);
    if (form == 1) put_spans(g);
    if (form == 2) buf_printf(&g->q->weir, "STEP(s.ROWTIME BY INTERVAL '%d' SECOND)", (int)(g->q->size / USEC_SECOND));
    if (key) {
        put(g, ", ");
        put(g, key);
    }
    put_having(g);
    put_emit(g, view);
}

static void query_nested(struct generator *g)
{
    const char *key = pick_key(g);

    buf_puts(&g->q->weir, "CREATE VIEW q AS ");
    put(g, "SELECT n, COUNT(*) AS c0, SUM(x) AS c1, MIN(x) AS c2, MAX(t) AS c3, COUNT(DISTINCT t) AS c4 FROM (SELECT "
           "COUNT(*) % 4 AS n, ");
    put(g, PICK(g, "SUM(a)", "MAX(b)", "MIN(a)", "COUNT(k)", "SUM(d)"));
    put(g, " AS x, ");
    put(g, PICK(g, "MIN(k)", "MAX(k)", "MAX(d)"));
    put(g, " AS t");
    put_from(g, " FROM s");
    put_where(g);
    put(g, " GROUP BY ");
    put(g, key);
    put(g, ", ");
    put(g, PICK(g, "a % 6", "k", "b % 11"));
    put(g, ") AS inside GROUP BY n");
}

static void query_union(struct generator *g)
{
    buf_puts(&g->q->weir, "CREATE VIEW q AS ");
    put(g, "SELECT k, COUNT(*) AS c0, SUM(x) AS c1, MIN(x) AS c2 FROM (SELECT k, ");
    put_whole(g, 2, A_MAX);
    put(g, " AS x");
    put_from(g, " FROM s");
    put(g, " WHERE ");
    put_condition(g, 2);
    put(g, " UNION ALL SELECT UPPER(k), ");
    put_whole(g, 2, A_MAX);
    put_from(g, " FROM s");
    put(g, ") AS both GROUP BY k");
    buf_puts(&g->q->late, "SELECT 0");
}

static void query_make(struct query *q, uint64_t seed)
{
    struct generator g = {{seed}, q};

    *q = (struct query){.shape = (enum shape)below(&g, SHAPES)};
    switch (q->shape) {
    case SHAPE_FILTER: query_filter(&g); break;
    case SHAPE_GROUP:
        buf_puts(&q->weir, "CREATE VIEW q AS ");
        put_grouped(&g, " FROM s", false);
        break;
    case SHAPE_WHOLE:
        buf_puts(&q->weir, "CREATE VIEW q AS ");
        put_grouped(&g, " FROM s", true);
        break;
    case SHAPE_CLOSED: query_windowed(&g, "CREATE STREAM", false); break;
    case SHAPE_OPEN: query_windowed(&g, "CREATE VIEW", true); break;
    case SHAPE_NESTED: query_nested(&g); break;
    case SHAPE_UNION: query_union(&g); break;
    case SHAPES: break;
    }
}

static void query_free(struct query *q)
{
    buf_free(&q->weir);
    buf_free(&q->reference);
    buf_free(&q->late);
}

#endif
