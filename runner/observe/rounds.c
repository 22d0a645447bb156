#include "observe/rounds.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "observe/call.h"
#include "observe/imports.h"
#include "observe/limits.h"
#include "observe/observer.h"

#define MS 1000000ULL

enum {
    BEGIN_MS = 500,        /* of naps before anybody is stopped */
    EVERY_MS = 60,         /* between two looks at memory */
    AGAIN_MS = 2000,       /* until one that cannot be judged is looked at again */
    HOLD_SWITCHES = 2,     /* what being stopped and let go costs */
    SAME_ALONE = 3,        /* equal states that prove it of one … */
    SAME_MS = 500,         /* … over this time at least */
    SAME_TOGETHER = 24,    /* that are enough for several */
    REST_MS = 100,         /* shorter naps are not stopped when the kernel would write their rest */
    MEMORY_MAX = 32 << 20, /* bytes; more is not compared */
    PROGRAM_MAX = 16 << 20, /* bytes of a program whose imports are read */
};

/* ---- who naps ---- */

/* In a wait that ends by itself after a time that does not depend on a clock. */
static bool naps(const struct task *t)
{
    if (patience_of_task(t) != PATIENCE_TIMED)
        return false;
    switch (call_lookup(&t->call)->kind) {
    case CALL_SLEEP:
        return !call_is_absolute(&t->call);
    case CALL_POLL:
    case CALL_SELECT:
        return true;
    default:
        return false;
    }
}

static bool was_interrupted(const struct task *t)
{
    return t->call.nr == SYS_restart_syscall;
}

/* All are blocked or nap; nobody is stopped, for whoever did that may continue it. */
static bool may_go_round(const struct snapshot *s)
{
    bool any = false;
    for (size_t i = 0; i < s->task_count; i++) {
        const struct task *t = &s->tasks[i];
        bool napping = naps(t);
        if (t->state == 'T' || (!napping && patience_of_task(t) != PATIENCE_ENDLESS))
            return false;
        any |= napping;
    }
    return any && !s->torn;
}

enum since { SINCE_OTHER, SINCE_NOT_YET, SINCE_ROUND };

/* Has it begun another nap since it was let go? One that was interrupted goes on as
 * restart_syscall(2). */
static bool went_round(const struct task *then, const struct task *now)
{
    return now->switches > then->switches + HOLD_SWITCHES && !was_interrupted(now);
}

/* Are these the same processes, those that are blocked untouched, those that nap a round on? */
static enum since compare(const struct snapshot *a, const struct snapshot *b)
{
    enum since found = SINCE_ROUND;
    if (!snapshot_same_processes(a, b))
        return SINCE_OTHER;
    for (size_t i = 0; i < a->task_count; i++) {
        const struct task *t = &a->tasks[i], *u = &b->tasks[i];
        if (t->tid != u->tid || naps(t) != naps(u) || (!naps(t) && t->switches != u->switches))
            return SINCE_OTHER;
        if (naps(t) && !went_round(t, u))
            found = SINCE_NOT_YET;
    }
    return found;
}

/* ---- what could come from outside ---- */

/* Clocks, what interrupts a nap after a time, and syscall(), which can be either. */
static bool knows_time(int dir)
{
    static const char *const names[] = {
        "clock_gettime",  "gettimeofday", "time",    "times",   "clock",
        "timespec_get",   "getrusage",    "alarm",   "ualarm",  "timer_create",
        "timerfd_create", "setitimer",    "sysinfo", "syscall", NULL};
    return imports_any(dir, "exe", PROGRAM_MAX, names);
}

static bool has_socket(int dir)
{
    struct open_kinds kinds = {0};
    return !open_kinds_find(dir, &kinds) || kinds.socket;
}

static bool naps_in(const struct snapshot *s, const struct process *p)
{
    for (size_t i = 0; i < p->tasks; i++)
        if (naps(&s->tasks[p->first_task + i]))
            return true;
    return false;
}

