/* repl.c - see repl.h. */
#include "shell/repl.h"

#include <stdio.h>
#include <string.h>

#include "parser/split.h"
#include "shell/dot.h"
#include "shell/interrupt.h"

static void show_time(const struct repl *repl, usec begun)
{
    uint64_t rows = repl->runner->console.rows;

    if (repl->timer)
        fprintf(stderr, "%llu row%s in %.3f s\n", (unsigned long long)rows, rows == 1 ? "" : "s",
                (double)(progress_clock() - begun) / 1e6);
}

/* A SELECT STREAM runs until Ctrl-C; in a script, until all that is there is read. */
static enum exit_code show_stream(struct repl *repl)
{
    struct err err;

    if (line_reader_edits(repl->lines)) return runner_follow(repl->runner);
    return console_drain(&repl->runner->console, &err) ? report_error(&err) : EXIT_DONE;
}

enum exit_code repl_statement(struct repl *repl, const struct script *script, int begin, int end)
{
    struct console *console = &repl->runner->console;
    usec begun = progress_clock();
    enum answer answer = ANSWER_DONE;
    enum exit_code code;

    console->any_result = console->any_result && !line_reader_edits(repl->lines);
    progress_begin(&console->bar);
    code = runner_statement(repl->runner, script, begin, end, &answer);
    if (code == EXIT_DONE && answer == ANSWER_STREAM) code = show_stream(repl);
    if (interrupt_pending() == INTERRUPT_STATEMENT && line_reader_edits(repl->lines))
        fputc('\n', stderr); /* after ^C */
    console_end_streams(console);
    if (interrupt_pending() == INTERRUPT_STATEMENT) fputs("interrupted\n", stderr);
    if (code == EXIT_DONE) show_time(repl, begun);
    return code;
}

static bool is_complete(const struct script *script, struct piece piece)
{
    return script->text.ptr[piece.next - 1] == ';';
}

/* Executes the complete statements (with SPLIT_DONE as `until`: all) and drops their text. */
static enum exit_code run_pieces(struct repl *repl, const struct split *split, enum split_end until)
{
    enum exit_code code = EXIT_DONE;
    int behind = 0;

    for (int i = 0; i < split->count && code == EXIT_DONE && !console_stopped(&repl->runner->console); i++) {
        struct piece piece = split->pieces[i];
        if (until != SPLIT_DONE && !is_complete(&repl->script, piece)) break;
        code = repl_statement(repl, &repl->script, piece.at, piece.end);
        behind = piece.next;
    }
    script_drop(&repl->script, behind);
    return code;
}

static void forget_text(struct repl *repl)
{
    repl->script.text.len = 0;
    repl->script.lines_before = 0;
    repl->pending = false;
}

static enum exit_code run_complete(struct repl *repl)
{
    struct split split = split_text(str_of(repl->script.text.ptr, repl->script.text.len));
    enum exit_code code = run_pieces(repl, &split, SPLIT_OPEN);

    repl->pending = split.end != SPLIT_DONE;
    split_free(&split);
    if (line_reader_edits(repl->lines) && (!repl->pending || code != EXIT_DONE))
        forget_text(repl);
    else if (!repl->pending)
        script_drop(&repl->script, (int)repl->script.text.len);
    return code;
}

/* At the end of the input a last statement needs no semicolon. */
static enum exit_code run_rest(struct repl *repl)
{
    struct split split;
    enum exit_code code;

    if (line_reader_edits(repl->lines) || !repl->script.text.len) return EXIT_DONE;
    split = split_text(str_of(repl->script.text.ptr, repl->script.text.len));
    code = run_pieces(repl, &split, SPLIT_DONE);
    split_free(&split);
    return code;
}

/* Whether this line can have changed where the statements end. */
static bool may_end_something(const struct repl *repl, struct str line)
{
    return !repl->pending || memchr(line.ptr, ';', line.len) || memmem(line.ptr, line.len, "*/", 2);
}

static bool is_word(struct str line, const char *word)
{
    while (line.len && (line.ptr[line.len - 1] == ' ' || line.ptr[line.len - 1] == ';')) line.len--;
    return str_equal_nocase(line, str_lit(word));
}

static enum exit_code take_line(struct repl *repl, struct buf *text)
{
    struct str line = str_of(text->ptr, text->len);

    if (!repl->pending && line.len && line.ptr[0] == '.') {
        if (!line_reader_edits(repl->lines)) repl->script.lines_before++;
        return dot_command(repl, buf_text(text));
    }
    if (!repl->pending && (is_word(line, "exit") || is_word(line, "quit"))) return dot_command(repl, ".quit");
    if (!repl->pending && is_word(line, "help")) return dot_command(repl, ".help");
    buf_put(&repl->script.text, line.ptr, line.len);
    buf_putc(&repl->script.text, '\n');
    return may_end_something(repl, line) ? run_complete(repl) : EXIT_DONE;
}

static enum exit_code read_lines(struct repl *repl)
{
    bool edits = line_reader_edits(repl->lines);
    enum exit_code code = EXIT_DONE;
    struct buf line = {0};

    while (!repl->quit && (edits || code == EXIT_DONE) && !repl->runner->console.out.error) {
        interrupt_clear();
        enum line got =
            interrupt_pending() ? LINE_END : line_read(repl->lines, repl->pending ? "  ...> " : "weir> ", &line);
        if (got == LINE_END) break;
        if (got == LINE_INTERRUPTED)
            forget_text(repl);
        else
            code = take_line(repl, &line);
        if (got == LINE_INTERRUPTED && !edits) break;
    }
    buf_free(&line);
    if (!repl->quit && code == EXIT_DONE && interrupt_pending() == INTERRUPT_NONE) code = run_rest(repl);
    return edits ? EXIT_DONE : code;
}

enum exit_code repl_run(struct runner *runner, const char *dir)
{
    struct repl repl = {.runner = runner, .lines = line_reader_new()};
    enum exit_code code;

    runner->stdin_is_script = true;
    script_begin(line_reader_edits(repl.lines) ? "<input>" : "<stdin>", "", &repl.script);
    if (line_reader_edits(repl.lines))
        fprintf(stderr, "weir " WEIR_VERSION " on %s. Statements end with a semicolon; .help lists commands.\n",
                dir ? dir : "a database in memory: nothing is kept");
    code = read_lines(&repl);
    line_reader_free(repl.lines);
    script_close(&repl.script);
    return code;
}
