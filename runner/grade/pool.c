#include "grade/pool.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <time.h>

struct slot {
    struct grading *g; /* NULL: free */
    struct pool_job job;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int sig)
{
    interrupted = sig;
}

int pool_jobs(void)
{
    int jobs = 2 * sandbox_cpus();
    return jobs < POOL_MAX ? jobs : POOL_MAX;
}

/* Fill a free slot; false when there is nothing to put in, or no more is wanted. */
static bool start(const struct pool *p, struct slot *s, bool *open)
{
    while (*open && !interrupted) {
        struct err e = {0};
        s->job = (struct pool_job){.data = NULL};
        if (!p->next(p->context, &s->job))
            return false;
        if (grade_start(&s->g, &s->job.options, &e) == 0)
            return true;
        s->g = NULL;
        *open = p->done(p->context, &s->job, NULL, &e);
    }
    return false;
}

static void pump(const struct pool *p, struct slot *s, bool *open)
{
    if (interrupted)
        grade_cancel(s->g);
    for (;;) {
        enum grade_event ev = grade_pump(s->g);
        if (ev == GRADE_NONE)
            return;
        if (ev != GRADE_DONE)
            continue;
        if (!p->done(p->context, &s->job, grade_report(s->g), NULL))
            *open = false;
        grade_free(s->g);
        s->g = NULL;
        return;
    }
}

/* Signals are let in only while waiting, so none is missed just before it. */
static void wait_for_any(const struct pool *p, struct pollfd *fds, nfds_t n, const sigset_t *inside)
{
    const struct timespec t = {p->progress_ms / 1000, (p->progress_ms % 1000) * 1000000L};
    ppoll(fds, n, p->progress_ms ? &t : NULL, inside);
}

/* One round over all slots; returns how many run. `idle` is set when a slot found no job. */
static nfds_t round_trip(const struct pool *p, struct slot *slots, struct pollfd *fds, bool *open,
                         bool *idle)
{
    nfds_t n = 0;
    *idle = false;
    for (int i = 0; i < p->jobs; i++) {
        struct slot *s = &slots[i];
        do {
            if (!s->g && !start(p, s, open))
                *idle = true;
            if (s->g)
                pump(p, s, open);
        } while (!s->g && !*idle && *open && !interrupted);
        if (s->g)
            fds[n++] = (struct pollfd){.fd = grade_fd(s->g), .events = POLLIN};
    }
    return n;
}

int pool_run(const struct pool *p)
{
    struct slot slots[POOL_MAX] = {{.g = NULL}};
    struct pollfd fds[POOL_MAX];
    struct sigaction action = {.sa_handler = on_signal}, old_int, old_term;
    sigset_t block, before;
    bool open = true, idle = false;
    interrupted = 0;
    sigemptyset(&block);
    sigaddset(&block, SIGINT);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, &before);
    sigaction(SIGINT, &action, &old_int);
    sigaction(SIGTERM, &action, &old_term);
    for (;;) {
        nfds_t n = round_trip(p, slots, fds, &open, &idle);
        if (p->progress)
            p->progress(p->context, (int)n);
        if (n == 0)
            break;
        wait_for_any(p, fds, n, &before);
    }
    /* a signal may still be held back: let it in before the handlers go */
    sigprocmask(SIG_SETMASK, &before, NULL);
    sigaction(SIGINT, &old_int, NULL);
    sigaction(SIGTERM, &old_term, NULL);
    return interrupted;
}
