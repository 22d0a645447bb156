/* spsc_tsan: one thread pushes, one pops, built with -fsanitize=thread. ThreadSanitizer does not
 * look at what happened to go well but at what was ordered: a relaxed publication is a race for it
 * even on x86, where the machine hides it. The indexes wrap around on the way.
 *
 * Says "all records came" at the end. Exit status: 0 fine, 1 a record came wrong, 3 no progress. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spsc.h"

enum { RECORDS = 20000, PATIENCE = 20000000 };

static struct spsc ring;

static void patience(unsigned *tries)
{
    if (++*tries > PATIENCE)
        _Exit(3);
    sched_yield();
}

static void *produce(void *arg)
{
    unsigned tries = 0;

    for (uint32_t i = 0; i < RECORDS; i++) {
        struct spsc_record r = {.length = SPSC_DATA_SIZE};
        memset(r.data, (int)(i & 0xff), sizeof r.data);
        while (!spsc_push(&ring, &r))
            patience(&tries);
    }
    return arg;
}

static void *consume(void *arg)
{
    unsigned tries = 0;

    for (uint32_t i = 0; i < RECORDS; i++) {
        struct spsc_record r;
        while (!spsc_pop(&ring, &r))
            patience(&tries);
        for (int k = 0; k < SPSC_DATA_SIZE; k++)
            if (r.length != SPSC_DATA_SIZE || r.data[k] != (i & 0xff))
                exit(1);
    }
    return arg;
}

int main(void)
{
    pthread_t threads[2];
    const uint32_t start = UINT32_MAX - RECORDS / 2;

    atomic_store(&ring.head, start);
    atomic_store(&ring.tail, start);
    atomic_store(&ring.ready, SPSC_READY);
    if (pthread_create(&threads[0], NULL, produce, NULL) != 0 ||
        pthread_create(&threads[1], NULL, consume, NULL) != 0)
        return 3;
    pthread_join(threads[0], NULL);
    pthread_join(threads[1], NULL);
    puts("all records came");
    return 0;
}
