/* test_run.c - `weir test FILE...`: plays the tests of `.test` files, in all modes that each may be played in. */
#include "base/disk.h"
#include "shell/command_table.h"
#include "shell/commands.h"
#include "shell/test_report.h"
#include "shell/test_update.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEST_OPTION_ENUM(enumerator, name, argument, sentence) enumerator,
enum { TEST_OPTIONS(TEST_OPTION_ENUM) };
#undef TEST_OPTION_ENUM

struct run {
    struct test_report report;
    bool mode[MODE_COUNT];
    uint64_t seed;
    bool update;
    char **files;
    int file_count;
};

/* ---- arguments ---- */

static int take_seed(const char *value, uint64_t *out, struct err *err)
{
    char *end;

    errno = 0;
    *out = strtoull(value, &end, 10);
    if (*value >= '0' && *value <= '9' && !*end && !errno) return 0;
    return err_set(err, ERR_USAGE, -1, "--seed takes a whole number, not \"%s\"", value);
}

static int take_mode(struct run *run, const char *value, struct err *err)
{
    const char *names[MODE_COUNT];
    int mode;

    for (int i = 0; i < MODE_COUNT; i++) names[i] = test_mode_name((enum test_mode)i);
    if (options_choice("--mode", value, names, MODE_COUNT, &mode, err)) return -1;
    for (int i = 0; i < MODE_COUNT; i++) run->mode[i] = i == mode;
    return 0;
}

static int take_format_name(struct run *run, const char *value, struct err *err)
{
    static const char *const names[] = {"text", "tap", "junit"};
    int format;

    if (options_choice("--format", value, names, 3, &format, err)) return -1;
    run->report.format = (enum test_format)format;
    return 0;
}

static int take_arguments(struct run *run, const struct arguments *a, struct err *err)
{
    *run = (struct run){.seed = 1, .files = a->operands, .file_count = a->operand_count};
    for (int i = 0; i < MODE_COUNT; i++) run->mode[i] = true;
    run->update = a->value[TEST_UPDATE] != NULL;
    run->report.verbose = a->value[TEST_VERBOSE] != NULL;
    if (a->value[TEST_MODE] && take_mode(run, a->value[TEST_MODE], err)) return -1;
    if (a->value[TEST_SEED] && take_seed(a->value[TEST_SEED], &run->seed, err)) return -1;
    return a->value[TEST_FORMAT] ? take_format_name(run, a->value[TEST_FORMAT], err) : 0;
}

/* ---- files ---- */

static int read_file(const char *path, struct buf *out, struct err *err)
{
    struct disk *disk = disk_real(DISK_NO_SYNC);
    struct file *f = NULL;
    int64_t size = -1;

    if (!disk_open(disk, path, DISK_READ, &f, err)) size = disk_size(f, err);
    if (size >= 0) size = disk_read(f, buf_reserve(out, (size_t)size + 1), (size_t)size, 0, err);
    if (size >= 0) out->len = (size_t)size;
    disk_close(f);
    disk_free(disk);
    return size < 0 ? -1 : 0;
}

static int write_file(const char *path, const struct buf *text, struct err *err)
{
    struct disk *disk = disk_real(DISK_NO_SYNC);
    struct file *f = NULL;
    int failed = disk_open(disk, path, DISK_WRITE, &f, err) || disk_truncate(f, 0, err) ||
                 disk_write(f, text->ptr, text->len, 0, err);

    disk_close(f);
    disk_free(disk);
    return failed ? -1 : 0;
}

static char *dir_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");
}

/* ---- tests ---- */

static void run_test(struct run *run, const struct test_script *script, const struct test *test)
{
    struct buf failure = {0}, before = {0};

    for (int i = 0; i < MODE_COUNT; i++) {
        struct test_how how = {.mode = (enum test_mode)i, .seed = run->seed};
        struct buf one = {0};
        if (!run->mode[i] || !test_mode_fits(test->bounds, how.mode) || test_play(script, test, &how, &one)) continue;
        if (before.len && strcmp(buf_text(&before), buf_text(&one)) == 0) {
            buf_printf(&failure, "the same in mode %s\n", test_mode_name(how.mode));
            buf_free(&one);
            continue;
        }
        buf_printf(&failure, "in mode %s, seed %llu:\n", test_mode_name(how.mode), (unsigned long long)run->seed);
        buf_put(&failure, one.ptr, one.len);
        buf_free(&before);
        before = one;
    }
    test_report_test(&run->report, script->path, test->name, failure.len ? buf_text(&failure) : NULL);
    buf_free(&failure);
    buf_free(&before);
}

static void fail_file(struct run *run, const struct test_script *script, const struct err *err)
{
    struct buf text = {0};

    buf_puts(&text, script->path);
    if (err->at >= 0) buf_printf(&text, ":%d", test_file_line(script->text, err->at));
    buf_printf(&text, ": %s\n", err->text);
    test_report_test(&run->report, script->path, "the file itself", buf_text(&text));
    buf_free(&text);
}

/* Reads and parses; the text is in *bytes. */
static int load(struct run *run, struct test_script *script, struct buf *bytes)
{
    struct err err = {.at = -1};

    if (!read_file(script->path, bytes, &err)) {
        script->text = str_of(buf_text(bytes), bytes->len);
        if (!test_file_parse(script->text, &script->file, &err)) return 0;
    }
    fail_file(run, script, &err);
    return -1;
}

static void unload(struct test_script *script, struct buf *bytes)
{
    test_file_free(&script->file);
    buf_free(bytes);
}

/* Rewrites what does not hold. */
static void update_file(struct run *run, struct test_script *script)
{
    struct buf bytes = {0}, updated = {0};
    struct err err = {.at = -1};
    int count;

    if (!load(run, script, &bytes) && (count = test_update(script, run->seed, &updated)) > 0) {
        if (write_file(script->path, &updated, &err))
            fail_file(run, script, &err);
        else
            fprintf(stderr, "%s: %d expectation%s rewritten\n", script->path, count, count == 1 ? "" : "s");
    }
    unload(script, &bytes);
    buf_free(&updated);
}

static void run_file(struct run *run, const char *path)
{
    char *dir = dir_of(path);
    struct test_script script = {.path = path, .dir = dir};
    struct buf bytes = {0};

    if (run->update) update_file(run, &script);
    if (!load(run, &script, &bytes)) {
        for (int i = 0; i < script.file.test_count; i++) run_test(run, &script, &script.file.tests[i]);
    }
    unload(&script, &bytes);
    free(dir);
}

int test_main(int argc, char **argv)
{
    struct arguments arguments;
    struct run run;
    struct err err;

    if (options_parse(&command_test, argc, argv, &arguments, &err) || take_arguments(&run, &arguments, &err))
        return usage_error("test", &err);
    test_report_begin(&run.report);
    for (int i = 0; i < run.file_count; i++) run_file(&run, run.files[i]);
    test_report_end(&run.report);
    return run.report.failed ? EXIT_INPUT : EXIT_DONE;
}
