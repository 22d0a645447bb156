// run: pipe-hello prints_message
// expect: prints_message fifo-leak
// mkfifo 建的文件用完没有 unlink。
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    if (mkfifo("greeting", 0600) < 0 && errno != EEXIST) /* 缺 unlink("greeting") */
        return 1;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
