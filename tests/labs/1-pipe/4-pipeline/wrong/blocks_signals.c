// expect: only_three signals-blocked
// 启动前阻塞了所有信号，没有恢复。
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

static void run(char **cmd, int in, int out, int next)
{
    if (next != -1)
        close(next);
    if (in > 0) {
        dup2(in, 0);
        close(in);
    }
    if (out != -1 && out != 1) {
        dup2(out, 1);
        close(out);
    }
    execvp(cmd[0], cmd);
    int why = errno;
    perror(cmd[0]);
    _exit(why == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
    pid_t pid[64];
    int n = split(argc, argv), in = -1, status = 0, made = 0;

    if (n == -1)
        return 2;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    for (int i = 0; i < n; i++) {
        int fd[2] = {-1, -1};
        if (i < n - 1 && pipe(fd) == -1)
            break;
        pid[i] = fork();
        if (pid[i] == 0)
            run(stages[i], in, fd[1], fd[0]);
        if (in != -1)
            close(in);
        if (fd[1] != -1)
            close(fd[1]);
        in = fd[0];
        if (pid[i] == -1)
            break;
        made++;
    }
    if (in != -1)
        close(in);
    for (int i = 0; i < made; i++)
        waitpid(pid[i], &status, 0);
    if (made < n)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
