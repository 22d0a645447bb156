#include "tui/guest.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tui/app.h"

static pid_t launch(const struct app *a, char *const argv[], const char *dir, bool quiet)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    term_child(&a->term);
    int null = quiet ? open("/dev/null", O_RDWR) : -1;
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    if (dir && chdir(dir) < 0)
        _exit(126);
    execvp(argv[0], argv);
    _exit(127);
}

pid_t guest_launch(const struct app *a, char *const argv[], const char *dir)
{
    return launch(a, argv, dir, true);
}

/* While a guest has the terminal ^Z must stop us together with it, and its ^C is none of ours. */
static void let_job_control(bool on)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    signal(SIGTSTP, SIG_DFL);
    sigprocmask(on ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL);
}

/* A guest that stops alone (some editors on ^Z) takes us along, so that the shell gets the
 * terminal. Where nobody would continue us the stop has no effect, and neither has the guest's. */
static void follow_stop(pid_t pid)
{
    siginfo_t info = {0};

    if (waitid(P_PID, (id_t)pid, &info, WSTOPPED | WNOHANG) < 0 || info.si_pid != pid)
        return;
    raise(SIGTSTP); /* stops here */
    kill(pid, SIGCONT);
}

static int wait_for(struct app *a, pid_t pid)
{
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    int status = 0;

    while (pidfd >= 0 && !loop_once(a, pidfd)) {
        follow_stop(pid);
        if (a->quit) /* we were told to end: so is the guest */
            kill(pid, SIGHUP);
    }
    if (pidfd >= 0)
        close(pidfd);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

int guest_run(struct app *a, char *const argv[], const char *dir)
{
    term_leave();
    a->away = true;
    let_job_control(true);
    pid_t pid = launch(a, argv, dir, false);
    int why = errno;
    int status = pid > 0 ? wait_for(a, pid) : -1;
    let_job_control(false);
    a->away = false;
    term_return();
    app_stale(a);
    errno = why;
    return status;
}
