/* output.c - see output.h. */
#include "shell/output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes += n;
        len -= (size_t)n;
    }
    return 0;
}

int output_flush(struct output *out)
{
    if (out->fd < 0) return 0;
    if (!out->error) out->error = write_all(out->fd, out->pending.ptr, out->pending.len);
    out->pending.len = 0;
    return out->error ? -1 : 0;
}

int output_push(struct output *out)
{
    if (out->error) return output_flush(out);
    return out->pending.len < OUTPUT_PIECE ? 0 : output_flush(out);
}

int output_close(struct output *out, struct err *err)
{
    int failed = output_flush(out);

    buf_free(&out->pending);
    if (!failed || out->error == EPIPE) return 0;
    return err_set(err, ERR_DISK, -1, "cannot write the results: %s", strerror(out->error));
}
