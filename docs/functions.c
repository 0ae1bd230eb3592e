/* functions.c - prints docs/functions.md from the registries of functions and aggregates (`make docs`). A program of
 * its own, so that weir's carries no Markdown. */
#include "planner/function_doc.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char head[] =
    "# Functions\n\n"
    "Made by `make docs` from the lists that the program itself is made from (`planner/functions.inc`, "
    "`planner/aggregates.inc`); every\n"
    "example here is run as a test. In the shell, `.help NAME` prints the same.\n\n"
    "Unless it says otherwise, a function of NULL is NULL, and a value it cannot be computed for is an error of that "
    "row "
    "alone.\nThe types of arguments widen by themselves: whole numbers to DECIMAL to DOUBLE, DATE to TIMESTAMP.\n\n";

/* The anchor of a heading: lower case, blanks as dashes. */
static void print_anchor(const char *title)
{
    for (const char *c = title; *c; c++) putchar(*c == ' ' ? '-' : tolower((unsigned char)*c));
}

static bool in_subject(const struct function *f, const char *subject)
{
    return strcmp(function_subject_of(f), subject) == 0 && !function_internal(f);
}

static void print_contents(void)
{
    const char *subject, *separator;
    struct buf title = {0};

    for (int i = 0; (subject = function_subject(i)); i++) {
        printf("- [%s](#", subject);
        print_anchor(subject);
        separator = "): ";
        for (int id = 0; id < function_count(); id++) {
            const struct function *f = function_at(id);
            if (!in_subject(f, subject) || function_first(f) != f) continue;
            title.len = 0;
            function_title(f, &title);
            printf("%s`%s`", separator, buf_text(&title));
            separator = " ";
        }
        putchar('\n');
    }
    printf("- [Aggregates](#aggregates):");
    for (int i = 0; aggregate_doc(i); i++) printf(" `%s`", aggregate_doc(i)->name);
    printf("\n");
    buf_free(&title);
}

static void print_sentence(const char *doc, const char *example, const char *answer)
{
    printf("\n%c%s.\n`%s` is `%s`.\n", toupper((unsigned char)*doc), doc + 1, example, *answer ? answer : "NULL");
}

/* The calls that have the sentence of `f`, each once. */
static void print_signatures(const struct function *f)
{
    struct buf all = {0}, one = {0};

    for (int id = f->id; id < function_count(); id++) {
        if (strcmp(function_at(id)->name, f->name) != 0 || function_said_by(function_at(id)) != f) continue;
        one.len = 0;
        function_signature(function_at(id), &one);
        buf_putc(&one, '\n');
        if (!all.len || !strstr(buf_text(&all), buf_text(&one))) buf_puts(&all, buf_text(&one));
    }
    printf("\n```text\n%s```\n", buf_text(&all));
    buf_free(&all);
    buf_free(&one);
}

static void print_function(const struct function *first)
{
    struct buf title = {0};

    function_title(first, &title);
    printf("\n### %s\n", buf_text(&title));
    title.len = 0;
    function_other_names(first, &title);
    if (title.len) printf("\n(%s)\n", buf_text(&title));
    for (int id = first->id; id < function_count(); id++) {
        const struct function *f = function_at(id);
        if (strcmp(f->name, first->name) != 0 || function_said_by(f) != f) continue;
        if (strcmp(function_subject_of(f), function_subject_of(first)) != 0) continue;
        print_signatures(f);
        print_sentence(f->doc, f->example, f->answer);
    }
    buf_free(&title);
}

static void print_aggregates(void)
{
    const struct aggregate_doc *a;

    printf(
        "\n## Aggregates\n\nThe examples are computed over a column `v` of the whole numbers 1, 2, 2, 7 and NULL.\n");
    for (int i = 0; (a = aggregate_doc(i)); i++) {
        printf("\n### %s\n\n```text\n%s\n```\n", a->name, a->calls);
        print_sentence(a->doc, a->example, a->answer);
    }
}

int main(void)
{
    const char *subject;

    printf("%s", head);
    print_contents();
    for (int i = 0; (subject = function_subject(i)); i++) {
        printf("\n## %s\n", subject);
        for (int id = 0; id < function_count(); id++) {
            if (in_subject(function_at(id), subject) && function_first(function_at(id)) == function_at(id))
                print_function(function_at(id));
        }
    }
    print_aggregates();
    return 0;
}
