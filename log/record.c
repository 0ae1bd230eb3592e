/* record.c - puts records into payloads and takes them out again. The format is at the head of record.h. */
#include "log/record.h"

#include <assert.h>
#include <string.h>

enum {
    RUN_HEAD_BYTES = 8,
    CHUNK_HEAD_BYTES = 16,
    RUN_RECORD_BYTES = 8, /* of a record, before its key */
    CHUNK_RECORD_BYTES = 48,
    CHARACTER_BYTES_MAX = 4,
    KEY_BYTES_MAX = RECORD_KEY_MAX * CHARACTER_BYTES_MAX,
};

void record_run_begin(struct buf *out, uint32_t stream, uint32_t shard)
{
    char head[RUN_HEAD_BYTES];

    put_u32(head, stream);
    put_u32(head + 4, shard);
    out->len = 0;
    buf_put(out, head, sizeof head);
}

void record_chunk_begin(struct buf *out, uint32_t stream, uint32_t shard, uint64_t epoch)
{
    char bytes[8];

    record_run_begin(out, stream, shard);
    put_u64(bytes, epoch);
    buf_put(out, bytes, sizeof bytes);
}

/* Bytes that begin a character of UTF-8; the key need not be valid. */
static size_t characters(struct str key)
{
    size_t count = 0;

    for (size_t i = 0; i < key.len; i++) count += ((uint8_t)key.ptr[i] & 0xc0) != 0x80;
    return count;
}

static int check_lengths(struct str key, struct str data, struct err *err)
{
    if (key.len > KEY_BYTES_MAX || characters(key) > RECORD_KEY_MAX)
        return err_set(err, ERR_LIMIT, -1, "a partition key has at most %d characters", RECORD_KEY_MAX);
    if (data.len > RECORD_DATA_MAX)
        return err_set(err, ERR_LIMIT, -1, "a record has at most %d bytes, this one %zu", RECORD_DATA_MAX, data.len);
    return 0;
}

/* fixed: the record's bytes before its key; the two lengths are filled in here. */
static void add(struct buf *out, char *fixed, size_t fixed_len, struct str key, struct str data)
{
    put_u32(fixed, (uint32_t)key.len);
    put_u32(fixed + 4, (uint32_t)data.len);
    buf_put(out, fixed, fixed_len);
    buf_put(out, key.ptr, key.len);
    buf_put(out, data.ptr, data.len);
}

int record_run_add(struct buf *out, struct str key, struct str data, struct err *err)
{
    char fixed[RUN_RECORD_BYTES];

    if (check_lengths(key, data, err)) return -1;
    add(out, fixed, sizeof fixed, key, data);
    return 0;
}

int record_chunk_add(struct buf *out, const struct record *record, struct err *err)
{
    char fixed[CHUNK_RECORD_BYTES];

    if (check_lengths(record->key, record->data, err)) return -1;
    put_u64(fixed + 8, (uint64_t)record->rowtime);
    put_u64(fixed + 16, (uint64_t)record->w);
    put_u64(fixed + 24, record->order.ordinal);
    put_u64(fixed + 32, record->order.place);
    put_u32(fixed + 40, (uint32_t)record->weight);
    put_u32(fixed + 44, 0);
    add(out, fixed, sizeof fixed, record->key, record->data);
    return 0;
}

static int damaged(const struct record_walk *walk, struct err *err)
{
    return err_set(err, ERR_DAMAGED, -1, "record %u of the journal's entry with ordinal %llu is malformed", walk->index,
                   (unsigned long long)walk->entry->ordinal);
}

int record_walk_begin(struct record_walk *walk, const struct journal_entry *entry, struct err *err)
{
    size_t head = entry->type == ENTRY_CHUNK ? CHUNK_HEAD_BYTES : RUN_HEAD_BYTES;

    assert(entry->type == ENTRY_RECORDS || entry->type == ENTRY_CHUNK);
    *walk = (struct record_walk){.entry = entry, .at = head};
    if (entry->payload.len < head) return damaged(walk, err);
    walk->stream = get_u32(entry->payload.ptr);
    walk->shard = get_u32(entry->payload.ptr + 4);
    if (entry->type == ENTRY_CHUNK) walk->epoch = get_u64(entry->payload.ptr + 8);
    return 0;
}

static struct record plain_record(const struct record_walk *walk)
{
    uint64_t ordinal = walk->entry->ordinal + walk->index;

    return (struct record){.ordinal = ordinal,
                           .arrival = walk->entry->arrival,
                           .rowtime = USEC_MIN,
                           .w = USEC_MIN,
                           .order = {.ordinal = ordinal},
                           .weight = 1};
}

static void derived_fields(const char *fixed, struct record *out)
{
    out->derived = true;
    out->rowtime = (usec)get_u64(fixed + 8);
    out->w = (usec)get_u64(fixed + 16);
    out->order.ordinal = get_u64(fixed + 24);
    out->order.place = get_u64(fixed + 32);
    out->weight = (int32_t)get_u32(fixed + 40);
}

int record_next(struct record_walk *walk, struct record *out, struct err *err)
{
    struct str payload = walk->entry->payload;
    bool chunk = walk->entry->type == ENTRY_CHUNK;
    size_t fixed_len = chunk ? CHUNK_RECORD_BYTES : RUN_RECORD_BYTES, left = payload.len - walk->at;
    const char *fixed = payload.ptr + walk->at;
    uint32_t key_len, data_len;

    if (walk->index == walk->entry->count) return left ? damaged(walk, err) : 0;
    if (left < fixed_len) return damaged(walk, err);
    key_len = get_u32(fixed);
    data_len = get_u32(fixed + 4);
    if ((uint64_t)key_len + data_len > left - fixed_len) return damaged(walk, err);
    *out = plain_record(walk);
    if (chunk) derived_fields(fixed, out);
    out->key = str_of(fixed + fixed_len, key_len);
    out->data = str_of(fixed + fixed_len + key_len, data_len);
    walk->at += fixed_len + key_len + data_len;
    walk->index++;
    return 1;
}
