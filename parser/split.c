/* split.c - see split.h. */
#include "parser/split.h"

#include <stdlib.h>

#include "parser/foreign.h"
#include "parser/lexer.h"

/* The first token behind the statement that begins at token `first`: a semicolon, or the LEX_END. A trigger ends at
 * `; END ;`, as SQLite has it. */
static const struct token *find_end(struct str text, const struct token *first)
{
    bool trigger = foreign_is_trigger(text, first);

    for (const struct token *token = first;; token++) {
        if (token->kind == LEX_END) return token;
        if (!token_is_symbol(token, ';')) continue;
        if (!trigger) return token;
        if (token - first > 2 && token_is_word(text, token - 1, "END") && token_is_symbol(token - 2, ';')) return token;
    }
}

static void add_piece(struct split *split, size_t *capacity, struct piece piece)
{
    split->pieces = mem_grow(split->pieces, capacity, (size_t)split->count + 1, sizeof piece);
    split->pieces[split->count++] = piece;
}

static enum split_end end_of(const struct tokens *tokens, bool in_statement)
{
    enum lexeme last = tokens->count ? tokens->items[tokens->count - 1].kind : LEX_END;

    if (last == LEX_OPEN_STRING) return SPLIT_OPEN_STRING;
    if (last == LEX_OPEN_QUOTED) return SPLIT_OPEN_QUOTED;
    if (last == LEX_OPEN_COMMENT) return SPLIT_OPEN_COMMENT;
    return in_statement ? SPLIT_OPEN : SPLIT_DONE;
}

struct split split_text(struct str text)
{
    struct tokens tokens = tokens_read(text);
    struct split split = {0};
    const struct token *token = tokens.items, *end;
    size_t capacity = 0;
    bool open = false;

    while (token->kind != LEX_END) {
        end = find_end(text, token);
        open = end->kind == LEX_END;
        if (end > token) add_piece(&split, &capacity, (struct piece){token->at, end[-1].end, end->end});
        token = open ? end : end + 1;
    }
    split.end = end_of(&tokens, open);
    tokens_free(&tokens);
    return split;
}

void split_free(struct split *split)
{
    free(split->pieces);
    *split = (struct split){0};
}
