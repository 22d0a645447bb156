/* What the records say about the learner: how much, when, and what keeps going wrong. */
#ifndef STORE_STATS_H
#define STORE_STATS_H

#include "store/store.h"

enum {
    STATS_DAYS = 28,
    STATS_PAUSE = 20 * 60, /* seconds; a longer pause between two runs is not counted as work */
};

struct stats_day { /* of the local calendar */
    int attempts, passes;
};
struct stats_diagnosis {
    char *name; /* owned */
    int count, exercises;
    long long last;    /* seconds since 1970 */
    long long attempt; /* id of the last attempt that had it */
};
struct stats {
    int attempts, passes, hints, peeks;
    long long seconds;                 /* time between runs, without the pauses: an estimate */
    struct stats_day days[STATS_DAYS]; /* the last one is today */
    struct stats_diagnosis *diagnoses; /* owned, the most frequent first */
    size_t n_diagnoses;
};

/* `now` in seconds since 1970. On failure nothing is left to release. */
int store_stats(struct store *s, long long now, struct stats *t, struct err *e);
void stats_release(struct stats *t);

#endif
