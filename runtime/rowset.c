/* rowset.c - see rowset.h. Blocks are used again after rowset_clear; texts live in one arena. Sorting makes a
 * permutation; rows are gathered into one scratch block only when they are read in another order than they lie. */
#include "runtime/rowset.h"

#include "runtime/value_order.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct block {
    struct column *column;
    struct order order[BATCH_ROWS];
    usec w[BATCH_ROWS], rowtime[BATCH_ROWS], arrival[BATCH_ROWS];
    int64_t weight[BATCH_ROWS];
};

struct rowset {
    int columns;
    enum phys *phys;
    int count;
    struct block **blocks;
    size_t block_count, block_capacity;
    struct arena *fixed; /* the blocks' vectors */
    struct arena *texts;
    int *permutation; /* NULL: as they lie */
    size_t permutation_capacity;
    bool permuted;
    struct block *scratch;
    struct column *view; /* the columns of the last batch given out */
};

struct rowset *rowset_new(const enum phys *phys, int columns)
{
    struct rowset *rs = mem_zalloc(sizeof *rs);

    rs->columns = columns;
    rs->phys = mem_alloc((size_t)columns * sizeof *phys);
    if (columns) memcpy(rs->phys, phys, (size_t)columns * sizeof *phys);
    rs->fixed = arena_new();
    rs->texts = arena_new();
    rs->view = mem_zalloc((size_t)columns * sizeof *rs->view);
    return rs;
}

struct rowset *rowset_for(const struct field *fields, int count)
{
    enum phys *phys = mem_alloc((size_t)count * sizeof *phys);
    struct rowset *rs;

    for (int i = 0; i < count; i++) phys[i] = type_phys(fields[i].type);
    rs = rowset_new(phys, count);
    free(phys);
    return rs;
}

void rowset_free(struct rowset *rs)
{
    if (!rs) return;
    for (size_t i = 0; i < rs->block_count; i++) free(rs->blocks[i]);
    free(rs->blocks);
    free(rs->scratch);
    free(rs->permutation);
    free(rs->view);
    free(rs->phys);
    arena_free(rs->fixed);
    arena_free(rs->texts);
    free(rs);
}

void rowset_clear(struct rowset *rs)
{
    rs->count = 0;
    rs->permuted = false;
    arena_reset(rs->texts);
}

int rowset_count(const struct rowset *rs)
{
    return rs->count;
}

struct arena *rowset_arena(struct rowset *rs)
{
    return rs->texts;
}

static struct block *block_new(struct rowset *rs)
{
    struct block *b = mem_alloc(sizeof *b);

    b->column = arena_alloc(rs->fixed, (size_t)rs->columns * sizeof *b->column);
    for (int i = 0; i < rs->columns; i++) {
        column_new(rs->fixed, rs->phys[i], NULLABLE, &b->column[i]);
        b->column[i].error = arena_alloc(rs->fixed, BATCH_ROWS);
    }
    return b;
}

static struct block *block_of(struct rowset *rs, int i)
{
    return rs->blocks[i / BATCH_ROWS];
}

/* Makes room for one more row and returns its block; a row's NULL and error marks are fresh. */
static struct block *next_row(struct rowset *rs, int *row)
{
    size_t block = (size_t)rs->count / BATCH_ROWS;

    assert(!rs->permuted);
    if (block == rs->block_count) {
        rs->blocks = mem_grow(rs->blocks, &rs->block_capacity, block + 1, sizeof *rs->blocks);
        rs->blocks[rs->block_count++] = block_new(rs);
    }
    *row = rs->count++ % BATCH_ROWS;
    return rs->blocks[block];
}

struct column *rowset_add(struct rowset *rs, const struct row_head *head, int *row)
{
    struct block *b = next_row(rs, row);

    b->order[*row] = head->order;
    b->w[*row] = head->w;
    b->rowtime[*row] = head->rowtime;
    b->arrival[*row] = head->arrival;
    b->weight[*row] = head->weight;
    for (int i = 0; i < rs->columns; i++) {
        bit_set(b->column[i].valid, *row);
        b->column[i].error[*row] = 0;
    }
    return b->column;
}

void rowset_drop_last(struct rowset *rs)
{
    assert(rs->count > 0 && !rs->permuted);
    rs->count--;
}

static void copy_value(struct arena *texts, const struct column *from, int at, struct column *to, int row)
{
    if (from->error && from->error[at]) to->error[row] = from->error[at];
    if (column_is_null(from, at)) bit_clear(to->valid, row);
    value_copy(from, at, to, row);
    if (from->phys == PHYS_TEXT && from->texts[at].len)
        to->texts[row].ptr = arena_copy(texts, from->texts[at].ptr, from->texts[at].len);
}

void rowset_add_batch(struct rowset *rs, const struct batch *in)
{
    assert(in->columns >= rs->columns);
    for (int i = 0; i < in->live; i++) {
        int at = batch_row(in, i), row;
        struct row_head head = {in->order[at], in->w[at], in->rowtime[at], in->arrival[at], batch_weight(in, at)};
        struct column *to = rowset_add(rs, &head, &row);

        for (int c = 0; c < rs->columns; c++) copy_value(rs->texts, &in->column[c], at, &to[c], row);
    }
}

