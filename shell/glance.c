/* glance.c - see glance.h. */
#include "shell/glance.h"

#include <string.h>
#include <strings.h>

#include "parser/parse.h"

static bool is_continuous(const struct select *select)
{
    while (select->kind == SELECT_UNION || select->kind == SELECT_EXCEPT || select->kind == SELECT_INTERSECT)
        select = select->set.left;
    return select->kind == SELECT_PLAIN && select->plain.stream;
}

static enum effect effect_of_sqlite(const struct statement *s)
{
    switch (s->sqlite.kind) {
    case SQLITE_CREATE_TABLE: return EFFECT_DEFINE;
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_OTHER: return EFFECT_OTHER;
    }
    return EFFECT_OTHER;
}

static enum effect effect_of(const struct statement *s)
{
    switch (s->kind) {
    case STATEMENT_QUERY: return is_continuous(s->select) ? EFFECT_OTHER : EFFECT_READ;
    case STATEMENT_VERIFY:
    case STATEMENT_DIFF: return EFFECT_READ;
    case STATEMENT_CREATE_STREAM:
    case STATEMENT_CREATE_PUMP:
    case STATEMENT_CREATE_VIEW:
    case STATEMENT_CREATE_TABLE:
    case STATEMENT_CREATE_FUNCTION:
    case STATEMENT_CREATE_DASHBOARD:
    case STATEMENT_SET:
    case STATEMENT_ALTER:
    case STATEMENT_DROP: return EFFECT_DEFINE;
    case STATEMENT_INSERT:
    case STATEMENT_COPY:
    case STATEMENT_SHOW:
    case STATEMENT_DESCRIBE:
    case STATEMENT_EXPLAIN: return EFFECT_OTHER;
    case STATEMENT_SQLITE: return effect_of_sqlite(s);
    }
    return EFFECT_OTHER;
}

static char *created_stream(const struct statement *s)
{
    struct str name;

    if (s->kind != STATEMENT_CREATE_STREAM || !s->name.count) return NULL;
    name = s->name.parts[s->name.count - 1].text;
    return strndup(name.ptr, name.len);
}

int glance(struct str sql, struct glance *out, struct err *err)
{
    struct arena *statement = arena_new();
    struct statement *s = NULL;
    int failed = parse_statement(statement, sql, NULL, &s, err);

    *out = (struct glance){.effect = EFFECT_NOTHING};
    if (failed) {
        out->effect = sql.len >= 6 && strncasecmp(sql.ptr, "SELECT", 6) == 0 ? EFFECT_READ : EFFECT_OTHER;
    } else if (s) {
        out->effect = effect_of(s);
        out->stream = created_stream(s);
    }
    arena_free(statement);
    return failed;
}
