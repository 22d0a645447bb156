// expect: publishes_last published-too-early
// file: spsc.c
// 内容写好了才发布，可是长度在发布之后才写。
#include "spsc.h"

#include <string.h>

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);

    if (tail - head == SPSC_CAPACITY)
        return false;
    struct spsc_record *slot = &q->slot[tail % SPSC_CAPACITY];
    memcpy(slot->data, record->data, sizeof slot->data);
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
    slot->length = record->length;
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);

    if (tail == head)
        return false;
    *record = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, head + 1, memory_order_release);
    return true;
}
