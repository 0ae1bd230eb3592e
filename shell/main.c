/* main.c - the program: finds the command that is meant and hands over. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "parser/suggest.h"
#include "shell/command_table.h"
#include "shell/commands.h"
#include "shell/interrupt.h"
#include "shell/output.h"

typedef int (*command_main)(int argc, char **argv);

static const struct {
    const struct command *command;
    command_main main;
} entries[] = {
    {&command_run, run_main}, {&command_test, test_main}, {&command_check, check_main}, {&command_backup, backup_main}};

enum { ENTRIES = sizeof entries / sizeof *entries };

static int print(struct buf *text)
{
    struct output out = {.fd = 1, .pending = *text};
    struct err err;

    if (!output_close(&out, &err)) return EXIT_DONE;
    fprintf(stderr, "weir: error: %s\n", err.text);
    return EXIT_STORAGE;
}

static int help(const struct command *command)
{
    struct buf text = {0};

    options_help(command, &text);
    if (command != &command_shell) return print(&text);
    buf_puts(&text, "\nCommands:\n");
    for (int i = 1; commands[i]; i++)
        buf_printf(&text, "  %-7s%-15s  %s\n", commands[i]->name, commands[i]->arguments, commands[i]->sentence);
    buf_puts(&text, "\n`weir COMMAND --help` says more about a command.\n");
    return print(&text);
}

static bool asks_for(int argc, char **argv, const char *long_name, const char *short_name)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], long_name) == 0 || (short_name && strcmp(argv[i], short_name) == 0)) return true;
    return false;
}

static bool is_planned(const char *word)
{
    for (int i = 0; commands_planned[i]; i++)
        if (strcmp(word, commands_planned[i]) == 0) return true;
    return false;
}

/* A first word that is no command is a directory, unless it looks like a command mistyped. */
static int check_first_word(const char *word, bool alone, struct err *err)
{
    const char *names[ENTRIES], *near;
    struct stat info;

    for (int i = 0; i < ENTRIES; i++) names[i] = entries[i].command->name;
    near = suggest(str_lit(word), names, ENTRIES);
    if (stat(word, &info) == 0 || strchr(word, '/')) return 0;
    if (near) return err_set(err, ERR_USAGE, -1, "unknown command '%s': did you mean '%s'?", word, near);
    if (!alone) return err_set(err, ERR_USAGE, -1, "unknown command '%s'", word);
    return 0;
}

static int run_shell(int argc, char **argv)
{
    struct err err;

    if (asks_for(argc, argv, "--help", "-h")) return help(&command_shell);
    if (argc > 1 && argv[1][0] != '-' && check_first_word(argv[1], argc == 2, &err)) return usage_error(NULL, &err);
    return shell_main(argc, argv);
}

int main(int argc, char **argv)
{
    struct err err;

    interrupt_watch(NULL);
    for (int i = 0; argc > 1 && i < ENTRIES; i++) {
        if (strcmp(argv[1], entries[i].command->name) != 0) continue;
        if (asks_for(argc - 1, argv + 1, "--help", "-h")) return help(entries[i].command);
        return entries[i].main(argc - 1, argv + 1);
    }
    if (argc > 1 && is_planned(argv[1])) {
        err_set(&err, ERR_UNSUPPORTED, -1, "not supported yet: weir %s", argv[1]);
        return usage_error(NULL, &err);
    }
    return run_shell(argc, argv);
}
