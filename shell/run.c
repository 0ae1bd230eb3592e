/* run.c - `weir run FILE...`: query files, until interrupted or, with --once, to the end of their input. */
#include <stdio.h>
#include <unistd.h>

#include "shell/command_table.h"
#include "shell/commands.h"
#include "shell/common_options.h"
#include "shell/interrupt.h"
#include "shell/runner.h"

#define RUN_OPTION_ENUM(enumerator, name, argument, sentence) enumerator,
enum { RUN_OPTIONS(RUN_OPTION_ENUM) };
#undef RUN_OPTION_ENUM

/* What the command line says. */
struct run {
    struct runner runner;
    struct engine_options options;
    bool check;
    char **files;
    int file_count;
};

static int take_arguments(struct run *run, const struct arguments *a, struct err *err)
{
    run->files = a->operands;
    run->file_count = a->operand_count;
    run->check = a->value[RUN_CHECK] != NULL;
    run->options = (struct engine_options){.dir = run->check ? NULL : a->value[RUN_DATA], .lanes = 1};
    run->runner.once = a->value[RUN_ONCE] != NULL;
    run->runner.close = run->runner.once && (!run->options.dir || a->value[RUN_CLOSE]);
    run->runner.emitter.name = run->check ? NULL : a->value[RUN_EMIT];
    if (a->value[RUN_CLOSE] && !a->value[RUN_ONCE])
        return err_set(err, ERR_USAGE, -1, "--close goes with --once: it closes the windows at the end of the input");
    if (a->value[RUN_LANES] && options_number("--lanes", a->value[RUN_LANES], 1, 256, &run->options.lanes, err))
        return -1;
    if (take_dialect(a->value[RUN_DIALECT], &run->options.dialect, err)) return -1;
    return take_format(a->value[RUN_FORMAT], &run->runner.console.format, err);
}

static enum exit_code run_file(struct run *run, const char *path, struct check_counts *counts)
{
    struct script script;
    enum exit_code code;
    struct err err;

    if (script_read(path, &script, &err))
        code = report_error(&err);
    else if (run->check)
        code = runner_check(&run->runner, &script, counts);
    else
        code = runner_script(&run->runner, &script);
    script_close(&script);
    return code;
}

static enum exit_code check_files(struct run *run)
{
    enum exit_code worst = EXIT_DONE;
    struct check_counts counts = {0};

    for (int i = 0; i < run->file_count; i++) {
        enum exit_code code = run_file(run, run->files[i], &counts);
        if (code > worst) worst = code;
    }
    if (worst == EXIT_DONE)
        fprintf(stderr, "%d statement%s: no errors\n", counts.statements, counts.statements == 1 ? "" : "s");
    return worst;
}

static enum exit_code follow(struct run *run)
{
    if (isatty(STDERR_FILENO))
        fputs("weir: waiting for more input; Ctrl-C ends (--once ends by itself at the end of the input)\n", stderr);
    return runner_follow(&run->runner);
}

static enum exit_code run_files(struct run *run)
{
    struct runner *runner = &run->runner;
    enum exit_code code = EXIT_DONE;

    for (int i = 0; i < run->file_count && code == EXIT_DONE && !console_stopped(&runner->console); i++)
        code = run_file(run, run->files[i], NULL);
    if (code == EXIT_DONE && !console_stopped(&runner->console)) code = runner_finish(runner);
    if (code == EXIT_DONE && !runner->once && !console_stopped(&runner->console)) code = follow(run);
    return code;
}

int run_main(int argc, char **argv)
{
    struct run run = {0};
    struct arguments arguments;
    struct engine_stats stats;
    enum exit_code code;
    struct err err;

    if (options_parse(&command_run, argc, argv, &arguments, &err) || take_arguments(&run, &arguments, &err))
        return usage_error("run", &err);
    code = runner_open(&run.runner, &run.options);
    if (code != EXIT_DONE) return code;
    code = run.check ? check_files(&run) : run_files(&run);
    stats = engine_stats(run.runner.console.engine);
    code = runner_close(&run.runner, code);
    if (run.runner.once && interrupt_pending() != INTERRUPT_NONE)
        fputs("weir: interrupted: the results are not complete\n", stderr);
    if (code == EXIT_DONE && !run.check) progress_summary(&run.runner.console.bar, &stats);
    return code;
}
