/* multiset.c - see multiset.h.
 *
 * A B+ tree whose nodes are pages. Entries are ordered by (group, value). An entry of a leaf holds the weight; an entry
 * of an inner node holds a child and the least (group, value) that may stand below it; of the first child that bound is
 * not looked at. Neighbouring leaves know each other. A long text belongs to the one entry that refers to it: bounds
 * have copies of their own.
 *
 * A removal joins a node with a neighbour once both fill at most three quarters of one, and frees a node that becomes
 * empty; the root goes when it has one child or none. So no page outlives its entries. */
#include "runtime/multiset.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { INLINE_MAX = 12, LEVELS_MAX = 16 };
#define SIGN_BIT (UINT64_C(1) << 63)

/* A value as it is stored, in words that compare as numbers, `a` before `b`: BOOL and INT with its sign bit flipped,
 * DOUBLE in the order of its bits, all in `a` with 0 in `b`; WIDE with its sign bit flipped in both. TEXT as in packed
 * keys: u32 len, then 12 bytes, or 4 bytes and the reference. */
struct stored {
    uint64_t a, b;
};
struct entry {
    uint64_t group;
    struct stored value;
    union {
        int64_t weight;
        uint64_t child; /* page */
    };
};

struct node {
    uint32_t count, level;   /* level 0: a leaf */
    uint32_t previous, next; /* leaves: neighbours, or 0 */
    uint64_t zero[2];
    struct entry entry[];
};
enum { NODE_MAX = (PAGE_BYTES - sizeof(struct node)) / sizeof(struct entry) };
_Static_assert(sizeof(struct entry) == 32 && sizeof(struct node) == 32, "written to disk");

struct root {
    struct heap_head heap;
    uint64_t entries;
    uint32_t page, levels; /* of the tree; 0: no tree */
};
_Static_assert(sizeof(struct root) <= MULTISET_ROOT_BYTES, "the root fits");

struct multiset {
    struct pages *pages;
    int root;
    enum phys phys;
};

/* What is looked for. */
struct probe {
    uint64_t group;
    int end; /* -1: before all values of the group, 1: behind them, 0: the value */
    struct stored value;
    struct str text; /* of TEXT: its bytes */
};

/* The way from the root to a leaf: nodes and the entry taken in each. path[0] is the leaf. */
struct path {
    uint32_t page[LEVELS_MAX], at[LEVELS_MAX];
};

/* --- access --- */

static const struct root *root_read(const struct multiset *m)
{
    return page_read(m->pages, (uint64_t)m->root);
}

static struct root *root_write(struct multiset *m)
{
    return page_write(m->pages, (uint64_t)m->root, sizeof(struct root));
}

static const struct node *node_read(const struct multiset *m, uint64_t page)
{
    return page_read(m->pages, page << PAGE_BITS);
}

/* A node whose head and whose entries from..to-1 are to be written. */
static struct node *node_write(struct multiset *m, uint32_t page, uint32_t from, uint32_t to)
{
    uint64_t address = (uint64_t)page << PAGE_BITS;

    if (to > from) {
        page_write(m->pages, address + sizeof(struct node) + from * sizeof(struct entry),
                   (to - from) * sizeof(struct entry));
    }
    return page_write(m->pages, address, sizeof(struct node));
}

/* --- values --- */

