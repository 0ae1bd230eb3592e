/* shard.c - the shards of a stream; shard.h has the contract.
 *
 * Packed (numbers little-endian): u32 version 1, u32 count, then per shard 80 bytes
 *    0  4  parent          4  4  adjacent parent (0xffffffff: none)
 *    8 16  first key      24 16  last key
 *   40  8  first ordinal  48  8  ordinal at which it was closed
 *   56  8  created        64  8  closed (i64, microseconds)
 *   72  8  0
 * and u32 CRC-32C of all that. The id of a shard is its place. */
#include "log/shard.h"
#include "base/hash.h"

#define OPENSSL_SUPPRESS_DEPRECATED /* the one-shot MD5: 157 ns a key, EVP_Digest 846 ns and 1.8 ms the first time */
#include <openssl/md5.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PACK_VERSION = 1, PACK_HEAD = 8, PACK_SHARD = 80, PACK_CRC = 4, ID_DIGITS = 12 };
static const char id_prefix[] = "shardId-";

struct shards {
    struct shard *shard;
    size_t count, capacity;
    uint32_t *open; /* ids, in the order of their ranges */
    size_t open_count, open_capacity;
};

/* ---- keys and ids as text ---- */

hash_key shard_hash(struct str partition_key)
{
    uint8_t digest[MD5_DIGEST_LENGTH];
    hash_key key = 0;

    MD5((const uint8_t *)partition_key.ptr, partition_key.len, digest);
    for (size_t i = 0; i < sizeof digest; i++) key = key << 8 | digest[i];
    return key;
}

void hash_key_print(hash_key key, char out[HASH_KEY_TEXT])
{
    char digits[HASH_KEY_TEXT];
    int n = 0;

    do digits[n++] = (char)('0' + (int)(key % 10));
    while ((key /= 10) != 0);
    for (int i = 0; i < n; i++) out[i] = digits[n - 1 - i];
    out[n] = '\0';
}

int hash_key_parse(struct str text, hash_key *out, struct err *err)
{
    hash_key key = 0;
    bool valid = text.len > 0 && text.len < HASH_KEY_TEXT && (text.ptr[0] != '0' || text.len == 1);

    for (size_t i = 0; valid && i < text.len; i++) {
        unsigned digit = (unsigned)(text.ptr[i] - '0');
        valid = digit <= 9 && key <= (HASH_KEY_MAX - digit) / 10;
        key = key * 10 + digit;
    }
    *out = key;
    return valid ? 0 : err_set(err, ERR_VALUE, -1, "a hash key is a decimal number below 2^128, without leading zeros");
}

void shard_id_print(uint32_t id, char out[SHARD_ID_TEXT])
{
    snprintf(out, SHARD_ID_TEXT, "%s%0*u", id_prefix, ID_DIGITS, (unsigned)id);
}

int shard_id_parse(struct str text, uint32_t *out, struct err *err)
{
    size_t prefix = sizeof id_prefix - 1;
    uint64_t id = 0;
    bool valid = text.len == prefix + ID_DIGITS && memcmp(text.ptr, id_prefix, prefix) == 0;

    for (size_t i = prefix; valid && i < text.len; i++) {
        valid = text.ptr[i] >= '0' && text.ptr[i] <= '9';
        id = id * 10 + (uint64_t)(text.ptr[i] - '0');
    }
    *out = (uint32_t)id;
    return valid && id < SHARDS_MAX ? 0
                                    : err_set(err, ERR_VALUE, -1, "a shard's id is %s and twelve digits", id_prefix);
}

/* ---- the set ---- */

static uint32_t add(struct shards *s, struct shard shard)
{
    assert(s->count < SHARDS_MAX);
    shard.id = (uint32_t)s->count;
    s->shard = mem_grow(s->shard, &s->capacity, s->count + 1, sizeof *s->shard);
    s->shard[s->count++] = shard;
    return shard.id;
}

/* count open ids from `at` on become these. */
static void replace_open(struct shards *s, size_t at, size_t count, const uint32_t *ids, size_t id_count)
{
    size_t behind = s->open_count - at - count;

    s->open = mem_grow(s->open, &s->open_capacity, s->open_count + id_count, sizeof *s->open);
    memmove(s->open + at + id_count, s->open + at + count, behind * sizeof *s->open);
    memcpy(s->open + at, ids, id_count * sizeof *ids);
    s->open_count += id_count - count;
}

struct shards *shards_new(uint32_t count, uint64_t ordinal, usec now)
{
    struct shards *s = mem_zalloc(sizeof *s);
    hash_key step = HASH_KEY_MAX / count; /* floor(2^128 / count), but for powers of two: mended below */

