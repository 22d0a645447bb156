/* Many gradings at a time. The caller gives jobs one by one, so that there need never be a list of
 * all of them, and gets each result while it is still in memory. */
#ifndef GRADE_POOL_H
#define GRADE_POOL_H

#include "grade/grade.h"

enum { POOL_MAX = 64 };

struct pool_job {
    struct grade_options options; /* what it points to must live until `done` */
    void *data;                   /* the caller's own */
};

struct pool {
    int jobs; /* at a time, 1 to POOL_MAX */
    void *context;
    /* The next job: true, or false when there is none at present (asked again after each `done`).
     */
    bool (*next)(void *context, struct pool_job *job);
    /* A job is over: its report (borrowed; it may be changed), or NULL and why it could not start.
     * False stops giving out jobs. */
    bool (*done)(void *context, struct pool_job *job, struct report *r, const struct err *e);
    /* Called every time round, may be NULL. */
    void (*progress)(void *context, int running);
    int progress_ms; /* and at least this often while jobs run; 0: no matter */
};

/* Until no job runs and `next` has none. SIGINT and SIGTERM cancel what runs (`done` is called with
 * report->cancelled) and end it: then the result is the signal, else 0. */
int pool_run(const struct pool *p);
/* How many gradings keep the CPUs busy (sandbox_cpus): two for each CPU, since one waits a third of
 * its time (tests/bench/class.sh: 68 % of two CPUs with 2, 92 % with 4). At most POOL_MAX. */
int pool_jobs(void);

#endif
