// run: pipe-hello prints_message
// expect: prints_message both-reading
// 父进程等子进程先说“准备好了”，子进程等父进程先发消息：两边都在读。
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int down[2], up[2];
    char text[256] = "";
    if (argc != 2 || pipe(down) < 0 || pipe(up) < 0)
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        close(down[1]);
        close(up[0]);
        ssize_t n = read(down[0], text, sizeof text - 1);
        printf("child got %zd bytes: %s\n", n, text);
        return 0;
    }
    close(down[0]);
    close(up[1]);
    if (read(up[0], text, sizeof text) < 0 || write(down[1], argv[1], strlen(argv[1])) < 0)
        return 1;
    return waitpid(pid, NULL, 0) < 0;
}
