#include "observe/call.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

/* Where a call keeps its time limit. */
enum limit {
    LIMIT_NONE,
    LIMIT_POINTER, /* NULL: for ever */
    LIMIT_MS,      /* an int, negative: for ever */

    LIMIT_ALWAYS,
};

struct call_row {
    struct call_info info;
    enum limit limit;
    int argument;
};

static const struct call_row rows[] = {
    {{SYS_read, CALL_READ, "read"}, LIMIT_NONE, 0},
    {{SYS_readv, CALL_READ, "readv"}, LIMIT_NONE, 0},
    {{SYS_preadv2, CALL_READ, "preadv2"}, LIMIT_NONE, 0},
    {{SYS_recvfrom, CALL_READ, "recv"}, LIMIT_NONE, 0},
    {{SYS_recvmsg, CALL_READ, "recvmsg"}, LIMIT_NONE, 0},
    {{SYS_recvmmsg, CALL_READ, "recvmmsg"}, LIMIT_POINTER, 4},
    {{SYS_write, CALL_WRITE, "write"}, LIMIT_NONE, 0},
    {{SYS_writev, CALL_WRITE, "writev"}, LIMIT_NONE, 0},
    {{SYS_pwritev2, CALL_WRITE, "pwritev2"}, LIMIT_NONE, 0},
    {{SYS_vmsplice, CALL_WRITE, "vmsplice"}, LIMIT_NONE, 0},
    {{SYS_sendto, CALL_WRITE, "send"}, LIMIT_NONE, 0},
    {{SYS_sendmsg, CALL_WRITE, "sendmsg"}, LIMIT_NONE, 0},
    {{SYS_sendmmsg, CALL_WRITE, "sendmmsg"}, LIMIT_NONE, 0},
    {{SYS_sendfile, CALL_SPLICE, "sendfile"}, LIMIT_NONE, 0},
    {{SYS_splice, CALL_SPLICE, "splice"}, LIMIT_NONE, 0},
    {{SYS_tee, CALL_SPLICE, "tee"}, LIMIT_NONE, 0},
    {{SYS_openat, CALL_OPEN, "open"}, LIMIT_NONE, 0},
    {{SYS_openat2, CALL_OPEN, "openat2"}, LIMIT_NONE, 0},
    {{SYS_wait4, CALL_WAIT, "waitpid"}, LIMIT_NONE, 0},
    {{SYS_waitid, CALL_WAIT, "waitid"}, LIMIT_NONE, 0},
    {{SYS_msgrcv, CALL_MSGRCV, "msgrcv"}, LIMIT_NONE, 0},
    {{SYS_msgsnd, CALL_MSGSND, "msgsnd"}, LIMIT_NONE, 0},
    {{SYS_semop, CALL_SEMOP, "semop"}, LIMIT_NONE, 0},
    {{SYS_semtimedop, CALL_SEMOP, "semop"}, LIMIT_POINTER, 3},
    {{SYS_futex, CALL_FUTEX, "futex"}, LIMIT_POINTER, 3},
    {{SYS_mq_timedreceive, CALL_MQ_RECEIVE, "mq_receive"}, LIMIT_POINTER, 4},
    {{SYS_mq_timedsend, CALL_MQ_SEND, "mq_send"}, LIMIT_POINTER, 4},
    {{SYS_accept, CALL_ACCEPT, "accept"}, LIMIT_NONE, 0},
    {{SYS_accept4, CALL_ACCEPT, "accept"}, LIMIT_NONE, 0},
    {{SYS_connect, CALL_CONNECT, "connect"}, LIMIT_NONE, 0},
    {{SYS_ppoll, CALL_POLL, "poll"}, LIMIT_POINTER, 2},
    {{SYS_pselect6, CALL_SELECT, "select"}, LIMIT_POINTER, 4},
    {{SYS_epoll_pwait, CALL_EPOLL, "epoll_wait"}, LIMIT_MS, 3},
    {{SYS_epoll_pwait2, CALL_EPOLL, "epoll_wait"}, LIMIT_POINTER, 3},
#ifdef SYS_poll /* the older calls, which newer architectures do without */
    {{SYS_open, CALL_OPEN, "open"}, LIMIT_NONE, 0},
    {{SYS_poll, CALL_POLL, "poll"}, LIMIT_MS, 2},
    {{SYS_select, CALL_SELECT, "select"}, LIMIT_POINTER, 4},
    {{SYS_epoll_wait, CALL_EPOLL, "epoll_wait"}, LIMIT_MS, 3},
    {{SYS_pause, CALL_SIGNAL, "pause"}, LIMIT_NONE, 0},
    {{SYS_vfork, CALL_VFORK, "vfork"}, LIMIT_NONE, 0},
#endif
    {{SYS_rt_sigsuspend, CALL_SIGNAL, "sigsuspend"}, LIMIT_NONE, 0},
    {{SYS_rt_sigtimedwait, CALL_SIGNAL, "sigwait"}, LIMIT_POINTER, 2},
    {{SYS_flock, CALL_LOCK, "flock"}, LIMIT_NONE, 0},
    {{SYS_fcntl, CALL_LOCK, "fcntl"}, LIMIT_NONE, 0},
    {{SYS_nanosleep, CALL_SLEEP, "nanosleep"}, LIMIT_ALWAYS, 0},
    {{SYS_clock_nanosleep, CALL_SLEEP, "sleep"}, LIMIT_ALWAYS, 0},
    {{SYS_restart_syscall, CALL_SLEEP, "restart_syscall"}, LIMIT_ALWAYS, 0},
};

