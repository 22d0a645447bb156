// run: pipe-hello prints_message --asan
// expect: prints_message address-sanitizer
// 缓冲区少算了末尾的 NUL，往后多写了一个字节；平时看不出来，--asan 会指出来。
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    char *copy = malloc(strlen(argv[1]));
    if (!copy)
        return 1;
    strcpy(copy, argv[1]); /* 少了一个字节 */
    free(copy);
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    if (pid == 0) {
        printf("child got %zu bytes: %s\n", strlen(argv[1]), argv[1]);
        return 0;
    }
    return waitpid(pid, NULL, 0) < 0;
}
