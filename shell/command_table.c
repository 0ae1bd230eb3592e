/* command_table.c - see command_table.h. */
#include "shell/command_table.h"

#define SPEC(enumerator, name, argument, sentence) {name, argument, sentence},
#define COUNT(options)                             (int)(sizeof options / sizeof *options)

static const struct option_spec shell_options[] = {SHELL_OPTIONS(SPEC)};
static const struct option_spec run_options[] = {RUN_OPTIONS(SPEC)};
static const struct option_spec test_options[] = {TEST_OPTIONS(SPEC)};

const struct command command_shell = {
    .name = "",
    .arguments = "[DIR]",
    .sentence =
        "Streaming SQL: continuous queries over a durable log. Without a command, an interactive shell on the data\n"
        "directory DIR (in memory if none is named).",
    .options = shell_options,
    .option_count = COUNT(shell_options),
    .details = "  weir                                   try things out\n"
               "  weir -c \"SELECT 1 + 1\" --format json   one answer\n"
               "  weir run --once queries/flights.sql    a query file\n",
    .operands_max = 1,
};

const struct command command_run = {
    .name = "run",
    .arguments = "FILE...",
    .sentence = "Runs query files until interrupted, or to the end of their input (--once).",
    .details =
        "A SELECT in a file waits until the bounded sources declared before it have been read. Paths in a file are\n"
        "relative to the file. A stream WITH (connector = 'stdin') reads the standard input. With --data, running\n"
        "a file again goes on where it stopped.\n"
        "\n"
        "Results go to stdout, progress and messages to stderr. Exit codes: 0 done, 1 an error in a file or in its\n"
        "input, 2 a wrong command line, 3 the data directory or the disk failed.\n"
        "\n"
        "  weir run --once queries/flights.sql\n"
        "  tail -f access.log | weir run access.sql --emit per_minute --format jsonl\n",
    .options = run_options,
    .option_count = COUNT(run_options),
    .operands_min = 1,
    .operands_max = OPERANDS_ANY,
};

const struct command command_test = {
    .name = "test",
    .arguments = "FILE...",
    .sentence = "Runs .test files: statements, input and expected output in one place.",
    .options = test_options,
    .option_count = COUNT(test_options),
    .operands_min = 1,
    .operands_max = OPERANDS_ANY,
};

const struct command command_check = {
    .name = "check",
    .arguments = "DIR",
    .sentence = "Verifies a data directory that no process has open: reads every byte, changes nothing.",
    .details =
        "What is damaged is named on stdout with its file and offset. Exit codes: 0 all is well, 3 it is damaged,\n"
        "in use, or the disk failed.\n",
    .operands_min = 1,
    .operands_max = 1,
};

const struct command command_backup = {
    .name = "backup",
    .arguments = "DIR DEST",
    .sentence = "Copies a data directory that no process has open to DEST, which must not exist.",
    .details = "DEST appears when the copy is whole, and is a data directory like any other.\n",
    .operands_min = 2,
    .operands_max = 2,
};

const struct command *const commands[] = {&command_shell, &command_run,    &command_test,
                                          &command_check, &command_backup, NULL};

const char *const commands_planned[] = {"serve", "put", "tail", "infer", "bench", NULL};
