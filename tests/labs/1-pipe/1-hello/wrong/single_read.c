// expect: long_message truncated-message
// 只 read 一次，以为一次就能读完整条消息。
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(int fd)
{
    static char buf[200000];
    ssize_t n = read(fd, buf, sizeof buf);
    size_t len = n > 0 ? (size_t)n : 0;

    if (n == -1)
        return 1;
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
