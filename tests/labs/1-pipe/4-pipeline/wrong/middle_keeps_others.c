// expect: only_three sibling-holds-write-end
// 先建好所有管道，每一段只关自己用的两个，别的管道的端口留在手里。
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

int main(int argc, char **argv)
{
    pid_t pid[64];
    int fd[64][2], n = split(argc, argv), status = 0;

    if (n == -1)
        return 2;
    for (int i = 0; i < n - 1; i++)
        if (pipe(fd[i]) == -1)
            return 1;
    for (int i = 0; i < n; i++) {
        pid[i] = fork();
        if (pid[i] == -1)
            return 1;
        if (pid[i] == 0) {
            if (i > 0)
                dup2(fd[i - 1][0], 0);
            if (i < n - 1)
                dup2(fd[i][1], 1);
            if (i > 0) {
                close(fd[i - 1][0]);
                close(fd[i - 1][1]);
            }
            if (i < n - 1) {
                close(fd[i][0]);
                close(fd[i][1]);
            }
            execvp(stages[i][0], stages[i]);
            int why = errno;
            perror(stages[i][0]);
            _exit(why == ENOENT ? 127 : 126);
        }
    }
    for (int i = 0; i < n - 1; i++) {
        close(fd[i][0]);
        close(fd[i][1]);
    }
    for (int i = 0; i < n; i++)
        waitpid(pid[i], &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
