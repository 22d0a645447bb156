// expect: ordering data-race
// file: spsc.c
// 在环外面加了一把静态的自旋锁：两个进程各有一把。
#include "spsc.h"

static atomic_flag lock = ATOMIC_FLAG_INIT;

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    while (atomic_flag_test_and_set(&lock))
        ;
    uint32_t tail = q->tail;
    uint32_t head = q->head;

    if (tail - head == SPSC_CAPACITY)
        return atomic_flag_clear(&lock), false;
    q->slot[tail % SPSC_CAPACITY] = *record;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_relaxed);
    atomic_flag_clear(&lock);
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);

    if (tail == head)
        return false;
    *record = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, head + 1, memory_order_relaxed);
    return true;
}
