#include "observe/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

int snapshot_find(const struct snapshot *s, pid_t pid)
{
    for (size_t i = 0; i < s->process_count; i++)
        if (s->processes[i].pid == pid)
            return (int)i;
    return -1;
}

static struct process *add_process(struct snapshot *s, pid_t pid)
{
    if (s->process_count == s->process_cap) {
        s->process_cap = s->process_cap ? 2 * s->process_cap : 16;
        s->processes = mem_grow(s->processes, s->process_cap, sizeof *s->processes);
    }
    struct process *p = &s->processes[s->process_count++];
    *p = (struct process){.pid = pid, .watch = -1, .first_task = s->task_count};
    return p;
}

static struct task *add_task(struct snapshot *s, pid_t tid)
{
    if (s->task_count == s->task_cap) {
        s->task_cap = s->task_cap ? 2 * s->task_cap : 16;
        s->tasks = mem_grow(s->tasks, s->task_cap, sizeof *s->tasks);
    }
    struct task *t = &s->tasks[s->task_count++];
    *t = (struct task){.tid = tid, .process = s->process_count - 1};
    return t;
}

/* Threads that ended are left out: they cannot wake anybody. */
static void look_at_task(struct snapshot *s, int dir, pid_t tid)
{
    char stat[40], status[40], call[40];
    snprintf(stat, sizeof stat, "task/%d/stat", (int)tid);
    snprintf(status, sizeof status, "task/%d/status", (int)tid);
    snprintf(call, sizeof call, "task/%d/syscall", (int)tid);
    struct task t = {.tid = tid};
    struct proc_stat st;
    struct proc_status ss;
    /* The call first, the counters after it: a thread that moved on in between shows in them. */
    proc_syscall(dir, call, &t.call);
    if (!proc_stat(dir, stat, &st) || !proc_status(dir, status, &ss)) {
        s->torn = true;
        return;
    }
    if (st.state == 'Z' || st.state == 'X')
        return;
    s->torn |= !ss.has_switches;
    struct task *added = add_task(s, tid);
    added->inner = ss.inner;
    added->state = st.state;
    added->switches = ss.switches;
    added->ticks = st.ticks;
    added->call = t.call;
}

/* Returns the process directory, -1 when the process is gone. */
static int look_at_process(struct snapshot *s, int proc, pid_t pid)
{
    struct proc_stat st;
    struct proc_status ss;
    int dir = proc_open(proc, pid);
    if (dir < 0)
        return -1;
    if (!proc_stat(dir, "stat", &st) || !proc_status(dir, "status", &ss)) {
        close(dir);
        s->torn = true;
        return -1;
    }
    struct process *p = add_process(s, pid);
    p->ppid = st.ppid;
    p->inner = ss.inner;
    p->start = st.start;
    p->ticks = st.ticks;
    p->children_ticks = st.children_ticks;
    memcpy(p->name, st.name, sizeof p->name);

    AUTO_FREE int *tids = NULL;
    size_t count;
    if (proc_numbers(dir, "task", &tids, &count) < 0)
        s->torn = true;
    for (size_t i = 0; i < count; i++)
        look_at_task(s, dir, tids[i]);
    p = &s->processes[s->process_count - 1];
    p->tasks = s->task_count - p->first_task;
    p->dead = p->tasks == 0;
    return dir;
}

/* The children of a process, from its directory or, where the kernel keeps no list, from a scan. */
static void children_of(int proc, pid_t pid, int dir, pid_t **list, size_t *count)
{
    if (proc_children(dir, list, count) == 0)
        return;
    AUTO_FREE struct proc_parent *all = NULL;
    size_t n;
    if (proc_scan(proc, &all, &n) < 0)
        return;
    *list = mem_grow(*list, n + 1, sizeof **list);
    for (size_t i = 0; i < n; i++)
        if (all[i].ppid == pid)
            (*list)[(*count)++] = all[i].pid;
}

