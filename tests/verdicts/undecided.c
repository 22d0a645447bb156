// run: atomic-spsc stream
// cpus: 1
// expect: stream undecided
// 全用 relaxed：只给一个 CPU 时两个进程不会同时跑，这个测试看不出对错。
#include "spsc.h"

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    if (tail - atomic_load_explicit(&q->head, memory_order_relaxed) == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *record;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_relaxed);
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    if (atomic_load_explicit(&q->tail, memory_order_relaxed) == head)
        return false;
    *record = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, head + 1, memory_order_relaxed);
    return true;
}
