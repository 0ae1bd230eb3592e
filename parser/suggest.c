/* suggest.c - Damerau-Levenshtein distance, in the form that edits no letter twice (see suggest.h). */
#include "parser/suggest.h"

#include <ctype.h>

enum { WORD_MAX = 64 };

static bool same(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static int least(int a, int b, int c)
{
    int ab = a < b ? a : b;

    return ab < c ? ab : c;
}

int suggest_distance(struct str a, struct str b, int limit)
{
    int rows[3][WORD_MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];

    if (a.len > WORD_MAX || b.len > WORD_MAX) return limit + 1;
    for (size_t j = 0; j <= b.len; j++) last[j] = (int)j;
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= b.len; j++) {
            int replace = last[j - 1] + !same(a.ptr[i - 1], b.ptr[j - 1]);
            row[j] = least(last[j] + 1, row[j - 1] + 1, replace);
            bool swapped = i > 1 && j > 1 && same(a.ptr[i - 1], b.ptr[j - 2]) && same(a.ptr[i - 2], b.ptr[j - 1]);
            if (swapped && before[j - 2] + 1 < row[j]) row[j] = before[j - 2] + 1;
        }
        int *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b.len] > limit ? limit + 1 : last[b.len];
}

const char *suggest(struct str word, const char *const *candidates, size_t count)
{
    int limit = (int)(word.len / 3), best = limit + 1;
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        int distance = suggest_distance(word, str_lit(candidates[i]), limit);
        if (distance >= best) continue;
        best = distance;
        nearest = candidates[i];
    }
    return nearest;
}
