/* test_life.c - the engine and the disk that a test is played on: begun, stopped, started again. */
#include "shell/test_player.h"

#include "connectors/file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char player_dir[] = "files";

enum played player_fail(struct player *p, int line, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    buf_printf(p->failure, "%s:%d: %s\n", p->script->path, line ? line : p->test->line, text);
    return PLAY_FAILED;
}

static bool machine_stopped(const struct player *p)
{
    return p->stop_at && disk_sim_calls(p->disk) >= p->stop_at;
}

enum played life_failed(struct player *p, int line, const char *doing, const struct err *err)
{
    if (!machine_stopped(p)) return player_fail(p, line, "%s: %s", doing, err->text);
    if (err->code == ERR_DISK) return PLAY_CRASHED;
    return player_fail(p, line, "%s: the disk failed, but the engine says: %s", doing, err->text);
}

/* ---- files ---- */

/* Does this with every folder on the way to a file. */
static int each_parent(struct disk *disk, enum disk_name what, const char *path, struct err *err)
{
    char *dir = mem_strdup(path);
    int failed = 0;

    for (char *slash = strchr(dir, '/'); slash && !failed; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        failed = disk_name(disk, what, dir, NULL, err);
        *slash = '/';
    }
    free(dir);
    return failed;
}

static int copy_bytes(struct file *from, struct file *to, struct err *err)
{
    int64_t size = disk_size(from, err);
    char *bytes;
    int failed;

    if (size < 0) return -1;
    bytes = mem_alloc((size_t)size + 1);
    failed = disk_read(from, bytes, (size_t)size, 0, err) < 0 || disk_write(to, bytes, (size_t)size, 0, err) ||
             disk_fsync(to, err);
    free(bytes);
    return failed ? -1 : 0;
}

/* Copies a file that does not change from the real disk to the simulated one, durably. */
static int copy_file(const char *real, struct disk *sim, const char *path, struct err *err)
{
    struct disk *disk = disk_real(DISK_NO_SYNC);
    struct file *from = NULL, *to = NULL;
    int failed = disk_open(disk, real, DISK_READ, &from, err) || each_parent(sim, DISK_MKDIR, path, err) ||
                 disk_open(sim, path, DISK_CREATE, &to, err) || copy_bytes(from, to, err) ||
                 each_parent(sim, DISK_SYNC_DIR, path, err) || disk_name(sim, DISK_SYNC_DIR, ".", NULL, err);

    disk_close(from);
    disk_close(to);
    disk_free(disk);
    return failed ? -1 : 0;
}

/* The text behind `path = '` at this place, or one whose ptr is NULL. */
static struct str option_path(struct str sql, size_t at)
{
    size_t i = at + 4;
    const char *end;

    if (sql.len - at < 4 || !str_equal_nocase(str_of(sql.ptr + at, 4), str_lit("path"))) return (struct str){0};
    while (i < sql.len && sql.ptr[i] == ' ') i++;
    if (i == sql.len || sql.ptr[i++] != '=') return (struct str){0};
    while (i < sql.len && sql.ptr[i] == ' ') i++;
    if (i == sql.len || sql.ptr[i++] != '\'') return (struct str){0};
    end = memchr(sql.ptr + i, '\'', sql.len - i);
    return end ? str_of(sql.ptr + i, (size_t)(end - sql.ptr) - i) : (struct str){0};
}

static int copy_named(struct player *p, struct str path, struct err *err)
{
    struct buf real = {0}, sim = {0};
    int failed;

    buf_printf(&real, "%s/%.*s", p->script->dir, (int)path.len, path.ptr);
    buf_printf(&sim, "%s/%.*s", player_dir, (int)path.len, path.ptr);
    failed = copy_file(buf_text(&real), p->disk, buf_text(&sim), err);
    buf_free(&real);
    buf_free(&sim);
    return failed;
}

/* A file that is not there is the statement's affair: the engine will say so. */
static void copy_files(struct player *p)
{
    for (int i = 0; i < p->test->step_count; i++) {
        struct str sql = p->test->steps[i].body;
        if (p->test->steps[i].kind != STEP_SQL) continue;
        for (size_t at = 0; at < sql.len; at++) {
            struct str path = option_path(sql, at);
            struct err ignored;
            if (path.ptr && copy_named(p, path, &ignored)) continue;
        }
    }
}

/* ---- lives ---- */

static usec player_clock(void *arg)
{
    return ((struct player *)arg)->clock;
}

enum { LANES = 4, FILE_BYTES_SMALL = 600 };

static struct engine_options options_for(struct player *p)
{
    static const struct connector *const connectors[] = {&file_connector, NULL};
    struct engine_options o = {
        .dir = "db",
        .disk = p->disk,
        .clock = player_clock,
        .clock_arg = p,
        .connectors = connectors,
        .seed = p->how.seed,
        .lanes = p->how.mode == MODE_LANES ? LANES : 1,
        .no_max_ahead = true,
    };

    if (p->how.mode == MODE_ROWS) o.cut = CUT_EVERY_ROW;
    if (p->how.mode == MODE_CUTS) o.cut = CUT_RANDOM;
    if (p->how.mode == MODE_CUTS) o.file_bytes_max = FILE_BYTES_SMALL;
    return o;
}

enum played player_begin(struct player *p, const struct test_script *script, const struct test *test,
                         const struct test_how *how, struct buf *failure)
{
    *p = (struct player){.script = script, .test = test, .how = *how, .rng = {how->seed}, .failure = failure};
    if (time_parse("2026-01-01", 10, &p->clock)) return player_fail(p, 0, "the clock has no beginning");
    p->disk = disk_sim(how->seed);
    copy_files(p);
    p->options = options_for(p);
    return PLAYED;
}

void player_end(struct player *p)
{
    if (p->engine) engine_abandon(p->engine);
    watches_free(p);
    disk_free(p->disk);
}

void life_stop_after(struct player *p, uint64_t calls)
{
    disk_sim_fail_at(p->disk, calls);
    p->stop_at = calls ? disk_sim_calls(p->disk) + calls : 0;
}

enum played life_open(struct player *p)
{
    struct err err;

    if (engine_open(&p->options, &p->engine, &err)) {
        p->engine = NULL;
        return life_failed(p, 0, "opening the database", &err);
    }
    return PLAYED;
}

enum played life_close(struct player *p)
{
    struct engine *e = p->engine;
    struct err err;

    p->engine = NULL;
    return engine_close(e, &err) ? life_failed(p, 0, "closing the database", &err) : PLAYED;
}

void life_crash(struct player *p)
{
    if (p->engine) engine_abandon(p->engine);
    p->engine = NULL;
    disk_sim_crash(p->disk);
    life_stop_after(p, p->stop_again);
    p->stop_again = 0;
    p->restarted = true;
}
