/* regex.c - see regex.h. A match first runs on the machine's stack; a pattern that needs more gets a stack of its own
 * once, for good. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/regex.h"
#include "base/regex_syntax.h"

#include <pcre2.h>
#include <stdlib.h>

enum {
    PATTERN_BYTES_MAX = 64 * 1024,
    MATCH_STEPS_MAX = 1000 * 1000, /* ways to go on that are tried from one place: some milliseconds */
    HEAP_KIB_MAX = 16 * 1024,      /* without machine code */
    STACK_BYTES_MIN = 32 * 1024,
    STACK_BYTES_MAX = 1024 * 1024, /* with it */
};

struct regex {
    pcre2_code *code;
    pcre2_match_data *match;
    pcre2_match_context *limits;
    pcre2_jit_stack *stack; /* NULL until it is needed */
    int groups;
};

static void *must(void *made)
{
    if (!made) abort();
    return made;
}

static int translate(enum regex_syntax syntax, struct str pattern, struct str escape, struct buf *out, struct err *err)
{
    switch (syntax) {
    case REGEX_JAVA: return regex_from_java(pattern, out, err);
    case REGEX_SIMILAR: return regex_from_similar(pattern, escape, out, err);
    case REGEX_PART: return regex_from_part(pattern, escape, out, err);
    }
    return -1;
}

static pcre2_code *compile(enum regex_syntax syntax, const struct buf *pattern, struct err *err)
{
    pcre2_compile_context *context = must(pcre2_compile_context_create(NULL));
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C | (syntax == REGEX_JAVA ? 0 : PCRE2_DOTALL);
    pcre2_code *code;
    PCRE2_UCHAR why[200];
    PCRE2_SIZE at;
    int error;

    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    code = pcre2_compile((PCRE2_SPTR)pattern->ptr, pattern->len, options, &error, &at, context);
    pcre2_compile_context_free(context);
    if (code) return code;
    pcre2_get_error_message(error, why, sizeof why);
    if (syntax == REGEX_JAVA)
        err_set(err, ERR_VALUE, -1, "%s, at byte %d of %.*s", (const char *)why, (int)at, (int)pattern->len,
                pattern->ptr);
    else
        err_set(err, ERR_VALUE, -1, "%s", (const char *)why);
    return NULL;
}

static struct regex *regex_of(pcre2_code *code)
{
    struct regex *r = mem_zalloc(sizeof *r);
    uint32_t groups = 0;

    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); /* where it cannot, the pattern is interpreted */
    pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
    r->code = code;
    r->match = must(pcre2_match_data_create_from_pattern(code, NULL));
    r->limits = must(pcre2_match_context_create(NULL));
    r->groups = (int)groups;
    pcre2_set_match_limit(r->limits, MATCH_STEPS_MAX);
    pcre2_set_heap_limit(r->limits, HEAP_KIB_MAX);
    return r;
}

struct regex *regex_new(enum regex_syntax syntax, struct str pattern, struct str escape, struct err *err)
{
    struct buf translated = {0};
    pcre2_code *code = NULL;

    buf_reserve(&translated, pattern.len + 1);
    if (pattern.len > PATTERN_BYTES_MAX) {
        err_set(err, ERR_LIMIT, -1, "it is longer than %d bytes", PATTERN_BYTES_MAX);
    } else if (!translate(syntax, pattern, escape, &translated, err)) {
        code = compile(syntax, &translated, err);
    }
    buf_free(&translated);
    return code ? regex_of(code) : NULL;
}

void regex_free(struct regex *r)
{
    if (!r) return;
    pcre2_jit_stack_free(r->stack);
    pcre2_match_context_free(r->limits);
    pcre2_match_data_free(r->match);
    pcre2_code_free(r->code);
    free(r);
}

static int match_once(struct regex *r, struct str text, size_t from, enum regex_text again)
{
    uint32_t options = again == REGEX_AGAIN ? PCRE2_NO_UTF_CHECK : 0;

    return pcre2_match(r->code, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, from, options, r->match, r->limits);
}

int regex_match(struct regex *r, struct str text, size_t from, enum regex_text again)
{
    int found = match_once(r, text, from, again);

    if (found == PCRE2_ERROR_JIT_STACKLIMIT && !r->stack) {
        r->stack = must(pcre2_jit_stack_create(STACK_BYTES_MIN, STACK_BYTES_MAX, NULL));
        pcre2_jit_stack_assign(r->limits, NULL, r->stack);
        found = match_once(r, text, from, again);
    }
    if (found == PCRE2_ERROR_NOMATCH) return 0;
    return found < 0 ? -1 : 1;
}

struct regex_span regex_span(const struct regex *r, int group)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->match) + 2 * group;

    if (ends[0] == PCRE2_UNSET) return (struct regex_span){-1, -1};
    return (struct regex_span){(int64_t)ends[0], (int64_t)ends[1]};
}

int regex_group_count(const struct regex *r)
{
    return r->groups;
}

int regex_group_named(const struct regex *r, struct str name)
{
    char terminated[33]; /* the longest name of a group is 32 */
    int number;

    if (name.len >= sizeof terminated) return -1;
    __builtin_memcpy(terminated, name.ptr, name.len);
    terminated[name.len] = 0;
    number = pcre2_substring_number_from_name(r->code, (PCRE2_SPTR)terminated);
    return number > 0 ? number : -1;
}
