/* System calls that can block: what they wait for, how long at most, and what people call them. */
#ifndef OBSERVE_CALL_H
#define OBSERVE_CALL_H

#include "observe/proc.h"

enum call_kind {
    CALL_UNKNOWN, /* never part of a proof */
    CALL_READ,
    CALL_WRITE,
    CALL_SPLICE, /* two descriptors: arguments 0 and `fd2` */
    CALL_OPEN,
    CALL_WAIT,
    CALL_MSGRCV,
    CALL_MSGSND,
    CALL_SEMOP,
    CALL_FUTEX,
    CALL_MQ_RECEIVE,
    CALL_MQ_SEND,
    CALL_ACCEPT,
    CALL_CONNECT,
    CALL_POLL,
    CALL_SELECT,
    CALL_EPOLL,
    CALL_SIGNAL, /* pause, sigsuspend, sigwait */
    CALL_LOCK,   /* fcntl(F_SETLKW), flock */
    CALL_VFORK,  /* until the child executes or ends; its state is D */
    CALL_SLEEP,  /* always with a time limit */
};

struct call_info {
    long nr;
    enum call_kind kind;
    const char *name; /* as in the programmer's source: "waitpid" for wait4 */
};

/* The description of the call a thread is blocked in; kind CALL_UNKNOWN when it is none of ours. */
const struct call_info *call_lookup(const struct call_state *c);

/* Does the call end by itself after some time, judged by its arguments alone? */
bool call_has_timeout(const struct call_state *c);

/* Its time limit is a moment of a clock, not a duration. */
bool call_is_absolute(const struct call_state *c);

/* Of a sleep: the addresses of its duration and of where the kernel writes what is left of it when
 * it is interrupted (0: nowhere), see nanosleep(2). False for other calls. */
bool call_sleep(const struct call_state *c, unsigned long *duration, unsigned long *rest);

/* Its first argument is a descriptor. */
bool call_takes_fd(enum call_kind kind);
/* The second descriptor of CALL_SPLICE. */
int call_second_fd(const struct call_state *c);

#endif
