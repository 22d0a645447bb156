/* Joining an open sandbox, and leaving it: the per-test part. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "sandbox/bond.h"
#include "sandbox/sandbox.h"

static int join(int fd, int kind, const char *name, struct err *e)
{
    return setns(fd, kind) == 0 ? 0 : err_sys(e, MSG_SANDBOX_CANNOT_JOIN, name);
}

/* Nobody inside may create user namespaces of their own: the seccomp filter refuses it, this too.
 */
static int forbid_user_namespaces(struct err *e)
{
    int fd = open("/proc/sys/user/max_user_namespaces", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, "0", 1) != 1) {
        err_sys(e, MSG_SANDBOX_CANNOT_JOIN, "max_user_namespaces");
        if (fd >= 0)
            close(fd);
        return -1;
    }
    close(fd);
    return 0;
}

static int join_all(struct sandbox *s, struct err *e)
{
    const struct bond bond = bond_look();
    if (join(s->ns_user, CLONE_NEWUSER, "user", e) != 0 ||
        join(s->ns_ipc, CLONE_NEWIPC, "ipc", e) != 0 ||
        join(s->ns_net, CLONE_NEWNET, "net", e) != 0 ||
        join(s->ns_uts, CLONE_NEWUTS, "uts", e) != 0 || join(s->ns_mnt, CLONE_NEWNS, "mnt", e) != 0)
        return -1;
    /* gaining capabilities in the namespace made us undumpable; children need an accessible /proc
     */
    prctl(PR_SET_DUMPABLE, 1);
    bond_renew(&bond);
    return forbid_user_namespaces(e);
}

static int mount_fresh(const char *target, const char *type, const char *options, struct err *e)
{
    if (mount(type, target, type, MS_NOSUID | MS_NODEV, options) != 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_MOUNT, target);
    return 0;
}

/* A source must not include a device that never ends. */
static int hide_devices(struct err *e)
{
    static const char *const endless[] = {"/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"};
    for (size_t i = 0; i < sizeof endless / sizeof endless[0]; i++)
        if (mount("/dev/null", endless[i], NULL, MS_BIND, NULL) != 0)
            return err_sys(e, MSG_SANDBOX_CANNOT_MOUNT, endless[i]);
    return 0;
}

/* Mounts that only this test sees; freed by the kernel when its last process ends. */
static int private_mounts(enum sandbox_purpose purpose, struct err *e)
{
    if (unshare(CLONE_NEWNS | CLONE_NEWIPC) != 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_JOIN, "unshare");
    if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_MOUNT, "/");
    if (mount_fresh("/dev/shm", "tmpfs", "size=64m,nr_inodes=4096,mode=1777", e) != 0 ||
        mount_fresh("/tmp", "tmpfs", "size=128m,nr_inodes=4096,mode=1777", e) != 0 ||
        mount_fresh("/w", "tmpfs", "size=64m,nr_inodes=4096,mode=755", e) != 0 ||
        mount_fresh("/dev/mqueue", "mqueue", NULL, e) != 0)
        return -1;
    if (purpose == SANDBOX_BUILD)
        return hide_devices(e);
    if (mount(NULL, "/out", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) !=
        0)
        return err_sys(e, MSG_SANDBOX_CANNOT_MOUNT, "/out");
    return 0;
}

/* PID 1 of the test's PID namespace: mounts its /proc, says so, waits until its namespace has been
 * opened, hides, says so again, and stays. It ends when its creator does (PDEATHSIG; before, EOF on
 * `go`). */
static _Noreturn void test_init(int ready[2], int go[2])
{
    close(ready[0]);
    close(go[1]); /* else its own copy would hide the creator's death */
    char c =
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 ? 'r' : 'p';
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_IGN);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || write(ready[1], &c, 1) != 1 ||
        read(go[0], &c, 1) != 1)
        _exit(1);
    if (prctl(PR_SET_DUMPABLE, 0) != 0)
        _exit(1);
    prctl(PR_SET_NAME, "lab-init");
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    if (write(ready[1], &c, 1) != 1) /* nothing of the student's may run before we are hidden */
        _exit(1);
    syscall(SYS_close_range, 0, ~0u, 0);
    for (;;) {
        siginfo_t info;
        sigwaitinfo(&set, &info);
        /* Zombies that end up here stay until the harness has counted them: it asks for the reaping
         * by ending the namespace. */
    }
}

