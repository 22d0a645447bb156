// run: pipe-hello prints_message
// expect: prints_message stopped
// 子进程被 SIGSTOP 暂停，没有人发 SIGCONT。
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        raise(SIGSTOP);
        _exit(0);
    }
    return waitpid(pid, NULL, 0) < 0;
}
