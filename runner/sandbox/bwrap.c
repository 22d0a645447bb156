#include "sandbox/bwrap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fs.h"

static const char bwrap_path[] = "/usr/bin/bwrap";

enum { PIPE_READY, PIPE_CONTROL, PIPE_INFO, PIPE_STDERR, PIPE_COUNT };

static void arg(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text) + 1);
}

static void args(struct buf *b, const char *const *list)
{
    for (; *list; list++)
        arg(b, *list);
}

/* /lib, /lib64, /bin are links into /usr on a merged system, else folders to bind. */
static void top_folder(struct buf *b, const char *name)
{
    char path[64], target[256];
    snprintf(path, sizeof path, "/%s", name);
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n > 0) {
        target[n] = '\0';
        args(b, (const char *const[]){"--symlink", target, path, NULL});
    } else if (fs_is_dir(path)) {
        args(b, (const char *const[]){"--ro-bind", path, path, NULL});
    }
}

/* An empty folder in the place of one that /usr would bring along. */
static void hide(struct buf *b, const char *folder)
{
    AUTO_FREE char *path = realpath(folder, NULL);
    if (path && strncmp(path, "/usr/", 5) == 0 && fs_is_dir(path))
        args(b,
             (const char *const[]){"--size", "4096", "--tmpfs", path, "--remount-ro", path, NULL});
}

/* Without --die-with-parent: bubblewrap killed between cloning its child and letting it go on would
 * leave a child that waits for ever. It is never killed while it starts; lab-init, which it
 * becomes, ends when nobody is left at the other end of its control pipe.
 *
 * All namespaces; /usr, /src read-only; /out writable (each test makes it read-only for itself);
 * the rest small tmpfs. --dev is not used: it needs a second user namespace in which uids change.
 */
static void describe(struct buf *b, const struct sandbox *s, const char *const *hidden)
{
    static const char *const devices[] = {"null", "zero", "full", "random", "urandom"};
    args(b, (const char *const[]){"--unshare-user", "--unshare-pid", "--unshare-ipc",
                                  "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
                                  "--new-session", "--hostname", "lab", "--clearenv", "--ro-bind",
                                  "/usr", "/usr", NULL});
    top_folder(b, "bin");
    top_folder(b, "sbin");
    top_folder(b, "lib");
    top_folder(b, "lib64");
    for (; hidden && *hidden; hidden++)
        hide(b, *hidden);
    args(b, (const char *const[]){"--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache",
                                  "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
                                  "--proc", "/proc", "--size", "65536", "--tmpfs", "/dev", NULL});
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        char path[32];
        snprintf(path, sizeof path, "/dev/%s", devices[i]);
        args(b, (const char *const[]){"--dev-bind", path, path, NULL});
    }
    args(b, (const char *const[]){"--symlink",
                                  "/proc/self/fd",
                                  "/dev/fd",
                                  "--symlink",
                                  "/proc/self/fd/0",
                                  "/dev/stdin",
                                  "--symlink",
                                  "/proc/self/fd/1",
                                  "/dev/stdout",
                                  "--symlink",
                                  "/proc/self/fd/2",
                                  "/dev/stderr",
                                  "--dir",
                                  "/dev/mqueue",
                                  "--dir",
                                  "/dev/shm",
                                  "--dir",
                                  "/tmp",
                                  "--dir",
                                  "/w",
                                  "--ro-bind",
                                  s->src,
                                  "/src",
                                  "--bind",
                                  s->out,
                                  "/out",
                                  "--chdir",
                                  "/",
                                  "--remount-ro",
                                  "/dev",
                                  "--remount-ro",
                                  "/",
                                  "--as-pid-1",
                                  NULL});
}

