/* The sandbox: where student code is compiled and run.
 *
 * Theory of operation. sandbox_open() starts bubblewrap with a small trusted init (lab-init, PID 1,
 * not dumpable) that only waits. It builds the user, mount, network, IPC and UTS namespaces: /usr
 * read-only, /src the student's files read-only, /out the build, /ref nothing, tmpfs for the rest;
 * no home, no solutions, no network but loopback. Nothing of the student ever runs under that init.
 *
 * A test process (forked by Check) calls sandbox_enter(): it joins those namespaces with setns(),
 * so trusted test code can call msgget, mkfifo, shm_open, connect beside the student's program;
 * then it unshares a fresh IPC and mount namespace (fresh tmpfs on /dev/shm, /tmp, /w; fresh
 * mqueue; /out read-only) and starts a PID namespace of its own with another trusted init.
 * sandbox_spawn() puts the student's programs into that namespace as true children of the test
 * process: real wait status, real rusage. They cannot see, signal or trace the test process.
 * sandbox_leave() ends that init, and with it everything in the namespace.
 *
 * Reference peers are children of the test process too, but live in the PID namespace of lab-init,
 * so the student cannot see them in /proc either.
 *
 * When PID 1 of a namespace is gone fork() into it fails: every fork is checked, and no pid reaches
 * kill() unchecked (pidfds are used instead). */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "base/err.h"

enum sandbox_mode { SANDBOX_AUTO, SANDBOX_BWRAP, SANDBOX_NONE };

const char *sandbox_mode_name(enum sandbox_mode m);              /* "auto" "bwrap" "none" */
bool sandbox_mode_parse(const char *name, enum sandbox_mode *m); /* false when unknown */

/* Can this machine run the bwrap sandbox, as the user it would run as? Tries it for real: in a
 * forked child it gives up root, starts bubblewrap, joins, runs /bin/true, leaves. `lab_init` is
 * the path of the init. 0, or -1 with the reason and the remedy. */
int sandbox_probe(const char *lab_init, struct err *e);

struct sandbox {
    enum sandbox_mode mode; /* BWRAP or NONE once opened */
    char *src;              /* owned: host folder with the student's files */
    char *out;              /* owned: host folder of the build */
    char *work;             /* owned: host folder for mode none */
    pid_t bwrap;            /* bubblewrap, child of the opener; 0 in mode none */
    int init_control;       /* closing it ends lab-init */
    int ns_user, ns_mnt, ns_net, ns_ipc, ns_pid, ns_uts; /* descriptors, -1 in mode none */
    int proc; /* descriptor of the outer /proc, opened before joining */
    int filter_len;
    void *filter; /* owned: seccomp program (struct sock_filter[filter_len]) */
};

/* Give up root for good if this process has it: becomes user "ipclab" when there is one, else
 * "nobody". Not root: does nothing. */
int sandbox_drop_root(struct err *e);
/* The uid and gid a root grader becomes. */
int sandbox_unprivileged(uid_t *uid, gid_t *gid, struct err *e);

struct sandbox_folders {          /* on the host; the current user can reach them */
    const char *src, *out, *work; /* the student's files, the build, and for mode none */
    const char *const *hidden;    /* NULL-terminated; may be NULL: folders of the course, which must
                                     not be seen although they lie below /usr (an installed ipclab) */
};
/* Start. `lab_init` is an open descriptor of the init program (it may lie where the unprivileged
 * user cannot go). SANDBOX_AUTO tries bwrap and falls back to none; then *notice (may be NULL) gets
 * a malloc'd sentence why. */
int sandbox_open(struct sandbox *s, enum sandbox_mode mode, int lab_init,
                 const struct sandbox_folders *folders, char **notice, struct err *e);
void sandbox_close(struct sandbox *s);

/* Put the open sandbox into the environment for an exec'd Check program, and take it back there.
 * (IPCLAB_SANDBOX=…; the descriptors lose and regain close-on-exec.) */
