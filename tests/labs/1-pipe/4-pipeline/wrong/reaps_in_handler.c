// expect: not_found waits-for-nobody
// 在 SIGCHLD 的处理函数里收子进程，fork 返回才记 pid：结束得太快的就丢了，一直等。
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char **stages[64];
static volatile pid_t pid[64];
static volatile int made, left, last_status;

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

static void on_child(int sig)
{
    int status, saved = errno;
    pid_t ended;

    (void)sig;
    while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
        for (int i = 0; i < 64; i++)
            if (pid[i] == ended) {
                pid[i] = 0;
                left--;
                last_status = i == made - 1 ? status : last_status;
            }
    errno = saved;
}

int main(int argc, char **argv)
{
    int n = split(argc, argv), in = -1;
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART};
    sigset_t child, before;

    if (n == -1)
        return 2;
    made = left = n;
    sigaction(SIGCHLD, &action, NULL);
    for (int i = 0; i < n; i++) {
        int fd[2] = {-1, -1};
        if (i < n - 1 && pipe(fd) == -1)
            return 1;
        pid_t one = fork();
        if (one == 0)
            run(stages[i], in, fd[1], fd[0]);
        if (one == -1)
            return 1;
        pid[i] = one; /* 太晚了：处理函数可能已经收走了它 */
        if (in != -1)
            close(in);
        if (fd[1] != -1)
            close(fd[1]);
        in = fd[0];
    }
    if (in != -1)
        close(in);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    while (left > 0)
        sigsuspend(&before);
    return WIFEXITED(last_status) ? WEXITSTATUS(last_status) : 128 + WTERMSIG(last_status);
}