/* Nothing but memory and other processes tells those who nap to go on. */
static bool is_closed(const struct snapshot *s, int proc)
{
    bool closed = true;
    for (size_t i = 0; i < s->process_count && closed; i++) {
        if (!naps_in(s, &s->processes[i]))
            continue;
        int dir = proc_open(proc, s->processes[i].pid);
        closed = dir >= 0 && !knows_time(dir) && !has_socket(dir);
        if (dir >= 0)
            close(dir);
    }
    return closed;
}

/* ---- the state of those who nap ---- */

struct span { /* where the kernel writes, and not the program */
    unsigned long start, len;
};

struct reading {
    int memory;            /* descriptor of "mem" */
    uint64_t hash;         /* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
    unsigned long long at; /* bytes so far */
    const struct span *kernels;
    size_t n_kernels;
};

static void mix(uint64_t *hash, const void *data, size_t len)
{
    const unsigned char *bytes = data;
    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t), bytes += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, bytes, sizeof word);
        *hash = (*hash ^ word) * 0x100000001b3;
        *hash ^= *hash >> 29;
    }
    for (; len > 0; len--)
        *hash = (*hash ^ *bytes++) * 0x100000001b3;
}

static void blot_out(const struct reading *r, unsigned long address, unsigned char *data,
                     size_t len)
{
    for (size_t i = 0; i < r->n_kernels; i++)
        for (unsigned long b = r->kernels[i].start; b < r->kernels[i].start + r->kernels[i].len;
             b++)
            if (b >= address && b < address + len)
                data[b - address] = 0;
}

static bool read_mapping(const struct mapping *m, void *arg)
{
    static unsigned char chunk[64 << 10];
    struct reading *r = arg;
    if (!m->writable)
        return true;
    r->at += m->end - m->start;
    if (r->at > MEMORY_MAX)
        return false;
    mix(&r->hash, &m->start, sizeof m->start);
    for (unsigned long at = m->start; at < m->end; at += sizeof chunk) {
        size_t len = m->end - at < sizeof chunk ? m->end - at : sizeof chunk;
        ssize_t n = pread(r->memory, chunk, len, (off_t)at);
        if (n > 0) /* what cannot be read lies behind the end of a file */
            blot_out(r, at, chunk, (size_t)n);
        if (n > 0)
            mix(&r->hash, chunk, (size_t)n);
        mix(&r->hash, &n, sizeof n);
    }
    return true;
}

/* Bytes read and written so far: what is drained or filled meanwhile is no standstill. */
static bool mix_traffic(int dir, uint64_t *hash)
{
    char text[512];
    unsigned long long bytes[2];
    if (proc_read(dir, "io", text, sizeof text) <= 0 ||
        sscanf(text, "rchar: %llu wchar: %llu", &bytes[0], &bytes[1]) != 2)
        return false;
    mix(hash, bytes, sizeof bytes);
    return true;
}

static bool read_process(int dir, const struct span *kernels, size_t n, uint64_t *hash)
{
    struct reading r = {.memory = dir < 0 ? -1 : openat(dir, "mem", O_RDONLY | O_CLOEXEC),
                        .hash = *hash,
                        .kernels = kernels,
                        .n_kernels = n};
    bool done = r.memory >= 0 && mix_traffic(dir, &r.hash);
    if (done)
        proc_mappings(dir, read_mapping, &r);
    if (r.memory >= 0)
        close(r.memory);
    *hash = r.hash;
    return done && r.at > 0 && r.at <= MEMORY_MAX;
}

/* What is left of an interrupted nap is written to where the program asked for it, which may be the
 * duration of its next one: it is put back as it was. That needs to be sure of which nap it is. */
struct nap {
    unsigned long rest; /* address, 0: nobody asked */
    unsigned long long switches;
    struct timespec was;
};

