// run: pipe-hello prints_message
// expect: prints_message orphan
// 子进程又造了一个孙进程在后台干活，打印完就走，没有等它。
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* 关掉标准输出，悄悄地在后台继续。 */
static void work_in_background(void)
{
    close(1);
    for (;;)
        sleep(1);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        pid_t helper = fork();
        if (helper == 0)
            work_in_background();
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return helper < 0; /* 没有 waitpid(helper, …) */
    }
    return waitpid(pid, NULL, 0) < 0;
}
