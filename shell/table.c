/* table.c - see table.h. What all formats share; the formats are in table_aligned.c and table_record.c. */
#include "shell/table.h"

#include <stdlib.h>

#include "shell/table_class.h"

#define NAME(enumerator, name, class, sentence)     name,
#define SENTENCE(enumerator, name, class, sentence) sentence,
#define CLASS(enumerator, name, class, sentence)    &class,

const char *const table_format_name[] = {TABLE_FORMATS(NAME)};
const char *const table_format_sentence[] = {TABLE_FORMATS(SENTENCE)};
static const struct table_class *const classes[] = {TABLE_FORMATS(CLASS)};

struct table *table_new(enum table_format format, struct output *out, const char *const *names, int count)
{
    const struct table_class *class = classes[format];
    struct table *t = mem_zalloc(class->size ? class->size : sizeof *t);

    t->class = class;
    t->out = out;
    t->columns = count;
    t->name = mem_zalloc(sizeof *t->name * (size_t)(count + 1));
    for (int i = 0; i < count; i++) t->name[i] = mem_strdup(names[i]);
    if (class->begin) class->begin(t);
    return t;
}

int table_row(struct table *t, const struct relation_value *values)
{
    t->class->row(t, values);
    t->rows++;
    return output_push(t->out);
}

int table_flush(struct table *t)
{
    if (t->class->flush) t->class->flush(t);
    return output_flush(t->out);
}

int table_finish(struct table *t)
{
    struct output *out;

    if (!t) return 0;
    out = t->out;
    if (t->class->flush) t->class->flush(t);
    if (t->class->end) t->class->end(t);
    if (t->class->free) t->class->free(t);
    for (int i = 0; i < t->columns; i++) free(t->name[i]);
    free(t->name);
    free(t);
    return output_push(out);
}
