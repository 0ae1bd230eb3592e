/* test_diagnostics.c - what wrong statements are told, to the letter: the cases of data/diagnostics.txt, through the
 * same look at a script that the program takes before it runs one. */
#include "engine/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char path[] = "tests/unit/data/diagnostics.txt";

/* The table being read. */
struct table {
    FILE *file;
    char *line;
    size_t room;
    int number;
    struct engine *engine;
    struct buf sql, expected; /* of the case being read */
    int cases, wrong;
};

static void open_engine(struct table *t, const char *dialect)
{
    struct engine_options options = {.dialect = strcmp(dialect, "kinesis") ? DIALECT_WEIR : DIALECT_KINESIS,
                                     .lanes = 1};
    struct err err;

    if (t->engine) assert_int_equal(engine_close(t->engine, &err), 0);
    assert_int_equal(engine_open(&options, &t->engine, &err), 0);
}

static void execute(struct table *t, const char *sql)
{
    enum answer answer;
    struct err err;

    if (engine_execute(t->engine, str_lit(sql), ".", NULL, NULL, &answer, &err))
        fail_msg("%s:%d: %s", path, t->number, err.text);
}

/* A finding_handler. */
struct printed {
    struct str sql;
    struct buf text;
};

static void print_finding(void *arg, enum diag_level level, const struct err *finding)
{
    struct printed *p = arg;

    diag_print(&p->text, level, "q.sql", p->sql, 0, finding);
}

static void check_case(struct table *t)
{
    struct printed printed = {.sql = str_of(t->sql.ptr, t->sql.len)};
    struct check *check = check_begin(t->engine);
    struct check_counts counts = {0};

    check_script(check, printed.sql, ".", print_finding, &printed, &counts);
    check_end(check);
    t->cases++;
    if (strcmp(buf_text(&printed.text), buf_text(&t->expected))) {
        t->wrong++;
        print_error("%s:%d: expected\n%sgot\n%s\n", path, t->number, buf_text(&t->expected), buf_text(&printed.text));
    }
    buf_free(&printed.text);
    t->sql.len = t->expected.len = 0;
}

static void take_line(struct table *t)
{
    const char *line = t->line;

    if (!strncmp(line, "> ", 2)) {
        if (t->sql.len) buf_putc(&t->sql, '\n');
        buf_puts(&t->sql, line + 2);
    } else if (t->sql.len && *line) {
        buf_printf(&t->expected, "%s\n", line);
    } else if (t->sql.len) {
        check_case(t);
    } else if (!strncmp(line, "== ", 3)) {
        open_engine(t, line + 3);
    } else if (!strncmp(line, "+ ", 2)) {
        execute(t, line + 2);
    }
}

static void wrong_statements_are_told_what_is_wrong_and_what_to_write(void **state)
{
    struct table t = {.file = fopen(path, "r")};
    struct err err;
    ssize_t len;

    (void)state;
    assert_non_null(t.file);
    for (; (len = getline(&t.line, &t.room, t.file)) >= 0;) {
        t.number++;
        if (len && t.line[len - 1] == '\n') t.line[len - 1] = '\0';
        take_line(&t);
    }
    if (t.sql.len) check_case(&t);
    assert_int_equal(engine_close(t.engine, &err), 0);
    if (t.wrong) fail_msg("%d of %d cases", t.wrong, t.cases);
    assert_true(t.cases > 120);
    buf_free(&t.sql);
    buf_free(&t.expected);
    free(t.line);
    fclose(t.file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_statements_are_told_what_is_wrong_and_what_to_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
