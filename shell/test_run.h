/* test_run.h - the command `weir test`: plays the tests of `.test` files in all modes that each may be played in. */
#ifndef WEIR_SHELL_TEST_RUN_H
#define WEIR_SHELL_TEST_RUN_H

/* argv[0] is "test". Prints to stdout, usage to stderr. Returns the exit code: 0 all passed, 1 not, 2 wrong usage. */
int test_main(int argc, char **argv);

#endif
