// run: pipe-hello prints_message
// expect: prints_message signal-blocked
// 子进程发来的 SIGUSR1 被屏蔽着，父进程却用 pause 等它。
#include <signal.h>
#include <unistd.h>

static void on_signal(int sig)
{
    (void)sig;
}

int main(void)
{
    sigset_t usr1;

    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    sigprocmask(SIG_BLOCK, &usr1, NULL);
    signal(SIGUSR1, on_signal);
    pid_t pid = fork();
    if (pid == -1)
        return 1;
    if (pid == 0)
        _exit(kill(getppid(), SIGUSR1) == -1);
    pause(); /* 应该用 sigsuspend，等的时候放开它 */
    return 0;
}