    assert(count >= 1 && count <= SHARDS_MAX);
    if (HASH_KEY_MAX % count == count - 1) step++;
    for (uint32_t i = 0; i < count; i++) {
        hash_key first = step * i;
        uint32_t id = add(s, (struct shard){.parent = SHARD_NONE,
                                            .adjacent = SHARD_NONE,
                                            .first = first,
                                            .last = i + 1 < count ? first + (step - 1) : HASH_KEY_MAX,
                                            .from = ordinal,
                                            .to = SHARD_OPEN,
                                            .created = now,
                                            .closed = USEC_MAX});
        replace_open(s, i, 0, &id, 1);
    }
    return s;
}

void shards_free(struct shards *s)
{
    if (!s) return;
    free(s->shard);
    free(s->open);
    free(s);
}

uint32_t shards_count(const struct shards *s)
{
    return (uint32_t)s->count;
}

const struct shard *shards_get(const struct shards *s, uint32_t id)
{
    assert(id < s->count);
    return &s->shard[id];
}

const struct shard *shards_open_at(const struct shards *s, uint32_t i)
{
    return i < s->open_count ? &s->shard[s->open[i]] : NULL;
}

/* Where in `open` the shard stands that owns the key: the last whose range begins at or before it. */
static size_t find_open(const struct shards *s, hash_key key)
{
    size_t low = 0, high = s->open_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (s->shard[s->open[middle]].first <= key)
            low = middle;
        else
            high = middle;
    }
    return low;
}

uint32_t shards_find(const struct shards *s, hash_key key)
{
    const struct shard *found = &s->shard[s->open[find_open(s, key)]];

    assert(found->first <= key && key <= found->last);
    return found->id;
}

/* ---- split and merge ---- */

static int check_open(const struct shards *s, uint32_t id, uint64_t ordinal, struct err *err)
{
    char text[SHARD_ID_TEXT];

    shard_id_print(id, text);
    if (id >= s->count) return err_set(err, ERR_VALUE, -1, "there is no shard %s", text);
    if (s->shard[id].to != SHARD_OPEN) return err_set(err, ERR_VALUE, -1, "shard %s is closed", text);
    assert(ordinal >= s->shard[id].from);
    return 0;
}

static int check_room(const struct shards *s, size_t more, struct err *err)
{
    if (s->count + more <= SHARDS_MAX) return 0;
    return err_set(err, ERR_LIMIT, -1, "a stream has at most %d shards, closed ones included", SHARDS_MAX);
}

static void close_shard(struct shard *shard, uint64_t ordinal, usec now)
{
    shard->to = ordinal;
    shard->closed = now;
}

int shards_split(struct shards *s, uint32_t id, hash_key at, uint64_t ordinal, usec now, struct err *err)
{
    struct shard child = {.parent = id, .adjacent = SHARD_NONE, .from = ordinal, .to = SHARD_OPEN, .created = now};
    struct shard whole;
    uint32_t ids[2];

    if (check_open(s, id, ordinal, err) || check_room(s, 2, err)) return -1;
    whole = s->shard[id];
    if (whole.last - whole.first < 3 || at < whole.first + 2 || at >= whole.last)
        return err_set(err, ERR_VALUE, -1, "the new starting hash key is not inside the range of the shard");
    close_shard(&s->shard[id], ordinal, now);
    child.closed = USEC_MAX;
    child.first = whole.first;
    child.last = at - 1;
    ids[0] = add(s, child);
    child.first = at;
    child.last = whole.last;
    ids[1] = add(s, child);
    replace_open(s, find_open(s, whole.first), 1, ids, 2);
    return 0;
}

int shards_merge(struct shards *s, uint32_t id, uint32_t adjacent, uint64_t ordinal, usec now, struct err *err)
{
    struct shard low, high;
    uint32_t child;

    if (check_open(s, id, ordinal, err) || check_open(s, adjacent, ordinal, err) || check_room(s, 1, err)) return -1;
    low = s->shard[s->shard[id].first < s->shard[adjacent].first ? id : adjacent];
    high = s->shard[low.id == id ? adjacent : id];
    if (id == adjacent || low.last + 1 != high.first)
        return err_set(err, ERR_VALUE, -1, "the ranges of the two shards do not touch");
    close_shard(&s->shard[id], ordinal, now);
    close_shard(&s->shard[adjacent], ordinal, now);
    child = add(s, (struct shard){.parent = id,
                                  .adjacent = adjacent,
                                  .first = low.first,
                                  .last = high.last,
                                  .from = ordinal,
                                  .to = SHARD_OPEN,
                                  .created = now,
                                  .closed = USEC_MAX});
    replace_open(s, find_open(s, low.first), 2, &child, 1);
    return 0;
}

