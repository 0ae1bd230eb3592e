/* help.c - see help.h. */
#include "shell/help.h"
#include "parser/suggest.h"
#include "planner/function_doc.h"

#include <stdio.h>
#include <string.h>

static const struct topic {
    const char *name, *sentence, *syntax;
} topics[] = {
#define TOPIC(name, sentence, syntax) {name, sentence, syntax},
#include "shell/topics.inc"
#undef TOPIC
};
enum { TOPICS = sizeof topics / sizeof *topics, LINE_WIDTH = 100 };

/* ---- one name ---- */

/* The lines, each behind some blanks. */
static void put_lines(const char *lines, struct buf *out)
{
    while (*lines) {
        size_t len = strcspn(lines, "\n");
        buf_printf(out, "  %.*s\n", (int)len, lines);
        lines += len + (lines[len] == '\n');
    }
}

static void put_example(const char *doc, const char *example, const char *answer, struct buf *out)
{
    buf_printf(out, "%s\nExample: %s is %s\n", doc, example, *answer ? answer : "NULL");
}

/* A blank line before all but the first. */
static void put_gap(size_t begin, struct buf *out)
{
    if (out->len > begin) buf_putc(out, '\n');
}

static void put_topics(struct str name, size_t begin, struct buf *out)
{
    for (int i = 0; i < TOPICS; i++) {
        if (!str_equal_nocase(name, str_lit(topics[i].name))) continue;
        put_gap(begin, out);
        put_lines(topics[i].syntax, out);
        buf_printf(out, "%s\n", topics[i].sentence);
    }
}

/* The overloads of the i-th's name that have its sentence. */
static void put_overloads(struct str name, const struct function *said, struct buf *out)
{
    const struct function *f;
    struct buf line = {0};
    size_t begin = out->len;

    for (int i = 0; (f = function_named_like(name, i)); i++) {
        if (function_said_by(f) != said) continue;
        line.len = 0;
        buf_puts(&line, "  ");
        function_signature(f, &line);
        buf_putc(&line, '\n');
        if (!strstr(buf_text(out) + begin, buf_text(&line))) buf_puts(out, buf_text(&line));
    }
    buf_free(&line);
}

static void put_functions(struct str name, size_t begin, struct buf *out)
{
    const struct function *f, *first = function_named_like(name, 0);
    size_t length;

    for (int i = 0; (f = function_named_like(name, i)); i++) {
        if (function_said_by(f) != f) continue;
        put_gap(begin, out);
        put_overloads(name, f, out);
        put_example(f->doc, f->example, f->answer, out);
    }
    length = out->len;
    if (first) function_other_names(first, out);
    if (out->len > length) buf_putc(out, '\n');
}

static void put_aggregate(struct str name, size_t begin, struct buf *out)
{
    const struct aggregate_doc *a;

    for (int i = 0; (a = aggregate_doc(i)); i++) {
        if (!str_equal_nocase(name, str_lit(a->name))) continue;
        put_gap(begin, out);
        put_lines(a->calls, out);
        buf_printf(out, "%s\nExample: over v = 1, 2, 2, 7, NULL, %s is %s\n", a->doc, a->example, a->answer);
    }
}

/* The nearest of topics and aggregates, else of functions. */
static const char *nearest(struct str name)
{
    const char *names[TOPICS + 64], *found;
    size_t count = 0;

    for (int i = 0; i < TOPICS; i++) names[count++] = topics[i].name;
    for (int i = 0; aggregate_doc(i) && count < sizeof names / sizeof *names; i++)
        names[count++] = aggregate_doc(i)->name;
    found = suggest(name, names, count);
    return found ? found : function_nearest(name);
}

int help_print(struct str name, struct buf *out, struct err *err)
{
    size_t begin = out->len;
    const char *near;

    put_topics(name, begin, out);
    put_functions(name, begin, out);
    put_aggregate(name, begin, out);
    if (out->len > begin) return 0;
    near = nearest(name);
    return err_set(err, ERR_NAME, -1, "no help on %.*s: %s%s%s", (int)name.len, name.ptr, near ? "did you mean " : "",
                   near ? near : ".help lists what there is", near ? "?" : "");
}

/* ---- all names ---- */

/* A list that is broken into lines; *column: how far the last has come. */
static void put_word(const char *word, int *column, struct buf *out)
{
    int len = (int)strlen(word);

    if (*column + 2 + len > LINE_WIDTH) {
        buf_puts(out, "\n ");
        *column = 1;
    }
    buf_printf(out, "%s%s", *column > 1 ? "  " : " ", word);
    *column += len + 2;
}

static void put_subject(const char *subject, struct buf *out)
{
    struct buf title = {0};
    int column = (int)strlen(subject) + 1;

    buf_printf(out, "%s:", subject);
    for (int id = 0; id < function_count(); id++) {
        const struct function *f = function_at(id);
        if (function_internal(f) || function_first(f) != f || strcmp(function_subject_of(f), subject) != 0) continue;
        title.len = 0;
        function_title(f, &title);
        put_word(buf_text(&title), &column, out);
    }
    buf_putc(out, '\n');
    buf_free(&title);
}

void help_contents(struct buf *out)
{
    int column = 11;
    const char *subject;

    buf_puts(out, "Statements:");
    for (int i = 0; i < TOPICS; i++) {
        if (i == 0 || strcmp(topics[i].name, topics[i - 1].name) != 0) put_word(topics[i].name, &column, out);
    }
    buf_putc(out, '\n');
    for (int i = 0; (subject = function_subject(i)); i++) put_subject(subject, out);
    buf_puts(out, "Aggregates:");
    column = 11;
    for (int i = 0; aggregate_doc(i); i++) put_word(aggregate_doc(i)->name, &column, out);
    buf_putc(out, '\n');
}
