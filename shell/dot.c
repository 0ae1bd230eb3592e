/* dot.c - see dot.h. */
#include "shell/dot.h"

#include <stdio.h>
#include <string.h>

#include "parser/suggest.h"
#include "shell/help.h"
#include "shell/options.h"

#define TABLES                                                                                                         \
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'weir~_%' ESCAPE '~' ORDER BY name"
#define STREAMS "SELECT name, kind, format, records, watermark FROM weir_streams"
#define QUERIES "SELECT name, kind, state, emits, late_rows, error_rows, state_bytes FROM weir_queries"
#define VIEWS   "SELECT name, state, emits, late_rows, error_rows FROM weir_queries WHERE kind = 'view'"

/*  name       argument   function      statement                        what it does */
#define DOT_COMMANDS(X)                                                                                                \
    X(".help", "[NAME]", dot_help, NULL, "print this list, or what a function or statement is")                        \
    X(".quit", "", dot_quit, NULL, "leave the shell; so do .exit and Ctrl-D")                                          \
    X(".exit", "", dot_quit, NULL, NULL)                                                                               \
    X(".tables", "", dot_show, TABLES, "list the reference tables")                                                    \
    X(".streams", "", dot_show, STREAMS, "list the streams")                                                           \
    X(".views", "", dot_show, VIEWS, "list the views")                                                                 \
    X(".queries", "", dot_show, QUERIES, "list the queries")                                                           \
    X(".read", "FILE", dot_read, NULL, "run the statements of a file")                                                 \
    X(".mode", "MODE", dot_mode, NULL, "print results as table, csv, json, jsonl, box, markdown or vertical")          \
    X(".timer", "on|off", dot_timer, NULL, "print how long statements take")

struct dot {
    const char *name, *argument; /* [ARGUMENT]: it may be left out */
    enum exit_code (*run)(struct repl *repl, const struct dot *dot, const char *argument);
    const char *statement; /* of dot_show */
    const char *sentence;  /* NULL: not listed */
};

static enum exit_code dot_help(struct repl *repl, const struct dot *dot, const char *argument);

static enum exit_code dot_quit(struct repl *repl, const struct dot *dot, const char *argument)
{
    (void)dot, (void)argument;
    repl->quit = true;
    return EXIT_DONE;
}

static enum exit_code dot_show(struct repl *repl, const struct dot *dot, const char *argument)
{
    struct script script;
    enum exit_code code;

    (void)argument;
    script_begin(dot->name, dot->statement, &script);
    code = repl_statement(repl, &script, 0, (int)script.text.len);
    script_close(&script);
    return code;
}

static enum exit_code dot_read(struct repl *repl, const struct dot *dot, const char *argument)
{
    struct script script;
    enum exit_code code;
    struct err err;

    (void)dot;
    code = script_read(argument, &script, &err) ? report_error(&err) : runner_script(repl->runner, &script);
    script_close(&script);
    return code;
}

static enum exit_code dot_mode(struct repl *repl, const struct dot *dot, const char *argument)
{
    struct err err;
    int choice;

    if (options_choice(dot->name, argument, print_format_name, PRINT_FORMAT_COUNT, &choice, &err)) {
        err.code = ERR_VALUE;
        return report_error(&err);
    }
    repl->runner->console.format = (enum print_format)choice;
    return EXIT_DONE;
}

static enum exit_code dot_timer(struct repl *repl, const struct dot *dot, const char *argument)
{
    static const char *const words[] = {"off", "on"};
    struct err err;
    int choice;

    if (options_choice(dot->name, argument, words, 2, &choice, &err)) {
        err.code = ERR_VALUE;
        return report_error(&err);
    }
    repl->timer = choice == 1;
    return EXIT_DONE;
}

#define DOT_ROW(name, argument, function, statement, sentence) {name, argument, function, statement, sentence},
static const struct dot dots[] = {DOT_COMMANDS(DOT_ROW)};
enum { DOTS = sizeof dots / sizeof *dots };

static void put_commands(struct buf *out)
{
    for (int i = 0; i < DOTS; i++)
        if (dots[i].sentence) buf_printf(out, "%-8s %-7s  %s\n", dots[i].name, dots[i].argument, dots[i].sentence);
    buf_puts(out,
             "\nEverything else is SQL and ends with a semicolon. Ctrl-C stops a statement, or clears the line.\n\n"
             ".help NAME tells more about each of these:\n\n");
    help_contents(out);
}

static enum exit_code dot_help(struct repl *repl, const struct dot *dot, const char *argument)
{
    struct buf *out = &repl->runner->console.out.pending;
    struct err err;

    (void)dot;
    if (!*argument)
        put_commands(out);
    else if (help_print(str_lit(argument), out, &err))
        return report_error(&err);
    output_flush(&repl->runner->console.out);
    return EXIT_DONE;
}

static enum exit_code fail_unknown(struct str name)
{
    const char *names[DOTS], *near;
    struct err err;

    for (int i = 0; i < DOTS; i++) names[i] = dots[i].name;
    near = suggest(name, names, DOTS);
    err_set(&err, ERR_NAME, -1, "unknown command %.*s: %s%s%s", (int)name.len, name.ptr, near ? "did you mean " : "",
            near ? near : ".help lists them", near ? "?" : "");
    return report_error(&err);
}

static enum exit_code fail_argument(const struct dot *dot)
{
    struct err err;

    err_set(&err, ERR_VALUE, -1, "%s %s", dot->name, *dot->argument ? "needs one argument" : "takes no argument");
    return report_error(&err);
}

/* The argument without blanks and a semicolon around it, in `copy`. */
static void trim_argument(const char *text, struct buf *copy)
{
    buf_puts(copy, text + strspn(text, " \t"));
    while (copy->len && strchr(" \t\r;", copy->ptr[copy->len - 1])) copy->len--;
}

enum exit_code dot_command(struct repl *repl, const char *line)
{
    struct str name = str_of(line, strcspn(line, " \t\r;"));
    struct buf argument = {0};
    enum exit_code code;
    int i = 0;

    while (i < DOTS && !str_equal(str_lit(dots[i].name), name)) i++;
    if (i == DOTS) return fail_unknown(name);
    trim_argument(line + name.len, &argument);
    if (*dots[i].argument != '[' && (argument.len != 0) != (*dots[i].argument != '\0'))
        code = fail_argument(&dots[i]);
    else
        code = dots[i].run(repl, &dots[i], buf_text(&argument));
    buf_free(&argument);
    return code;
}
