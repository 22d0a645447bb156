// expect: empty_and_full never-empty
// file: spsc.c
// 取出记录以后忘了移动 head。
#include "spsc.h"

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
    *record = q->slot[head % SPSC_CAPACITY];
    return true;
}
