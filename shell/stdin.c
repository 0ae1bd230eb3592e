/* stdin.c - see stdin.h. */
#include "shell/stdin.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK_BYTES = 1 << 20, RECORDS_MAX = 4096 };

int stdin_attach(struct stdin_feed *feed, const struct engine *engine, const char *stream, struct err *err)
{
    const struct object *object = engine_object(engine, stream);

    if (!object || object->kind != OBJECT_STREAM || object->source != SOURCE_STDIN) return 0;
    if (feed->stream && strcmp(feed->stream, object->name) == 0) return 0;
    if (feed->stream)
        return err_set(err, ERR_NAME, -1, "stream \"%s\" cannot read stdin: stream \"%s\" does already", object->name,
                       feed->stream);
    feed->stream = mem_strdup(object->name);
    feed->format = mem_strdup(object->format);
    return 0;
}

void stdin_close(struct stdin_feed *feed)
{
    free(feed->stream);
    free(feed->format);
    buf_free(&feed->block);
    *feed = (struct stdin_feed){0};
}

bool stdin_is_open(const struct stdin_feed *feed)
{
    return feed->stream && !feed->ended;
}

/* Appends up to RECORDS_MAX of the block's records. Returns their count, -1 on failure. *used: bytes they took. */
static int append_some(struct stdin_feed *feed, struct engine *engine, size_t at, size_t *used, struct err *err)
{
    struct text found[RECORDS_MAX];
    uint64_t offsets[RECORDS_MAX];
    struct str records[RECORDS_MAX];
    int n = format_split(feed->format, feed->block.ptr + at, feed->block.len - at,
                         feed->ended ? SPLIT_LAST : SPLIT_MORE, found, offsets, RECORDS_MAX, used);

    for (int i = 0; i < n; i++) records[i] = str_of(found[i].ptr, found[i].len);
    if (n && engine_put(engine, feed->stream, records, n, err)) return -1;
    return n;
}

static int append_block(struct stdin_feed *feed, struct engine *engine, struct err *err)
{
    size_t at = 0, used;
    int n;

    do {
        n = append_some(feed, engine, at, &used, err);
        if (n < 0) return -1;
        at += used;
    } while (n == RECORDS_MAX && at < feed->block.len);
    feed->block.len -= at;
    memmove(feed->block.ptr, feed->block.ptr + at, feed->block.len);
    return 0;
}

/* 1: bytes can be read, or there will be none; 0: not yet, or a signal came. */
static int wait_for_bytes(int timeout_ms, struct err *err)
{
    struct pollfd stdin_poll = {.fd = STDIN_FILENO, .events = POLLIN};
    int n = poll(&stdin_poll, 1, timeout_ms);

    if (n >= 0 || errno == EINTR) return n > 0;
    return err_set(err, ERR_INPUT, -1, "cannot wait for stdin: %s", strerror(errno));
}

int stdin_read(struct stdin_feed *feed, struct engine *engine, int timeout_ms, struct err *err)
{
    int ready = wait_for_bytes(timeout_ms, err);
    ssize_t n;

    if (ready < 1) return ready;
    n = read(STDIN_FILENO, buf_reserve(&feed->block, BLOCK_BYTES + FORMAT_PADDING), BLOCK_BYTES);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
    if (n < 0) return err_set(err, ERR_INPUT, -1, "cannot read stdin: %s", strerror(errno));
    feed->block.len += (size_t)n;
    feed->ended = n == 0;
    if (append_block(feed, engine, err)) return -1;
    if (feed->ended && feed->closes && engine_end(engine, feed->stream, err)) return -1;
    return 1;
}