/* ---- the invariant ---- */

static int broken(uint32_t id, const char *what, struct err *err)
{
    return err_set(err, ERR_DAMAGED, -1, "shard %u of a stream: %s", (unsigned)id, what);
}

static bool is_parent_of(const struct shards *s, uint32_t parent, const struct shard *child)
{
    return parent < child->id && s->shard[parent].to == child->from && s->shard[parent].closed == child->created;
}

static int check_shard(const struct shards *s, const struct shard *shard, struct err *err)
{
    if (shard->first > shard->last) return broken(shard->id, "its range is empty", err);
    if (shard->from > shard->to) return broken(shard->id, "it was closed before it was made", err);
    if ((shard->to == SHARD_OPEN) != (shard->closed == USEC_MAX)) return broken(shard->id, "half closed", err);
    if (shard->parent != SHARD_NONE && !is_parent_of(s, shard->parent, shard))
        return broken(shard->id, "it does not follow its parent", err);
    if (shard->adjacent != SHARD_NONE && (shard->parent == SHARD_NONE || !is_parent_of(s, shard->adjacent, shard)))
        return broken(shard->id, "it does not follow its adjacent parent", err);
    return 0;
}

/* The children of a shard: two after a split, one after a merge. */
struct children {
    const struct shard *shard[2];
    uint32_t count;
};

static int add_child(struct children *of, uint32_t parent, const struct shard *child, struct err *err)
{
    struct children *c = &of[parent];

    if (c->count == 2) return broken(parent, "it has more than two children", err);
    c->shard[c->count++] = child;
    return 0;
}

static int check_split(const struct shard *shard, const struct children *c, struct err *err)
{
    const struct shard *low = c->shard[c->shard[0]->first > c->shard[1]->first];
    const struct shard *high = c->shard[low == c->shard[0]];

    if (low->adjacent == SHARD_NONE && high->adjacent == SHARD_NONE && low->first == shard->first &&
        low->last + 1 == high->first && high->last == shard->last)
        return 0;
    return broken(shard->id, "its children do not cover its range", err);
}

static int check_merge(const struct shards *s, const struct shard *shard, const struct shard *child, struct err *err)
{
    uint32_t other_id = child->parent == shard->id ? child->adjacent : child->parent;
    const struct shard *other, *low, *high;

    if (other_id == SHARD_NONE) return broken(shard->id, "half of a split is missing", err);
    other = &s->shard[other_id];
    low = shard->first < other->first ? shard : other;
    high = low == shard ? other : shard;
    if (child->first == low->first && low->last + 1 == high->first && child->last == high->last) return 0;
    return broken(shard->id, "its child does not cover what its parents did", err);
}

/* Children cover what the shard, in a merge together with its neighbour, covered. */
static int check_children(const struct shards *s, const struct shard *shard, const struct children *c, struct err *err)
{
    if ((shard->to == SHARD_OPEN) != (c->count == 0))
        return broken(shard->id, "it is open and has children, or closed and has none", err);
    if (c->count == 2) return check_split(shard, c, err);
    return c->count ? check_merge(s, shard, c->shard[0], err) : 0;
}

static int check_families(const struct shards *s, struct err *err)
{
    struct children *of = mem_zalloc(s->count * sizeof *of);
    int failed = 0;

    for (size_t i = 0; !failed && i < s->count; i++) {
        const struct shard *shard = &s->shard[i];
        if (shard->parent != SHARD_NONE) failed = add_child(of, shard->parent, shard, err);
        if (!failed && shard->adjacent != SHARD_NONE) failed = add_child(of, shard->adjacent, shard, err);
    }
    for (size_t i = 0; !failed && i < s->count; i++) failed = check_children(s, &s->shard[i], &of[i], err);
    free(of);
    return failed;
}

static int compare_first(const void *a, const void *b)
{
    const struct shard *x = *(const struct shard *const *)a, *y = *(const struct shard *const *)b;

    return (x->first > y->first) - (x->first < y->first);
}

/* These shards in the order of their ranges cover all keys exactly once. Sorts them. */
static int check_cover(const struct shard **shard, size_t count, struct err *err)
{
    hash_key next = 0;

    qsort(shard, count, sizeof *shard, compare_first);
    for (size_t i = 0; i < count; i++) {
        if (shard[i]->first != next || (i && next == 0))
            return broken(shard[i]->id, "ranges overlap or leave a gap", err);
        next = shard[i]->last + 1;
    }
    return count && next == 0 ? 0 : broken(0, "the ranges do not end at 2^128 - 1", err);
}

