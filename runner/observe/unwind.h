/* Source lines of live processes (elfutils libdwfl).
 *
 * libdwfl opens /proc/PID by name, so it must run in a process that has not joined a sandbox: the
 * unwinder is a forked helper that is asked over a socket. It dies with its creator. */
#ifndef OBSERVE_UNWIND_H
#define OBSERVE_UNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct unwinder {
    int socket; /* SOCK_SEQPACKET to the helper, -1 when there is none */
    pid_t pid;
};

/* Fork the helper. Programs that were executed from a path below `inside` (such as "/out") are
 * found below `outside` on the host. Call before joining any namespace; forked children may use the
 * same unwinder one after the other (not at the same time). */
int unwinder_start(struct unwinder *u, const char *inside, const char *outside, struct err *e);
void unwinder_stop(struct unwinder *u);

struct frame {
    char function[64]; /* "" when unknown */
    char file[128];    /* base name of the source, "" when unknown */
    int line;          /* 0 when unknown */
    char module[64];   /* base name of the ELF file the frame is in */
};
/* Threads that depend on each other must all be stopped before any of them is looked at: a write()
 * that has put a part into a full pipe returns when it is interrupted, so a thread that has been
 * let go may run on and wake the next one. Stops up to UNWIND_HOLD_MAX threads; those that cannot
 * be stopped become 0 in the list. Returns how many are held. */
enum { UNWIND_HOLD_MAX = 256 };
size_t unwinder_hold(struct unwinder *u, pid_t *tids, size_t count);
void unwinder_release(struct unwinder *u); /* lets all of them go */

/* What a held thread in a system call will find again when it goes on. */
struct unwind_state {
    unsigned long long registers[14]; /* those that a call leaves alone; the unused ones 0 */
    bool interrupted;                 /* its sleep, which goes on for the rest of the time */
    unsigned long rseq; /* address of its struct rseq, where the kernel writes (rseq(2)) */
    size_t rseq_size;   /* bytes, 0: it has none */
};
/* False when it is not held, or this kind of machine is not known. */
bool unwinder_state(struct unwinder *u, pid_t tid, struct unwind_state *state);

/* The stack of a thread, innermost first. Returns the number of frames (0: unknown). A thread that
 * is not held is stopped with ptrace and let go again. */
size_t unwinder_stack(struct unwinder *u, pid_t tid, struct frame *frames, size_t max);

#endif
