#include "cli/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"

enum { PATIENCE_MS = 60000, OUTPUT_MAX = 16 << 20 };

static _Noreturn void exec_child(const char *const *argv, const struct capture_options *o, int out)
{
    int null = open("/dev/null", O_RDONLY);
    signal(SIGPIPE, SIG_DFL);
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
        _exit(126);
    if (o && o->dir && chdir(o->dir) != 0)
        _exit(126);
    if (o && o->no_randomize)
        personality(ADDR_NO_RANDOMIZE);
    execvp(argv[0], (char *const *)argv);
    _exit(127);
}

/* Read to the end; false when time or room ran out. */
static bool collect(int fd, struct buf *out)
{
    double deadline = clock_ms() + PATIENCE_MS;
    char chunk[8192];
    for (;;) {
        int left = (int)(deadline - clock_ms());
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (left <= 0 || out->len > OUTPUT_MAX)
            return false;
        if (poll(&p, 1, left) <= 0)
            continue;
        ssize_t n = read(fd, chunk, sizeof chunk);
        if (n == 0)
            return true;
        if (n > 0)
            buf_add(out, chunk, (size_t)n);
        else if (errno != EINTR)
            return true;
    }
}

static void end(pid_t pid)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0)
        return;
    syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
    close(fd);
}

int capture_run(struct capture *c, const char *const *argv, const struct capture_options *o,
                struct err *e)
{
    int ends[2], status = 0;
    *c = (struct capture){.status = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return err_sys(e, MSG_CLI_CANNOT_RUN, argv[0]);
    pid_t pid = fork();
    if (pid == 0)
        exec_child(argv, o, ends[1]);
    close(ends[1]);
    if (pid < 0) {
        err_sys(e, MSG_CLI_CANNOT_RUN, argv[0]);
        close(ends[0]);
        return -1;
    }
    c->timed_out = !collect(ends[0], &c->out);
    if (c->timed_out)
        end(pid);
    close(ends[0]);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    c->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

void capture_release(struct capture *c)
{
    buf_release(&c->out);
}
