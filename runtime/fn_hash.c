/* fn_hash.c - kernels of digests and of base64. Texts are digested as their UTF-8 bytes. The digests are OpenSSL's
 * plain ones: its EVP would take 1.8 ms the first time and several times as long for a short text. */
#include "runtime/text.h"

#include "base/base64.h"

#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/md5.h>
#include <openssl/sha.h>

enum { DIGEST_BYTES_MAX = SHA256_DIGEST_LENGTH };

static void md5(const struct text *t, uint8_t *out)
{
    MD5_CTX context;

    MD5_Init(&context);
    MD5_Update(&context, text_bytes(t), t->len);
    MD5_Final(out, &context);
}

static void sha1(const struct text *t, uint8_t *out)
{
    SHA_CTX context;

    SHA1_Init(&context);
    SHA1_Update(&context, text_bytes(t), t->len);
    SHA1_Final(out, &context);
}

static void sha256(const struct text *t, uint8_t *out)
{
    SHA256_CTX context;

    SHA256_Init(&context);
    SHA256_Update(&context, text_bytes(t), t->len);
    SHA256_Final(out, &context);
}

static void put_hex(struct buf *out, const uint8_t *bytes, int count)
{
    static const char digits[] = "0123456789abcdef";
    char *to = buf_reserve(out, 2 * (size_t)count);

    for (int i = 0; i < count; i++) {
        *to++ = digits[bytes[i] >> 4];
        *to++ = digits[bytes[i] & 15];
    }
    out->len += 2 * (size_t)count;
}

/* The digest as hexadecimal digits. */
static void digest_each(struct kernel_call *c, void (*digest)(const struct text *t, uint8_t *out), int count)
{
    uint8_t bytes[DIGEST_BYTES_MAX];

    for (int row = 0; row < c->rows; row++) {
        size_t from = c->text.len;
        digest(&c->args[0]->texts[row], bytes);
        put_hex(&c->text, bytes, count);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

void fn_md5(struct kernel_call *c)
{
    digest_each(c, md5, MD5_DIGEST_LENGTH);
}

void fn_sha1(struct kernel_call *c)
{
    digest_each(c, sha1, SHA_DIGEST_LENGTH);
}

void fn_sha256(struct kernel_call *c)
{
    digest_each(c, sha256, SHA256_DIGEST_LENGTH);
}

/* ---- base64 ---- */

void fn_to_base64(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        size_t from = c->text.len;
        base64_put(&c->text, text_bytes(t), t->len);
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}

void fn_from_base64(struct kernel_call *c)
{
    for (int row = 0; row < c->rows; row++) {
        const struct text *t = &c->args[0]->texts[row];
        size_t from = c->text.len;
        int64_t count = base64_bytes(text_bytes(t), t->len, buf_reserve(&c->text, t->len / 4 * 3 + 3));
        if (count < 0) kernel_fail(c, row, ROW_BAD_ARGUMENT);
        c->text.len += count > 0 ? (size_t)count : 0;
        kernel_text_put(c, row, from);
    }
    kernel_text_finish(c);
}
