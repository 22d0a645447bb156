// expect: long_message truncated-message
// 循环读进固定的 4096 字节；装满以后 read 的长度是 0，返回 0，被当成 EOF。
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(int fd)
{
    char buf[4096];
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, buf + len, sizeof buf - len)) > 0)
        len += (size_t)n;
    printf("child got %zu bytes: ", len);
    fwrite(buf, 1, len, stdout);
    putchar('\n');
    return fflush(stdout) == EOF ? 1 : 0;
}

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
        exit(child(fd[0]));
    }
    close(fd[0]);
    if (write(fd[1], argv[1], strlen(argv[1])) == -1)
        perror("write");
    close(fd[1]);
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
