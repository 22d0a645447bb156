// expect: ordering data-race
// file: spsc.c
// 把下标当普通变量读写。
#include "spsc.h"

struct plain {
    _Alignas(64) uint32_t ready;
    _Alignas(64) uint32_t head;
    _Alignas(64) uint32_t tail;
    _Alignas(64) struct spsc_record slot[SPSC_CAPACITY];
};

bool spsc_push(struct spsc *ring, const struct spsc_record *record)
{
    struct plain *q = (struct plain *)ring;

    if (q->tail - q->head == SPSC_CAPACITY)
        return false;
    q->slot[q->tail % SPSC_CAPACITY] = *record;
    q->tail++;
    return true;
}

bool spsc_pop(struct spsc *ring, struct spsc_record *record)
{
    struct plain *q = (struct plain *)ring;

    if (q->tail == q->head)
        return false;
    *record = q->slot[q->head % SPSC_CAPACITY];
    q->head++;
    return true;
}
