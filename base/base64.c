/* base64.c - see base64.h. */
#include "base/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_put(struct buf *out, const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;
    char *to = buf_reserve(out, (len + 2) / 3 * 4);

    for (size_t i = 0; i < len; i += 3) {
        size_t count = len - i < 3 ? len - i : 3;
        uint32_t three = (uint32_t)p[i] << 16 | (count > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (count > 2 ? p[i + 2] : 0);

        for (size_t k = 0; k < 4; k++) *to++ = k <= count ? letters[three >> (18 - 6 * k) & 63] : '=';
    }
    out->len += (len + 2) / 3 * 4;
}

static int letter_value(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    return c == '/' ? 63 : -1;
}

/* The length without what fills the last four up. */
static size_t unpadded(const char *text, size_t len)
{
    if (len % 4 == 0 && len && text[len - 1] == '=') len -= text[len - 2] == '=' ? 2 : 1;
    return len;
}

int64_t base64_bytes(const char *text, size_t len, char *out)
{
    uint32_t bits = 0;
    char *to = out;
    int held = 0;

    len = unpadded(text, len);
    if (len % 4 == 1) return -1;
    for (size_t i = 0; i < len; i++) {
        int value = letter_value(text[i]);

        if (value < 0) return -1;
        bits = bits << 6 | (uint32_t)value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        *to++ = (char)(bits >> held);
    }
    return bits & ((1u << held) - 1) ? -1 : to - out; /* bits that no byte has are 0 */
}

void hex_put(struct buf *out, const char *bytes, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    char *to = buf_reserve(out, 2 * len);

    for (size_t i = 0; i < len; i++) {
        *to++ = digits[(unsigned char)bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    out->len += 2 * len;
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int64_t hex_bytes(const char *text, size_t len, char *out)
{
    if (len % 2) return -1;
    for (size_t i = 0; i < len; i += 2) {
        int high = digit_value(text[i]), low = digit_value(text[i + 1]);

        if (high < 0 || low < 0) return -1;
        out[i / 2] = (char)(high << 4 | low);
    }
    return (int64_t)(len / 2);
}