static int write_args(const struct buf *b)
{
    int fd = memfd_create("bwrap-args", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    if (write(fd, b->data, b->len) != (ssize_t)b->len || lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void keep(int fd)
{
    fcntl(fd, F_SETFD, 0);
}

/* In the forked child: only the needed descriptors survive, the environment is empty. */
static _Noreturn void exec_bwrap(int args_fd, int lab_init, int pipes[PIPE_COUNT][2])
{
    char args_text[16], info[16], ready[16], control[16], init[64];
    snprintf(args_text, sizeof args_text, "%d", args_fd);
    snprintf(info, sizeof info, "%d", pipes[PIPE_INFO][1]);
    snprintf(ready, sizeof ready, "%d", pipes[PIPE_READY][1]);
    snprintf(control, sizeof control, "%d", pipes[PIPE_CONTROL][0]);
    snprintf(init, sizeof init, "/proc/self/fd/%d", lab_init);
    keep(args_fd);
    keep(lab_init);
    keep(pipes[PIPE_INFO][1]);
    keep(pipes[PIPE_INFO][0]); /* so that writing there cannot fail when our creator is gone */
    keep(pipes[PIPE_READY][1]);
    keep(pipes[PIPE_CONTROL][0]);
    setpgid(0, 0);
    int null = open("/dev/null", O_RDWR);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(pipes[PIPE_STDERR][1], 2) < 0)
        _exit(1);
    const char *const argv[] = {"bwrap", "--args", args_text, "--info-fd", info,
                                init,    ready,    control,   NULL};
    char *const env[] = {NULL};
    execve(bwrap_path, (char *const *)argv, env);
    fprintf(stderr, "%s: %s\n", bwrap_path, strerror(errno));
    _exit(1);
}

static void close_pair(int pair[2])
{
    for (int i = 0; i < 2; i++)
        if (pair[i] >= 0) {
            close(pair[i]);
            pair[i] = -1;
        }
}

/* What bubblewrap said before it gave up; one line. */
static int failed(int stderr_fd, struct err *e)
{
    char text[512];
    ssize_t n = read(stderr_fd, text, sizeof text - 1);
    if (n < 0)
        n = 0;
    text[n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    return err_msg(e, MSG_SANDBOX_BWRAP_FAILED, text[0] ? text : "bwrap");
}

static int open_ns(int proc, pid_t pid, const char *name)
{
    char path[64];
    snprintf(path, sizeof path, "%d/ns/%s", (int)pid, name);
    return openat(proc, path, O_RDONLY | O_CLOEXEC);
}

static int open_namespaces(struct sandbox *s, int info_fd, struct err *e)
{
    char info[512];
    ssize_t n = read(info_fd, info, sizeof info - 1);
    info[n > 0 ? n : 0] = '\0';
    const char *colon = strchr(info, ':'); /* { "child-pid": 123, … */
    pid_t pid = colon ? (pid_t)strtol(colon + 1, NULL, 10) : 0;
    if (pid <= 1)
        return err_msg(e, MSG_SANDBOX_BWRAP_FAILED, "--info-fd");
    s->ns_user = open_ns(s->proc, pid, "user");
    s->ns_mnt = open_ns(s->proc, pid, "mnt");
    s->ns_net = open_ns(s->proc, pid, "net");
    s->ns_ipc = open_ns(s->proc, pid, "ipc");
    s->ns_pid = open_ns(s->proc, pid, "pid");
    s->ns_uts = open_ns(s->proc, pid, "uts");
    if (s->ns_user < 0 || s->ns_mnt < 0 || s->ns_net < 0 || s->ns_ipc < 0 || s->ns_pid < 0 ||
        s->ns_uts < 0)
        return err_sys(e, MSG_SANDBOX_NO_NAMESPACES);
    return 0;
}

/* Wait until lab-init says so. A bubblewrap that gave up may have left a child with a copy of our
 * pipe, so its own end counts as well. */
static bool becomes_ready(int ready, pid_t bwrap)
{
    char byte;
    struct pollfd fds[] = {{.fd = ready, .events = POLLIN},
                           {.fd = (int)syscall(SYS_pidfd_open, bwrap, 0), .events = POLLIN}};
    while (poll(fds, 2, -1) < 0 && errno == EINTR)
        ;
    bool said = fds[0].revents && read(ready, &byte, 1) == 1;
    if (fds[1].fd >= 0)
        close(fds[1].fd);
    return said;
}

int bwrap_start(struct sandbox *s, int lab_init, const char *const *hidden, struct err *e)
{
    int pipes[PIPE_COUNT][2] = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    struct buf description = BUF_INIT;
    int args_fd = -1, result = -1;

    if (access(bwrap_path, X_OK) != 0)
        return err_msg(e, MSG_SANDBOX_NO_BWRAP);
    describe(&description, s, hidden);
    args_fd = write_args(&description);
    for (int i = 0; i < PIPE_COUNT; i++)
        if (pipe2(pipes[i], O_CLOEXEC) != 0)
            args_fd = -1;
    if (args_fd < 0) {
        err_sys(e, MSG_SANDBOX_CANNOT_START);
        goto out;
    }
    s->bwrap = fork();
    if (s->bwrap < 0) {
        err_sys(e, MSG_SANDBOX_CANNOT_START);
        s->bwrap = 0;
        goto out;
    }
    if (s->bwrap == 0)
        exec_bwrap(args_fd, lab_init, pipes);

    setpgid(s->bwrap, s->bwrap); /* whoever comes first */
    s->init_control = pipes[PIPE_CONTROL][1];
    pipes[PIPE_CONTROL][1] = -1;
    for (int i = 0; i < PIPE_COUNT;
         i++) { /* our copies of the child's ends: so that its end is EOF */
        int end = i == PIPE_CONTROL ? 0 : 1;
        close(pipes[i][end]);
        pipes[i][end] = -1;
    }
    if (!becomes_ready(pipes[PIPE_READY][0], s->bwrap))
        failed(pipes[PIPE_STDERR][0], e);
    else
        result = open_namespaces(s, pipes[PIPE_INFO][0], e);
    if (result != 0)
        bwrap_stop(s);
out:
    for (int i = 0; i < PIPE_COUNT; i++)
        close_pair(pipes[i]);
    if (args_fd >= 0)
        close(args_fd);
    buf_release(&description);
    return result;
}

void bwrap_stop(struct sandbox *s)
{
    if (s->init_control >= 0)
        close(s->init_control); /* lab-init sees EOF and ends, and its namespaces with it */
    s->init_control = -1;
    if (s->bwrap > 1) {
        kill(-s->bwrap,
             SIGKILL); /* its group, while it is not reaped: a child of it may be stuck */
        while (waitpid(s->bwrap, NULL, 0) < 0 && errno == EINTR)
            ;
        s->bwrap = 0;
    }
}
