/* console.c - see console.h. */
#include "shell/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "connectors/file.h"
#include "shell/interrupt.h"

/* Where the rows of one statement go. That of a SELECT STREAM outlives its statement: it is ended, but not freed before
 * the engine is closed, because the engine still knows it. */
struct result {
    struct console *console;
    struct printer *printer; /* NULL: no columns yet, or ended */
    bool ended;
    struct result *next;
};

static void print_warning(void *arg, const char *text)
{
    progress_erase(arg);
    fprintf(stderr, "weir: %s\n", text);
}

int console_open(struct console *console, const struct engine_options *options, struct err *err)
{
    static const struct connector *const connectors[] = {&file_connector, NULL};
    struct engine_options complete = *options;

    console->out.fd = STDOUT_FILENO;
    progress_begin(&console->bar);
    complete.connectors = connectors;
    complete.warn = print_warning;
    complete.warn_arg = &console->bar;
    if (engine_open(&complete, &console->engine, err)) return -1;
    interrupt_watch(console->engine);
    return 0;
}

static void free_streams(struct console *console)
{
    while (console->streams) {
        struct result *next = console->streams->next;
        free(console->streams);
        console->streams = next;
    }
}

int console_close(struct console *console, struct err *err)
{
    struct err second;
    int failed;

    console_end_streams(console);
    failed = output_close(&console->out, err);
    interrupt_watch(NULL);
    if (console->engine && engine_close(console->engine, failed ? &second : err)) failed = -1;
    console->engine = NULL;
    free_streams(console);
    return failed;
}

bool console_stopped(const struct console *console)
{
    return interrupt_pending() != INTERRUPT_NONE || console->out.error;
}

struct printer *console_printer(struct console *console, const char *const *names, int count)
{
    if (console->any_result) buf_putc(&console->out.pending, '\n');
    console->any_result = true;
    return printer_new(console->format, &console->out, names, count);
}

/* A rows_handler. */
static int take_rows(void *arg, const struct rows *rows)
{
    struct result *result = arg;

    if (result->ended || console_stopped(result->console)) return 1;
    if (!rows->columns) return 0;
    if (!result->printer) result->printer = console_printer(result->console, rows->name, rows->columns);
    if (!rows->value) return 0;
    result->console->rows++;
    return printer_row(result->printer, rows->value) ? 1 : 0;
}

static void end_result(struct result *result)
{
    printer_finish(result->printer);
    result->printer = NULL;
    result->ended = true;
}

int console_execute(struct console *console, const struct script *script, int begin, int end, enum answer *answer,
                    struct err *err)
{
    struct result *result = mem_zalloc(sizeof *result);
    struct str sql = str_of(script->text.ptr + begin, (size_t)(end - begin));
    enum answer kind = ANSWER_DONE;
    int failed;

    result->console = console;
    console->rows = 0;
    failed = engine_execute(console->engine, sql, script->base_dir, take_rows, result, &kind, err);
    if (answer) *answer = kind;
    if (!failed && kind == ANSWER_STREAM) {
        result->next = console->streams;
        console->streams = result;
        return 0;
    }
    end_result(result);
    free(result);
    output_flush(&console->out);
    return console->out.error ? 0 : failed;
}

int console_drain(struct console *console, struct err *err)
{
    int failed = engine_drain(console->engine, progress_draw, &console->bar, err);

    progress_erase(&console->bar);
    console_flush(console);
    return failed;
}

void console_flush(struct console *console)
{
    for (struct result *r = console->streams; r; r = r->next)
        if (r->printer) printer_flush(r->printer);
    output_flush(&console->out);
}

void console_end_streams(struct console *console)
{
    for (struct result *r = console->streams; r; r = r->next)
        if (!r->ended) end_result(r);
    output_flush(&console->out);
}
