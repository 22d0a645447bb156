/* What each blocked thread waits for. */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "observe/graph.h"
#include "observe/limits.h"

void wait_add(struct wait *w, enum want want, int object, int fd, long detail)
{
    if (w->count == w->cap) {
        w->cap = w->cap ? 2 * w->cap : 4;
        w->on = mem_grow(w->on, w->cap, sizeof *w->on);
    }
    w->on[w->count++] = (struct wanted){.want = want, .object = object, .fd = fd, .detail = detail};
}

static const struct call_state *call_of(const struct graph *g, const struct wait *w)
{
    return &g->s->tasks[w->task].call;
}

static int dir_of(const struct graph *g, const struct wait *w)
{
    return g->facts[w->process].dir;
}

/* Wait for something about a descriptor. */
static void wait_on_fd(struct graph *g, struct wait *w, int fd, enum want want)
{
    struct fd_info info;
    enum object_kind kind = OBJECT_OTHER;
    if (!proc_fd(dir_of(g, w), fd, true, &info))
        return;
    if (info.kind == FD_PIPE)
        kind = OBJECT_PIPE;
    else if (info.kind == FD_FIFO)
        kind = OBJECT_FIFO;
    else if (info.kind == FD_SOCKET)
        kind = OBJECT_SOCKET;
    else if (info.kind == FD_FILE)
        kind = OBJECT_FILE;
    int object = graph_object(g, kind, info.inode, info.dev);
    if (kind == OBJECT_OTHER) { /* all anonymous inodes are one and the same */
        g->objects[object].kind = OBJECT_OTHER;
        snprintf(g->objects[object].name, sizeof g->objects[object].name, "%.*s",
                 (int)sizeof g->objects[object].name - 1, info.target);
        want = WANT_OTHER;
    }
    wait_add(w, want, object, fd, 0);
}

static void fd_wait(struct graph *g, struct wait *w)
{
    int fd = (int)call_of(g, w)->arg[0];
    enum want want = WANT_READ;
    if (w->call->kind == CALL_WRITE)
        want = WANT_WRITE;
    else if (w->call->kind == CALL_ACCEPT)
        want = WANT_ACCEPT;
    else if (w->call->kind == CALL_CONNECT)
        want = WANT_CONNECT;
    else if (w->call->kind == CALL_LOCK)
        want = WANT_FILE_LOCK;
    snprintf(w->text, sizeof w->text, "%s(%d)", w->call->name, fd);
    wait_on_fd(g, w, fd, want);
}

static void splice_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = call_of(g, w);
    int a = (int)c->arg[0], b = call_second_fd(c);
    int in = c->nr == SYS_sendfile ? b : a, out = c->nr == SYS_sendfile ? a : b;
    snprintf(w->text, sizeof w->text, "%s(%d, %d)", w->call->name, a, b);
    wait_on_fd(g, w, in, WANT_READ);
    wait_on_fd(g, w, out, WANT_WRITE);
}

/* The call's text with the first few descriptors: poll({3, 5}). */
static void name_set(struct wait *w)
{
    size_t at = (size_t)snprintf(w->text, sizeof w->text, "%s({", w->call->name);
    for (size_t i = 0; i < w->count && at + 16 < sizeof w->text; i++)
        at +=
            (size_t)snprintf(w->text + at, sizeof w->text - at, "%s%d", i ? ", " : "", w->on[i].fd);
    snprintf(w->text + at, sizeof w->text - at, "})");
}

static void wait_on_listener(struct graph *g, struct wait *w, int fd, short events)
{
    if (events & POLLIN)
        wait_on_fd(g, w, fd, WANT_READ);
    if (events & POLLOUT)
        wait_on_fd(g, w, fd, WANT_WRITE);
}

static void poll_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = call_of(g, w);
    struct pollfd set[256];
    size_t n = (size_t)c->arg[1];
    if (n <= sizeof set / sizeof *set && proc_memory(dir_of(g, w), c->arg[0], set, n * sizeof *set))
        for (size_t i = 0; i < n; i++)
            if (set[i].fd >= 0)
                wait_on_listener(g, w, set[i].fd, set[i].events);
    name_set(w);
}

static void select_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = call_of(g, w);
    int n = (int)c->arg[0];
    for (int which = 1; which <= 2 && n > 0 && n <= FD_SETSIZE; which++) {
        fd_set set;
        FD_ZERO(&set);
        if (!c->arg[which] ||
            !proc_memory(dir_of(g, w), c->arg[which], &set, ((size_t)n + 63) / 64 * 8))
            continue;
        for (int fd = 0; fd < n; fd++)
            if (FD_ISSET(fd, &set))
                wait_on_fd(g, w, fd, which == 1 ? WANT_READ : WANT_WRITE);
    }
    name_set(w);
}

/* The interest list from fdinfo: "tfd:        5 events:       19 data: …". */
static void epoll_wait_on(struct graph *g, struct wait *w)
{
    char name[40], text[8192];
    snprintf(name, sizeof name, "fdinfo/%d", (int)call_of(g, w)->arg[0]);
    if (proc_read(dir_of(g, w), name, text, sizeof text) <= 0)
        text[0] = '\0';
    for (const char *at = text; (at = strstr(at, "tfd:")); at++) {
        int fd;
        unsigned events;
        if (sscanf(at, "tfd: %d events: %x", &fd, &events) == 2)
            wait_on_listener(g, w, fd, (short)(events & (POLLIN | POLLOUT)));
    }
    name_set(w);
}

