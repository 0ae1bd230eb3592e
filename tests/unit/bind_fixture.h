/* bind_fixture.h - what the tests of the binder share: a catalogue of a few streams, statements bound against it. */
#ifndef WEIR_TESTS_BIND_FIXTURE_H
#define WEIR_TESTS_BIND_FIXTURE_H

#include "planner/bind.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct catalog *catalog;
    struct arena *arena;
    struct bind_context ctx;
    struct err err;
    char warning[256]; /* the last one */
};

static inline void keep_warning(void *arg, int at, const char *message)
{
    struct fixture *f = arg;

    snprintf(f->warning, sizeof f->warning, "%d: %s", at, message);
}

static inline struct fixture *fixture_new(enum dialect dialect)
{
    struct fixture *f = mem_zalloc(sizeof *f);

    f->catalog = catalog_new();
    f->arena = arena_new();
    f->ctx = (struct bind_context){.catalog = f->catalog,
                                   .dialect = dialect,
                                   .now = INT64_C(1767225600000000), /* 2026-01-01 00:00:00 */
                                   .max_ahead_default = USEC_HOUR,
                                   .warn = keep_warning,
                                   .warn_arg = f};
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    catalog_free(f->catalog);
    arena_free(f->arena);
    free(f);
}

/* Never fails: the tests' statements are well-formed. */
static inline struct statement *fixture_parse(struct fixture *f, const char *sql)
{
    struct parse_options options = {.dialect = f->ctx.dialect};
    struct statement *s = NULL;

    if (parse_statement(f->arena, str_lit(sql), &options, &s, &f->err))
        fail_msg("%s\n%d: %s", sql, f->err.at, f->err.text);
    return s;
}

/* Binds a CREATE and puts the object into the catalogue; NULL with f->err when it is refused. */
static inline struct object *fixture_create(struct fixture *f, const char *sql)
{
    struct object *o = bind_create(&f->ctx, fixture_parse(f, sql), &f->err);

    if (o) catalog_add(f->catalog, o, 0);
    return o;
}

static inline struct object *fixture_must_create(struct fixture *f, const char *sql)
{
    struct object *o = fixture_create(f, sql);

    if (!o) fail_msg("%s\n%d: %s", sql, f->err.at, f->err.text);
    return o;
}

static inline struct plan *fixture_query(struct fixture *f, const char *sql)
{
    return bind_query(&f->ctx, f->arena, fixture_parse(f, sql)->select, &f->err);
}

/* The streams and views that the tables of tests speak of. */
static inline struct fixture *fixture_filled(void)
{
    static const char *const statements[] = {
        "CREATE STREAM s (k VARCHAR(3), v INTEGER, price DOUBLE, t TIMESTAMP, b BOOLEAN)",
        "CREATE STREAM bids (ts TIMESTAMP, price INTEGER, \"Odd\" INTEGER,"
        " WATERMARK FOR ts AS ts - INTERVAL '5' SECOND) WITH (format = 'csv')",
        "CREATE STREAM d (a BIGINT, b VARCHAR(2), c TIMESTAMP NOT NULL)",
        "CREATE STREAM flights (date TIMESTAMP FORMAT 'yyyy/MM/dd HH:mm', delay INTEGER, origin VARCHAR(3),"
        " WATERMARK FOR date AS date - INTERVAL '10' HOUR) WITH (connector = 'file', path = 'flights.jsonl')",
        "CREATE VIEW w AS SELECT k, COUNT(*) AS n FROM s GROUP BY k",
        "CREATE STREAM made AS SELECT k FROM s",
        "CREATE STREAM per10 AS SELECT window_start, window_end, window_time, price, COUNT(*) AS n"
        " FROM TUMBLE(TABLE bids, DESCRIPTOR(ts), INTERVAL '10' SECOND) GROUP BY window_start, window_end, price",
    };
    struct fixture *f = fixture_new(DIALECT_WEIR);

    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) fixture_must_create(f, statements[i]);
    return f;
}

#endif
