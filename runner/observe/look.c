/* Looking again and again, until a hang is proven.
 *
 * The proof: look 1 read the call and then the counters of every thread, look 2 did so again, and
 * no thread's context switches, CPU time, state or call differ. A thread that had run in between
 * would have been scheduled out once more. So between the end of look 1 and the start of look 2
 * there was a moment when every watched thread slept in its call at the same time. Wake-ups between
 * processes are immediate (the sleeper is runnable before the waker goes on), so nothing was under
 * way, except on the network, whose softirq may lag behind; see QUIET_NS and network_is_busy(). And
 * none of the calls ends by time. Nobody outside acts (the caller's promise). Hence nobody will
 * ever run again. */
#include "observe/observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"
#include "observe/limits.h"
#include "observe/observer.h"

/* How long a blocked state must have lasted. Not part of the proof for pipes, locks and queues; it
 * gives deferred work of the kernel (loopback packets, garbage collection of sockets) time to run.
 */
static const unsigned long long QUIET_NS = 20 * 1000 * 1000;

struct observer *observer_new(int proc, struct unwinder *unwinder)
{
    struct observer *o = mem_alloc(sizeof *o);
    o->proc = proc;
    o->unwinder = unwinder;
    return o;
}

static void forget_roles(struct observer *o)
{
    for (size_t i = 0; i < o->role_count; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            free(o->roles[i].role[lang]);
    o->role_count = 0;
}

void observer_free(struct observer *o)
{
    if (!o)
        return;
    forget_roles(o);
    snapshot_release(&o->last);
    snapshot_release(&o->now);
    rounds_release(&o->rounds);
    free(o);
}

static void remember_roles(struct observer *o, const struct watch *w, size_t n)
{
    forget_roles(o);
    o->role_count = n < ROLE_MAX ? n : ROLE_MAX;
    for (size_t i = 0; i < o->role_count; i++)
        for (int lang = 0; lang < LANG_COUNT; lang++)
            o->roles[i].role[lang] = str_dup(w[i].role[lang]);
}

/* What the last look alone says: never OBSERVE_HUNG. */
static enum observation judge(const struct snapshot *s)
{
    enum patience all = PATIENCE_ENDLESS;
    if (s->torn)
        return OBSERVE_RUNNING;
    if (s->task_count == 0)
        return OBSERVE_GONE;
    for (size_t i = 0; i < s->task_count; i++) {
        enum patience p = patience_of_task(&s->tasks[i]);
        if (p < all)
            all = p;
    }
    switch (all) {
    case PATIENCE_RUNNING:
        return OBSERVE_RUNNING;
    case PATIENCE_TIMED:
        return OBSERVE_TIMED;
    case PATIENCE_ALARM:
    case PATIENCE_ENDLESS:
        break;
    }
    return OBSERVE_BLOCKED;
}

static pid_t helper_of(const struct observer *o)
{
    return o->unwinder ? o->unwinder->pid : 0;
}

/* Without a PID namespace orphans come to the caller, if it asked for them. */
static pid_t parent_of_orphans(pid_t given)
{
    int subreaper = 0;
    if (given > 0 || prctl(PR_GET_CHILD_SUBREAPER, &subreaper) < 0)
        return given;
    return subreaper ? getpid() : 0;
}

/* The costly half of the proof, for a snapshot seen twice. */
static enum observation confirm(const struct observer *o)
{
    if (!snapshot_complete(&o->now, o->proc, o->orphan_parent, helper_of(o)))
        return OBSERVE_RUNNING;
    switch (patience_of_all(&o->now, o->proc)) {
    case PATIENCE_RUNNING:
        return OBSERVE_RUNNING;
    case PATIENCE_TIMED:
        return OBSERVE_TIMED;
    case PATIENCE_ALARM:
        return OBSERVE_ALARM;
    case PATIENCE_ENDLESS:
        break;
    }
    return OBSERVE_HUNG;
}

/* A tree whose root is gone takes its CPU time along; what is reaped inside a tree shows up in the
 * children's time of its parent. */
static void keep_dead_time(struct observer *o)
{
    for (size_t i = 0; i < o->last.process_count; i++) {
        const struct process *p = &o->last.processes[i];
        int now = snapshot_find(&o->now, p->pid);
        bool gone = now < 0 || o->now.processes[now].start != p->start;
        if (gone && snapshot_find(&o->last, p->ppid) < 0)
            o->dead_ticks += p->ticks + p->children_ticks;
    }
}

enum observation observer_look(struct observer *o, const struct watch *w, size_t n,
                               pid_t orphan_parent)
{
    o->orphan_parent = parent_of_orphans(orphan_parent);
    remember_roles(o, w, n);
    snapshot_take(&o->now, o->proc, w, n, o->orphan_parent, helper_of(o));
    enum observation seen = judge(&o->now);
    bool equal = o->seen && snapshot_equal(&o->last, &o->now);
    unsigned long long now = clock_ns();
    if (!equal)
        o->since = now;
    if (seen == OBSERVE_BLOCKED && equal && now - o->since >= QUIET_NS)
        seen = confirm(o);
    if (seen == OBSERVE_TIMED && rounds_look(o))
        seen = OBSERVE_POLLS;
    if (o->seen)
        keep_dead_time(o);
    struct snapshot old = o->last;
    o->last = o->now;
    o->now = old;
    o->seen = true;
    return seen;
}

double observer_cpu_seconds(const struct observer *o)
{
    unsigned long long ticks = o->dead_ticks;
    for (size_t i = 0; i < o->last.process_count; i++)
        ticks += o->last.processes[i].ticks + o->last.processes[i].children_ticks;
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

pid_t observe_find_blocked(int proc, pid_t root, long nr, long arg0)
{
    struct snapshot s = {0};
    struct watch w = {.pid = root, .student = true};
    pid_t found = 0;
    snapshot_take(&s, proc, &w, 1, 0, 0);
    for (size_t i = 0; i < s.task_count && !found; i++) {
        const struct task *t = &s.tasks[i];
        if (t->state != 'S' || t->call.in != IN_CALL)
            continue;
        if (nr != -1 && t->call.nr != nr)
            continue;
        /* Descriptors and ids are ints, whose upper halves in the register mean nothing. */
        if (arg0 != -1 && t->call.arg[0] != (unsigned long)arg0 &&
            ((int)arg0 != arg0 || (int)t->call.arg[0] != (int)arg0))
            continue;
        found = s.processes[t->process].pid;
    }
    snapshot_release(&s);
    return found;
}

int observe_fds(int proc, pid_t pid, struct open_fd **list, size_t *count)
{
    AUTO_FREE int *fds = NULL;
    size_t n;
    *list = NULL;
    *count = 0;
    int dir = proc_open(proc, pid);
    if (dir < 0)
        return -1;
    if (proc_numbers(dir, "fd", &fds, &n) < 0) {
        close(dir);
        return -1;
    }
    *list = mem_alloc((n + 1) * sizeof **list);
    for (size_t i = 0; i < n; i++) {
        struct fd_info info;
        if (!proc_fd(dir, fds[i], true, &info))
            continue;
        struct open_fd *open = &(*list)[(*count)++];
        open->fd = info.fd;
        open->flags = info.flags;
        memcpy(open->target, info.target, sizeof open->target);
    }
    close(dir);
    return 0;
}

int observe_tree(int proc, pid_t root, struct proc_info **list, size_t *count)
{
    struct snapshot s = {0};
    struct watch w = {.pid = root, .student = true};
    double tick = 1.0 / (double)sysconf(_SC_CLK_TCK);
    *list = NULL;
    *count = 0;
    snapshot_take(&s, proc, &w, 1, 0, 0);
    if (s.process_count == 0)
        return -1;
    *list = mem_alloc(s.process_count * sizeof **list);
    for (size_t i = 0; i < s.process_count; i++) {
        const struct process *p = &s.processes[i];
        struct proc_info *info = &(*list)[(*count)++];
        *info = (struct proc_info){.pid = p->pid,
                                   .ppid = p->ppid,
                                   .inner_pid = p->inner,
                                   .state = p->dead ? 'Z' : s.tasks[p->first_task].state,
                                   .cpu_seconds = (double)p->ticks * tick};
        memcpy(info->name, p->name, sizeof info->name);
    }
    snapshot_release(&s);
    return 0;
}
