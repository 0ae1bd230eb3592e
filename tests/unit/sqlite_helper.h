/* sqlite_helper.h - what the tests of sqlite/ share: relations of fixed rows, rows as text, a database in memory or on
 * a simulated disk. */
#ifndef WEIR_TESTS_SQLITE_HELPER_H
#define WEIR_TESTS_SQLITE_HELPER_H

#include "base/hash.h"
#include "base/time.h"
#include "sqlite/database.h"

#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A relation of fixed rows. */

struct fake {
    struct relation relation;            /* must be first */
    const struct relation_value *values; /* row by row */
    int rows;
    int fail_at; /* the row whose next() fails; -1: none */
    bool fail_open;
    int opened, closed, stepped;
};

struct fake_cursor {
    struct relation_cursor cursor; /* must be first */
    struct fake *fake;
    int row;
    char text[16]; /* VARCHAR is handed out from here, so that a borrowed pointer does not last */
};

static inline int fake_open(struct relation *r, struct relation_cursor **out, struct err *err)
{
    struct fake *fake = (struct fake *)r;
    struct fake_cursor *c;

    if (fake->fail_open) return err_set(err, ERR_LIMIT, 7, "too many readers of %s", r->name);
    c = mem_zalloc(sizeof *c);
    c->fake = fake;
    c->row = -1;
    fake->opened++;
    *out = &c->cursor;
    return 0;
}

static inline int fake_next(struct relation_cursor *cursor, struct err *err)
{
    struct fake_cursor *c = (struct fake_cursor *)cursor;

    c->fake->stepped++;
    c->row++;
    memset(c->text, '#', sizeof c->text);
    if (c->row == c->fake->fail_at) return err_set(err, ERR_DISK, 7, "cannot read log/%s: it's 100%% gone", "0001");
    return c->row < c->fake->rows;
}

static inline void fake_value(struct relation_cursor *cursor, int column, struct relation_value *out)
{
    struct fake_cursor *c = (struct fake_cursor *)cursor;

    assert_true(c->row < c->fake->rows);
    *out = c->fake->values[c->row * c->fake->relation.field_count + column];
    if (out->type.kind != TYPE_VARCHAR || out->s.len > sizeof c->text) return;
    if (out->s.len) memcpy(c->text, out->s.ptr, out->s.len);
    out->s.ptr = c->text;
}

static inline void fake_close(struct relation_cursor *cursor)
{
    ((struct fake_cursor *)cursor)->fake->closed++;
    free(cursor);
}

static const struct relation_class fake_class = {
    .open = fake_open, .next = fake_next, .value = fake_value, .close = fake_close};

static inline struct fake fake_of(const char *name, const struct field *fields, int field_count, int visible,
                                  const struct relation_value *values, int rows)
{
    return (struct fake){
        .relation = {&fake_class, name, fields, field_count, visible}, .values = values, .rows = rows, .fail_at = -1};
}

#define FIELD(n, k)                                                                                                    \
    {                                                                                                                  \
        .name = n, .type = {.kind = k }                                                                                \
    }
#define NONE                                                                                                           \
    {                                                                                                                  \
        .type = {.kind = TYPE_NULL }                                                                                   \
    }
#define INT(v)                                                                                                         \
    {                                                                                                                  \
        .type = {.kind = TYPE_BIGINT}, .i = v                                                                          \
    }
#define OF(k, v)                                                                                                       \
    {                                                                                                                  \
        .type = {.kind = k}, .i = v                                                                                    \
    }
#define REAL(v)                                                                                                        \
    {                                                                                                                  \
        .type = {.kind = TYPE_DOUBLE}, .d = v                                                                          \
    }
#define TEXT(v)                                                                                                        \
    {                                                                                                                  \
        .type = {.kind = TYPE_VARCHAR}, .s = { v, sizeof(v) - 1 }                                                      \
    }

static const struct field flight_fields[] = {FIELD("origin", TYPE_VARCHAR), FIELD("Delay", TYPE_BIGINT),
                                             FIELD("shard", TYPE_BIGINT)};
static const struct relation_value flight_values[] = {
    TEXT("FRA"), INT(5), INT(0), TEXT("TXL"), INT(-3), INT(1), TEXT("FRA"), NONE, INT(0),
};
static const struct field airport_fields[] = {FIELD("code", TYPE_VARCHAR), FIELD("city", TYPE_VARCHAR)};
static const struct relation_value airport_values[] = {TEXT("FRA"), TEXT("Frankfurt"), TEXT("TXL"), TEXT("Berlin")};

/* What a test runs against: a database in memory with some relations. */

enum { FAKES_MAX = 4 };

