/* shell.c - `weir [DIR]` and `weir -c "SQL" [DIR]`. */
#include <stdio.h>
#include <sys/stat.h>

#include "shell/command_table.h"
#include "shell/commands.h"
#include "shell/common_options.h"
#include "shell/repl.h"

#define SHELL_OPTION_ENUM(enumerator, name, argument, sentence) enumerator,
enum { SHELL_OPTIONS(SHELL_OPTION_ENUM) };
#undef SHELL_OPTION_ENUM

/* stdin is data here: a stream that reads it is read to its end. */
static enum exit_code run_text(struct runner *runner, const char *text)
{
    struct script script;
    enum exit_code code;

    script_begin("<command>", text, &script);
    code = runner_script(runner, &script);
    script_close(&script);
    if (code == EXIT_DONE && !console_stopped(&runner->console)) code = runner_finish(runner);
    if (code == EXIT_DONE && runner->console.streams) code = runner_follow(runner);
    return code;
}

static int check_directory(const char *dir, struct err *err)
{
    struct stat info;

    if (!dir || stat(dir, &info) || S_ISDIR(info.st_mode)) return 0;
    return err_set(err, ERR_USAGE, -1, "'%s' is a file, not a data directory; to run it: weir run %s", dir, dir);
}

int shell_main(int argc, char **argv)
{
    struct runner runner = {0};
    struct engine_options options = {.lanes = 1};
    struct arguments arguments;
    enum exit_code code;
    struct err err;

    if (options_parse(&command_shell, argc, argv, &arguments, &err) ||
        take_format(arguments.value[SHELL_FORMAT], &runner.console.format, &err) ||
        take_dialect(arguments.value[SHELL_DIALECT], &options.dialect, &err))
        return usage_error(NULL, &err);
    if (arguments.value[SHELL_VERSION]) {
        puts("weir " WEIR_VERSION);
        return EXIT_DONE;
    }
    options.dir = arguments.operand_count ? arguments.operands[0] : NULL;
    if (check_directory(options.dir, &err)) return usage_error(NULL, &err);
    runner.once = arguments.value[SHELL_COMMAND] != NULL;
    code = runner_open(&runner, &options);
    if (code != EXIT_DONE) return code;
    if (runner.once)
        code = run_text(&runner, arguments.value[SHELL_COMMAND]);
    else
        code = repl_run(&runner, options.dir);
    return runner_close(&runner, code);
}
