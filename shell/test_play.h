/* test_play.h - plays one test on an engine over the simulated disk, in one of five modes (design.md, style.md 35).
 * The expectations are the same in every mode; what a mode changes is where epochs end, how work is spread, and when
 * the machine loses power. Everything random comes from the seed; no clock is read and no file is written. */
#ifndef WEIR_SHELL_TEST_PLAY_H
#define WEIR_SHELL_TEST_PLAY_H

#include "shell/test_file.h"
#include "shell/test_rows.h"

enum test_mode {
    MODE_PLAIN, /* as written */
    MODE_ROWS,  /* one row an epoch */
    MODE_CUTS,  /* epochs end anywhere */
    MODE_LANES, /* four lanes */
    MODE_CRASH, /* played again for each place in turn at which the machine stops and is started again */
    MODE_COUNT
};

/* "plain", "rows", "cuts", "lanes", "crash". */
const char *test_mode_name(enum test_mode mode);
/* Whether the bounds of a test (enum test_bound) leave it this mode. */
bool test_mode_fits(unsigned bounds, enum test_mode mode);

/* A file of tests, and where it was found. */
struct test_script {
    const char *path; /* for messages */
    const char *dir;  /* relative paths in its statements are relative to this folder */
    struct str text;
    struct test_file file;
};

/* Gets the rows of every `expect` and `query` that does not hold; then these are no failures. */
typedef void (*test_mismatch)(void *arg, const struct test_step *step, const struct test_rows *got);

struct test_how {
    enum test_mode mode;
    uint64_t seed;
    test_mismatch mismatch; /* or NULL */
    void *arg;
};

/* Plays one test. True when it holds; else appends to failure what does not, beginning with file and line. */
bool test_play(const struct test_script *script, const struct test *test, const struct test_how *how,
               struct buf *failure);

#endif