static unsigned long long switches_of(int dir, pid_t tid)
{
    char name[40];
    struct proc_status s;
    snprintf(name, sizeof name, "task/%d/status", (int)tid);
    return proc_status(dir, name, &s) ? s.switches : 0;
}

/* Before it is held; false for a nap that had better not be interrupted. */
static bool remember_nap(int dir, const struct task *t, struct nap *nap)
{
    unsigned long duration;
    struct timespec asked;
    *nap = (struct nap){0};
    if (!call_sleep(&t->call, &duration, &nap->rest) || !nap->rest)
        return true;
    nap->switches = switches_of(dir, t->tid);
    return proc_memory(dir, duration, &asked, sizeof asked) &&
           proc_memory(dir, nap->rest, &nap->was, sizeof nap->was) &&
           (asked.tv_sec > 0 || asked.tv_nsec >= REST_MS * 1000000L);
}

/* While it is held: in the nap that was remembered it has been scheduled out once more, to stop. */
static bool put_back(int dir, const struct task *t, const struct nap *nap,
                     const struct unwind_state *state)
{
    if (!nap->rest)
        return true;
    if (!state->interrupted || switches_of(dir, t->tid) != nap->switches + 1)
        return false;
    int memory = openat(dir, "mem", O_WRONLY | O_CLOEXEC);
    bool done = memory >= 0 && pwrite(memory, &nap->was, sizeof nap->was, (off_t)nap->rest) ==
                                   (ssize_t)sizeof nap->was;
    if (memory >= 0)
        close(memory);
    return done;
}

/* One process of which threads nap, those threads, and what is known of their naps. */
struct napper {
    int dir;
    size_t first, n; /* in the lists of threads */
};

struct nappers {
    struct napper *processes;
    size_t n_processes;
    const struct task **tasks;
    struct nap *naps;
    struct span *kernels;
    size_t n;
};

static void nappers_release(struct nappers *n)
{
    for (size_t i = 0; i < n->n_processes; i++)
        if (n->processes[i].dir >= 0)
            close(n->processes[i].dir);
    free(n->processes);
    free(n->tasks);
    free(n->naps);
    free(n->kernels);
}

static void find_nappers(struct nappers *all, const struct snapshot *s, int proc)
{
    *all = (struct nappers){.processes = mem_alloc((s->process_count + 1) * sizeof *all->processes),
                            .tasks = mem_alloc((s->task_count + 1) * sizeof *all->tasks),
                            .naps = mem_alloc((s->task_count + 1) * sizeof *all->naps),
                            .kernels = mem_alloc((s->task_count + 1) * sizeof *all->kernels)};
    for (size_t i = 0; i < s->process_count; i++) {
        const struct process *p = &s->processes[i];
        struct napper *napper = &all->processes[all->n_processes];
        if (!naps_in(s, p))
            continue;
        *napper = (struct napper){.dir = proc_open(proc, p->pid), .first = all->n};
        for (size_t k = 0; k < p->tasks; k++)
            if (naps(&s->tasks[p->first_task + k]))
                all->tasks[all->n++] = &s->tasks[p->first_task + k];
        napper->n = all->n - napper->first;
        all->n_processes++;
    }
}

static bool remember_naps(struct nappers *all)
{
    bool good = true;
    for (size_t i = 0; i < all->n_processes; i++) {
        const struct napper *p = &all->processes[i];
        for (size_t k = p->first; good && k < p->first + p->n; k++)
            good = remember_nap(p->dir, all->tasks[k], &all->naps[k]);
    }
    return good;
}

/* The registers of a thread that is held, its call, and where the kernel notes on which CPU it runs
 * (rseq(2)). All threads are put right, even when one of them cannot be judged. */
