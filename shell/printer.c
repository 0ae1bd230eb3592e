/* printer.c - see printer.h. What all formats share; the formats are in printer_aligned.c and printer_record.c. */
#include "shell/printer.h"

#include <stdlib.h>

#include "shell/printer_class.h"

#define NAME(enumerator, name, class, sentence)     name,
#define SENTENCE(enumerator, name, class, sentence) sentence,
#define CLASS(enumerator, name, class, sentence)    &class,

const char *const print_format_name[] = {PRINT_FORMATS(NAME)};
const char *const print_format_sentence[] = {PRINT_FORMATS(SENTENCE)};
static const struct printer_class *const classes[] = {PRINT_FORMATS(CLASS)};

struct printer *printer_new(enum print_format format, struct output *out, const char *const *names, int count)
{
    const struct printer_class *class = classes[format];
    struct printer *p = mem_zalloc(class->size ? class->size : sizeof *p);

    p->class = class;
    p->out = out;
    p->columns = count;
    p->name = mem_zalloc(sizeof *p->name * (size_t)(count + 1));
    for (int i = 0; i < count; i++) p->name[i] = mem_strdup(names[i]);
    if (class->begin) class->begin(p);
    return p;
}

int printer_row(struct printer *p, const struct relation_value *values)
{
    p->class->row(p, values);
    p->rows++;
    return output_push(p->out);
}

int printer_flush(struct printer *p)
{
    if (p->class->flush) p->class->flush(p);
    return output_flush(p->out);
}

int printer_finish(struct printer *p)
{
    struct output *out;

    if (!p) return 0;
    out = p->out;
    if (p->class->flush) p->class->flush(p);
    if (p->class->end) p->class->end(p);
    if (p->class->free) p->class->free(p);
    for (int i = 0; i < p->columns; i++) free(p->name[i]);
    free(p->name);
    free(p);
    return output_push(out);
}
