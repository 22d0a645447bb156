// run: pipe-hello prints_message --asan
// expect: prints_message undefined-behaviour
// 有符号整数溢出：平时看不出来，--asan 会指出来。
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    volatile int count = INT_MAX;
    count++; /* 有符号溢出 */
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