struct fixture {
    struct database *db;
    struct fake fakes[FAKES_MAX];
    int fake_count;
    int found; /* calls of find */
};

static inline struct relation *find(void *arg, const char *name)
{
    struct fixture *f = arg;

    f->found++;
    for (int i = 0; i < f->fake_count; i++)
        if (str_equal_nocase(str_lit(name), str_lit(f->fakes[i].relation.name))) return &f->fakes[i].relation;
    return NULL;
}

static inline void list(void *arg, void (*each)(void *arg2, const char *name), void *arg2)
{
    struct fixture *f = arg;

    for (int i = 0; i < f->fake_count; i++) each(arg2, f->fakes[i].relation.name);
}

static inline int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof *f);
    struct err err;

    f->fakes[f->fake_count++] = fake_of("flights", flight_fields, 3, 2, flight_values, 3);
    f->fakes[f->fake_count++] = fake_of("Airports", airport_fields, 2, 2, airport_values, 2);
    assert_int_equal(database_open(NULL, NULL, &f->db, &err), 0);
    database_relations(f->db, find, list, f);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *f = *state;

    database_close(f->db);
    for (int i = 0; i < f->fake_count; i++) assert_int_equal(f->fakes[i].opened, f->fakes[i].closed);
    free(f);
    return 0;
}

/* Rows as text: names, then rows, a line each; NULL is "-". */

struct printer {
    struct buf text;
    int lines, lines_max; /* stops there; 0: never */
};

static inline void print_value(struct buf *out, const struct relation_value *v)
{
    switch (v->type.kind) {
    case TYPE_NULL: buf_puts(out, "-"); break;
    case TYPE_BIGINT: buf_printf(out, "%lld", (long long)v->i); break;
    case TYPE_DOUBLE: buf_printf(out, "%.1f", v->d); break;
    case TYPE_VARCHAR: buf_put(out, v->s.ptr, v->s.len); break;
    case TYPE_BINARY: relation_value_print(v, out); break;
    default: fail_msg("a value of kind %d", (int)v->type.kind);
    }
}

static inline int print_row(void *arg, const struct rows *rows)
{
    struct printer *p = arg;

    for (int i = 0; i < rows->columns; i++) {
        if (i) buf_putc(&p->text, '|');
        if (rows->value)
            print_value(&p->text, &rows->value[i]);
        else
            buf_puts(&p->text, rows->name[i]);
    }
    buf_putc(&p->text, '\n');
    return ++p->lines == p->lines_max;
}

static inline void expect(struct database *db, const char *sql, const char *text)
{
    struct printer p = {0};
    struct err err = {0};

    if (database_run(db, str_lit(sql), print_row, &p, &err)) fail_msg("%s: %s", sql, err.text);
    assert_string_equal(buf_text(&p.text), text);
    buf_free(&p.text);
}

static inline void expect_error(struct database *db, const char *sql, enum err_code code, int at, const char *text)
{
    struct printer p = {0};
    struct err err = {0};

    assert_int_equal(database_run(db, str_lit(sql), print_row, &p, &err), -1);
    assert_string_equal(err.text, text);
    assert_int_equal(err.code, code);
    assert_int_equal(err.at, at);
    buf_free(&p.text);
}

/* The store. */

static inline void expect_stored(struct database *db, const char *key, const char *value)
{
    struct buf found = {0};
    struct err err;

    assert_int_equal(store_get(db, key, &found, &err), value ? 1 : 0);
    assert_string_equal(buf_text(&found), value ? value : "");
    buf_free(&found);
}

static inline void put(struct database *db, const char *key, const char *value)
{
    struct err err = {0};

    if (store_put(db, key, str_lit(value), &err)) fail_msg("%s", err.text);
}

struct entries {
    struct buf text;
    int count, count_max;
};

static inline int add_entry(void *arg, uint32_t id, const char *kind, const char *name, const char *sql)
{
    struct entries *e = arg;

    buf_printf(&e->text, "%u %s %s %s\n", id, kind, name, sql);
    return ++e->count == e->count_max;
}

/* On the simulated disk. */

static inline struct database *open_on(struct disk *disk)
{
    struct database *db;
    struct err err = {0};

    if (database_open(disk, "d/weir.db", &db, &err)) fail_msg("%s", err.text);
    return db;
}

static inline struct disk *new_disk(uint64_t seed)
{
    struct disk *disk = disk_sim(seed);
    struct err err;

    assert_int_equal(disk_name(disk, DISK_MKDIR, "d", NULL, &err), 0);
    assert_int_equal(disk_name(disk, DISK_SYNC_DIR, ".", NULL, &err), 0);
    return disk;
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

#endif
