/* What an observer remembers between looks; shared by look.c and the explaining side. */
#ifndef OBSERVE_OBSERVER_H
#define OBSERVE_OBSERVER_H

#include "observe/rounds.h"
#include "observe/snapshot.h"

/* Processes that may be explained: their number also bounds the costs of a look at a fork bomb. */
enum { ROLE_MAX = 64 };

struct observer {
    int proc;                  /* borrowed */
    struct unwinder *unwinder; /* borrowed, may be NULL */
    struct snapshot last, now; /* owned; `last` is what observer_explain() explains */
    bool seen;                 /* `last` holds a look */
    unsigned long long since;  /* clock_ns() when `last` was first seen as it is */
    struct rounds rounds;      /* owned: of those who only sleep for a while */
    pid_t orphan_parent;
    unsigned long long dead_ticks; /* CPU time of trees that are gone */
    struct {
        char *role[LANG_COUNT]; /* owned, may be NULL */
    } roles[ROLE_MAX];          /* by watch index */
    size_t role_count;
};

#endif