static bool read_threads(const struct observer *o, struct nappers *all, uint64_t *hash)
{
    bool good = true;
    for (size_t i = 0; i < all->n_processes; i++) {
        const struct napper *p = &all->processes[i];
        for (size_t k = p->first; k < p->first + p->n; k++) {
            struct unwind_state state = {0};
            good &= unwinder_state(o->unwinder, all->tasks[k]->tid, &state);
            good &= put_back(p->dir, all->tasks[k], &all->naps[k], &state);
            mix(hash, state.registers, sizeof state.registers);
            mix(hash, all->tasks[k]->call.arg, sizeof all->tasks[k]->call.arg);
            all->kernels[k] = (struct span){state.rseq, state.rseq_size};
        }
    }
    return good;
}

static bool read_held(const struct observer *o, struct nappers *all, uint64_t *hash)
{
    bool good = read_threads(o, all, hash);
    for (size_t i = 0; good && i < all->n_processes; i++) {
        const struct napper *p = &all->processes[i];
        good = read_process(p->dir, &all->kernels[p->first], p->n, hash);
    }
    return good;
}

/* Everybody who naps stands still while this reads; false when not all do. */
static bool read_state(const struct observer *o, uint64_t *hash)
{
    struct nappers all;
    find_nappers(&all, &o->now, o->proc);
    AUTO_FREE pid_t *tids = mem_alloc((all.n + 1) * sizeof *tids);
    for (size_t i = 0; i < all.n; i++)
        tids[i] = all.tasks[i]->tid;
    *hash = 0xcbf29ce484222325;
    bool read = remember_naps(&all);
    if (read) {
        read = unwinder_hold(o->unwinder, tids, all.n) == all.n;
        read = read_held(o, &all, hash) && read;
        unwinder_release(o->unwinder);
    }
    nappers_release(&all);
    return read;
}

/* ---- looking ---- */

/* Somebody is still in the nap of the last look. */
static bool any_interrupted(const struct snapshot *s)
{
    for (size_t i = 0; i < s->task_count; i++)
        if (was_interrupted(&s->tasks[i]))
            return true;
    return false;
}

static size_t count_naps(const struct snapshot *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->task_count; i++)
        n += naps(&s->tasks[i]);
    return n;
}

static void begin(struct rounds *r, unsigned long long now, unsigned ms)
{
    r->since = now;
    r->next = now + ms * MS;
    r->have = false;
    r->same = 0;
}

static void remember(struct rounds *r, const struct snapshot *s, uint64_t state,
                     unsigned long long now)
{
    bool same = r->have && r->state == state;
    r->same = same ? r->same + 1 : 0;
    if (!same)
        r->since = now;
    r->seconds = (double)(now - r->since) / 1e9;
    r->state = state;
    r->next = now + EVERY_MS * MS;
    r->have = true;
    snapshot_copy(&r->at, s);
}

static bool has_repeated(const struct rounds *r, size_t napping)
{
    if (napping > 1)
        return r->same >= SAME_TOGETHER;
    return r->same >= SAME_ALONE && r->seconds * 1000 >= SAME_MS;
}

bool rounds_look(struct observer *o)
{
    struct rounds *r = &o->rounds;
    const struct snapshot *s = &o->now;
    unsigned long long now = clock_ns();
    uint64_t state;
    if (!o->unwinder || !may_go_round(s)) {
        r->since = 0;
        return false;
    }
    if (r->since == 0)
        begin(r, now, BEGIN_MS);
    if (now < r->next || any_interrupted(s))
        return false;
    enum since since = r->have ? compare(&r->at, s) : SINCE_ROUND;
    if (since == SINCE_NOT_YET)
        return false;
    if (since == SINCE_OTHER)
        begin(r, now, BEGIN_MS);
    else if ((!r->have && !is_closed(s, o->proc)) || !read_state(o, &state))
        begin(r, now, AGAIN_MS);
    else
        remember(r, s, state, now);
    return has_repeated(r, count_naps(s)) &&
           snapshot_complete(s, o->proc, o->orphan_parent, o->unwinder->pid) &&
           patience_of_all(s, o->proc) == PATIENCE_ENDLESS;
}

void rounds_release(struct rounds *r)
{
    snapshot_release(&r->at);
    r->have = false;
}
