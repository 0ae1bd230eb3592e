/* sharding.c - see sharding.h. In weir.db, key "shards.ID": the shards as shards_pack packs them, then per shard u64
 * records, then u32 CRC-32C of all before it. */
#include "engine/sharding.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "runtime/relation.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sharding {
    struct shards *shards;
    uint64_t *records; /* per shard, ever */
    size_t capacity;
    struct decoder *decoder; /* of partition_by; NULL: no such column */
    struct column *column;
    struct buf data, key;
};

static struct sharding *sharding_of(struct engine *e, uint32_t stream)
{
    return state_of(e, stream)->sharding;
}

void sharding_free(struct sharding *s)
{
    if (!s) return;
    shards_free(s->shards);
    decoder_free(s->decoder);
    free(s->column);
    free(s->records);
    buf_free(&s->data);
    buf_free(&s->key);
    free(s);
}

/* Room for what shards there are. */
static void grow(struct sharding *s)
{
    size_t before = s->capacity;

    s->records = mem_grow(s->records, &s->capacity, shards_count(s->shards), sizeof *s->records);
    if (s->capacity > before) memset(s->records + before, 0, (s->capacity - before) * sizeof *s->records);
}

/* A column that cannot be decoded gives no keys. */
static void read_column(struct sharding *s, const struct object *o)
{
    struct err ignored;
    bool *used;

    if (o->partition_field < 0) return;
    used = mem_zalloc((size_t)o->field_count * sizeof *used);
    used[o->partition_field] = true;
    s->decoder = decoder_new(o->format, o->fields, o->field_count, used, -1, &ignored);
    s->column = mem_zalloc((size_t)o->field_count * sizeof *s->column);
    free(used);
}

static struct sharding *sharding_new(const struct object *o, struct shards *shards)
{
    struct sharding *s = mem_zalloc(sizeof *s);

    s->shards = shards;
    read_column(s, o);
    grow(s);
    return s;
}

void sharding_begin(struct engine *e, const struct object *o, uint64_t ordinal, usec now)
{
    if (o->kind != OBJECT_STREAM || o->source == SOURCE_FILE) return;
    state_of(e, o->id)->sharding = sharding_new(o, shards_new((uint32_t)o->shards, ordinal, now));
}

/* ---- keys ---- */

/* The value of the column partition_by; false: it has none that can be read. */
static bool key_of_column(struct sharding *s, const struct object *o, struct str data)
{
    static const char padding[FORMAT_PADDING] = {0};
    struct relation_value value;
    struct text record;
    uint8_t bad = ROW_OK;

    s->data.len = s->key.len = 0;
    buf_put(&s->data, data.ptr, data.len);
    buf_put(&s->data, padding, sizeof padding);
    record = text_of(s->data.ptr, data.len);
    decoder_run(s->decoder, &record, 1, s->column, &bad);
    if (bad != ROW_OK) return false;
    relation_value_at(&s->column[o->partition_field], 0, o->fields[o->partition_field].type, &value);
    if (value.type.kind == TYPE_NULL) return false;
    relation_value_print(&value, &s->key);
    if (s->key.len > RECORD_KEY_MAX) s->key.len = utf8_valid_prefix(s->key.ptr, RECORD_KEY_MAX);
    return s->key.len > 0;
}

static void make_key(struct sharding *s, const struct object *o, struct str data)
{
    if (s->decoder && key_of_column(s, o, data)) return;
    s->key.len = 0;
    if (shards_count(s->shards) > 1) buf_printf(&s->key, "%016llx", (unsigned long long)hash_bytes(data.ptr, data.len));
}

uint32_t sharding_choose(struct engine *e, const struct object *o, struct str data, struct str *key)
{
    struct sharding *s = sharding_of(e, o->id);

    if (!s) {
        if (!key->ptr) *key = str_of("", 0);
        return 0;
    }
    if (!key->ptr) {
        make_key(s, o, data);
        *key = str_of(s->key.ptr ? s->key.ptr : "", s->key.len);
    }
    return shards_count(s->shards) > 1 ? shards_find(s->shards, shard_hash(*key)) : 0;
}

void sharding_count(struct engine *e, uint32_t stream, uint32_t shard, uint64_t records)
{
    struct sharding *s = sharding_of(e, stream);

    if (s && shard < shards_count(s->shards)) s->records[shard] += records;
}

/* ---- splits and merges ---- */

static int split_widest(struct shards *s, uint64_t ordinal, usec now, struct err *err)
{
    const struct shard *widest = shards_open_at(s, 0), *shard;

    for (uint32_t i = 1; (shard = shards_open_at(s, i)) != NULL; i++) {
        if (shard->last - shard->first > widest->last - widest->first) widest = shard;
    }
    return shards_split(s, widest->id, widest->first + (widest->last - widest->first) / 2 + 1, ordinal, now, err);
}

