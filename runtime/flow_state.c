/* flow_state.c - what a flow remembers besides its operators' pages, as bytes of a checkpoint (flow.h).
 *
 * u64 merge, flow_counts of what is bad for everybody, then sections: u8 kind, u32 object id, u32 length, bytes. An
 * inlet's bytes are struct node_memory and struct inlet_memory, a node's struct node_memory, a query's struct
 * flow_counts and its graph's (graph.h). */
#include "runtime/node.h"

#include <string.h>

static size_t section_begin(struct buf *out, uint32_t id)
{
    uint32_t head[2] = {id, 0};

    buf_put(out, head, sizeof head);
    return out->len;
}

static void section_end(struct buf *out, size_t begin)
{
    put_u32(out->ptr + begin - 4, (uint32_t)(out->len - begin));
}

enum { SECTION_INLET = 1, SECTION_NODE = 2, SECTION_QUERY = 3 };

void flow_save(struct flow *f, struct buf *out)
{
    buf_put(out, &f->merge, sizeof f->merge);
    buf_put(out, &f->unread, sizeof f->unread);
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        uint8_t kind = n->inlet ? SECTION_INLET : SECTION_NODE;
        size_t at;
        buf_putc(out, (char)kind);
        at = section_begin(out, n->object->id);
        buf_put(out, &n->memory, sizeof n->memory);
        if (n->inlet) buf_put(out, &n->inlet->memory, sizeof n->inlet->memory);
        section_end(out, at);
    }
    for (size_t i = 0; i < f->query_count; i++) {
        struct query *q = f->query[i];
        size_t at;
        buf_putc(out, SECTION_QUERY);
        at = section_begin(out, q->object->id);
        buf_put(out, &q->counts, sizeof q->counts);
        graph_save(q->graph, out);
        section_end(out, at);
    }
}

static int load_section(struct flow *f, int kind, uint32_t id, struct str bytes, struct err *err)
{
    struct query *q = kind == SECTION_QUERY ? flow_query_of(f, id) : NULL;

    if (kind == SECTION_QUERY) {
        if (!q || bytes.len < sizeof q->counts)
            return err_set(err, ERR_DAMAGED, -1, "the checkpoint names an unknown query");
        memcpy(&q->counts, bytes.ptr, sizeof q->counts);
        return graph_load(q->graph, str_of(bytes.ptr + sizeof q->counts, bytes.len - sizeof q->counts), err);
    }
    for (size_t i = 0; i < f->node_count; i++) {
        struct node *n = f->node[i];
        if (n->object->id != id) continue;
        if (bytes.len < sizeof n->memory + (kind == SECTION_INLET ? sizeof n->inlet->memory : 0)) break;
        memcpy(&n->memory, bytes.ptr, sizeof n->memory);
        if (n->inlet && kind == SECTION_INLET)
            memcpy(&n->inlet->memory, bytes.ptr + sizeof n->memory, sizeof n->inlet->memory);
        return 0;
    }
    return err_set(err, ERR_DAMAGED, -1, "the checkpoint names an unknown stream");
}

int flow_load(struct flow *f, struct str saved, struct err *err)
{
    size_t head = sizeof f->merge + sizeof f->unread;

    if (saved.len < head) return err_set(err, ERR_DAMAGED, -1, "the saved state is too short");
    memcpy(&f->merge, saved.ptr, sizeof f->merge);
    memcpy(&f->unread, saved.ptr + sizeof f->merge, sizeof f->unread);
    for (saved = str_of(saved.ptr + head, saved.len - head); saved.len;) {
        uint32_t id = saved.len >= 9 ? get_u32(saved.ptr + 1) : 0, len = saved.len >= 9 ? get_u32(saved.ptr + 5) : 0;
        if (saved.len < 9 || saved.len - 9 < len) return err_set(err, ERR_DAMAGED, -1, "the saved state is cut short");
        if (load_section(f, saved.ptr[0], id, str_of(saved.ptr + 9, len), err)) return -1;
        saved = str_of(saved.ptr + 9 + len, saved.len - 9 - len);
    }
    return 0;
}
