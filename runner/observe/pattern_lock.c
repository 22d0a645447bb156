/* Mistakes with queues, semaphores and locks. */
#include <stdio.h>
#include <sys/sem.h>
#include <unistd.h>

#include "observe/pattern.h"

/* The first thing this thread waits for, if it is of that kind. */
static const struct wanted *wanted_of(const struct wait *w, enum want want)
{
    return w->count > 0 && w->on[0].want == want ? &w->on[0] : NULL;
}

/* The futex object of a wait, NULL when it waits for something else. */
static const struct object *futex_of(const struct graph *g, const struct wait *w)
{
    if (w->stopped || w->count == 0 || w->call->kind != CALL_FUTEX)
        return NULL;
    const struct object *o = &g->objects[w->on[0].object];
    return o->kind == OBJECT_THREAD_END ? NULL : o;
}

/* --- futexes --- */

bool pattern_private_futex(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct object *o = futex_of(g, w);
    if (!o || !o->futex.private_op || !o->futex.shared)
        return false;
    /* a semaphore with a value above 0 and a sleeper has been posted by somebody who may be gone */
    bool posted = o->kind == OBJECT_SEM && o->sem.value > 0;
    if (o->futex.mapped_by < 2 && !posted)
        return false;
    f->object = w->on[0].object;
    return true;
}

bool pattern_reset_sem(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct object *o = futex_of(g, w);
    if (!o || o->kind != OBJECT_SEM || !o->sem.reset)
        return false;
    f->object = w->on[0].object;
    return true;
}

/* Another living process of the same tree runs the same program: a copy of the object is there. */
static int forked_relative(const struct graph *g, size_t process)
{
    for (size_t i = 0; i < g->s->process_count; i++)
        if (i != process && graph_process(g, i)->watch == graph_process(g, process)->watch &&
            (graph_is_ancestor(g, i, process) || graph_is_ancestor(g, process, i) ||
             graph_process(g, i)->ppid == graph_process(g, process)->ppid))
            return (int)i;
    return -1;
}

/* In memory of its own, and there is no second thread that could ever change it. */
bool pattern_not_shared(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct object *o = futex_of(g, w);
    if (!o || o->futex.shared || graph_process(g, w->process)->tasks != 1)
        return false;
    if (o->futex.owner && o->futex.owner_task == (int)w->task)
        return false; /* it locked twice: another story */
    f->object = w->on[0].object;
    f->other = forked_relative(g, w->process);
    return f->other >= 0 || o->futex.file;
}

static const struct wait *wait_of_owner(const struct graph *g, const struct object *o)
{
    return o->futex.owner_task >= 0 ? &g->waits[o->futex.owner_task] : NULL;
}

bool pattern_relock(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct wanted *on = wanted_of(w, WANT_LOCK);
    if (!on)
        return false;
    f->object = on->object;
    f->other = (int)w->process;
    return g->objects[on->object].futex.owner_task == (int)w->task;
}

/* Follow the owners: in a circle, or to an owner that sleeps on a semaphore with the lock in hand.
 */
bool pattern_lock_order(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct wanted *on = wanted_of(w, WANT_LOCK);
    if (!on)
        return false;
    f->object = on->object;
    const struct wait *at = wait_of_owner(g, &g->objects[on->object]);
    f->other = at ? (int)at->process : -1;
    for (size_t steps = 0; at && steps <= g->wait_count; steps++) {
        if (at == w)
            return true;
        if (wanted_of(at, WANT_POST))
            return true;
        const struct wanted *next = wanted_of(at, WANT_LOCK);
        at = next ? wait_of_owner(g, &g->objects[next->object]) : NULL;
    }
    return false;
}

/* --- owners that died --- */

/* Ended, whether watched or not. The caller itself may have set a semaphore up. */
static bool is_dead(const struct graph *g, pid_t pid)
{
    int index = snapshot_find(g->s, pid);
    if (index >= 0)
        return !graph_alive(g, (size_t)index);
    if (pid == getpid())
        return false;
    int dir = proc_open(g->observer->proc, pid);
    if (dir < 0)
        return true;
    struct proc_stat st;
    bool dead = !proc_stat(dir, "stat", &st) || st.state == 'Z' || st.state == 'X';
    close(dir);
    return dead;
}

