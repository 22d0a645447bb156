/* The process that builds and then becomes the Check program. Internal to the room. */
#ifndef GRADE_WORKER_H
#define GRADE_WORKER_H

#include "grade/folder.h"
#include "grade/grade.h"
#include "sandbox/cgroup.h"

struct worker {
    const struct grade_options *options;
    pid_t grader; /* our parent: we die with it */
    const struct folder *folder;
    int events;   /* write end */
    int lab_init; /* opened while we still are who we are: the unprivileged user may not reach it */
    int check;    /* the Check program */
    int *references;   /* one descriptor per program, -1 when there is none */
    const char *built; /* the build event of an earlier grading whose programs are in out/; NULL */
    const struct cgroup *cgroup; /* to join first */
    uint64_t seed;
};

/* In the forked worker: never returns. */
_Noreturn void worker_run(const struct worker *w);

#endif
