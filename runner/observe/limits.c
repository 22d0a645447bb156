#include "observe/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "observe/call.h"

enum patience patience_of_task(const struct task *t)
{
    if (t->state == 'T')
        return PATIENCE_ENDLESS; /* stopped: only a SIGCONT helps */
    const struct call_info *info = call_lookup(&t->call);
    if (t->call.in != IN_CALL || t->state != (info->kind == CALL_VFORK ? 'D' : 'S'))
        return PATIENCE_RUNNING;
    if (info->kind == CALL_UNKNOWN)
        return PATIENCE_RUNNING;
    return call_has_timeout(&t->call) ? PATIENCE_TIMED : PATIENCE_ENDLESS;
}

bool open_waits_for_fifo(int dir, const struct call_state *c, char *path, size_t size,
                         struct stat *st)
{
    bool at = c->nr == SYS_openat;
    unsigned long address = at ? c->arg[1] : c->arg[0];
    /* Byte by byte across the end of a page would be slow; a short read is retried smaller. */
    size_t len = size - 1;
    while (len > 0 && !proc_memory(dir, address, path, len))
        len /= 2;
    path[len] = '\0';
    if (len == 0 || path[0] == '\0')
        return false;
    char base[40] = "root";
    if (path[0] != '/' && at && (int)c->arg[0] != AT_FDCWD)
        snprintf(base, sizeof base, "fd/%d", (int)c->arg[0]);
    else if (path[0] != '/')
        snprintf(base, sizeof base, "cwd");
    int from = openat(dir, base, O_PATH | O_CLOEXEC);
    if (from < 0)
        return false;
    const char *relative = path;
    while (*relative == '/')
        relative++;
    int failed = fstatat(from, *relative ? relative : ".", st, 0) < 0 ? errno : 0;
    close(from);
    if (failed) /* a FIFO that was unlinked while someone waits in open() */
        memset(st, 0, sizeof *st);
    return failed == ENOENT || (!failed && S_ISFIFO(st->st_mode));
}

/* SO_RCVTIMEO and SO_SNDTIMEO. Unreadable counts as a limit. */
static bool socket_has_timeout(pid_t pid, int fd, bool sending)
{
    int copy = proc_steal_fd(pid, fd);
    if (copy < 0)
        return true;
    struct timeval limit = {0};
    socklen_t len = sizeof limit;
    int failed = getsockopt(copy, SOL_SOCKET, sending ? SO_SNDTIMEO : SO_RCVTIMEO, &limit, &len);
    int domain = AF_UNIX;
    len = sizeof domain;
    failed |= getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &len);
    close(copy);
    return failed || limit.tv_sec || limit.tv_usec;
}

/* TCP gives up connecting by itself; only Unix sockets wait for ever. */
static bool connect_ends_itself(pid_t pid, int fd)
{
    int copy = proc_steal_fd(pid, fd);
    if (copy < 0)
        return true;
    int domain = AF_INET;
    socklen_t len = sizeof domain;
    int failed = getsockopt(copy, SOL_SOCKET, SO_DOMAIN, &domain, &len);
    close(copy);
    return failed || domain != AF_UNIX;
}

/* One descriptor somebody waits on. */
static enum patience patience_of_fd(int dir, pid_t pid, int fd, enum call_kind kind)
{
    struct fd_info info;
    if (!proc_fd(dir, fd, false, &info))
        return PATIENCE_RUNNING; /* closed by another thread meanwhile, or moved on */
    switch (info.kind) {
    case FD_UNKNOWN:
    case FD_TIMER:
    case FD_URING:
        return PATIENCE_TIMED;
    case FD_SOCKET:
        if (kind == CALL_CONNECT)
            return connect_ends_itself(pid, fd) ? PATIENCE_TIMED : PATIENCE_ENDLESS;
        if (kind == CALL_READ || kind == CALL_WRITE || kind == CALL_ACCEPT || kind == CALL_SPLICE)
            return socket_has_timeout(pid, fd, kind == CALL_WRITE) ? PATIENCE_TIMED
                                                                   : PATIENCE_ENDLESS;
        return PATIENCE_ENDLESS;
    case FD_PIPE:
    case FD_FIFO:
    case FD_EVENT:
    case FD_EPOLL:
    case FD_SIGNAL:
    case FD_PIDFD:
    case FD_FILE:
        return PATIENCE_ENDLESS;
    }
    return PATIENCE_TIMED;
}

