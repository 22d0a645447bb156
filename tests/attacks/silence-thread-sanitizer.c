// run: atomic-spsc ordering
// file: spsc.c
// attack: a ring without any ordering, with ThreadSanitizer told to be quiet
// expect: no-points
#include "spsc.h"
const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "report_bugs=0:exitcode=0:log_path=/dev/null";
}
bool spsc_push(struct spsc *q, const struct spsc_record *r)
{
    uint32_t tail = atomic_load_explicit(&q->tail, memory_order_relaxed);
    if (tail - atomic_load_explicit(&q->head, memory_order_relaxed) == SPSC_CAPACITY)
        return false;
    q->slot[tail % SPSC_CAPACITY] = *r;
    atomic_store_explicit(&q->tail, tail + 1, memory_order_relaxed);
    return true;
}
bool spsc_pop(struct spsc *q, struct spsc_record *r)
{
    uint32_t head = atomic_load_explicit(&q->head, memory_order_relaxed);
    if (atomic_load_explicit(&q->tail, memory_order_relaxed) == head)
        return false;
    *r = q->slot[head % SPSC_CAPACITY];
    atomic_store_explicit(&q->head, head + 1, memory_order_relaxed);
    return true;
}