static int start_init(struct sandbox_test *t, struct err *e)
{
    int ready[2], go[2];
    char c = 0, path[64];
    if (pipe2(ready, O_CLOEXEC) != 0)
        return err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    if (pipe2(go, O_CLOEXEC) != 0) {
        close(ready[0]);
        close(ready[1]);
        return err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    }
    t->init = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
    if (t->init == 0)
        test_init(ready, go);
    close(ready[1]);
    close(go[0]);
    int rc = -1;
    if (t->init < 0) {
        t->init = 0;
        err_sys(e, MSG_SANDBOX_CANNOT_FORK);
    } else if (read(ready[0], &c, 1) != 1 || c != 'r') {
        err_msg(e, MSG_SANDBOX_CANNOT_MOUNT, "/proc");
    } else {
        snprintf(path, sizeof path, "%d/ns/pid", (int)t->init);
        t->ns_pid = openat(t->box->proc, path, O_RDONLY | O_CLOEXEC);
        t->init_fd = (int)syscall(SYS_pidfd_open, t->init, 0);
        rc = t->ns_pid >= 0 && t->init_fd >= 0 && write(go[1], "g", 1) == 1 &&
                     read(ready[0], &c, 1) == 1
                 ? 0
                 : err_sys(e, MSG_SANDBOX_NO_NAMESPACES);
    }
    close(ready[0]);
    close(go[1]);
    return rc;
}

static int enter_none(struct sandbox_test *t, struct sandbox *s, struct err *e)
{
    t->dir = str_format("%s/w-XXXXXX", s->work);
    if (!mkdtemp(t->dir) || chdir(t->dir) != 0)
        return err_sys(e, MSG_BASE_CANNOT_CREATE, t->dir);
    prctl(PR_SET_CHILD_SUBREAPER, 1); /* orphans come to us instead of to the system's init */
    return 0;
}

int sandbox_enter(struct sandbox_test *t, struct sandbox *s, enum sandbox_purpose purpose,
                  struct err *e)
{
    *t = (struct sandbox_test){.box = s, .init_fd = -1, .ns_pid = -1};
    umask(022);
    if (s->mode == SANDBOX_NONE)
        return enter_none(t, s, e);
    t->dir = str_dup("/w");
    if (join_all(s, e) != 0 || private_mounts(purpose, e) != 0 || start_init(t, e) != 0) {
        sandbox_leave(t);
        return -1;
    }
    if (chdir(t->dir) != 0) {
        err_sys(e, MSG_BASE_CANNOT_OPEN, t->dir);
        sandbox_leave(t);
        return -1;
    }
    return 0;
}

/* --- mode none: find and end every descendant ------------------------------------------------- */

static void signal_pid(pid_t pid, int sig)
{
    int fd = pid > 1 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (fd < 0)
        return;
    syscall(SYS_pidfd_send_signal, fd, sig, NULL, 0);
    close(fd);
}

/* Kill the direct children of this process (orphans arrive here, we are their subreaper) until
 * there are none: each round reaps, so grandchildren become children. */
static void end_descendants(int proc)
{
    for (int round = 0; round < 1000; round++) {
        char path[64], text[8192];
        snprintf(path, sizeof path, "%d/task/%d/children", (int)getpid(), (int)getpid());
        int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
        if (fd >= 0)
            close(fd);
        if (n <= 0)
            return;
        text[n] = '\0';
        for (char *p = text, *end; *p; p = end) {
            long pid = strtol(p, &end, 10);
            if (end == p)
                break;
            signal_pid((pid_t)pid, SIGKILL);
        }
        while (waitpid(-1, NULL, __WALL) < 0 && errno == EINTR)
            ;
    }
}

void sandbox_leave(struct sandbox_test *t)
{
    if (!t->box)
        return;
    if (t->box->mode == SANDBOX_NONE) {
        end_descendants(t->box->proc);
    } else if (t->init > 0) {
        /* The kernel kills the whole namespace with its PID 1, and lets PID 1 end only when
         * everything in it has been reaped: also our own children there, so reap whatever comes. */
        signal_pid(t->init, SIGKILL);
        for (pid_t got = 0; got != t->init;) {
            got = waitpid(-1, NULL, 0);
            if (got < 0 && errno != EINTR)
                break;
        }
    }
    t->init = 0;
    if (t->init_fd >= 0)
        close(t->init_fd);
    if (t->ns_pid >= 0)
        close(t->ns_pid);
    free(t->dir);
    *t = (struct sandbox_test){.init_fd = -1, .ns_pid = -1};
}