static const struct call_row unknown = {{-1, CALL_UNKNOWN, "?"}, LIMIT_NONE, 0};

static const struct call_row *row_of(const struct call_state *c)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].info.nr == c->nr)
            return &rows[i];
    return &unknown;
}

/* Only waiting operations sleep for long; the others take a bucket lock. */
static bool futex_waits(const struct call_state *c)
{
    switch (c->arg[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_LOCK_PI:
#ifdef FUTEX_LOCK_PI2
    case FUTEX_LOCK_PI2:
#endif
        return true;
    }
    return false;
}

/* open() waits for the other side of a FIFO only when it asks for one side. */
static bool open_waits(const struct call_state *c)
{
#ifdef SYS_open
    unsigned long flags = c->nr == SYS_open ? c->arg[1] : c->arg[2];
#else
    unsigned long flags = c->arg[2];
#endif
    if (c->nr == SYS_openat2)
        return false; /* its flags are in memory; nobody opens a FIFO like that */
    return !(flags & (O_NONBLOCK | O_PATH)) && (flags & O_ACCMODE) != O_RDWR;
}

const struct call_info *call_lookup(const struct call_state *c)
{
    const struct call_row *row = row_of(c);
    if (c->in != IN_CALL)
        return &unknown.info;
    if (row->info.kind == CALL_FUTEX && !futex_waits(c))
        return &unknown.info;
    if (row->info.kind == CALL_OPEN && !open_waits(c))
        return &unknown.info;
    if (c->nr == SYS_fcntl && c->arg[1] != F_SETLKW && c->arg[1] != F_OFD_SETLKW)
        return &unknown.info;
    return &row->info;
}

bool call_is_absolute(const struct call_state *c)
{
    return c->nr == SYS_clock_nanosleep && (c->arg[1] & TIMER_ABSTIME);
}

bool call_sleep(const struct call_state *c, unsigned long *duration, unsigned long *rest)
{
    size_t first = c->nr == SYS_clock_nanosleep ? 2 : 0;
    if (c->nr != SYS_clock_nanosleep && c->nr != SYS_nanosleep)
        return false;
    *duration = c->arg[first];
    *rest = c->arg[first + 1];
    return true;
}

bool call_has_timeout(const struct call_state *c)
{
    const struct call_row *row = row_of(c);
    switch (row->limit) {
    case LIMIT_NONE:
        return false;
    case LIMIT_POINTER:
        return c->arg[row->argument] != 0;
    case LIMIT_MS:
        return (int)c->arg[row->argument] >= 0;
    case LIMIT_ALWAYS:
        return true;
    }
    return true;
}

bool call_takes_fd(enum call_kind kind)
{
    return kind == CALL_READ || kind == CALL_WRITE || kind == CALL_SPLICE || kind == CALL_ACCEPT ||
           kind == CALL_CONNECT || kind == CALL_MQ_RECEIVE || kind == CALL_MQ_SEND ||
           kind == CALL_EPOLL || kind == CALL_LOCK;
}

int call_second_fd(const struct call_state *c)
{
    return (int)(c->nr == SYS_splice ? c->arg[2] : c->arg[1]);
}
