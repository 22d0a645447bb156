// expect: empty_message missing-nul
// read 不补 '\0'，却用 %s 打印。
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(int fd)
{
    char buf[200000];
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, buf + len, sizeof buf - len)) > 0)
        len += (size_t)n;
    printf("child got %zu bytes: %s\n", len, buf);
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
