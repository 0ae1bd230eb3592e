/* json_write.c - writes JSON: see json.h. */
#include "base/json.h"
#include "base/num.h"

static void put_control(struct buf *out, unsigned char c)
{
    static const char letters[] = "btn?fr"; /* from 8 */

    if (c >= 8 && c <= 13 && c != 11)
        buf_printf(out, "\\%c", letters[c - 8]);
    else
        buf_printf(out, "\\u%04x", c);
}

void json_put_string(struct buf *out, const char *text, size_t len)
{
    size_t from = 0;

    buf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c >= 0x20 && c != '"' && c != '\\') continue;
        buf_put(out, text + from, i - from);
        from = i + 1;
        if (c < 0x20)
            put_control(out, c);
        else
            buf_printf(out, "\\%c", c);
    }
    buf_put(out, text + from, len - from);
    buf_putc(out, '"');
}

void json_put_double(struct buf *out, double v)
{
    char text[NUM_TEXT_MAX];
    int len = num_print_double(v, text);
    bool finite = v - v == 0;

    if (!finite) buf_putc(out, '"');
    buf_put(out, text, (size_t)len);
    if (!finite) buf_putc(out, '"');
}
