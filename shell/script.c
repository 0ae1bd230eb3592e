/* script.c - see script.h. */
#include "shell/script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = mem_strdup(slash ? path : ".");

    if (slash) folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}

static int fail_read(const char *path, const char *reason, struct err *err)
{
    return err_set(err, ERR_INPUT, -1, "cannot read %s: %s", path, reason);
}

static int read_bytes(int fd, const char *path, struct buf *out, struct err *err)
{
    enum { PIECE = 64 * 1024 };

    for (;;) {
        ssize_t n = read(fd, buf_reserve(out, PIECE), PIECE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_read(path, strerror(errno), err);
        if (n == 0) return 0;
        out->len += (size_t)n;
        if (out->len > SCRIPT_BYTES_MAX)
            return fail_read(path, "it is over 64 MiB: is it data? COPY stream FROM 'file' reads data", err);
    }
}

static int check_utf8(const char *path, const struct buf *text, struct err *err)
{
    size_t good = utf8_valid_prefix(text->ptr, text->len);
    struct text_place place;

    if (good == text->len) return 0;
    place = diag_place(str_of(text->ptr, text->len), (int)good);
    return err_set(err, ERR_INPUT, -1, "%s:%d:%d: the byte 0x%02x is not UTF-8 text", path, place.line, place.column,
                   (unsigned char)text->ptr[good]);
}

/* The text without the byte order mark that some editors put before it. */
static void drop_mark(struct buf *text)
{
    if (text->len < 3 || memcmp(text->ptr, "\xef\xbb\xbf", 3) != 0) return;
    text->len -= 3;
    memmove(text->ptr, text->ptr + 3, text->len);
}

static int open_file(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat info;

    if (fd < 0) return fail_read(path, strerror(errno), err);
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        close(fd);
        return fail_read(path, "it is a directory", err);
    }
    return fd;
}

int script_read(const char *path, struct script *out, struct err *err)
{
    int fd, failed;

    *out = (struct script){.name = path, .base_dir = folder_of(path)};
    fd = open_file(path, err);
    if (fd < 0) return -1;
    failed = read_bytes(fd, path, &out->text, err);
    close(fd);
    if (failed) return -1;
    drop_mark(&out->text);
    return check_utf8(path, &out->text, err);
}

void script_begin(const char *name, const char *text, struct script *out)
{
    *out = (struct script){.name = name, .base_dir = mem_strdup(".")};
    buf_puts(&out->text, text);
}

void script_close(struct script *script)
{
    free(script->base_dir);
    buf_free(&script->text);
    *script = (struct script){0};
}

void script_drop(struct script *script, int at)
{
    for (int i = 0; i < at; i++) script->lines_before += script->text.ptr[i] == '\n';
    script->text.len -= (size_t)at;
    memmove(script->text.ptr, script->text.ptr + at, script->text.len);
}

static bool has_no_place(enum err_code code)
{
    return code == ERR_DISK || code == ERR_DAMAGED || code == ERR_OWNED || code == ERR_USAGE;
}

void script_report(const struct script *script, enum diag_level level, int begin, const struct err *err)
{
    struct err placed = *err;
    struct buf text = {0}, message = {0};

    if (placed.at < 0 && !has_no_place(placed.code)) placed.at = 0;
    for (int64_t i = 0; i < script->lines_before; i++) buf_putc(&text, '\n');
    buf_put(&text, script->text.ptr, script->text.len);
    diag_print(&message, level, script->name, str_of(text.ptr, text.len), begin + (int)script->lines_before, &placed);
    fputs(buf_text(&message), stderr);
    buf_free(&text);
    buf_free(&message);
}
