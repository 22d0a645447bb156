/* From a snapshot to the wait-for graph: who waits for what, and who holds it.
 *
 * Everything here reads; nothing is judged. The patterns (pattern_*.c) look for known mistakes in
 * the graph, explain.c and picture.c put it into words and boxes.
 *
 * To add a kind of object: an enumerator here, a constructor in wait.c (or a file of its own), its
 * holders in holders.c, and its label in words.c. */
#ifndef OBSERVE_GRAPH_H
#define OBSERVE_GRAPH_H

#include <stdint.h>

#include "observe/call.h"
#include "observe/observer.h"

enum object_kind {
    OBJECT_PIPE,
    OBJECT_FIFO,   /* an open FIFO, or one that open() waits for */
    OBJECT_SOCKET, /* one end of a connection, or a listening socket */
    OBJECT_SYSV_QUEUE,
    OBJECT_MQUEUE,
    OBJECT_SYSV_SEM, /* one semaphore of a set */
    OBJECT_SEM,      /* sem_t */
    OBJECT_MUTEX,
    OBJECT_COND,
    OBJECT_THREAD_END, /* pthread_join */
    OBJECT_WORD,       /* any other futex */
    OBJECT_FILE,       /* a locked file */
    OBJECT_OTHER,      /* eventfd, signalfd… */
};

enum memory_place { /* of private memory */
                    MEMORY_OTHER,
                    MEMORY_STACK,  /* of the first thread: a local variable */
                    MEMORY_HEAP,   /* malloc */
                    MEMORY_GLOBAL, /* global and static variables */
};

struct holder {
    size_t process; /* index into snapshot.processes */
    int fd;
    bool reads, writes;
};

struct object {
    enum object_kind kind;
    unsigned long long id, dev; /* inode and device, msqid, semid and number, or futex key */
    char name[120];             /* path or queue name, "" when it has none */
    int label;                  /* 1, 2, …; 0: not mentioned yet */
    struct holder *holders;     /* owned */
    size_t holder_count, holder_cap;
    int peer;                                 /* OBJECT_SOCKET: the other end, -1 unknown */
    bool listening, connected;                /* OBJECT_SOCKET */
    bool missing;                             /* OBJECT_FIFO: nothing is at that path any more */
    struct {                                  /* queues */
        unsigned long messages, bytes, limit; /* limit: bytes (System V) or messages (POSIX) */
        pid_t last_sender, last_receiver;
        long types[8]; /* of the first messages waiting (System V) */
        size_t type_count;
    } queue;
    struct { /* semaphores */
        int value;
        pid_t last; /* System V: who operated last, in the caller's PID namespace */
        bool used;  /* System V: some semop() has succeeded */
        bool reset; /* POSIX: initialised while somebody waited */
    } sem;
    struct { /* futexes */
        uint32_t value, expected;
        bool private_op;  /* FUTEX_PRIVATE_FLAG */
        bool shared;      /* the mapping is MAP_SHARED */
        size_t mapped_by; /* number of watched processes with the same memory mapped */
        pid_t owner;      /* mutex: inner tid of the owner, 0 none or unknown */
        int owner_task;   /* index into snapshot.tasks, -1: no such thread (any more) */
        unsigned long address;
        bool file; /* the mapping belongs to a file or shm object, not to the program */
        enum memory_place place;
    } futex;
};

enum want {
    WANT_READ,
    WANT_WRITE,
    WANT_ACCEPT,
    WANT_CONNECT,
    WANT_READER, /* open() of a FIFO for writing */
    WANT_WRITER, /* open() of a FIFO for reading */
    WANT_MESSAGE,
    WANT_ROOM, /* in a queue */
    WANT_POST,
    WANT_LOCK,
    WANT_SIGNAL_COND,
    WANT_CHANGE, /* of a futex word */
    WANT_THREAD,
    WANT_FILE_LOCK,
    WANT_OTHER,
};
struct wanted {
    enum want want;
    int object;  /* index into graph.objects */
    int fd;      /* -1: none */
    long detail; /* WANT_MESSAGE: mtype; WANT_POST: the operation (-1, 0 …) */
};

