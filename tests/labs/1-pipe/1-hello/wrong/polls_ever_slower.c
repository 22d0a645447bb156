// expect: prints_message eof-before-data
// 等一个没有共享的变量，一次比一次睡得久，久到 30 毫秒就放弃：慢，可是会结束。
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
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
    for (struct timespec nap = {.tv_nsec = 1000000}; !ready; nap.tv_nsec += 100000) {
        if (nap.tv_nsec > 30000000)
            return 1;
        nanosleep(&nap, &nap);
    }
    if (write(fd[1], argv[1], strlen(argv[1])) == -1)
        perror("write");
    close(fd[1]);
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
