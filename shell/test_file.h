/* test_file.h - a `.test` file as data: tests, each a list of steps. Reads the text, runs nothing.
 *
 * A line that begins with `--` and one of the words below is a directive; what follows up to the next one is its body.
 *
 *     -- test NAME                       starts a test
 *     -- sql                             body: statements
 *     -- input STREAM [shard N]          body: records, one a line; `@TIME data` sets the arrival time; blank lines are
 * none
 *     -- at TIME                         the virtual clock moves there
 *     -- end STREAM                      this source has ended
 *     -- expect NAME [as changes]        body: a header and rows as CSV
 *     -- query SELECT ...                body: a header and rows as CSV
 *     -- error [LINE:COLUMN:] TEXT       the next `sql` must fail so
 *     -- bound 1 lane|no restart|no cuts: REASON     the test holds only so
 *
 * Comments (`--` and another word) may stand at the head of the file and below the directives that have no body. */
#ifndef WEIR_SHELL_TEST_FILE_H
#define WEIR_SHELL_TEST_FILE_H

#include "base/time.h"

enum test_step_kind { STEP_SQL, STEP_INPUT, STEP_AT, STEP_END, STEP_EXPECT, STEP_CHANGES, STEP_QUERY };

/* The clock of an input line without `@TIME`. */
#define TEST_NO_TIME USEC_MIN

struct test_record {
    struct str data;
    usec time; /* or TEST_NO_TIME */
};

/* What the `sql` behind an `error` must fail with. */
struct test_error {
    const char *text; /* NULL: it must not fail */
    int line, column; /* from 1, in the body; 0: anywhere */
};

struct test_step {
    enum test_step_kind kind;
    int line;                /* of the directive, in the file, from 1 */
    const char *name;        /* INPUT, END: the stream; EXPECT, CHANGES: the relation; QUERY: the SELECT */
    int shard;               /* INPUT; -1: not said */
    usec time;               /* AT */
    struct str body;         /* SQL: the statements; EXPECT, CHANGES, QUERY: the rows, without blank lines at the end */
    struct test_error error; /* SQL */
    struct test_record *records; /* INPUT */
    int record_count;
};

enum test_bound { BOUND_ONE_LANE = 1, BOUND_NO_RESTART = 2, BOUND_NO_CUTS = 4 };

struct test {
    const char *name;
    int line;
    unsigned bounds; /* of enum test_bound */
    struct test_step *steps;
    int step_count;
};

struct test_file {
    struct test *tests;
    int test_count;
    struct arena *arena; /* owns everything */
};

/* Reads a file's text, which must live as long as the result. On an error err->at is the offset of the line in
 * question. Free with test_file_free. */
int test_file_parse(struct str text, struct test_file *out, struct err *err) MUST_CHECK;
void test_file_free(struct test_file *file);

/* The number of the line, from 1, in which this offset lies. */
int test_file_line(struct str text, int at);

#endif