static enum patience worse(enum patience a, enum patience b)
{
    return a < b ? a : b;
}

static enum patience patience_of_poll(int dir, pid_t pid, const struct call_state *c)
{
    struct pollfd set[256];
    size_t n = (size_t)c->arg[1];
    if (n > sizeof set / sizeof *set)
        return PATIENCE_TIMED;
    if (n && !proc_memory(dir, c->arg[0], set, n * sizeof *set))
        return PATIENCE_RUNNING;
    enum patience all = PATIENCE_ENDLESS;
    for (size_t i = 0; i < n; i++)
        if (set[i].fd >= 0)
            all = worse(all, patience_of_fd(dir, pid, set[i].fd, CALL_POLL));
    return all;
}

static enum patience patience_of_select(int dir, pid_t pid, const struct call_state *c)
{
    enum patience all = PATIENCE_ENDLESS;
    int n = (int)c->arg[0];
    if (n < 0 || n > FD_SETSIZE)
        return PATIENCE_TIMED;
    size_t bytes = ((size_t)n + 63) / 64 * 8;
    for (int which = 1; which <= 3; which++) {
        fd_set set;
        FD_ZERO(&set);
        if (!c->arg[which])
            continue;
        if (!proc_memory(dir, c->arg[which], &set, bytes))
            return PATIENCE_RUNNING;
        for (int fd = 0; fd < n; fd++)
            if (FD_ISSET(fd, &set))
                all = worse(all, patience_of_fd(dir, pid, fd, CALL_SELECT));
    }
    return all;
}

/* The interest list in fdinfo names descriptors by the numbers they had at epoll_ctl(); the inode
 * tells whether the number still means the same. Anonymous inodes are all alike, so a timerfd
 * anywhere counts: see patience_of_process(). */
static enum patience patience_of_epoll(int dir, pid_t pid, int epoll)
{
    char name[40], text[8192];
    enum patience all = PATIENCE_ENDLESS;
    snprintf(name, sizeof name, "fdinfo/%d", epoll);
    ssize_t n = proc_read(dir, name, text, sizeof text);
    if (n <= 0 || (size_t)n + 1 >= sizeof text)
        return PATIENCE_TIMED;
    for (const char *at = text; (at = strstr(at, "tfd:")); at++) {
        int fd;
        unsigned long long inode;
        struct fd_info info;
        if (sscanf(at, "tfd: %d events: %*x data: %*x pos:%*d ino:%llx", &fd, &inode) != 2 ||
            !proc_fd(dir, fd, false, &info) || info.inode != inode)
            return PATIENCE_TIMED;
        all = worse(all, patience_of_fd(dir, pid, fd, CALL_EPOLL));
    }
    return all;
}

static enum patience patience_in_detail(int dir, const struct process *p, const struct task *t)
{
    const struct call_info *info = call_lookup(&t->call);
    char path[256];
    struct stat st;
    if (t->state == 'T')
        return PATIENCE_ENDLESS;
    if (info->kind == CALL_OPEN)
        return open_waits_for_fifo(dir, &t->call, path, sizeof path, &st) ? PATIENCE_ENDLESS
                                                                          : PATIENCE_RUNNING;
    if (info->kind == CALL_POLL)
        return patience_of_poll(dir, p->pid, &t->call);
    if (info->kind == CALL_SELECT)
        return patience_of_select(dir, p->pid, &t->call);
    if (info->kind == CALL_EPOLL)
        return patience_of_epoll(dir, p->pid, (int)t->call.arg[0]);
    if (!call_takes_fd(info->kind))
        return PATIENCE_ENDLESS;
    enum patience first = patience_of_fd(dir, p->pid, (int)t->call.arg[0], info->kind);
    if (info->kind != CALL_SPLICE)
        return first;
    return worse(first, patience_of_fd(dir, p->pid, call_second_fd(&t->call), CALL_WRITE));
}

