// expect: own_index_only index-not-counting
// file: spsc.c
// 下标存成取余之后的值：放满 64 条又回到起点，分不清空和满。
#include "spsc.h"

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    uint32_t head = atomic_load_explicit(&q->head, memory_order_acquire);

    if (tail - head == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *record;
    atomic_store_explicit(&q->tail, (tail + 1) % SPSC_CAPACITY, memory_order_release);
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_acquire);

    if (tail == head)
        return false;
    *record = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, (head + 1) % SPSC_CAPACITY, memory_order_release);
    return true;
}
