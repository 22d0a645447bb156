/* Who has what open. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "observe/graph.h"

int graph_object(struct graph *g, enum object_kind kind, unsigned long long id,
                 unsigned long long dev)
{
    for (size_t i = 0; i < g->object_count; i++)
        if (g->objects[i].kind == kind && g->objects[i].id == id && g->objects[i].dev == dev)
            return (int)i;
    if (g->object_count == g->object_cap) {
        g->object_cap = g->object_cap ? 2 * g->object_cap : 32;
        g->objects = mem_grow(g->objects, g->object_cap, sizeof *g->objects);
    }
    struct object *object = &g->objects[g->object_count];
    *object = (struct object){.kind = kind, .id = id, .dev = dev, .peer = -1};
    object->futex.owner_task = -1;
    return (int)g->object_count++;
}

static void add_holder(struct object *object, size_t process, int fd, int flags)
{
    if (object->holder_count == object->holder_cap) {
        object->holder_cap = object->holder_cap ? 2 * object->holder_cap : 4;
        object->holders = mem_grow(object->holders, object->holder_cap, sizeof *object->holders);
    }
    int mode = flags & O_ACCMODE;
    object->holders[object->holder_count++] =
        (struct holder){.process = process,
                        .fd = fd,
                        .reads = mode == O_RDONLY || mode == O_RDWR,
                        .writes = mode == O_WRONLY || mode == O_RDWR};
}

static bool object_kind_of(const struct fd_info *info, enum object_kind *kind)
{
    switch (info->kind) {
    case FD_PIPE:
        *kind = OBJECT_PIPE;
        return true;
    case FD_FIFO:
        *kind = OBJECT_FIFO;
        return true;
    case FD_SOCKET:
        *kind = OBJECT_SOCKET;
        return true;
    case FD_FILE:
        *kind = OBJECT_FILE;
        return true;
    case FD_EVENT:
    case FD_SIGNAL:
    case FD_PIDFD:
    case FD_EPOLL:
    case FD_TIMER:
    case FD_URING:
    case FD_UNKNOWN:
        break;
    }
    return false;
}

static void holders_of_process(struct graph *g, size_t process)
{
    AUTO_FREE int *fds = NULL;
    size_t n;
    int dir = g->facts[process].dir;
    if (dir < 0 || proc_numbers(dir, "fd", &fds, &n) < 0)
        return;
    for (size_t i = 0; i < n; i++) {
        struct fd_info info;
        enum object_kind kind;
        if (!proc_fd(dir, fds[i], true, &info) || info.flags < 0 || (info.flags & O_PATH) ||
            !object_kind_of(&info, &kind))
            continue;
        int index = graph_object(g, kind, info.inode, info.dev);
        struct object *object = &g->objects[index];
        if (kind == OBJECT_FIFO || kind == OBJECT_FILE)
            snprintf(object->name, sizeof object->name, "%.*s", (int)sizeof object->name - 1,
                     info.target);
        add_holder(object, process, info.fd, info.flags);
    }
}

void graph_find_holders(struct graph *g)
{
    for (size_t i = 0; i < g->s->process_count; i++)
        if (!g->s->processes[i].dead)
            holders_of_process(g, i);
}
