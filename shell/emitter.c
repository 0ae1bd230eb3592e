/* emitter.c - see emitter.h. */
#include "shell/emitter.h"

#include <stdlib.h>

static void begin_printer(struct emitter *emit, const struct field *fields, int count)
{
    const char **names = mem_alloc(sizeof *names * (size_t)(count + 1));

    for (int i = 0; i < count; i++) names[i] = fields[i].name;
    names[count] = "_weight";
    emit->printer = console_printer(emit->console, names, count + emit->with_weight);
    free(names);
}

static const struct relation_value *add_weight(struct emitter *emit, const struct relation_value *values, int count,
                                               int64_t weight)
{
    struct relation_value last = {.kind = TYPE_BIGINT, .i = weight};

    emit->scratch.len = 0;
    buf_put(&emit->scratch, values, sizeof *values * (size_t)count);
    buf_put(&emit->scratch, &last, sizeof last);
    return (const struct relation_value *)emit->scratch.ptr;
}

/* A change_handler. */
static void take_change(void *arg, const struct field *fields, int count, const struct relation_value *values,
                        int64_t weight)
{
    struct emitter *emit = arg;

    if (emit->console->out.error) return;
    if (!emit->printer) begin_printer(emit, fields, count);
    if (emit->with_weight) values = add_weight(emit, values, count, weight);
    printer_row(emit->printer, values);
}

int emitter_attach(struct emitter *emit, struct err *err)
{
    const struct object *object;

    if (!emit->name || emit->attached) return 0;
    object = engine_object(emit->console->engine, emit->name);
    if (!object) return 0;
    emit->attached = true;
    emit->at_end = emit->once && object->kind == OBJECT_VIEW;
    emit->with_weight = object->kind == OBJECT_VIEW || object->changelog;
    return emit->at_end ? 0 : engine_subscribe(emit->console->engine, emit->name, take_change, emit, err);
}

int emitter_require(struct emitter *emit, struct err *err)
{
    if (!emit->name || emit->attached) return 0;
    /* the engine knows what is near */
    if (engine_subscribe(emit->console->engine, emit->name, take_change, emit, err)) return -1;
    emit->attached = true;
    return 0;
}

void emitter_flush(struct emitter *emit)
{
    if (emit->printer) printer_flush(emit->printer);
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

static int print_content(struct emitter *emit, const char *name, struct err *err)
{
    struct script script;
    int failed;

    script_begin("--emit", "SELECT * FROM ", &script);
    put_quoted_name(name, &script.text);
    failed = console_execute(emit->console, &script, 0, (int)script.text.len, NULL, err);
    script_close(&script);
    return failed;
}

int emitter_finish(struct emitter *emit, struct err *err)
{
    const struct object *object = emit->attached ? engine_object(emit->console->engine, emit->name) : NULL;
    int failed = 0;

    if (object && emit->at_end && !console_stopped(emit->console))
        failed = print_content(emit, object->name, err);
    else if (object && !emit->at_end && !emit->printer)
        begin_printer(emit, object->fields, object->field_count);
    printer_finish(emit->printer);
    emit->printer = NULL;
    buf_free(&emit->scratch);
    return failed;
}