/* Add a process and everything below it. */
static void look_at_tree(struct snapshot *s, int proc, pid_t root, const struct watch *w, int index)
{
    size_t next = s->process_count;
    if (snapshot_find(s, root) >= 0)
        return;
    pid_t pid = root;
    AUTO_FREE pid_t *queue = NULL;
    size_t head = 0, tail = 0;
    for (;;) {
        int dir = look_at_process(s, proc, pid);
        if (dir >= 0) {
            AUTO_FREE pid_t *children = NULL;
            size_t count = 0;
            children_of(proc, pid, dir, &children, &count);
            close(dir);
            queue = mem_grow(queue, tail + count + 1, sizeof *queue);
            for (size_t i = 0; i < count; i++)
                queue[tail++] = children[i];
        }
        while (head < tail && snapshot_find(s, queue[head]) >= 0)
            head++;
        if (head == tail)
            break;
        pid = queue[head++];
    }
    for (; next < s->process_count; next++) {
        struct process *p = &s->processes[next];
        p->watch = index;
        p->student = w ? w->student : true;
        p->hidden_timer = w && w->hidden_timer;
    }
}

/* The timer of a program may live in any of its processes, orphans included. */
static bool any_hidden_timer(const struct watch *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (w[i].hidden_timer)
            return true;
    return false;
}

static void look_at_orphans(struct snapshot *s, int proc, const struct watch *w, size_t n,
                            pid_t parent, pid_t except)
{
    int dir = proc_open(proc, parent);
    if (dir < 0)
        return;
    AUTO_FREE pid_t *children = NULL;
    size_t count = 0, first = s->process_count;
    children_of(proc, parent, dir, &children, &count);
    close(dir);
    for (size_t i = 0; i < count; i++)
        if (children[i] != getpid() && children[i] != except)
            look_at_tree(s, proc, children[i], NULL, -1);
    for (; first < s->process_count; first++)
        s->processes[first].hidden_timer = any_hidden_timer(w, n);
}

void snapshot_take(struct snapshot *s, int proc, const struct watch *w, size_t n,
                   pid_t orphan_parent, pid_t except)
{
    s->process_count = s->task_count = 0;
    s->torn = false;
    for (size_t i = 0; i < n; i++)
        if (w[i].pid > 0)
            look_at_tree(s, proc, w[i].pid, &w[i], (int)i);
    /* Last, because a process that loses its parent while we look moves to this one. */
    if (orphan_parent > 0)
        look_at_orphans(s, proc, w, n, orphan_parent, except);
}

void snapshot_release(struct snapshot *s)
{
    free(s->processes);
    free(s->tasks);
    *s = (struct snapshot){0};
}

void snapshot_copy(struct snapshot *to, const struct snapshot *from)
{
    snapshot_release(to);
    *to = *from;
    to->process_cap = from->process_count;
    to->task_cap = from->task_count;
    to->processes = mem_alloc((from->process_count + 1) * sizeof *to->processes);
    to->tasks = mem_alloc((from->task_count + 1) * sizeof *to->tasks);
    for (size_t i = 0; i < from->process_count; i++)
        to->processes[i] = from->processes[i];
    for (size_t i = 0; i < from->task_count; i++)
        to->tasks[i] = from->tasks[i];
}

static bool task_equal(const struct task *a, const struct task *b)
{
    return a->tid == b->tid && a->state == b->state && a->switches == b->switches &&
           a->ticks == b->ticks && call_equal(&a->call, &b->call);
}

bool snapshot_same_processes(const struct snapshot *a, const struct snapshot *b)
{
    if (a->process_count != b->process_count || a->task_count != b->task_count)
        return false;
    for (size_t i = 0; i < a->process_count; i++) {
        const struct process *p = &a->processes[i], *q = &b->processes[i];
        if (p->pid != q->pid || p->start != q->start || p->tasks != q->tasks || p->dead != q->dead)
            return false;
    }
    return true;
}

bool snapshot_equal(const struct snapshot *a, const struct snapshot *b)
{
    if (a->torn || b->torn || !snapshot_same_processes(a, b))
        return false;
    for (size_t i = 0; i < a->task_count; i++)
        if (!task_equal(&a->tasks[i], &b->tasks[i]))
            return false;
    return true;
}

bool snapshot_complete(const struct snapshot *s, int proc, pid_t orphan_parent, pid_t except)
{
    AUTO_FREE struct proc_parent *all = NULL;
    size_t n;
    if (proc_scan(proc, &all, &n) < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (snapshot_find(s, all[i].pid) >= 0 || all[i].pid == getpid() || all[i].pid == except)
            continue;
        if (snapshot_find(s, all[i].ppid) >= 0)
            return false;
        if (orphan_parent > 0 && all[i].ppid == orphan_parent)
            return false;
    }
    return true;
}
