// run: pipe-hello prints_message
// expect: prints_message reads-own-pipe
// 只用一根管道来回说话：父进程写完再读回答，把自己写的读走了，子进程什么也等不到。
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int fd[2];
    char text[256] = "";
    if (argc != 2 || pipe(fd) < 0)
        return 1;
    if (write(fd[1], argv[1], strlen(argv[1])) < 0 || read(fd[0], text, sizeof text) < 0)
        return 1; /* 等“回答”，读到的却是自己写的 */
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    ssize_t n = read(fd[0], text, sizeof text - 1);
    if (pid == 0)
        printf("child got %zd bytes: %s\n", n, text);
    return 0;
}