static void open_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = call_of(g, w);
    char path[256];
    struct stat st;
    bool at = c->nr == SYS_openat;
    unsigned long flags = at ? c->arg[2] : c->arg[1];
    bool reading = (flags & O_ACCMODE) == O_RDONLY;
    if (!open_waits_for_fifo(dir_of(g, w), c, path, sizeof path, &st))
        return;
    int index = graph_object(g, OBJECT_FIFO, st.st_ino, st.st_dev);
    struct object *fifo = &g->objects[index];
    fifo->missing = st.st_ino == 0;
    if (!fifo->name[0])
        snprintf(fifo->name, sizeof fifo->name, "%.*s", (int)sizeof fifo->name - 1, path);
    const char *base = strrchr(path, '/');
    snprintf(w->text, sizeof w->text, "open(\"%.40s\", %s)", base ? base + 1 : path,
             reading ? "O_RDONLY" : "O_WRONLY");
    wait_add(w, reading ? WANT_WRITER : WANT_READER, index, -1, 0);
}

static void child_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = call_of(g, w);
    w->for_child = true;
    w->child = (pid_t)c->arg[0];
    if (c->nr == SYS_waitid)
        w->child = c->arg[0] == P_PID ? (pid_t)c->arg[1] : -1;
    snprintf(w->text, sizeof w->text, "%s(%d)", w->call->name, (int)w->child);
}

static void mqueue_wait(struct graph *g, struct wait *w)
{
    int fd = (int)call_of(g, w)->arg[0];
    struct fd_info info;
    snprintf(w->text, sizeof w->text, "%s(%d)", w->call->name, fd);
    if (!proc_fd(dir_of(g, w), fd, true, &info))
        return;
    /* The holders entered it as a file. The number is kept: only the kind changes. */
    int object = -1;
    for (size_t i = 0; i < g->object_count; i++)
        if (g->objects[i].kind == OBJECT_MQUEUE && g->objects[i].id == info.inode)
            object = (int)i;
    if (object < 0)
        object = graph_object(g, OBJECT_FILE, info.inode, info.dev);
    g->objects[object].kind = OBJECT_MQUEUE;
    snprintf(g->objects[object].name, sizeof g->objects[object].name, "%.*s",
             (int)sizeof g->objects[object].name - 1, info.target);
    mqueue_facts(g, w, object, fd);
    wait_add(w, w->call->kind == CALL_MQ_RECEIVE ? WANT_MESSAGE : WANT_ROOM, object, fd, 0);
}

static void describe(struct graph *g, struct wait *w)
{
    snprintf(w->text, sizeof w->text, "%s()", w->call->name);
    switch (w->call->kind) {
    case CALL_READ:
    case CALL_WRITE:
    case CALL_ACCEPT:
    case CALL_CONNECT:
    case CALL_LOCK:
        fd_wait(g, w);
        break;
    case CALL_SPLICE:
        splice_wait(g, w);
        break;
    case CALL_OPEN:
        open_wait(g, w);
        break;
    case CALL_WAIT:
        child_wait(g, w);
        break;
    case CALL_VFORK:
        w->for_child = true;
        w->child = -1;
        break;
    case CALL_MSGRCV:
    case CALL_MSGSND:
        sysv_queue_wait(g, w);
        break;
    case CALL_SEMOP:
        sysv_sem_wait(g, w);
        break;
    case CALL_FUTEX:
        futex_wait(g, w);
        break;
    case CALL_MQ_RECEIVE:
    case CALL_MQ_SEND:
        mqueue_wait(g, w);
        break;
    case CALL_POLL:
        poll_wait(g, w);
        break;
    case CALL_SELECT:
        select_wait(g, w);
        break;
    case CALL_EPOLL:
        epoll_wait_on(g, w);
        break;
    case CALL_SIGNAL:
        signal_wait(g, w);
        break;
    case CALL_SLEEP:
    case CALL_UNKNOWN:
        break;
    }
}

static void describe_task(struct graph *g, struct wait *w)
{
    const struct task *t = &g->s->tasks[w->task];
    w->call = call_lookup(&t->call);
    if (t->state == 'T') {
        w->stopped = true;
        return;
    }
    enum patience patience = patience_of_task(t);
    w->running = patience == PATIENCE_RUNNING;
    w->timed = patience == PATIENCE_TIMED;
    if (!w->running)
        describe(g, w);
}

void graph_find_waits(struct graph *g)
{
    g->wait_count = g->s->task_count;
    g->waits = mem_alloc((g->wait_count + 1) * sizeof *g->waits);
    for (size_t i = 0; i < g->wait_count; i++) {
        g->waits[i].task = i;
        g->waits[i].process = g->s->tasks[i].process;
        describe_task(g, &g->waits[i]);
    }
    for (size_t i = 0; i < g->wait_count;
         i++) /* accept() in disguise: poll() on a listening socket */
        for (size_t k = 0; k < g->waits[i].count; k++)
            if (g->objects[g->waits[i].on[k].object].listening &&
                g->waits[i].on[k].want == WANT_READ)
                g->waits[i].on[k].want = WANT_ACCEPT;
}
