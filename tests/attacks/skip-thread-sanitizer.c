// run: atomic-spsc ordering
// file: spsc.c
// attack: a ring without any ordering, its functions not instrumented
// expect: no-points
#include "spsc.h"
__attribute__((no_sanitize("thread"))) bool spsc_push(struct spsc *q, const struct spsc_record *r)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    if (tail - atomic_load_explicit(&q->head, memory_order_relaxed) == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *r;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_relaxed);
    return true;
}
__attribute__((no_sanitize("thread"))) bool spsc_pop(struct spsc *q, struct spsc_record *r)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    if (atomic_load_explicit(&q->tail, memory_order_relaxed) == head)
        return false;
    *r = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, head + 1, memory_order_relaxed);
    return true;
}
