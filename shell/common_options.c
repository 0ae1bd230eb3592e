/* common_options.c - see common_options.h. */
#include "shell/common_options.h"

#include "shell/options.h"

int take_format(const char *value, enum print_format *out, struct err *err)
{
    int choice;

    if (!value) return 0;
    if (options_choice("--format", value, print_format_name, PRINT_FORMAT_COUNT, &choice, err)) return -1;
    *out = (enum print_format)choice;
    return 0;
}

int take_dialect(const char *value, enum dialect *out, struct err *err)
{
    static const char *const names[] = {[DIALECT_WEIR] = "weir", [DIALECT_KINESIS] = "kinesis"};
    int choice;

    if (!value) return 0;
    if (options_choice("--dialect", value, names, 2, &choice, err)) return -1;
    *out = (enum dialect)choice;
    return 0;
}
