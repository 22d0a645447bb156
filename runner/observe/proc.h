/* Reading /proc, one process at a time. A process directory is opened once and every file is read
 * relative to that descriptor; "it vanished" is a normal answer (false, -1) everywhere. */
#ifndef OBSERVE_PROC_H
#define OBSERVE_PROC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Descriptor of /proc/PID (O_PATH would not do: files are read through it); -1 when it is gone. */
int proc_open(int proc, pid_t pid);

/* Read a small text file below a process directory. At most size - 1 bytes, NUL-terminated.
 * Returns the length, -1 when it cannot be read. */
ssize_t proc_read(int dir, const char *name, char *text, size_t size);

struct proc_stat { /* from "stat", see proc(5) */
    char state;
    char name[20];
    pid_t ppid;
    unsigned long long ticks;          /* utime + stime, clock ticks */
    unsigned long long children_ticks; /* of reaped children */
    unsigned long long start;          /* since boot, clock ticks: tells reused pids apart */
};
bool proc_stat(int dir, const char *name, struct proc_stat *s);

struct proc_status {             /* from "status" */
    pid_t inner;                 /* last number of NSpid */
    unsigned long long switches; /* voluntary and involuntary context switches */
    bool has_switches;
};
bool proc_status(int dir, const char *name, struct proc_status *s);

struct proc_signals {         /* from "status": bit N - 1 stands for signal N, see proc(5) */
    uint64_t pending;         /* for the thread, or for its process */
    uint64_t blocked, caught; /* caught: it has a handler */
};
bool proc_signals(int dir, const char *name, struct proc_signals *s);

enum in_call {
    IN_NO_CALL, /* running, or blocked outside of a system call */
    IN_CALL,
    IN_UNREADABLE, /* no permission, or gone */
};
struct call_state {
    enum in_call in;
    long nr;
    unsigned long arg[6];
    unsigned long stack, code; /* pointers of the caller: another frame, another line */
};
bool call_equal(const struct call_state *a, const struct call_state *b);
void proc_syscall(int dir, const char *name, struct call_state *c);

/* Numeric entries of a directory below a process directory ("task", "fd", "fdinfo"), ascending.
 * malloc'd, *count; -1 when unreadable. */
int proc_numbers(int dir, const char *name, int **list, size_t *count);

/* The children of all threads of a process: malloc'd. -1 when unreadable (also when the kernel was
 * built without CONFIG_PROC_CHILDREN). */
int proc_children(int dir, pid_t **list, size_t *count);

struct proc_parent {
    pid_t pid, ppid;
};
/* Every process there is, with its parent; malloc'd. -1 on failure. */
int proc_scan(int proc, struct proc_parent **list, size_t *count);

/* Read memory of a process; false unless all `len` bytes could be read. */
bool proc_memory(int dir, unsigned long address, void *data, size_t len);

struct mapping {
    unsigned long start, end;
    bool shared, writable;
    unsigned long offset; /* in the file */
    unsigned long long dev, inode;
    char path[160]; /* "" for anonymous memory */
};
/* The mapping that holds an address. */
bool proc_mapping(int dir, unsigned long address, struct mapping *m);
/* Walk all mappings until `visit` returns false. */
void proc_mappings(int dir, bool (*visit)(const struct mapping *m, void *arg), void *arg);

enum fd_kind {
    FD_UNKNOWN, /* unreadable, or of a kind whose wakers are unknown (terminals, inotify…) */
    FD_PIPE,
    FD_FIFO,
    FD_SOCKET,
    FD_EVENT,
    FD_TIMER,
    FD_EPOLL,
    FD_SIGNAL,
    FD_PIDFD,
    FD_URING, /* the kernel works on its own for whoever has one of these */
    FD_FILE,  /* files, folders, /dev/null, and POSIX message queues, which look like files */
};
struct fd_info {
    int fd;
    enum fd_kind kind;
    unsigned long long inode, dev;
    int flags; /* open flags; -1 when unreadable */
    char target[256];
};
/* Look at one descriptor. False when it is not open (any more). The object itself is never opened.
 */
bool proc_fd(int dir, int fd, bool with_flags, struct fd_info *info);

/* Only what its link says: "pipe:[123]", a path. Cheaper. */
bool proc_fd_target(int dir, int fd, char *target, size_t size);

/* A number from a "name:\tvalue" line of fdinfo; false when there is none. */
bool proc_fdinfo(int dir, int fd, const char *name, int base, unsigned long *value);

/* Borrow a copy of a descriptor of the process (pidfd_getfd); -1 when refused. Close it at once. */
int proc_steal_fd(pid_t pid, int fd);

#endif
