/* runner.c - see runner.h. */
#include "shell/runner.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "parser/split.h"
#include "shell/glance.h"

enum {
    IDLE_MS = 50,      /* how long to wait when no epoch has anything to do */
    LOOK_UP_MS = 1000, /* for stdin: a signal may have come just before the waiting began */
};

enum exit_code report_error(const struct err *err)
{
    if (err->code == ERR_INTERRUPTED) return EXIT_DONE;
    fprintf(stderr, "weir: error: %s\n", err->text);
    return exit_code_of(err->code);
}

static enum exit_code report_at(const struct script *script, int begin, const struct err *err)
{
    if (err->code == ERR_INTERRUPTED) return EXIT_DONE;
    script_report(script, DIAG_ERROR, begin, err);
    return exit_code_of(err->code);
}

enum exit_code runner_open(struct runner *r, const struct engine_options *options)
{
    struct err err;

    r->emitter.console = &r->console;
    r->emitter.once = r->once;
    r->feed.closes = !options->dir || r->close;
    return console_open(&r->console, options, &err) ? report_error(&err) : EXIT_DONE;
}

/* ---- the input ---- */

static int read_stdin_to_end(struct runner *r, struct err *err)
{
    while (stdin_is_open(&r->feed) && !console_stopped(&r->console)) {
        if (stdin_read(&r->feed, r->console.engine, LOOK_UP_MS, err) < 0) return -1;
        if (console_drain(&r->console, err)) return -1;
        emitter_flush(&r->emitter);
    }
    return 0;
}

static int settle(struct runner *r, struct err *err)
{
    if (r->settled) return 0;
    r->settled = true;
    if (r->once && read_stdin_to_end(r, err)) return -1;
    if (console_stopped(&r->console)) return 0;
    if (console_drain(&r->console, err)) return -1;
    return r->close ? engine_end(r->console.engine, NULL, err) : 0;
}

/* Queries that run for ever see their input here. Returns 1 when something was done. */
static int advance(struct runner *r, int idle_ms, struct err *err)
{
    int read = 0, ran;

    if (stdin_is_open(&r->feed))
        read = stdin_read(&r->feed, r->console.engine, idle_ms, err);
    else if (idle_ms)
        poll(NULL, 0, idle_ms);
    if (read < 0) return -1;
    ran = engine_step(r->console.engine, err);
    if (ran < 0) return -1;
    if (ran) {
        console_flush(&r->console);
        emitter_flush(&r->emitter);
    }
    return read || ran;
}

enum exit_code runner_follow(struct runner *r)
{
    struct err err;
    int done = 1;

    while (!console_stopped(&r->console)) {
        done = advance(r, done ? 0 : IDLE_MS, &err);
        if (done < 0) return report_error(&err);
    }
    return EXIT_DONE;
}

/* ---- scripts ---- */

/* The stream may be one that reads stdin. */
static int attach_stdin(struct runner *r, const char *stream, struct err *err)
{
    const struct object *object = engine_object(r->console.engine, stream);

    if (!r->stdin_is_script) return stdin_attach(&r->feed, r->console.engine, stream, err);
    if (object && object->kind == OBJECT_STREAM && object->source == SOURCE_STDIN)
        fprintf(stderr, "weir: stream \"%s\" stays empty: stdin is where the statements come from\n", stream);
    return 0;
}

static int execute(struct runner *r, const struct script *script, int begin, int end, enum answer *answer,
                   struct err *err)
{
    struct str sql = str_of(script->text.ptr + begin, (size_t)(end - begin));
    struct glance seen;
    int failed = 0;

    if (glance(sql, &seen, err)) { /* the engine may still know what to do with it */
    }
    if (seen.effect == EFFECT_READ)
        failed = settle(r, err);
    else
        r->settled = false;
    emitter_pause(&r->emitter);
    if (!failed && !console_stopped(&r->console))
        failed = console_execute(&r->console, script, begin, end, answer, err);
    if (!failed && seen.stream) failed = attach_stdin(r, seen.stream, err);
    if (!failed) failed = emitter_attach(&r->emitter, err);
    free(seen.stream);
    return failed;
}