int sandbox_export(const struct sandbox *s, struct err *e);
int sandbox_import(struct sandbox *s, struct err *e);

struct sandbox_test {    /* one entered sandbox: one test */
    struct sandbox *box; /* borrowed */
    pid_t init;  /* PID 1 of the test's PID namespace, child of this process; 0 in mode none */
    int init_fd; /* its pidfd */
    int ns_pid;  /* the PID namespace of the student's programs */
    char *dir;   /* owned: the work folder, "/w" (bwrap) or a host path (none) */
};
enum sandbox_purpose { SANDBOX_BUILD, SANDBOX_TEST }; /* /out writable, or read-only */
/* Join for good: the calling process cannot leave again (fork before). */
int sandbox_enter(struct sandbox_test *t, struct sandbox *s, enum sandbox_purpose purpose,
                  struct err *e);
/* Where the student's files (/src) and the build (/out) are for a command in this sandbox. */
const char *sandbox_src(const struct sandbox *s);
const char *sandbox_out(const struct sandbox *s);
/* End every process of the test's PID namespace and reap it. Children of the caller that end
 * meanwhile are reaped as well: nothing may wait for them afterwards. */
void sandbox_leave(struct sandbox_test *t);

enum sandbox_place {
    PLACE_STUDENT, /* confined: seccomp, no capabilities, limits, in the test's PID namespace */
    PLACE_PEER,    /* a reference program: same, but in lab-init's PID namespace (unseen) */
    PLACE_TRUSTED, /* a function of ours, run in the test's PID namespace, not dumpable */
};

struct sandbox_limits {
    int cpu_seconds;   /* RLIMIT_CPU, 0: none */
    long memory_bytes; /* RLIMIT_AS, 0: none */
    int processes;     /* RLIMIT_NPROC, 0: none */
    int files;         /* RLIMIT_NOFILE, 0: 256 */
    long file_bytes;   /* RLIMIT_FSIZE, 0: 64 MiB */
};

struct sandbox_command {
    enum sandbox_place place;
    const char *path;        /* as seen inside, or NULL when exec_fd is used */
    int exec_fd;             /* execute this descriptor (references); -1: use path */
    const char *const *argv; /* NULL-terminated */
    const char *const *env;  /* NULL-terminated; NULL: a fixed small environment */
    int (*run)(void *arg);   /* PLACE_TRUSTED: called instead of exec; its result is the status */
    void *arg;
    const char *dir; /* working folder; NULL: the test's */
    int fds[3];      /* become 0, 1, 2; -1: that descriptor is closed */
    const int *pass; /* further descriptors kept under the same number, -1 ends; may be NULL */
    struct sandbox_limits limits;
    int cpu;              /* pin to the n-th allowed CPU; -1: no pin */
    bool ignore_sigpipe;  /* start with SIGPIPE ignored */
    bool own_group;       /* new session */
    mode_t umask;         /* 0: 022 */
    bool fixed_addresses; /* no address space randomisation */
    int net_ns;           /* join this network namespace first; -1 or 0: stay */
};
struct sandbox_child {
    pid_t pid; /* in the PID namespace of the caller; > 0 */
    int pidfd;
};
/* Start. On success the child runs (or has failed to exec: status 127 with a line on its stderr).
 */
int sandbox_spawn(struct sandbox_child *c, struct sandbox_test *t,
                  const struct sandbox_command *cmd, struct err *e);
/* CPUs this process may use (sched_getaffinity(2)): what sandbox_command.cpu counts; at least 1. */
int sandbox_cpus(void);
/* Signal through the pidfd; a child that is gone is fine. */
void sandbox_signal(const struct sandbox_child *c, int sig);
/* Reap if it ended: 1 and *status, *usage; 0 still running; -1 never ours. */
int sandbox_reap(struct sandbox_child *c, int *status, struct rusage *usage);

#endif
