// expect: cannot_start zombie|orphan
// fork、pipe 中途失败就直接退出，已经创建的子进程没人收。
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int wr[16];
static pid_t pid[16];

static int child(int i, int fd)
{
    static char buf[65536];
    size_t total = 0;
    ssize_t n;

    while ((n = read(fd, buf, sizeof buf)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return 1;
        total += n;
    }
    printf("child %d: %zu bytes\n", i + 1, total);
    return fflush(stdout) == EOF;
}

static void give(int i, const char *p, size_t len)
{
    while (len > 0 && wr[i] != -1) {
        ssize_t n = write(wr[i], p, len);
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1) {
            close(wr[i]);
            wr[i] = -1;
            return;
        }
        p += n;
        len -= n;
    }
}

static int deal(int k)
{
    static char buf[65536];
    int turn = 0;
    ssize_t n;

    while ((n = read(0, buf, sizeof buf)) != 0) {
        if (n == -1 && errno == EINTR)
            continue;
        if (n == -1)
            return 1;
        char *at = buf, *end = buf + n;
        while (at < end) {
            char *nl = memchr(at, '\n', end - at);
            char *next = nl ? nl + 1 : end;
            give(turn, at, next - at);
            if (nl)
                turn = (turn + 1) % k;
            at = next;
        }
    }
    return 0;
}

static int start(int i)
{
    int fd[2];

    if (pipe(fd) == -1)
        return -1;
    pid[i] = fork();
    if (pid[i] == -1) {
        close(fd[0]);
        close(fd[1]);
        return -1;
    }
    if (pid[i] == 0) {
        close(fd[1]);
        for (int j = 0; j < i; j++)
            close(wr[j]);
        exit(child(i, fd[0]));
    }
    close(fd[0]);
    wr[i] = fd[1];
    return 0;
}

int main(int argc, char **argv)
{
    int k = argc == 2 ? atoi(argv[1]) : 0, bad = 0, made = 0;

    if (k < 1 || k > 16)
        return 2;
    while (made < k && start(made) == 0)
        made++;
    signal(SIGPIPE, SIG_IGN);
    if (made < k)
        return 1;
    bad = deal(k);
    for (int i = 0; i < made; i++) {
        int status = 0;
        if (wr[i] != -1)
            close(wr[i]);
        while (waitpid(pid[i], &status, 0) == -1 && errno == EINTR)
            ;
        if (status != 0)
            bad = 1;
    }
    return bad;
}