enum exit_code runner_statement(struct runner *r, const struct script *script, int begin, int end, enum answer *answer)
{
    struct err err;

    return execute(r, script, begin, end, answer, &err) ? report_at(script, begin, &err) : EXIT_DONE;
}

/* ---- looking before leaping ---- */

enum { SHOWN_MAX = 20 }; /* errors of one script; what is beyond them is only counted */

struct report {
    const struct script *script;
    bool warnings;
    int shown;
    enum exit_code code;
};

/* A finding_handler. */
static void report_finding(void *arg, enum diag_level level, const struct err *finding)
{
    struct report *report = arg;

    if (level == DIAG_WARNING && !report->warnings) return;
    if (level == DIAG_ERROR) report->code = exit_code_of(finding->code);
    if (report->shown++ < SHOWN_MAX) script_report(report->script, level, 0, finding);
}

/* What cannot be printed or looked at is told in a sentence. */
static void report_rest(const struct report *report, const struct check_counts *counts)
{
    int hidden = report->shown - SHOWN_MAX;

    if (hidden > 0) fprintf(stderr, "%s: %d more error%s\n", report->script->name, hidden, hidden == 1 ? "" : "s");
    if (counts->skipped)
        fprintf(stderr, "%s: %d statement%s not checked: what %s is wrong above\n", report->script->name,
                counts->skipped, counts->skipped == 1 ? " was" : "s were",
                counts->skipped == 1 ? "it uses" : "they use");
}

static enum exit_code look_at(struct check *check, const struct script *script, bool warnings,
                              struct check_counts *counts)
{
    struct report report = {.script = script, .warnings = warnings, .code = EXIT_DONE};
    struct check_counts here = {0};

    check_script(check, str_of(script->text.ptr, script->text.len), script->base_dir, report_finding, &report, &here);
    report_rest(&report, &here);
    counts->statements += here.statements;
    counts->errors += here.errors;
    return report.code;
}

enum exit_code runner_check(struct runner *r, const struct script *script, struct check_counts *counts)
{
    if (!r->check) r->check = check_begin(r->console.engine);
    return look_at(r->check, script, true, counts);
}

/* Warnings come again when the statement is executed. */
static enum exit_code look_first(struct runner *r, const struct script *script)
{
    struct check *check = check_begin(r->console.engine);
    struct check_counts counts = {0};
    enum exit_code code = look_at(check, script, false, &counts);

    check_end(check);
    return code;
}

enum exit_code runner_script(struct runner *r, const struct script *script)
{
    struct split split = split_text(str_of(script->text.ptr, script->text.len));
    enum exit_code code = look_first(r, script);

    for (int i = 0; i < split.count && code == EXIT_DONE && !console_stopped(&r->console); i++)
        code = runner_statement(r, script, split.pieces[i].at, split.pieces[i].end, NULL);
    split_free(&split);
    return code;
}

enum exit_code runner_finish(struct runner *r)
{
    struct err err;

    if (emitter_require(&r->emitter, &err)) return report_error(&err);
    if (settle(r, &err)) return report_error(&err);
    return EXIT_DONE;
}

enum exit_code runner_close(struct runner *r, enum exit_code code)
{
    struct err err;
    enum exit_code closing = EXIT_DONE;

    if (code == EXIT_DONE && r->console.engine && emitter_finish(&r->emitter, &err)) code = report_error(&err);
    emitter_close(&r->emitter);
    stdin_close(&r->feed);
    check_end(r->check);
    r->check = NULL;
    if (console_close(&r->console, &err)) closing = report_error(&err);
    return code == EXIT_DONE ? closing : code;
}
