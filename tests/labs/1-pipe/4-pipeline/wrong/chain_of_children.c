// expect: only_three not-your-child
// 一段 fork 前一段：最后一段成了其他段的父进程，没有人等它们。
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char **stages[64];

static int split(int argc, char **argv)
{
    int count = 0;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return -1;
    for (int i = 2; i <= argc; i++) {
        if (count == 64 || i == argc || strcmp(argv[i], ":") == 0)
            return -1;
        stages[count++] = &argv[i];
        while (i < argc && strcmp(argv[i], ":") != 0)
            i++;
        if (i == argc)
            return count;
        argv[i] = NULL;
    }
    return -1;
}

/* 运行第 i 段和它后面的所有段。 */
static void chain(int i, int n)
{
    int fd[2];

    if (i < n - 1) {
        if (pipe(fd) == -1)
            exit(1);
        pid_t pid = fork();
        if (pid == -1)
            exit(1);
        if (pid != 0) {
            dup2(fd[0], 0);
            close(fd[0]);
            close(fd[1]);
            chain(i + 1, n);
        }
        dup2(fd[1], 1);
        close(fd[0]);
        close(fd[1]);
    }
    execvp(stages[i][0], stages[i]);
    int why = errno;
    perror(stages[i][0]);
    _exit(why == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
    int n = split(argc, argv), status;

    if (n == -1)
        return 2;
    pid_t pid = fork();
    if (pid == -1)
        return 1;
    if (pid == 0)
        chain(0, n);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
