// expect: prints_message polls-forever
// 子进程用普通全局变量说“我准备好了”，父进程隔一会儿看一眼：fork 之后各有一份，永远是 0。
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(int fd)
{
    size_t len = 0, room = 4096;
    char *buf = malloc(room);
    ssize_t n;

    if (buf == NULL)
        return 1;
    while ((n = read(fd, buf + len, room - len)) > 0) {
        len += (size_t)n;
        if (len == room && (buf = realloc(buf, room *= 2)) == NULL)
            return 1;
    }
    if (n == -1)
        return 1;
    printf("child got %zu bytes: ", len);
    fwrite(buf, 1, len, stdout);
    putchar('\n');
    return fflush(stdout) == EOF ? 1 : 0;
}

static volatile int ready;

int main(int argc, char **argv)
{
    int fd[2], status;

    if (argc != 2)
        return 2;
    if (pipe(fd) == -1) {
        perror("pipe");
        return 1;
    }
    pid_t pid = fork();
    if (pid == -1) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        close(fd[1]);
        ready = 1;
        int failed = child(fd[0]);
        exit(failed);
    }
    close(fd[0]);
    while (!ready)
        usleep(1000);
    if (write(fd[1], argv[1], strlen(argv[1])) == -1)
        perror("write");
    close(fd[1]);
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