/* Those without parents cover everything; so do, if each step does, those that are open. */
static int check_first(const struct shards *s, struct err *err)
{
    const struct shard **first = mem_alloc((s->count + 1) * sizeof *first);
    size_t count = 0;
    int failed = 0;

    for (size_t i = 0; i < s->count; i++) {
        if (s->shard[i].parent != SHARD_NONE) continue;
        if (s->shard[i].from != s->shard[0].from) failed = broken((uint32_t)i, "it has no parent", err);
        first[count++] = &s->shard[i];
    }
    if (!failed) failed = check_cover(first, count, err);
    free(first);
    return failed;
}

int shards_check(const struct shards *s, struct err *err)
{
    for (size_t i = 0; i < s->count; i++) {
        if (check_shard(s, &s->shard[i], err)) return -1;
    }
    return check_families(s, err) || check_first(s, err) ? -1 : 0;
}

/* ---- bytes ---- */

static void put_key(char *at, hash_key key)
{
    put_u64(at, (uint64_t)key);
    put_u64(at + 8, (uint64_t)(key >> 64));
}

static hash_key get_key(const char *at)
{
    return (hash_key)get_u64(at + 8) << 64 | get_u64(at);
}

static void pack_shard(const struct shard *shard, char at[PACK_SHARD])
{
    put_u32(at, shard->parent);
    put_u32(at + 4, shard->adjacent);
    put_key(at + 8, shard->first);
    put_key(at + 24, shard->last);
    put_u64(at + 40, shard->from);
    put_u64(at + 48, shard->to);
    put_u64(at + 56, (uint64_t)shard->created);
    put_u64(at + 64, (uint64_t)shard->closed);
    put_u64(at + 72, 0);
}

static struct shard unpack_shard(const char *at)
{
    return (struct shard){
        .parent = get_u32(at),
        .adjacent = get_u32(at + 4),
        .first = get_key(at + 8),
        .last = get_key(at + 24),
        .from = get_u64(at + 40),
        .to = get_u64(at + 48),
        .created = (usec)get_u64(at + 56),
        .closed = (usec)get_u64(at + 64),
    };
}

void shards_pack(const struct shards *s, struct buf *out)
{
    size_t start = out->len;
    char bytes[PACK_SHARD];

    put_u32(bytes, PACK_VERSION);
    put_u32(bytes + 4, (uint32_t)s->count);
    buf_put(out, bytes, PACK_HEAD);
    for (size_t i = 0; i < s->count; i++) {
        pack_shard(&s->shard[i], bytes);
        buf_put(out, bytes, PACK_SHARD);
    }
    put_u32(bytes, crc32c(0, out->ptr + start, out->len - start));
    buf_put(out, bytes, PACK_CRC);
}

static void collect_open(struct shards *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        size_t at = 0;
        if (s->shard[i].to != SHARD_OPEN) continue;
        if (s->open_count) at = find_open(s, s->shard[i].first);
        if (s->open_count && s->shard[s->open[at]].first < s->shard[i].first) at++;
        replace_open(s, at, 0, &i, 1);
    }
}

int shards_unpack(struct str bytes, struct shards **out, struct err *err)
{
    uint64_t count = bytes.len >= PACK_HEAD + PACK_CRC ? get_u32(bytes.ptr + 4) : 0;
    struct shards *s;

    if (count < 1 || count > SHARDS_MAX || bytes.len != PACK_HEAD + count * PACK_SHARD + PACK_CRC ||
        get_u32(bytes.ptr + bytes.len - PACK_CRC) != crc32c(0, bytes.ptr, bytes.len - PACK_CRC))
        return err_set(err, ERR_DAMAGED, -1, "the shards of a stream do not match their checksum");
    if (get_u32(bytes.ptr) != PACK_VERSION)
        return err_set(err, ERR_UNSUPPORTED, -1, "not supported yet: version %u of a stream's shards",
                       (unsigned)get_u32(bytes.ptr));
    s = mem_zalloc(sizeof *s);
    for (size_t i = 0; i < count; i++) add(s, unpack_shard(bytes.ptr + PACK_HEAD + i * PACK_SHARD));
    if (shards_check(s, err)) {
        shards_free(s);
        return -1;
    }
    collect_open(s);
    *out = s;
    return 0;
}