struct column *rowset_at(struct rowset *rs, int i, int *row)
{
    assert(i >= 0 && i < rs->count);
    *row = i % BATCH_ROWS;
    return block_of(rs, i)->column;
}

struct row_head rowset_head(const struct rowset *rs, int i)
{
    const struct block *b = rs->blocks[i / BATCH_ROWS];
    int row = i % BATCH_ROWS;

    return (struct row_head){b->order[row], b->w[row], b->rowtime[row], b->arrival[row], b->weight[row]};
}

static bool in_order(const struct rowset *rs)
{
    for (int i = 1; i < rs->count; i++) {
        const struct block *a = rs->blocks[(i - 1) / BATCH_ROWS], *b = rs->blocks[i / BATCH_ROWS];
        if (order_compare(a->order[(i - 1) % BATCH_ROWS], b->order[i % BATCH_ROWS]) > 0) return false;
    }
    return true;
}

static int compare_order(void *arg, int a, int b)
{
    const struct rowset *rs = arg;

    return order_compare(rs->blocks[a / BATCH_ROWS]->order[a % BATCH_ROWS],
                         rs->blocks[b / BATCH_ROWS]->order[b % BATCH_ROWS]);
}

/* A row being sorted: its number is the last word, so that sorting is stable. */
struct ranked {
    uint64_t rank;
    int row;
};

/* What qsort_r is given besides. */
struct sorter {
    rowset_compare compare;
    void *arg;
};

static int compare_ranked(const void *a, const void *b, void *arg)
{
    const struct sorter *s = arg;
    const struct ranked *x = a, *y = b;
    int c;

    if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
    c = s->compare(s->arg, x->row, y->row);
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

static uint64_t rank_of(struct rowset *rs, int i, int column)
{
    int row;
    const struct column *columns = rowset_at(rs, i, &row);

    return column < 0 ? 0 : value_rank(&columns[column], row);
}

void rowset_sort_by(struct rowset *rs, int rank_column, rowset_compare compare, void *arg)
{
    struct sorter s = {compare, arg};
    struct ranked *ranked = mem_alloc((size_t)rs->count * sizeof *ranked);

    rs->permutation = mem_grow(rs->permutation, &rs->permutation_capacity, (size_t)rs->count, sizeof *rs->permutation);
    for (int i = 0; i < rs->count; i++) ranked[i] = (struct ranked){rank_of(rs, i, rank_column), i};
    if (rs->count) qsort_r(ranked, (size_t)rs->count, sizeof *ranked, compare_ranked, &s);
    for (int i = 0; i < rs->count; i++) rs->permutation[i] = ranked[i].row;
    rs->permuted = true;
    free(ranked);
}

void rowset_sort(struct rowset *rs)
{
    if (!in_order(rs)) rowset_sort_by(rs, -1, compare_order, rs);
}

static void gather_row(struct rowset *rs, int from, int row)
{
    const struct block *b = block_of(rs, from);
    struct block *to = rs->scratch;
    int at = from % BATCH_ROWS;

    to->order[row] = b->order[at];
    to->w[row] = b->w[at];
    to->rowtime[row] = b->rowtime[at];
    to->arrival[row] = b->arrival[at];
    to->weight[row] = b->weight[at];
    for (int c = 0; c < rs->columns; c++) {
        value_copy(&b->column[c], at, &to->column[c], row);
        to->column[c].error[row] = b->column[c].error[at];
        if (bit_get(b->column[c].valid, at))
            bit_set(to->column[c].valid, row);
        else
            bit_clear(to->column[c].valid, row);
    }
}

/* Vectors without a mark are handed out as NULL, which is what the kernels' quick paths look for. */
static void drop_empty_marks(struct rowset *rs, int n)
{
    for (int c = 0; c < rs->columns; c++) {
        struct column *col = &rs->view[c];
        bool nulls = false, errors = false;

        for (int i = 0; i < n; i++) {
            nulls |= !bit_get(col->valid, i);
            errors |= col->error[i] != 0;
        }
        if (!nulls) col->valid = NULL;
        if (!errors) col->error = NULL;
    }
}

int rowset_batch(struct rowset *rs, int first, struct batch *out)
{
    struct block *b;
    int n;

    if (first >= rs->count) return 0;
    assert(first % BATCH_ROWS == 0);
    n = rs->count - first < BATCH_ROWS ? rs->count - first : BATCH_ROWS;
    if (rs->permuted) {
        if (!rs->scratch) rs->scratch = block_new(rs);
        for (int i = 0; i < n; i++) gather_row(rs, rs->permutation[first + i], i);
        b = rs->scratch;
    } else {
        b = block_of(rs, first);
    }
    if (rs->columns) memcpy(rs->view, b->column, (size_t)rs->columns * sizeof *rs->view);
    drop_empty_marks(rs, n);
    *out = (struct batch){
        .rows = n,
        .live = n,
        .columns = rs->columns,
        .column = rs->view,
        .weight = b->weight,
        .order = b->order,
        .w = b->w,
        .rowtime = b->rowtime,
        .arrival = b->arrival,
    };
    return n;
}