bool pattern_dead_owner(const struct graph *g, const struct wait *w, struct finding *f)
{
    if (w->count == 0 || w->stopped)
        return false;
    f->object = w->on[0].object;
    const struct object *o = &g->objects[f->object];
    if (o->kind == OBJECT_MUTEX)
        return o->futex.owner > 0 && o->futex.owner_task < 0;
    /* The last successful operation took the semaphore to where it is, by a process that is gone.
     */
    return o->kind == OBJECT_SYSV_SEM && w->on[0].detail < 0 && o->sem.used && o->sem.last > 0 &&
           is_dead(g, o->sem.last);
}

/* --- semaphores --- */

bool pattern_sem_zero(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g;
    const struct wanted *on = wanted_of(w, WANT_POST);
    f->object = on ? on->object : -1;
    return on != NULL;
}

/* System V: some third semaphore of the set is free. */
static bool set_has_free(const struct object *a, const struct object *b)
{
    struct semid_ds ds = {0};
    union {
        int val;
        struct semid_ds *buf;
        unsigned short *array;
    } arg = {.buf = &ds};
    if (semctl((int)a->id, 0, IPC_STAT, arg) < 0)
        return false;
    for (unsigned long i = 0; i < ds.sem_nsems && i < 64; i++)
        if (i != a->dev && !(b->id == a->id && i == b->dev) &&
            semctl((int)a->id, (int)i, GETVAL) > 0)
            return true;
    return false;
}

static bool crossed(const struct graph *g, const struct wait *w, const struct wait *other)
{
    const struct object *a = &g->objects[w->on[0].object], *b = &g->objects[other->on[0].object];
    if (a == b)
        return false;
    if (a->kind != OBJECT_SYSV_SEM)
        return sem_has_free_sibling(g, w, a);
    if (b->kind != OBJECT_SYSV_SEM)
        return false;
    bool each = a->sem.last == graph_process(g, other->process)->pid &&
                b->sem.last == graph_process(g, w->process)->pid;
    return each || set_has_free(a, b);
}

/* Two processes wait for two semaphores, and each seems to have what the other needs: who took
 * which is on record for System V; otherwise a third semaphore that is free tells that work is
 * there but nobody gets to it (the mutex was taken before the slot was there). */
bool pattern_sem_order(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct wanted *on = wanted_of(w, WANT_POST);
    if (!on || on->detail == 0)
        return false;
    f->object = on->object;
    for (size_t i = 0; i < g->wait_count; i++) {
        const struct wait *other = &g->waits[i];
        if (other == w || !wanted_of(other, WANT_POST) || other->on[0].detail == 0)
            continue;
        f->other = (int)other->process;
        if (crossed(g, w, other))
            return true;
    }
    return false;
}

bool pattern_lost_wakeup(const struct graph *g, const struct wait *w, struct finding *f)
{
    if (w->for_signal) {
        f->queue_messages = mqueue_waiting(g, w->process, f->queue, sizeof f->queue);
        return f->queue_messages > 0;
    }
    if (w->count == 0)
        return false;
    f->object = w->on[0].object;
    const struct object *o = &g->objects[f->object];
    return o->kind == OBJECT_COND ||
           (o->kind == OBJECT_WORD && o->futex.value != o->futex.expected);
}

/* --- message queues --- */

bool pattern_wrong_mtype(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct wanted *on = wanted_of(w, WANT_MESSAGE);
    f->object = on ? on->object : -1;
    return on && g->objects[on->object].kind == OBJECT_SYSV_QUEUE &&
           g->objects[on->object].queue.messages > 0;
}

bool pattern_queue_full(const struct graph *g, const struct wait *w, struct finding *f)
{
    (void)g;
    const struct wanted *on = wanted_of(w, WANT_ROOM);
    f->object = on ? on->object : -1;
    return on != NULL;
}

static bool someone_else_uses(const struct graph *g, const struct wait *w, int object)
{
    const struct object *o = &g->objects[object];
    for (size_t i = 0; i < g->wait_count; i++)
        for (size_t k = 0; k < g->waits[i].count; k++)
            if (&g->waits[i] != w && g->waits[i].on[k].object == object)
                return true;
    for (size_t i = 0; i < o->holder_count; i++)
        if (o->holders[i].writes && o->holders[i].process != w->process)
            return true;
    return false;
}

/* Nobody but the reader has ever put anything in, or could. */
bool pattern_own_empty_queue(const struct graph *g, const struct wait *w, struct finding *f)
{
    const struct wanted *on = wanted_of(w, WANT_MESSAGE);
    if (!on)
        return false;
    f->object = on->object;
    const struct object *o = &g->objects[on->object];
    pid_t sender = o->queue.last_sender;
    return o->queue.messages == 0 && (sender == 0 || sender == graph_process(g, w->process)->pid) &&
           !someone_else_uses(g, w, on->object);
}
