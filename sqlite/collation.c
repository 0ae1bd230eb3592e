/* collation.c - see collation.h. */
#include "sqlite/collation.h"

#include "base/num.h"

#include <string.h>

/* A number without an exponent: its digits without zeros at either end. */
struct plain {
    bool negative;
    struct str whole, fraction;
};

static const char *skip_digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9') p++;
    return p;
}

static bool take_plain(const char *p, size_t len, struct plain *out)
{
    const char *end = p + len, *begin, *point;

    out->negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    begin = p;
    point = skip_digits(p, end);
    p = point < end && *point == '.' ? skip_digits(point + 1, end) : point;
    if (p < end || p == begin) return false;
    while (begin < point && *begin == '0') begin++;
    out->whole = str_of(begin, (size_t)(point - begin));
    while (p > point + 1 && p[-1] == '0') p--;
    out->fraction = str_of(point + 1, p > point + 1 ? (size_t)(p - point - 1) : 0);
    if (!out->whole.len && !out->fraction.len) out->negative = false;
    return true;
}

static int compare_bytes(struct str a, struct str b)
{
    size_t min = a.len < b.len ? a.len : b.len;
    int c = min ? memcmp(a.ptr, b.ptr, min) : 0;

    return c ? c : (a.len > b.len) - (a.len < b.len);
}

static int compare_plain(const struct plain *a, const struct plain *b)
{
    int c;

    if (a->negative != b->negative) return a->negative ? -1 : 1;
    c = (a->whole.len > b->whole.len) - (a->whole.len < b->whole.len);
    if (!c) c = compare_bytes(a->whole, b->whole);
    if (!c) c = compare_bytes(a->fraction, b->fraction);
    return a->negative ? -c : c;
}

/* One of them has an exponent, or is no number. */
static int compare_others(struct str a, struct str b)
{
    double x, y;
    bool a_word = num_parse_double(a.ptr, a.len, &x) != 0, b_word = num_parse_double(b.ptr, b.len, &y) != 0;

    if (a_word != b_word) return a_word - b_word;
    return a_word ? compare_bytes(a, b) : (x > y) - (x < y);
}

int collation_compare(const char *a, int a_len, const char *b, int b_len)
{
    struct plain x, y;

    if (take_plain(a, (size_t)a_len, &x) && take_plain(b, (size_t)b_len, &y)) return compare_plain(&x, &y);
    return compare_others(str_of(a, (size_t)a_len), str_of(b, (size_t)b_len));
}

static int compare(void *arg, int a_len, const void *a, int b_len, const void *b)
{
    (void)arg;
    return collation_compare(a, a_len, b, b_len);
}

void collation_register(sqlite3 *sqlite)
{
    sqlite3_create_collation(sqlite, COLLATION_DECIMAL, SQLITE_UTF8, NULL, compare);
}
