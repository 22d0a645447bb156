/* Looking at processes through /proc and proving that they hang.
 *
 * Nothing here signals or changes a watched process; only after a hang has been proven may the
 * unwinder (observe/unwind.h) stop it for a moment with ptrace to read its stack. "It vanished" is
 * a normal outcome everywhere. /proc is always reached through a descriptor opened before the
 * caller joined a sandbox, so pids are those of the caller's own PID namespace. */
#ifndef OBSERVE_OBSERVE_H
#define OBSERVE_OBSERVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "observe/unwind.h"

/* A process tree that is watched: `pid` and all its descendants. */
struct watch {
    pid_t pid;
    const char *role[LANG_COUNT]; /* borrowed: "父进程" / "parent"; NULL: observe names it */
    bool student;                 /* false: a reference peer or trusted helper */
    bool hidden_timer;            /* the program may have set an interval timer (it imports alarm,
                                     setitimer, timer_create…): /proc cannot show those */
};

enum observation {
    OBSERVE_GONE,    /* nobody is left alive */
    OBSERVE_RUNNING, /* somebody runs, or something moved since the last look */
    OBSERVE_TIMED,   /* all blocked, but somebody has a time limit: not a hang */
    OBSERVE_ALARM,   /* a hang but for interval timers (alarm), which /proc does not show */
    OBSERVE_BLOCKED, /* all blocked without a limit; not yet seen twice */
    OBSERVE_POLLS,   /* shown: who is not blocked naps and looks, for ever (rounds.h) */
    OBSERVE_HUNG,    /* proven: two equal snapshots, nobody outside can wake them */
};

struct observer; /* remembers the last snapshot */

/* `proc` is the outer /proc (borrowed). `unwinder` may be NULL: no source lines then. */
struct observer *observer_new(int proc, struct unwinder *unwinder);
void observer_free(struct observer *o);

/* One look at everything below the watches. `orphan_parent` is the PID 1 of the test's namespace
 * (0: the caller, if it is a subreaper): its children are watched as well (processes whose parent
 * ended), itself is not, nor is the unwinder.
 * The caller promises that it will itself neither send, read nor signal anything more while the
 * processes stay as they are, so the watched processes only have each other. */
enum observation observer_look(struct observer *o, const struct watch *w, size_t n,
                               pid_t orphan_parent);

/* CPU seconds used so far by everything seen, dead processes included as far as known. */
double observer_cpu_seconds(const struct observer *o);

struct diagnosis {
    char id[48]; /* stable: "unclosed-write-end", … or "hang" */
    /* owned texts; lines of evidence separated by \n; graph lines at most 76 columns */
    char *symptom[LANG_COUNT], *evidence[LANG_COUNT], *hint[LANG_COUNT], *graph[LANG_COUNT];
};
void diagnosis_release(struct diagnosis *d);

/* Explain the last look (normally after OBSERVE_HUNG; also usable when the last resort limit
 * struck). */
void observer_explain(struct observer *o, struct diagnosis *d);
/* After OBSERVE_POLLS. */
void observer_explain_rounds(struct observer *o, struct diagnosis *d);
/* The same without stopping anybody for the lines: for a look that proves nothing. */
void observer_describe(struct observer *o, struct diagnosis *d);
/* Explain who burns CPU time (id "busy-loop"): process, source line, seconds. */
void observer_explain_spin(struct observer *o, struct diagnosis *d);

/* Is a thread of `root` or of one of its descendants blocked in system call `nr` (SYS_read, or -1
 * for any) whose first argument is `arg0` (or -1 for any)? Returns its pid, 0 when none is. */
pid_t observe_find_blocked(int proc, pid_t root, long nr, long arg0);

/* What one process has open: used by tests that look at descriptors. */
struct open_fd {
    int fd;
    int flags;        /* from fdinfo, octal flags as a number (O_WRONLY, O_CLOEXEC…) */
    char target[256]; /* "pipe:[123]", a path, "socket:[5]" */
};
/* Descriptors of a process; malloc'd array, *count. -1 when it vanished. */
int observe_fds(int proc, pid_t pid, struct open_fd **list, size_t *count);

struct proc_info {
    pid_t pid, ppid;
    pid_t inner_pid; /* pid in the innermost namespace (NSpid) */
    char state;      /* R S D T Z X */
    char name[20];   /* comm */
    double cpu_seconds;
};
/* `root` and all its living descendants (zombies included), breadth first; malloc'd, *count. */
int observe_tree(int proc, pid_t root, struct proc_info **list, size_t *count);

#endif
