// run: pipe-hello prints_message
// expect: prints_message wait-before-drain
// 子进程把很多字节写给父进程，父进程先等它结束、再读：管道装不下，两边都不动。
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char page[1 << 17];

int main(void)
{
    int fd[2];
    if (pipe(fd) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        close(fd[0]);
        memset(page, 'x', sizeof page);
        _exit(write(fd[1], page, sizeof page) < 0);
    }
    close(fd[1]);
    waitpid(pid, NULL, 0); /* 应该先读到 EOF */
    while (read(fd[0], page, sizeof page) > 0)
        ;
    return 0;
}
