// run: atomic-spsc publishes_last
// file: spsc.c
// attack: makes the probe say nonsense, so that the failure looks like a fault of the grader
// expect: no-points
#include "spsc.h"
bool spsc_push(struct spsc *q, const struct spsc_record *r)
{
    (void)q;
    (void)r;
    printf("nonsense\n");
    fflush(stdout);
    return true;
}
bool spsc_pop(struct spsc *q, struct spsc_record *r)
{
    (void)q;
    (void)r;
    return false;
}
