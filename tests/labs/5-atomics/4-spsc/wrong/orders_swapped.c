// expect: ordering data-race
// file: spsc.c
// acquire 和 release 用反了地方：自己的下标用 acquire 读，别人的用 relaxed 读。
#include "spsc.h"

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);

    if (tail - head == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *record;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_release);
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);

    if (tail == head)
        return false;
    *record = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, head + 1, memory_order_release);
    return true;
}
