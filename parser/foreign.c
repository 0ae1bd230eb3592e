/* foreign.c - see foreign.h. */
#include "parser/foreign.h"

#include <string.h>

#include "parser/literal.h"

/* The first words of a statement; a later line is only reached when no earlier one fits. */
struct head {
    const char *words;
    enum sqlite_kind kind;
};

static const struct head heads[] = {
    {"CREATE TABLE", SQLITE_CREATE_TABLE},
    {"CREATE TEMP TABLE", SQLITE_CREATE_TABLE},
    {"CREATE TEMPORARY TABLE", SQLITE_CREATE_TABLE},
    {"UPDATE", SQLITE_UPDATE},
    {"DELETE FROM", SQLITE_DELETE},
    {"CREATE TEMP", SQLITE_OTHER},
    {"CREATE TEMPORARY", SQLITE_OTHER},
    {"CREATE INDEX", SQLITE_OTHER},
    {"CREATE UNIQUE INDEX", SQLITE_OTHER},
    {"CREATE TRIGGER", SQLITE_OTHER},
    {"CREATE VIRTUAL TABLE", SQLITE_OTHER},
    {"ALTER TABLE", SQLITE_OTHER},
    {"DROP INDEX", SQLITE_OTHER},
    {"DROP TRIGGER", SQLITE_OTHER},
    {"EXPLAIN QUERY PLAN", SQLITE_OTHER},
    {"INSERT OR", SQLITE_OTHER},
    {"REPLACE INTO", SQLITE_OTHER},
    {"ANALYZE", SQLITE_OTHER},
    {"ATTACH", SQLITE_OTHER},
    {"BEGIN", SQLITE_OTHER},
    {"COMMIT", SQLITE_OTHER},
    {"DETACH", SQLITE_OTHER},
    {"END", SQLITE_OTHER},
    {"PRAGMA", SQLITE_OTHER},
    {"REINDEX", SQLITE_OTHER},
    {"RELEASE", SQLITE_OTHER},
    {"ROLLBACK", SQLITE_OTHER},
    {"SAVEPOINT", SQLITE_OTHER},
    {"VACUUM", SQLITE_OTHER},
};

static const struct {
    const char *words;
    const char *advice;
} refused[] = {
    {"CREATE SCHEMA", "it has no schemas, leave them out"},
    {"CREATE OR REPLACE SCHEMA", "it has no schemas, leave them out"},
    {"SET SCHEMA", "it has no schemas, leave them out"},
    {"SET PATH", "it has no schemas, leave them out"},
    {"CREATE FOREIGN STREAM", "use CREATE STREAM ... WITH (connector = ...)"},
    {"CREATE OR REPLACE FOREIGN STREAM", "use CREATE STREAM ... WITH (connector = ...)"},
    {"CREATE SERVER", "use CREATE STREAM ... WITH (connector = ...)"},
    {"CREATE OR REPLACE SERVER", "use CREATE STREAM ... WITH (connector = ...)"},
    {"CREATE JAR", "it runs no Java"},
    {"USE", "a directory holds one database, leave it out"},
    {"CREATE DATABASE", "a directory holds one database, leave it out"},
    {"CREATE CATALOG", "a directory holds one database, leave it out"},
    {"CREATE SOURCE", "use CREATE STREAM ... WITH (connector = ...)"},
    {"CREATE CONNECTOR", "use CREATE STREAM ... WITH (connector = ...)"},
    {"CREATE SINK", "use CREATE STREAM ... AS SELECT"},
    {"CREATE CONTINUOUS", "use CREATE VIEW or CREATE PUMP"},
    {"MERGE", "use INSERT, UPDATE or DELETE"},
    {"UPSERT", "use INSERT INTO"},
    {"TRUNCATE", "use DELETE FROM"},
    {"GRANT", "it has no users, leave it out"},
    {"REVOKE", "it has no users, leave it out"},
    {"CREATE USER", "it has no users, leave it out"},
    {"CREATE ROLE", "it has no users, leave it out"},
    {"SUBSCRIBE", "use SELECT STREAM"},
    {"LISTEN", "use SELECT STREAM"},
    {"PRINT", "use SELECT STREAM"},
    {"DESC", "use DESCRIBE"},
    {"CREATE OR REPLACE JAR", "it runs no Java"},
};

