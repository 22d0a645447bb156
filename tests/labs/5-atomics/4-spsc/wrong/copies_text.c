// expect: whole_records wrong-record
// file: spsc.c
// 用 strcpy 复制内容：遇到 0 就停。
#include "spsc.h"

#include <string.h>

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);

    if (tail - head == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *record;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);

    if (tail == head)
        return false;
    const struct spsc_record *slot = &q->slot[head % SPSC_CAPACITY];
    record->length = slot->length;
    memset(record->data, 0, sizeof record->data);
    strncpy((char *)record->data, (const char *)slot->data, sizeof record->data);
    atomic_store_explicit(&q->head, head + 1, memory_order_release);
    return true;
}
