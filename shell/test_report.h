/* test_report.h - tells how tests went, on stdout: as text, as TAP, or as JUnit's XML. */
#ifndef WEIR_SHELL_TEST_REPORT_H
#define WEIR_SHELL_TEST_REPORT_H

#include "base/mem.h"

enum test_format { FORMAT_TEXT, FORMAT_TAP, FORMAT_JUNIT };

struct test_report {
    enum test_format format;
    bool verbose; /* text: name those that pass, too */
    int passed, failed;
};

void test_report_begin(const struct test_report *report);
/* failure NULL: it passed. Counts it. */
void test_report_test(struct test_report *report, const char *file, const char *name, const char *failure);
/* `N passed, N failed`: the last line of text; a comment in TAP; on stderr for JUnit. */
void test_report_end(const struct test_report *report);

#endif
