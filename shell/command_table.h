/* command_table.h - the commands of the program and their options, each with its sentence: what they take and what
 * --help prints. */
#ifndef WEIR_SHELL_COMMAND_TABLE_H
#define WEIR_SHELL_COMMAND_TABLE_H

#include "shell/options.h"

/*    enumerator      name         argument    what it does */
#define SHELL_OPTIONS(X)                                                                                               \
    X(SHELL_COMMAND, "-c", "SQL", "run these statements, print their results and exit")                                \
    X(SHELL_FORMAT, "--format", "NAME", "how results are printed: table (default), csv, json, jsonl, box, ...")        \
    X(SHELL_DIALECT, "--dialect", "NAME", "weir (default) or kinesis")                                                 \
    X(SHELL_VERSION, "--version", NULL, "print the version and exit")

#define RUN_OPTIONS(X)                                                                                                 \
    X(RUN_DATA, "--data", "DIR", "the data directory; without it, in memory: nothing is kept")                         \
    X(RUN_ONCE, "--once", NULL, "read bounded sources (files, stdin) to their end, run the SELECTs and exit")          \
    X(RUN_CLOSE, "--close", NULL, "with --once and --data: the input has ended, close all windows")                    \
    X(RUN_LANES, "--lanes", "N", "work in N lanes at the same time; results do not depend on it")                      \
    X(RUN_DIALECT, "--dialect", "NAME", "weir (default) or kinesis")                                                   \
    X(RUN_EMIT, "--emit", "NAME", "print the rows of this stream or view as they come")                                \
    X(RUN_FORMAT, "--format", "NAME", "how results are printed: table (default), csv, json, jsonl, box, ...")          \
    X(RUN_CHECK, "--check", NULL, "only look for errors: exit with 0, or 1 with all errors of the files")

#define TEST_OPTIONS(X) /* test_run.c reads them */                                                                    \
    X(TEST_MODE, "--mode", "NAME",                                                                                     \
      "only as it is written (plain), row by row (rows), with random cuts, lanes or crashes")                          \
    X(TEST_SEED, "--seed", "N", "of what is random")                                                                   \
    X(TEST_FORMAT, "--format", "NAME", "text (default), tap or junit")                                                 \
    X(TEST_UPDATE, "--update", NULL, "write what came out into the files as what is expected: review the difference")  \
    X(TEST_VERBOSE, "--verbose", NULL, "say more")

extern const struct command command_shell, command_run, command_test, command_check, command_backup;

/* The commands in the order of --help; ends with NULL. The first is the program itself. */
extern const struct command *const commands[];
/* Names that are taken by commands to come; ends with NULL. */
extern const char *const commands_planned[];

#endif
