/* One look at all watched processes: who there is, in which state, in which system call. */
#ifndef OBSERVE_SNAPSHOT_H
#define OBSERVE_SNAPSHOT_H

#include "observe/observe.h"
#include "observe/proc.h"

struct task { /* one thread */
    pid_t tid;
    pid_t inner;                        /* in its own PID namespace */
    size_t process;                     /* index into snapshot.processes */
    char state;                         /* R S D T t Z X I, see proc(5) */
    unsigned long long switches, ticks; /* they move whenever the thread runs */
    struct call_state call;
};

struct process {
    pid_t pid, ppid, inner;
    char name[20];
    unsigned long long start; /* with the pid: who it is */
    unsigned long long ticks, children_ticks;
    int watch;    /* index of its watch, -1 for an orphan */
    bool student; /* false: a peer or helper of ours */
    bool hidden_timer;
    bool dead;                /* ended, not yet reaped */
    size_t first_task, tasks; /* its threads in snapshot.tasks; the living ones only */
};

struct snapshot {
    struct process *processes; /* owned; watched roots first, then breadth first */
    size_t process_count, process_cap;
    struct task *tasks; /* owned */
    size_t task_count, task_cap;
    bool torn; /* something vanished or was unreadable while we looked */
};

/* `except`: a child of orphan_parent that is not watched (0: none), besides the caller itself. */
void snapshot_take(struct snapshot *s, int proc, const struct watch *w, size_t n,
                   pid_t orphan_parent, pid_t except);
void snapshot_release(struct snapshot *s);
void snapshot_copy(struct snapshot *to, const struct snapshot *from);
/* Same processes, with as many threads. */
bool snapshot_same_processes(const struct snapshot *a, const struct snapshot *b);
/* Same processes and threads, in the same calls, and none has run in between. */
bool snapshot_equal(const struct snapshot *a, const struct snapshot *b);
/* Is every living descendant of the snapshot's processes (and child of orphan_parent) in it? */
bool snapshot_complete(const struct snapshot *s, int proc, pid_t orphan_parent, pid_t except);
/* Index of a process by its pid, -1 when it is not there. */
int snapshot_find(const struct snapshot *s, pid_t pid);

#endif
