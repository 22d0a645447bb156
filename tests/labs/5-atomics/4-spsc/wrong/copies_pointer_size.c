// expect: empty_and_full wrong-record
// file: spsc.c
// memcpy 的长度写成了 sizeof record：指针的大小。
#include "spsc.h"

#include <string.h>

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);

    if (tail - head == SPSC_CAPACITY)
        return false;
    memcpy(&q->slot[tail % SPSC_CAPACITY], record, sizeof record);
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
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
