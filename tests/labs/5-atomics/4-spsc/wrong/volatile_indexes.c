// expect: ordering data-race
// file: spsc.c
// 把下标当 volatile 读写：不是原子操作，也不排次序。
#include "spsc.h"

bool spsc_push(struct spsc *q, const struct spsc_record *record)
{
    volatile uint32_t *head = (volatile uint32_t *)&q->head;
    volatile uint32_t *tail = (volatile uint32_t *)&q->tail;

    if (*tail - *head == SPSC_CAPACITY)
        return false;
    q->slot[*tail % SPSC_CAPACITY] = *record;
    *tail = *tail + 1;
    return true;
}

bool spsc_pop(struct spsc *q, struct spsc_record *record)
{
    volatile uint32_t *head = (volatile uint32_t *)&q->head;
    volatile uint32_t *tail = (volatile uint32_t *)&q->tail;

    if (*tail == *head)
        return false;
    *record = q->slot[*head % SPSC_CAPACITY];
    *head = *head + 1;
    return true;
}
