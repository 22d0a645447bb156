// run: atomic-spsc publishes_last
// file: spsc.c
// attack: answers in the probe's place that this machine cannot step through instructions
// expect: no-points
#include "spsc.h"
bool spsc_push(struct spsc *q, const struct spsc_record *r)
{
    (void)q;
    (void)r;
    printf("1 0 0 0 0 -\n");
    fflush(stdout);
    return true;
}
bool spsc_pop(struct spsc *q, struct spsc_record *r)
{
    (void)q;
    (void)r;
    return false;
}