struct wait { /* one thread that waits */
    size_t task, process;
    const struct call_info *call;
    char text[80];    /* "read(3)", "waitpid(-1)" */
    char library[40]; /* exported C library function it is in, "" unknown: "sem_wait" */
    char file[128];   /* source of the student's innermost frame, "" unknown */
    int line;
    bool stopped, running; /* running: not blocked, or not understood */
    bool for_child, for_signal, timed;
    struct { /* for_signal */
        bool known;
        uint64_t wanted;    /* could end it: they have a handler, or sigwait() asks for them */
        uint64_t kept_away; /* have come, but are blocked */
    } signals;
    pid_t child;       /* for_child: inner pid argument (-1 any) */
    struct wanted *on; /* owned: any of these would do */
    size_t count, cap;
};

struct process_facts { /* what the snapshot does not hold */
    int dir;           /* /proc/PID, -1 when gone */
    char exe[160];     /* target of exe */
    unsigned long long pid_ns;
    unsigned long long written; /* bytes, from io */
    bool has_io;
    char *name[LANG_COUNT]; /* owned: 父进程, 子进程 1 */
    int number;             /* of a child in its tree; 0: a root */
};

struct graph {
    const struct observer *observer;
    const struct snapshot *s;
    struct process_facts *facts; /* owned, by process */
    struct object *objects;      /* owned */
    size_t object_count, object_cap;
    struct wait *waits; /* owned */
    size_t wait_count;
    int labels;
};

void graph_init(struct graph *g, const struct observer *o); /* builds it all but source lines */
void graph_release(struct graph *g);
/* Ask the unwinder; all threads are stopped for a moment, so read everything else first. */
void graph_find_lines(struct graph *g);

/* holders.c */
int graph_object(struct graph *g, enum object_kind kind, unsigned long long id,
                 unsigned long long dev);
void graph_find_holders(struct graph *g);

/* wait.c */
void graph_find_waits(struct graph *g);
void wait_add(struct wait *w, enum want want, int object, int fd, long detail);

/* futex.c, queues.c, sockets.c, signals.c: objects of their kind, with their facts */
void futex_wait(struct graph *g, struct wait *w);
void sysv_queue_wait(struct graph *g, struct wait *w);
void sysv_sem_wait(struct graph *g, struct wait *w);
void signal_wait(struct graph *g, struct wait *w);
void mqueue_facts(struct graph *g, struct wait *w, int object, int fd);
void sockets_connect(struct graph *g); /* find peers and listening sockets */
/* Another unlocked semaphore near (or beside) this one, or in the same set: somebody could take
 * something, yet nobody gets there. */
bool sem_has_free_sibling(const struct graph *g, const struct wait *w, const struct object *sem);
/* Bytes waiting in a POSIX queue that the process has open, 0 when there are none. */
unsigned long mqueue_waiting(const struct graph *g, size_t process, char *name, size_t size);

/* Queries. */
const struct process *graph_process(const struct graph *g, size_t index);
bool graph_alive(const struct graph *g, size_t process);
/* The wait of the first thread of a process, NULL when it has none. */
const struct wait *graph_wait_of(const struct graph *g, size_t process);
/* Is `a` a (grand…)parent of `b`? */
bool graph_is_ancestor(const struct graph *g, size_t a, size_t b);
/* Can a holder of this kind end the wait? For pipes the other end; for sockets holders of the peer.
 */
bool wanted_next(const struct graph *g, const struct wanted *want, size_t *position,
                 struct holder *holder);
/* Does some thread of `process` wait for a child that `child` is? */
const struct wait *graph_waits_for_child(const struct graph *g, size_t process, size_t child);

#endif
