/* build_name.c - constructors of names and types (build.h). */
#include "parser/build.h"

struct ident build_ident(const char *word, struct span span)
{
    return (struct ident){str_lit(word), false, span.at, span.end};
}

struct ident build_quoted(struct str text, struct span span)
{
    return (struct ident){text, true, span.at, span.end};
}

struct name build_path(struct parse *parse, struct name name, struct ident part)
{
    if (!name.count) name.at = part.at;
    name.end = part.end;
    name.parts = list_grow(parse->arena, name.parts, name.count, &name.capacity, sizeof part);
    name.parts[name.count++] = part;
    return name;
}

/* At most nine digits, so that it is an int. */
int build_digits(struct parse *parse, struct number number, struct span span)
{
    int value = 0;

    if (number.kind != NUMBER_INTEGER || number.text.len > 9) {
        parse_fail(parse, ERR_SYNTAX, span.at, "unexpected \"%.*s\": expected a whole number", (int)number.text.len,
                   number.text.ptr);
        return -1;
    }
    for (size_t i = 0; i < number.text.len; i++) value = 10 * value + number.text.ptr[i] - '0';
    return value;
}

struct type_name *build_type(struct parse *parse, enum type_name_kind kind, struct span span)
{
    struct type_name *type = arena_alloc(parse->arena, sizeof *type);

    type->kind = kind;
    type->at = span.at;
    type->end = span.end;
    type->length = type->scale = -1;
    return type;
}

static struct ident canonical(struct ident name)
{
    if (!name.quoted && str_equal_nocase(name.text, str_lit("CHARACTER"))) name.text = str_lit("CHAR");
    return name;
}

struct type_name *build_plain_type(struct parse *parse, struct ident name, struct digits digits, bool with_time_zone,
                                   struct span span)
{
    struct type_name *type = build_type(parse, TYPE_PLAIN, span);

    type->name = canonical(name);
    type->length = digits.first;
    type->scale = digits.second;
    type->with_time_zone = with_time_zone;
    return type;
}
