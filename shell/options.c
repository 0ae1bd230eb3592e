/* options.c - see options.h. */
#include "shell/options.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "parser/suggest.h"

static const char *command_label(const struct command *command, char label[64])
{
    snprintf(label, 64, "weir%s%s", *command->name ? " " : "", command->name);
    return label;
}

static int find_option(const struct command *command, struct str name)
{
    for (int i = 0; i < command->option_count; i++)
        if (str_equal(str_lit(command->options[i].name), name)) return i;
    return -1;
}

static int fail_unknown(const struct command *command, struct str name, struct err *err)
{
    const char *names[OPTIONS_MAX + 1], *near;

    for (int i = 0; i < command->option_count; i++) names[i] = command->options[i].name;
    names[command->option_count] = "--help";
    near = suggest(name, names, (size_t)command->option_count + 1);
    if (near)
        return err_set(err, ERR_USAGE, -1, "unknown option %.*s: did you mean %s?", (int)name.len, name.ptr, near);
    return err_set(err, ERR_USAGE, -1, "unknown option %.*s", (int)name.len, name.ptr);
}

/* The option at argv[*i], whose value may be the next word. */
static int take_option(const struct command *command, char **argv, int *i, struct arguments *out, struct err *err)
{
    const char *word = argv[*i], *equals = strchr(word, '=');
    struct str name = str_of(word, equals ? (size_t)(equals - word) : strlen(word));
    int found = find_option(command, name);

    if (found < 0) return fail_unknown(command, name, err);
    if (!command->options[found].argument) {
        if (equals) return err_set(err, ERR_USAGE, -1, "%.*s takes no value", (int)name.len, name.ptr);
        out->value[found] = "";
        return 0;
    }
    if (!equals && !argv[*i + 1])
        return err_set(err, ERR_USAGE, -1, "%s needs a value: %s %s", word, word, command->options[found].argument);
    out->value[found] = equals ? equals + 1 : argv[++*i];
    return 0;
}

static int check_operands(const struct command *command, const struct arguments *arguments, struct err *err)
{
    char label[64];

    if (arguments->operand_count < command->operands_min)
        return err_set(err, ERR_USAGE, -1, "%s needs %s", command_label(command, label), command->arguments);
    if (arguments->operand_count > command->operands_max)
        return err_set(err, ERR_USAGE, -1, "too many arguments: what is '%s' for?",
                       arguments->operands[command->operands_max]);
    return 0;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int options_parse(const struct command *command, int argc, char **argv, struct arguments *out, struct err *err)
{
    bool options_end = false;

    *out = (struct arguments){.operands = argv + 1};
    for (int i = 1; i < argc; i++) {
        bool option = !options_end && argv[i][0] == '-' && argv[i][1];
        if (!option) {
            out->operands[out->operand_count++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            options_end = true;
        } else if (is_help(argv[i])) {
            out->help = true;
            return 0;
        } else if (take_option(command, argv, &i, out, err)) {
            return -1;
        }
    }
    return check_operands(command, out, err);
}

int options_number(const char *name, const char *value, int least, int most, int *out, struct err *err)
{
    int64_t number;

    if (num_parse_int(value, strlen(value), &number) || number < least || number > most)
        return err_set(err, ERR_USAGE, -1, "%s takes a number from %d to %d, not '%s'", name, least, most, value);
    *out = (int)number;
    return 0;
}

int options_choice(const char *name, const char *value, const char *const *words, int count, int *out, struct err *err)
{
    struct buf list = {0};

    for (int i = 0; i < count; i++) {
        if (strcmp(words[i], value) == 0) {
            buf_free(&list);
            *out = i;
            return 0;
        }
        buf_printf(&list, "%s%s", i == 0 ? "" : i == count - 1 ? " or " : ", ", words[i]);
    }
    err_set(err, ERR_USAGE, -1, "%s is %s, not '%s'", name, buf_text(&list), value);
    buf_free(&list);
    return -1;
}

static void put_option(const struct option_spec *option, struct buf *out)
{
    char left[40];

    snprintf(left, sizeof left, "%s%s%s", option->name, option->argument ? " " : "",
             option->argument ? option->argument : "");
    buf_printf(out, "  %-20s  %s\n", left, option->sentence);
}

void options_help(const struct command *command, struct buf *out)
{
    static const struct option_spec help = {"--help", NULL, "print this and exit"};
    char label[64];

    buf_printf(out, "%s %s\n%s\n\nOptions:\n", command_label(command, label), command->arguments, command->sentence);
    for (int i = 0; i < command->option_count; i++) put_option(&command->options[i], out);
    put_option(&help, out);
    if (command->details) buf_printf(out, "\n%s", command->details);
}
