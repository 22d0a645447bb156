/* lab-init: PID 1 of the sandbox that bubblewrap builds. It says "ready" on one descriptor, reaps
 * what is re-parented to it and ends when the other descriptor reaches EOF (its owner is gone) or
 * with bubblewrap, its parent. It runs nothing of the student's and cannot be traced or dumped.
 * Usage: lab-init READY_FD CONTROL_FD
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 64;
    int ready = atoi(argv[1]);
    int control = atoi(argv[2]);
    if (prctl(PR_SET_DUMPABLE, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return 1;

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int children = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (children < 0 || write(ready, "r", 1) != 1)
        return 1;
    close(ready);

    for (;;) {
        struct pollfd fds[2] = {{.fd = control, .events = POLLIN},
                                {.fd = children, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return 1;
        if (fds[0].revents)
            return 0; /* nobody writes to it: this is EOF */
        struct signalfd_siginfo info;
        while (read(children, &info, sizeof info) == (ssize_t)sizeof info)
            ;
        while (waitpid(-1, NULL, WNOHANG) > 0)
            ;
    }
}
