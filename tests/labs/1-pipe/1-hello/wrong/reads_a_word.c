// expect: prints_message truncated-message
// 用 fscanf("%s") 读管道：遇到空格就停。
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int child(int fd)
{
    static char buf[200000];
    FILE *in = fdopen(fd, "r");

    if (in == NULL || fscanf(in, "%199999s", buf) != 1)
        return 1;
    size_t len = strlen(buf);
    printf("child got %zu bytes: ", len);
    fwrite(buf, 1, len, stdout);
    putchar('\n');
    return fflush(stdout) == EOF ? 1 : 0;
}

int main(int argc, char **argv)
{
    int fd[2];

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
    waitpid(pid, NULL, 0);
    return 0;
}