/* POSIX timers; the file lists them whether armed or not. Timers of alarm() and setitimer() are not
 * shown anywhere: the watch says whether the program can have set one. */
static bool has_timers(int dir)
{
    char text[64];
    return proc_read(dir, "timers", text, sizeof text) > 0;
}

bool open_kinds_find(int dir, struct open_kinds *kinds)
{
    AUTO_FREE int *fds = NULL;
    size_t n;
    char target[64];
    if (proc_numbers(dir, "fd", &fds, &n) < 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!proc_fd_target(dir, fds[i], target, sizeof target))
            continue;
        kinds->timer |= strcmp(target, "anon_inode:[timerfd]") == 0;
        kinds->uring |= strcmp(target, "anon_inode:[io_uring]") == 0;
        kinds->socket |= strncmp(target, "socket:[", 8) == 0;
    }
    return true;
}

static bool any_call(const struct snapshot *s, enum call_kind kind)
{
    for (size_t i = 0; i < s->task_count; i++)
        if (s->tasks[i].state == 'S' && call_lookup(&s->tasks[i].call)->kind == kind)
            return true;
    return false;
}

/* Packets under way on the loopback device: a retransmission timer runs for unacknowledged data. */
static bool tcp_is_busy(int dir, const char *name)
{
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
    if (!f) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    char line[256];
    bool busy = false;
    while (fgets(line, sizeof line, f)) {
        unsigned timer;
        if (sscanf(line, " %*d: %*s %*s %*x %*x:%*x %x:", &timer) == 1)
            busy |= timer == 1;
    }
    fclose(f);
    return busy;
}

static bool network_is_busy(int dir)
{
    return tcp_is_busy(dir, "net/tcp") || tcp_is_busy(dir, "net/tcp6");
}

static enum patience patience_of_process(const struct snapshot *s, const struct process *p, int dir,
                                         bool by_itself, bool *sockets)
{
    struct open_kinds kinds = {0};
    enum patience all = PATIENCE_ENDLESS;
    if (p->hidden_timer || has_timers(dir))
        all = PATIENCE_ALARM;
    for (size_t i = 0; i < p->tasks; i++)
        all = worse(all, patience_in_detail(dir, p, &s->tasks[p->first_task + i]));
    if (!open_kinds_find(dir, &kinds) || kinds.uring || (by_itself && kinds.timer))
        all = worse(all, PATIENCE_TIMED);
    *sockets |= kinds.socket;
    return all;
}

/* Any of the processes shows the one network namespace they share. */
static bool network_of_all_is_busy(const struct snapshot *s, int proc)
{
    bool busy = true, seen = false;
    for (size_t i = 0; i < s->process_count && !seen; i++) {
        int dir = s->processes[i].dead ? -1 : proc_open(proc, s->processes[i].pid);
        if (dir < 0)
            continue;
        busy = network_is_busy(dir);
        seen = true;
        close(dir);
    }
    return busy;
}

enum patience patience_of_all(const struct snapshot *s, int proc)
{
    enum patience all = PATIENCE_ENDLESS;
    /* a timerfd matters to who waits in epoll, and to who polls it between naps */
    bool by_itself = any_call(s, CALL_EPOLL) || any_call(s, CALL_SLEEP), sockets = false;
    for (size_t i = 0; i < s->process_count && all != PATIENCE_RUNNING; i++) {
        const struct process *p = &s->processes[i];
        if (p->dead)
            continue;
        int dir = proc_open(proc, p->pid);
        if (dir < 0)
            return PATIENCE_RUNNING;
        all = worse(all, patience_of_process(s, p, dir, by_itself, &sockets));
        close(dir);
    }
    /* Asked only when it matters: the kernel's table is long. */
    if (all >= PATIENCE_ALARM && sockets && network_of_all_is_busy(s, proc))
        all = PATIENCE_RUNNING;
    return all;
}
