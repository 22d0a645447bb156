// run: pipe-hello prints_message
// expect: prints_message sleep-as-sync
// 父进程睡一会儿，指望子进程已经打印完：结果对，靠的是运气。
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    usleep(300000); /* 应该直接 waitpid */
    return waitpid(pid, NULL, 0) < 0;
}