static int merge_narrowest(struct shards *s, uint64_t ordinal, usec now, struct err *err)
{
    const struct shard *low = shards_open_at(s, 0), *high = shards_open_at(s, 1), *a = low, *b;

    for (uint32_t i = 1; (b = shards_open_at(s, i)) != NULL; i++, a = b) {
        if (b->last - a->first >= high->last - low->first) continue;
        low = a;
        high = b;
    }
    return shards_merge(s, low->id, high->id, ordinal, now, err);
}

int sharding_open_count(struct engine *e, uint32_t stream)
{
    const struct sharding *s = sharding_of(e, stream);
    int count = 0;

    while (s && shards_open_at(s->shards, (uint32_t)count)) count++;
    return s ? count : 1;
}

int sharding_alter(struct engine *e, uint32_t stream, int count, uint64_t ordinal, usec now, struct err *err)
{
    struct sharding *s = sharding_of(e, stream);
    int open = sharding_open_count(e, stream), failed = 0;

    assert(s);
    for (; !failed && open < count; open++) failed = split_widest(s->shards, ordinal, now, err);
    for (; !failed && open > count; open--) failed = merge_narrowest(s->shards, ordinal, now, err);
    grow(s);
    return failed;
}

const struct shards *sharding_shards(struct engine *e, uint32_t stream)
{
    const struct sharding *s = sharding_of(e, stream);

    return s ? s->shards : NULL;
}

uint64_t sharding_records(struct engine *e, uint32_t stream, uint32_t shard)
{
    const struct sharding *s = sharding_of(e, stream);

    return s && shard < shards_count(s->shards) ? s->records[shard] : 0;
}

/* ---- checkpoints ---- */

static void store_key(char out[32], uint32_t stream)
{
    snprintf(out, 32, "shards.%u", (unsigned)stream);
}

int sharding_save(struct engine *e, uint32_t stream, struct err *err)
{
    const struct sharding *s = sharding_of(e, stream);
    struct buf value = {0};
    char key[32], number[8];
    int failed;

    if (!s) return 0;
    shards_pack(s->shards, &value);
    for (uint32_t i = 0; i < shards_count(s->shards); i++) {
        put_u64(number, s->records[i]);
        buf_put(&value, number, 8);
    }
    put_u32(number, crc32c(0, value.ptr, value.len));
    buf_put(&value, number, 4);
    store_key(key, stream);
    failed = store_put(e->database, key, str_of(value.ptr, value.len), err);
    buf_free(&value);
    return failed;
}

static int check_value(const struct buf *value, uint32_t stream, struct err *err)
{
    if (value->len >= 4 + 8 && crc32c(0, value->ptr, value->len - 4) == get_u32(value->ptr + value->len - 4) &&
        value->len >= 4 + get_u32(value->ptr + 4) * sizeof(uint64_t))
        return 0;
    return err_set(err, ERR_DAMAGED, -1, "the shards of object %u in weir.db are damaged", (unsigned)stream);
}

/* The value is shards, a count for each, and a CRC over both. */
static int unpack(const struct buf *value, const struct object *o, struct sharding **out, struct err *err)
{
    size_t shards, counts;
    struct shards *unpacked;

    if (check_value(value, o->id, err)) return -1;
    counts = get_u32(value->ptr + 4) * sizeof(uint64_t);
    shards = value->len - 4 - counts;
    if (shards_unpack(str_of(value->ptr, shards), &unpacked, err)) return -1;
    *out = sharding_new(o, unpacked);
    for (size_t i = 0; i < counts / 8; i++) (*out)->records[i] = get_u64(value->ptr + shards + i * 8);
    return 0;
}

int sharding_verify(struct engine *e, uint32_t stream, struct err *err)
{
    struct buf value = {0};
    char key[32];
    int got;

    store_key(key, stream);
    got = store_get(e->database, key, &value, err);
    if (got > 0) got = check_value(&value, stream, err);
    buf_free(&value);
    return got < 0 ? -1 : 0;
}

int sharding_load(struct engine *e, const struct object *o, struct err *err)
{
    struct buf value = {0};
    char key[32];
    int got;

    if (o->kind != OBJECT_STREAM || o->source == SOURCE_FILE) return 0;
    store_key(key, o->id);
    got = store_get(e->database, key, &value, err);
    if (got == 0) got = err_set(err, ERR_DAMAGED, -1, "the shards of %s are missing in weir.db", o->name);
    if (got > 0) got = unpack(&value, o, &state_of(e, o->id)->sharding, err);
    buf_free(&value);
    return got < 0 ? -1 : 0;
}
