/* test_report.c - how tests went; see the header. */
#include "shell/test_report.h"

#include <stdio.h>
#include <string.h>

static void xml(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '&')
            fputs("&amp;", stdout);
        else if (c == '<')
            fputs("&lt;", stdout);
        else if (c == '>')
            fputs("&gt;", stdout);
        else if (c == '"')
            fputs("&quot;", stdout);
        else if (c < ' ' && c != '\n' && c != '\t')
            putchar('?'); /* XML has no such characters */
        else
            putchar(c);
    }
}

/* Every line of the text behind a prefix. */
static void lines(const char *prefix, const char *text)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        printf("%s%.*s\n", prefix, (int)n, text);
        text += n + (text[n] == '\n');
    }
}

static void report_text(const struct test_report *r, const char *file, const char *name, const char *failure)
{
    if (failure)
        printf("FAILED %s: %s\n", file, name);
    else if (r->verbose)
        printf("ok %s\n", name);
    if (failure) lines("", failure);
}

static void report_tap(const struct test_report *r, const char *file, const char *name, const char *failure)
{
    printf("%s %d - %s: %s\n", failure ? "not ok" : "ok", r->passed + r->failed, file, name);
    if (failure) lines("# ", failure);
}

static void report_junit(const char *file, const char *name, const char *failure)
{
    fputs("  <testcase classname=\"", stdout);
    xml(file, strlen(file));
    fputs("\" name=\"", stdout);
    xml(name, strlen(name));
    if (!failure) {
        fputs("\"/>\n", stdout);
        return;
    }
    fputs("\"><failure message=\"", stdout);
    xml(failure, strcspn(failure, "\n"));
    fputs("\">", stdout);
    xml(failure, strlen(failure));
    fputs("</failure></testcase>\n", stdout);
}

void test_report_begin(const struct test_report *report)
{
    switch (report->format) {
    case FORMAT_TEXT: break;
    case FORMAT_TAP: puts("TAP version 13"); break;
    case FORMAT_JUNIT: puts("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites><testsuite name=\"weir\">"); break;
    }
}

void test_report_test(struct test_report *report, const char *file, const char *name, const char *failure)
{
    if (failure)
        report->failed++;
    else
        report->passed++;
    switch (report->format) {
    case FORMAT_TEXT: report_text(report, file, name, failure); break;
    case FORMAT_TAP: report_tap(report, file, name, failure); break;
    case FORMAT_JUNIT: report_junit(file, name, failure); break;
    }
    fflush(stdout);
}

void test_report_end(const struct test_report *report)
{
    int passed = report->passed, failed = report->failed;

    switch (report->format) {
    case FORMAT_TEXT: printf("%d passed, %d failed\n", passed, failed); break;
    case FORMAT_TAP: printf("1..%d\n# %d passed, %d failed\n", passed + failed, passed, failed); break;
    case FORMAT_JUNIT:
        puts("</testsuite></testsuites>");
        fprintf(stderr, "%d passed, %d failed\n", passed, failed);
        break;
    }
}
