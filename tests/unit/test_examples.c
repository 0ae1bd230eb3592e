/* test_examples.c - every example of the registry of functions (planner/functions.inc), run as SQL through the engine:
 * it must print the answer that stands beside it. */
#include "engine/session.h"
#include "planner/function_doc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static usec still(void *arg)
{
    (void)arg;
    return 0;
}

static void keep_answer(void *arg, const struct field *fields, int field_count, const struct relation_value *values,
                        int64_t weight)
{
    struct buf *out = arg;
    struct column c = {0};
    int64_t i = values->i;
    double d = values->d;
    uint8_t b = (uint8_t)values->i;
    struct text t = {.ptr = ""};
    __int128 wide = values->wide;

    (void)field_count;
    (void)weight;
    out->len = 0;
    if (values->type.kind == TYPE_NULL) return;
    c.phys = type_phys(fields->type);
    if (c.phys == PHYS_TEXT) t = text_of(values->s.ptr, values->s.len);
    c.data = c.phys == PHYS_TEXT     ? (void *)&t
             : c.phys == PHYS_DOUBLE ? (void *)&d
             : c.phys == PHYS_BOOL   ? (void *)&b
             : c.phys == PHYS_WIDE   ? (void *)&wide
                                     : &i;
    value_print(&c, 0, fields->type, out);
}

static int execute(struct engine *e, const char *sql, struct err *err)
{
    enum answer answer;

    return engine_execute(e, str_lit(sql), ".", NULL, NULL, &answer, err);
}

/* What the expression comes to for one row; the error's text where it fails. */
static void answer_of(struct disk *disk, const char *expression, struct buf *out)
{
    struct engine_options options = {.dir = "db", .disk = disk, .clock = still};
    struct engine *e;
    struct err err;
    char sql[1024];

    assert_int_equal(engine_open(&options, &e, &err), 0);
    snprintf(sql, sizeof sql, "CREATE STREAM answer AS SELECT %s AS a FROM s", expression);
    out->len = 0;
    if (execute(e, "CREATE STREAM s (v INTEGER)", &err) || execute(e, sql, &err) ||
        engine_subscribe(e, "answer", keep_answer, out, &err) || execute(e, "INSERT INTO s VALUES (1)", &err) ||
        engine_drain(e, NULL, NULL, &err))
        buf_puts(out, err.text);
    engine_abandon(e);
}

static void every_example_gives_its_answer(void **state)
{
    struct buf got = {0};
    int wrong = 0;

    (void)state;
    for (int i = 0; i < function_count(); i++) {
        const struct function *f = function_at(i);
        struct disk *disk = disk_sim(1);

        answer_of(disk, f->example, &got);
        if (strcmp(buf_text(&got), f->answer) != 0) {
            print_message("%s: %s is %s, not %s\n", f->signature, f->example, buf_text(&got), f->answer);
            wrong++;
        }
        disk_free(disk);
    }
    buf_free(&got);
    assert_int_equal(wrong, 0);
}

static int create_rows(struct engine *e, const char *example, struct err *err)
{
    char sql[512];

    snprintf(sql, sizeof sql, "CREATE STREAM answer AS SELECT %s AS a FROM s", example);
    return execute(e, "CREATE STREAM s (v INTEGER)", err) || execute(e, sql, err);
}

/* The last answer of a changelog is what all rows come to. */
static void aggregate_of(struct disk *disk, const char *example, struct buf *out)
{
    struct engine_options options = {.dir = "db", .disk = disk, .clock = still};
    struct engine *e;
    struct err err;

    assert_int_equal(engine_open(&options, &e, &err), 0);
    out->len = 0;
    if (create_rows(e, example, &err) || engine_subscribe(e, "answer", keep_answer, out, &err) ||
        execute(e, "INSERT INTO s VALUES (1), (2), (2), (7), (NULL)", &err) || engine_drain(e, NULL, NULL, &err))
        buf_puts(out, err.text);
    engine_abandon(e);
}

static void every_example_of_an_aggregate_gives_its_answer(void **state)
{
    const struct aggregate_doc *a;
    struct buf got = {0};

    (void)state;
    for (int i = 0; (a = aggregate_doc(i)); i++) {
        struct disk *disk = disk_sim(1);
        aggregate_of(disk, a->example, &got);
        assert_string_equal(buf_text(&got), a->answer);
        disk_free(disk);
    }
    buf_free(&got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_example_gives_its_answer),
                                       cmocka_unit_test(every_example_of_an_aggregate_gives_its_answer)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
