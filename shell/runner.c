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
    script_report(script, begin, err);
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

enum exit_code runner_script(struct runner *r, const struct script *script)
{
    struct split split = split_text(str_of(script->text.ptr, script->text.len));
    enum exit_code code = EXIT_DONE;

    for (int i = 0; i < split.count && code == EXIT_DONE && !console_stopped(&r->console); i++)
        code = runner_statement(r, script, split.pieces[i].at, split.pieces[i].end, NULL);
    split_free(&split);
    return code;
}

static int check_statement(struct runner *r, const struct script *script, struct piece piece, struct err *err)
{
    struct str sql = str_of(script->text.ptr + piece.at, (size_t)(piece.end - piece.at));
    struct glance seen;
    int failed = glance(sql, &seen, err);

    free(seen.stream);
    if (failed || seen.effect != EFFECT_DEFINE) return failed;
    return console_execute(&r->console, script, piece.at, piece.end, NULL, err);
}

enum exit_code runner_check(struct runner *r, const struct script *script, int *statements)
{
    struct split split = split_text(str_of(script->text.ptr, script->text.len));
    enum exit_code code = EXIT_DONE;
    struct err err;

    for (int i = 0; i < split.count && !console_stopped(&r->console); i++)
        if (check_statement(r, script, split.pieces[i], &err)) code = report_at(script, split.pieces[i].at, &err);
    *statements += split.count;
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
    if (console_close(&r->console, &err)) closing = report_error(&err);
    return code == EXIT_DONE ? closing : code;
}
