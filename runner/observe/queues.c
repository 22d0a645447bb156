/* System V queues and semaphores, POSIX message queues. The caller is in the IPC namespace of the
 * watched processes, so the ids in their calls are valid here. Everything only looks: IPC_STAT,
 * GETVAL, GETPID, MSG_COPY. */
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "observe/graph.h"

#ifndef MSG_COPY
#define MSG_COPY 040000
#endif

union semun { /* semctl(2): the caller has to define it */
    int val;
    struct semid_ds *buf;
    unsigned short *array;
};

/* The types of the first messages in the queue, without taking them out. */
static void peek_types(struct object *o)
{
    struct {
        long type;
        char text[8];
    } message;
    size_t max = sizeof o->queue.types / sizeof *o->queue.types;
    o->queue.type_count = 0;
    while (o->queue.type_count < max) {
        long index = (long)o->queue.type_count;
        if (msgrcv((int)o->id, &message, sizeof message.text, index,
                   MSG_COPY | IPC_NOWAIT | MSG_NOERROR) < 0)
            return;
        o->queue.types[o->queue.type_count++] = message.type;
    }
}

static void sysv_queue_facts(struct object *o)
{
    struct msqid_ds ds;
    if (msgctl((int)o->id, IPC_STAT, &ds) < 0)
        return;
    o->queue.messages = ds.msg_qnum;
    o->queue.bytes = ds.__msg_cbytes;
    o->queue.limit = ds.msg_qbytes;
    o->queue.last_sender = ds.msg_lspid;
    o->queue.last_receiver = ds.msg_lrpid;
    peek_types(o);
}

void sysv_queue_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = &g->s->tasks[w->task].call;
    bool receiving = w->call->kind == CALL_MSGRCV;
    int id = (int)c->arg[0];
    int object = graph_object(g, OBJECT_SYSV_QUEUE, (unsigned long long)id, 0);
    sysv_queue_facts(&g->objects[object]);
    if (receiving)
        snprintf(w->text, sizeof w->text, "msgrcv(%d, mtype = %ld)", id, (long)c->arg[3]);
    else
        snprintf(w->text, sizeof w->text, "msgsnd(%d)", id);
    wait_add(w, receiving ? WANT_MESSAGE : WANT_ROOM, object, -1, receiving ? (long)c->arg[3] : 0);
}

static void sysv_sem_facts(struct object *o, int id, int number)
{
    struct semid_ds ds = {0};
    union semun arg = {.buf = &ds};
    o->sem.value = semctl(id, number, GETVAL);
    o->sem.last = semctl(id, number, GETPID);
    o->sem.used = semctl(id, number, IPC_STAT, arg) == 0 && ds.sem_otime != 0;
}

/* The operation of the array that blocks, given the values. */
static bool blocks(int value, short op)
{
    return op < 0 ? value < -op : op == 0 && value != 0;
}

void sysv_sem_wait(struct graph *g, struct wait *w)
{
    const struct call_state *c = &g->s->tasks[w->task].call;
    struct sembuf ops[16];
    int id = (int)c->arg[0], dir = g->facts[w->process].dir;
    size_t n = c->arg[2];
    snprintf(w->text, sizeof w->text, "semop(%d)", id);
    if (dir < 0 || n == 0 || n > sizeof ops / sizeof *ops ||
        !proc_memory(dir, c->arg[1], ops, n * sizeof *ops))
        return;
    for (size_t i = 0; i < n; i++) {
        int number = ops[i].sem_num;
        int object =
            graph_object(g, OBJECT_SYSV_SEM, (unsigned long long)id, (unsigned long long)number);
        struct object *o = &g->objects[object];
        sysv_sem_facts(o, id, number);
        if (!blocks(o->sem.value, ops[i].sem_op))
            continue;
        snprintf(w->text, sizeof w->text, "semop(%d, {%d, %+d})", id, number, ops[i].sem_op);
        wait_add(w, WANT_POST, object, -1, ops[i].sem_op);
        return;
    }
}

void mqueue_facts(struct graph *g, struct wait *w, int object, int fd)
{
    int copy = proc_steal_fd(graph_process(g, w->process)->pid, fd);
    if (copy < 0)
        return;
    struct mq_attr attr;
    if (mq_getattr((mqd_t)copy, &attr) == 0) {
        g->objects[object].queue.messages = (unsigned long)attr.mq_curmsgs;
        g->objects[object].queue.limit = (unsigned long)attr.mq_maxmsg;
    }
    close(copy);
}

unsigned long mqueue_waiting(const struct graph *g, size_t process, char *name, size_t size)
{
    AUTO_FREE int *fds = NULL;
    size_t n;
    unsigned long waiting = 0;
    int dir = g->facts[process].dir;
    if (dir < 0 || proc_numbers(dir, "fd", &fds, &n) < 0)
        return 0;
    for (size_t i = 0; i < n && !waiting; i++) {
        struct fd_info info;
        struct mq_attr attr;
        if (!proc_fd(dir, fds[i], false, &info) || info.kind != FD_FILE || info.target[0] != '/')
            continue;
        int copy = proc_steal_fd(graph_process(g, process)->pid, fds[i]);
        if (copy < 0)
            continue;
        if (mq_getattr((mqd_t)copy, &attr) == 0 && attr.mq_curmsgs > 0) {
            waiting = (unsigned long)attr.mq_curmsgs;
            snprintf(name, size, "%.100s", info.target);
        }
        close(copy);
    }
    return waiting;
}
