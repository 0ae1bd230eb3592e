/* emitter.c - see emitter.h. */
#include "shell/emitter.h"

#include <stdlib.h>

static void begin_printer(struct emitter *emitter, const struct field *fields, int count)
{
    const char **names = mem_alloc(sizeof *names * (size_t)(count + 1));

    for (int i = 0; i < count; i++) names[i] = fields[i].name;
    names[count] = "_weight";
    emitter->printer = console_printer(emitter->console, names, count + emitter->with_weight);
    emitter->begun = true;
    free(names);
}

static const struct relation_value *add_weight(struct emitter *emitter, const struct relation_value *values, int count,
                                               int64_t weight)
{
    struct relation_value last = {.type = type_of(TYPE_BIGINT), .i = weight};

    emitter->scratch.len = 0;
    buf_put(&emitter->scratch, values, sizeof *values * (size_t)count);
    buf_put(&emitter->scratch, &last, sizeof last);
    return (const struct relation_value *)emitter->scratch.ptr;
}

/* A change_handler. */
static void take_change(void *arg, const struct field *fields, int count, const struct relation_value *values,
                        int64_t weight)
{
    struct emitter *emitter = arg;

    if (emitter->console->out.error) return;
    if (!emitter->printer) begin_printer(emitter, fields, count);
    if (emitter->with_weight) values = add_weight(emitter, values, count, weight);
    printer_row(emitter->printer, values);
}

int emitter_attach(struct emitter *emitter, struct err *err)
{
    const struct object *object;

    if (!emitter->name || emitter->attached) return 0;
    object = engine_object(emitter->console->engine, emitter->name);
    if (!object) return 0;
    emitter->attached = true;
    emitter->at_end = emitter->once && object->kind == OBJECT_VIEW;
    emitter->with_weight = object->kind == OBJECT_VIEW || object->changelog;
    return emitter->at_end ? 0 : engine_subscribe(emitter->console->engine, emitter->name, take_change, emitter, err);
}

int emitter_require(struct emitter *emitter, struct err *err)
{
    struct err unknown;

    if (!emitter->name || emitter->attached) return 0;
    /* the engine knows what is near */
    if (engine_subscribe(emitter->console->engine, emitter->name, take_change, emitter, &unknown))
        return err_set(err, unknown.code, -1, "--emit: %s", unknown.text);
    emitter->attached = true;
    return 0;
}

void emitter_flush(struct emitter *emitter)
{
    if (emitter->printer) printer_flush(emitter->printer);
}

void emitter_pause(struct emitter *emitter)
{
    printer_finish(emitter->printer);
    emitter->printer = NULL;
}

static void put_quoted_name(const char *name, struct buf *out)
{
    buf_putc(out, '"');
    for (; *name; name++) {
        if (*name == '"') buf_putc(out, '"');
        buf_putc(out, *name);
    }
    buf_putc(out, '"');
}

static int print_content(struct emitter *emitter, const char *name, struct err *err)
{
    struct script script;
    int failed;

    script_begin("--emit", "SELECT * FROM ", &script);
    put_quoted_name(name, &script.text);
    failed = console_execute(emitter->console, &script, 0, (int)script.text.len, NULL, err);
    script_close(&script);
    return failed;
}

int emitter_finish(struct emitter *emitter, struct err *err)
{
    const struct object *object = emitter->attached ? engine_object(emitter->console->engine, emitter->name) : NULL;
    int failed = 0;

    if (object && emitter->at_end && !console_stopped(emitter->console))
        failed = print_content(emitter, object->name, err);
    else if (object && !emitter->at_end && !emitter->begun)
        begin_printer(emitter, object->fields, object->field_count);
    return failed;
}

void emitter_close(struct emitter *emitter)
{
    emitter_pause(emitter);
    buf_free(&emitter->scratch);
}