enum { HEAD_COUNT = sizeof heads / sizeof *heads, REFUSED_COUNT = sizeof refused / sizeof *refused };

/* How many tokens from `first` on are these words; 0 unless all are. The list ends with LEX_END. */
static int match_words(struct str text, const struct token *first, const char *words)
{
    char word[16];
    int count = 0;

    while (*words) {
        size_t len = strcspn(words, " ");
        memcpy(word, words, len);
        word[len] = 0;
        if (!token_is_word(text, &first[count++], word)) return 0;
        words += len + (words[len] == ' ');
    }
    return count;
}

/* Skips the words if they stand at token i. */
static int skip_words(const struct parse *parse, int i, const char *words)
{
    return i + match_words(parse->text, &parse->tokens.items[i], words);
}

static bool is_name(const struct token *token)
{
    return token->kind == LEX_WORD || token->kind == LEX_QUOTED;
}

/* Reads a path of names at token *i. */
static struct name read_path(struct parse *parse, int *i)
{
    const struct token *items = parse->tokens.items;
    struct name name = {0};

    while (is_name(&items[*i])) {
        bool quoted = items[*i].kind == LEX_QUOTED;
        struct str text = quoted ? literal_quoted(parse, &items[*i]) : token_text(parse->text, &items[*i]);
        name = build_path(parse, name, (struct ident){text, quoted, items[*i].at, items[*i].end});
        ++*i;
        if (!token_is_symbol(&items[*i], '.')) break;
        ++*i;
    }
    return name;
}

/* The whole text, without a semicolon at its end. */
static struct statement *sqlite_statement(struct parse *parse, enum sqlite_kind kind, struct name name)
{
    const struct token *items = parse->tokens.items, *last = &items[parse->tokens.count - 1];
    struct statement *statement;

    if (last > items && token_is_symbol(last, ';')) last--;
    statement = build_statement(parse, STATEMENT_SQLITE, name, (struct span){items[0].at, last->end});
    statement->sqlite.kind = kind;
    statement->sqlite.text = str_of(parse->text.ptr + items[0].at, (size_t)(last->end - items[0].at));
    return statement;
}

static void refuse(struct parse *parse)
{
    for (int i = 0; i < REFUSED_COUNT; i++)
        if (match_words(parse->text, parse->tokens.items, refused[i].words))
            parse_fail(parse, ERR_SYNTAX, parse->tokens.items[0].at, "%s is no statement of weir: %s", refused[i].words,
                       refused[i].advice);
}

/* CREATE TABLE x (...) WITH (...): a table of Flink, Kafka or RisingWave, which is a stream here. */
static void refuse_options(struct parse *parse)
{
    const struct token *items = parse->tokens.items;
    int depth = 0;

    for (int i = 0; i < parse->tokens.count; i++) {
        depth += token_is_symbol(&items[i], '(') - token_is_symbol(&items[i], ')');
        if (depth || !token_is_symbol(&items[i], ')') || !token_is_word(parse->text, &items[i + 1], "WITH")) continue;
        parse_fail(parse, ERR_SYNTAX, items[i + 1].at,
                   "unexpected \"WITH\": a table has no options: write CREATE STREAM ... WITH (...)");
        return;
    }
}

struct statement *foreign_statement(struct parse *parse)
{
    struct name name = {0};
    int i = 0, head;

    refuse(parse);
    for (head = 0; head < HEAD_COUNT && !i; head++)
        i = match_words(parse->text, parse->tokens.items, heads[head].words);
    if (!i) return NULL;
    if (heads[--head].kind != SQLITE_OTHER) {
        i = skip_words(parse, i, "IF NOT EXISTS");
        name = read_path(parse, &i);
        if (!name.count) return NULL;
    }
    if (heads[head].kind == SQLITE_CREATE_TABLE && token_is_word(parse->text, &parse->tokens.items[i], "FROM"))
        return NULL;
    if (heads[head].kind == SQLITE_CREATE_TABLE) refuse_options(parse);
    return sqlite_statement(parse, heads[head].kind, name);
}

bool foreign_is_trigger(struct str text, const struct token *first)
{
    return match_words(text, first, "CREATE TRIGGER") || match_words(text, first, "CREATE TEMP TRIGGER") ||
           match_words(text, first, "CREATE TEMPORARY TRIGGER");
}