static uint64_t double_in_order(double d)
{
    uint64_t bits;

    d += 0.0; /* -0 becomes 0 */
    if (isnan(d)) return UINT64_MAX;
    memcpy(&bits, &d, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static double double_from_order(uint64_t word)
{
    double d;

    if (word == UINT64_MAX) return NAN;
    word = word >> 63 ? word & ~(UINT64_C(1) << 63) : ~word;
    memcpy(&d, &word, sizeof d);
    return d;
}

static uint32_t text_len(const struct stored *v)
{
    return (uint32_t)v->a;
}

/* The words of a text; the reference of a long one stays 0. */
static struct stored text_words(struct str text)
{
    struct stored v = {(uint32_t)text.len, 0};
    size_t within = text.len <= INLINE_MAX ? text.len : 4;

    if (within) memcpy((char *)&v + 4, text.ptr, within);
    return v;
}

static struct probe probe_value(const struct multiset *m, uint64_t group, union multiset_value value)
{
    struct probe p = {.group = group};

    switch (m->phys) {
    case PHYS_BOOL:
    case PHYS_INT: p.value.a = (uint64_t)value.i ^ SIGN_BIT; break;
    case PHYS_WIDE: p.value = (struct stored){(uint64_t)(value.wide >> 64) ^ SIGN_BIT, (uint64_t)value.wide}; break;
    case PHYS_DOUBLE: p.value.a = double_in_order(value.d); break;
    case PHYS_TEXT:
        p.text = str_of(value.t.ptr, value.t.len);
        p.value = text_words(p.text);
        break;
    }
    return p;
}

static int compare_texts(const struct multiset *m, const struct probe *p, const struct stored *v)
{
    uint32_t len = text_len(v);
    size_t min = p->text.len < len ? p->text.len : len;
    int c = memcmp((const char *)&p->value + 4, (const char *)v + 4, 4); /* zero-padded: a difference decides */

    if (c) return c;
    if (len > INLINE_MAX) return -heap_compare(m->pages, v->b, p->text.ptr, p->text.len);
    c = min ? memcmp(p->text.ptr, (const char *)v + 4, min) : 0;
    return c ? c : (p->text.len > len) - (p->text.len < len);
}

static int compare(const struct multiset *m, const struct probe *p, const struct entry *e)
{
    if (p->group != e->group) return p->group < e->group ? -1 : 1;
    if (p->end) return p->end;
    if (m->phys == PHYS_TEXT) return compare_texts(m, p, &e->value);
    if (p->value.a != e->value.a) return p->value.a < e->value.a ? -1 : 1;
    return (p->value.b > e->value.b) - (p->value.b < e->value.b);
}

static bool is_long(const struct multiset *m, const struct stored *v)
{
    return m->phys == PHYS_TEXT && text_len(v) > INLINE_MAX;
}

static void value_free(struct multiset *m, struct stored v)
{
    if (is_long(m, &v)) heap_free(m->pages, &root_write(m)->heap, v.b);
}

/* A copy that owns its text. */
static struct stored stored_copy(struct multiset *m, struct stored v)
{
    struct buf text = {0};

    if (!is_long(m, &v)) return v;
    heap_get(m->pages, v.b, &text);
    v.b = heap_put(m->pages, &root_write(m)->heap, text.ptr, text.len);
    buf_free(&text);
    return v;
}

/* --- looking --- */

/* The number of entries before the probe. */
static uint32_t leaf_find(const struct multiset *m, const struct node *n, const struct probe *p)
{
    uint32_t low = 0, high = n->count;

    while (low < high) {
        uint32_t mid = (low + high) / 2;
        if (compare(m, p, &n->entry[mid]) > 0) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return low;
}

/* The child below which the probe belongs: the last whose bound is not behind it. */
static uint32_t inner_find(const struct multiset *m, const struct node *n, const struct probe *p)
{
    uint32_t low = 0, high = n->count;

    while (high - low > 1) {
        uint32_t mid = (low + high) / 2;
        if (compare(m, p, &n->entry[mid]) >= 0) {
            low = mid;
        } else {
            high = mid;
        }
    }
    return low;
}

/* Fills the path to the place of the probe; true if its very entry is there. */
static bool find(const struct multiset *m, const struct probe *p, struct path *path)
{
    const struct root *root = root_read(m);
    uint32_t page = root->page;
    const struct node *n;

    if (!root->levels) return false;
    for (uint32_t level = root->levels - 1; level > 0; level--) {
        n = node_read(m, page);
        path->page[level] = page;
        path->at[level] = inner_find(m, n, p);
        page = (uint32_t)n->entry[path->at[level]].child;
    }
    n = node_read(m, page);
    path->page[0] = page;
    path->at[0] = leaf_find(m, n, p);
    return path->at[0] < n->count && compare(m, p, &n->entry[path->at[0]]) == 0;
}

/* --- growing --- */

static void entries_insert(struct multiset *m, uint32_t page, uint32_t at, struct entry e)
{
    uint32_t count = node_read(m, page)->count;
    struct node *n = node_write(m, page, at, count + 1);

    assert(count < NODE_MAX);
    memmove(&n->entry[at + 1], &n->entry[at], (count - at) * sizeof e);
    n->entry[at] = e;
    n->count++;
}

static uint32_t node_new(struct multiset *m, uint32_t level)
{
    uint32_t page = page_alloc(m->pages);

    node_write(m, page, 0, 0)->level = level;
    return page;
}

/* Puts a node with one child, the old root if there is one, above the tree. */
static void root_grow(struct multiset *m, struct path *path)
{
    uint32_t levels = root_read(m)->levels, old = root_read(m)->page;
    uint32_t page = node_new(m, levels);
    struct root *root = root_write(m);

    assert(levels < LEVELS_MAX);
    if (levels) entries_insert(m, page, 0, (struct entry){.child = old});
    root->page = path->page[levels] = page;
    root->levels = levels + 1;
    path->at[levels] = 0;
}

static void set_next(struct multiset *m, uint32_t page, uint32_t next)
{
    if (page) node_write(m, page, 0, 0)->next = next;
}

static void set_previous(struct multiset *m, uint32_t page, uint32_t previous)
{
    if (page) node_write(m, page, 0, 0)->previous = previous;
}

/* Where a full node is cut: in the middle, or before its last entry when it grows at its end, so that ascending values
 * fill the nodes. */
static uint32_t split_place(uint32_t place)
{
    return place == NODE_MAX ? NODE_MAX - 1 : NODE_MAX / 2;
}

/* Moves the entries of `page` from `from` on to a new node to the right of it and returns that. */
static uint32_t entries_split(struct multiset *m, uint32_t page, uint32_t from)
{
    uint32_t right_page = node_new(m, node_read(m, page)->level);
    struct node *left = node_write(m, page, from, NODE_MAX);
    struct node *right = node_write(m, right_page, 0, NODE_MAX - from);

    right->count = NODE_MAX - from;
    memcpy(right->entry, &left->entry[from], right->count * sizeof(struct entry));
    memset(&left->entry[from], 0, right->count * sizeof(struct entry));
    left->count = from;
    if (left->level) return right_page;
    right->previous = page;
    right->next = left->next;
    set_previous(m, left->next, right_page);
    left->next = right_page;
    return right_page;
}

/* Puts the bound of a new node to the right of the path's node at `level` into the parent, which has room. */
static void bound_insert(struct multiset *m, const struct path *path, uint32_t level, uint32_t right)
{
    struct entry bound = node_read(m, right)->entry[0];

    bound.value = stored_copy(m, bound.value);
    bound.child = right;
    entries_insert(m, path->page[level + 1], path->at[level + 1] + 1, bound);
}

/* Makes room for one entry, in a leaf at path->at[0], in an inner node behind path->at[level]: splits the node if it is
 * full, after making room above it. */
static void make_room(struct multiset *m, struct path *path, uint32_t level)
{
    uint32_t place = path->at[level] + (level ? 1 : 0), from = split_place(place), right;

    if (node_read(m, path->page[level])->count < NODE_MAX) return;
    if (level + 1 == root_read(m)->levels) root_grow(m, path);
    make_room(m, path, level + 1);
    right = entries_split(m, path->page[level], from);
    bound_insert(m, path, level, right);
    if (place <= from) return;
    path->page[level] = right;
    path->at[level] -= from;
    path->at[level + 1]++;
}

static void insert(struct multiset *m, const struct probe *p, struct path *path, int64_t weight)
{
    struct entry e = {.group = p->group, .value = p->value, .weight = weight};

    if (!root_read(m)->levels) root_grow(m, path);
    make_room(m, path, 0);
    if (is_long(m, &e.value)) e.value.b = heap_put(m->pages, &root_write(m)->heap, p->text.ptr, p->text.len);
    entries_insert(m, path->page[0], path->at[0], e);
    root_write(m)->entries++;
}

/* --- shrinking --- */

/* Takes n entries out of a node; what they refer to is the caller's. */
static void entries_remove(struct multiset *m, uint32_t page, uint32_t at, uint32_t n)
{
    uint32_t count = node_read(m, page)->count;
    struct node *node = node_write(m, page, at, count);

    memmove(&node->entry[at], &node->entry[at + n], (count - at - n) * sizeof(struct entry));
    memset(&node->entry[count - n], 0, n * sizeof(struct entry));
    node->count -= n;
}

static void node_free(struct multiset *m, uint32_t page)
{
    const struct node *n = node_read(m, page);
    uint32_t previous = n->previous, next = n->next;

    set_next(m, previous, next);
    set_previous(m, next, previous);
    page_release(m->pages, page);
}

/* Appends the node of entry `at` + 1 of a parent to that of entry `at`. The bound of the right one's first child, which
 * was not looked at so far, becomes the parent's bound of the right one. */
static void join(struct multiset *m, uint32_t parent, uint32_t at)
{
    struct entry bound = node_read(m, parent)->entry[at + 1];
    uint32_t left_page = (uint32_t)node_read(m, parent)->entry[at].child, right_page = (uint32_t)bound.child;
    const struct node *right = node_read(m, right_page);
    uint32_t from = node_read(m, left_page)->count;
    struct node *left = node_write(m, left_page, from, from + right->count);

    memcpy(&left->entry[from], right->entry, right->count * sizeof(struct entry));
    left->count += right->count;
    if (left->level) {
        struct stored unused = left->entry[from].value;
        left->entry[from].group = bound.group;
        left->entry[from].value = bound.value;
        value_free(m, unused);
    } else {
        value_free(m, bound.value);
    }
    node_free(m, right_page);
    entries_remove(m, parent, at + 1, 1);
}

static bool may_join(const struct multiset *m, const struct node *parent, uint32_t at)
{
    if (at + 1 >= parent->count) return false;
    return node_read(m, parent->entry[at].child)->count + node_read(m, parent->entry[at + 1].child)->count <=
           NODE_MAX * 3 / 4;
}

/* After entries left path->page[level]: joins it with a neighbour or frees it, then looks at its parent. */
static void shrink(struct multiset *m, struct path *path, uint32_t level)
{
    uint32_t levels = root_read(m)->levels;

    for (; level + 1 < levels; level++) {
        uint32_t parent = path->page[level + 1], at = path->at[level + 1];

        if (may_join(m, node_read(m, parent), at)) {
            join(m, parent, at);
        } else if (at > 0 && may_join(m, node_read(m, parent), at - 1)) {
            join(m, parent, at - 1);
        } else if (node_read(m, path->page[level])->count == 0) {
            struct stored bound = node_read(m, parent)->entry[at].value;
            node_free(m, path->page[level]);
            entries_remove(m, parent, at, 1);
            value_free(m, bound);
        } else {
            return;
        }
    }
}

/* While the root has one child, that becomes the root; a tree without entries goes. */
static void root_shrink(struct multiset *m)
{
    struct root *root = root_write(m);

    while (root->levels) {
        const struct node *n = node_read(m, root->page);
        struct entry only = n->entry[0];
        bool one_child = n->level && n->count == 1;

        if (n->count && !one_child) return;
        page_release(m->pages, root->page);
        root->page = one_child ? (uint32_t)only.child : 0;
        root->levels = one_child ? root->levels - 1 : 0;
        if (one_child) value_free(m, only.value);
    }
}

/* Removes n entries of the leaf of the path, from path->at[0] on. */
static void leaf_remove(struct multiset *m, struct path *path, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) value_free(m, node_read(m, path->page[0])->entry[path->at[0] + i].value);
    entries_remove(m, path->page[0], path->at[0], n);
    root_write(m)->entries -= n;
    shrink(m, path, 0);
    root_shrink(m);
}

/* --- the multiset --- */

struct multiset *multiset_new(struct pages *pages, int root, enum phys phys)
{
    struct multiset *m = mem_zalloc(sizeof *m);

    assert(root >= 0 && root + MULTISET_ROOT_BYTES <= PAGES_ROOT_BYTES && root % 8 == 0);
    *m = (struct multiset){.pages = pages, .root = root, .phys = phys};
    return m;
}

void multiset_free(struct multiset *m)
{
    free(m);
}

uint64_t multiset_entries(const struct multiset *m)
{
    return root_read(m)->entries;
}

static int64_t *weight_write(struct multiset *m, const struct path *path)
{
    uint32_t at = path->at[0];

    return &node_write(m, path->page[0], at, at + 1)->entry[at].weight;
}

void multiset_add(struct multiset *m, uint64_t group, union multiset_value value, int64_t weight, int64_t *before,
                  int64_t *after)
{
    struct probe p = probe_value(m, group, value);
    struct path path;
    bool found = find(m, &p, &path);
    int64_t old = found ? node_read(m, path.page[0])->entry[path.at[0]].weight : 0;

    if (before) *before = old;
    if (after) *after = old + weight;
    if (weight == 0) return;
    if (!found) {
        insert(m, &p, &path, weight);
    } else if (old + weight == 0) {
        leaf_remove(m, &path, 1);
    } else {
        *weight_write(m, &path) += weight;
    }
}

/* The entry at the place, which may be behind its leaf's last; NULL if there is none. */
static const struct entry *entry_at(const struct multiset *m, uint32_t *page, uint32_t *at)
{
    const struct node *n = node_read(m, *page);

    if (*at < n->count) return &n->entry[*at];
    if (!n->next) return NULL;
    *page = n->next;
    *at = 0;
    return node_read(m, *page)->entry;
}

/* The entry before the place. */
static const struct entry *entry_before(const struct multiset *m, uint32_t *page, uint32_t *at)
{
    const struct node *n = node_read(m, *page);

    if (*at == 0) {
        if (!n->previous) return NULL;
        *page = n->previous;
        n = node_read(m, *page);
        *at = n->count;
    }
    return &n->entry[--*at];
}

static void value_get(const struct multiset *m, const struct entry *e, union multiset_value *out, struct buf *text)
{
    size_t start;

    switch (m->phys) {
    case PHYS_BOOL:
    case PHYS_INT: out->i = (int64_t)(e->value.a ^ SIGN_BIT); break;
    case PHYS_WIDE: out->wide = (__int128)((unsigned __int128)(e->value.a ^ SIGN_BIT) << 64 | e->value.b); break;
    case PHYS_DOUBLE: out->d = double_from_order(e->value.a); break;
    case PHYS_TEXT:
        start = text->len;
        if (is_long(m, &e->value)) {
            heap_get(m->pages, e->value.b, text);
        } else {
            buf_put(text, (const char *)&e->value + 4, text_len(&e->value));
        }
        out->t = text_of(buf_text(text) + start, text->len - start);
        break;
    }
}

bool multiset_end(const struct multiset *m, uint64_t group, enum multiset_end end, union multiset_value *out,
                  struct buf *text)
{
    struct probe p = {.group = group, .end = end == MULTISET_MIN ? -1 : 1};
    const struct entry *e;
    struct path path;

    if (!root_read(m)->levels) return false;
    find(m, &p, &path);
    for (;;) {
        e = end == MULTISET_MIN ? entry_at(m, &path.page[0], &path.at[0]) : entry_before(m, &path.page[0], &path.at[0]);
        if (!e || e->group != group) return false;
        if (e->weight > 0) break;
        if (end == MULTISET_MIN) path.at[0]++;
    }
    value_get(m, e, out, text);
    return true;
}

void multiset_each(const struct multiset *m, uint64_t group, multiset_visitor visit, void *arg)
{
    struct probe before = {.group = group, .end = -1};
    const struct entry *e;
    struct buf text = {0};
    struct path path;

    if (!root_read(m)->levels) return;
    find(m, &before, &path);
    for (; (e = entry_at(m, &path.page[0], &path.at[0])) && e->group == group; path.at[0]++) {
        union multiset_value value;
        text.len = 0;
        value_get(m, e, &value, &text);
        visit(arg, value, e->weight);
    }
    buf_free(&text);
}

/* The last entry of the group, whatever its weight; NULL: none. */
static const struct entry *group_last(const struct multiset *m, uint64_t group)
{
    struct probe behind = {.group = group, .end = 1};
    const struct entry *e;
    struct path path;

    if (!root_read(m)->levels) return NULL;
    find(m, &behind, &path);
    e = entry_before(m, &path.page[0], &path.at[0]);
    return e && e->group == group ? e : NULL;
}

static struct probe probe_entry(const struct multiset *m, const struct entry *e, struct buf *scratch)
{
    struct probe p = {.group = e->group, .value = e->value};

    if (m->phys == PHYS_TEXT) p.text = str_of((const char *)&e->value + 4, text_len(&e->value));
    if (is_long(m, &e->value)) p.text = heap_view(m->pages, e->value.b, scratch);
    return p;
}

/* From the end, a leaf's worth at a time. */
void multiset_drop(struct multiset *m, uint64_t group)
{
    const struct entry *last;
    struct buf scratch = {0};
    struct path path;

    while ((last = group_last(m, group))) {
        struct probe p = probe_entry(m, last, &scratch);
        const struct node *n;
        uint32_t run = 1;
        bool found = find(m, &p, &path);

        assert(found);
        n = node_read(m, path.page[0]);
        for (; path.at[0] > 0 && n->entry[path.at[0] - 1].group == group; path.at[0]--) run++;
        leaf_remove(m, &path, run);
    }
    buf_free(&scratch);
}
