// expect: prints_message no-signal
// 子进程打印完发 SIGUSR1，父进程先 waitpid 再 pause 等它：信号早就来过了。
#include <errno.h>
#include <signal.h>
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

static void printed(int sig)
{
    (void)sig;
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
    signal(SIGUSR1, printed);
    pid_t pid = fork();
    if (pid == -1) {
        perror("fork");
        return 1;
    }
    if (pid == 0) {
        close(fd[1]);
        int failed = child(fd[0]);
        kill(getppid(), SIGUSR1);
        exit(failed);
    }
    close(fd[0]);
    if (write(fd[1], argv[1], strlen(argv[1])) == -1)
        perror("write");
    close(fd[1]);
    while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
        ;
    pause();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
