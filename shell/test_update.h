/* test_update.h - writes what came out into the expectations of a test file that did not hold (`weir test --update`).
 * For tests that are being written: the difference must be reviewed, or the test says only what the program does. */
#ifndef WEIR_SHELL_TEST_UPDATE_H
#define WEIR_SHELL_TEST_UPDATE_H

#include "shell/test_play.h"

/* Plays every test as written. *out is the file's text with new rows below each expectation that did not hold; the
 * rest is unchanged. Returns how many were rewritten. */
int test_update(const struct test_script *script, uint64_t seed, struct buf *out);

#endif
