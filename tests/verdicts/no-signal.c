// run: pipe-hello prints_message
// expect: prints_message no-signal
// 父进程用 pause 等一个谁也不会发的信号。
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t done;

static void on_signal(int sig)
{
    done = sig;
}

int main(void)
{
    signal(SIGUSR1, on_signal);
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0)
        _exit(0); /* 忘了 kill(getppid(), SIGUSR1) */
    while (!done)
        pause();
    return 0;
}
