// run: pipe-hello prints_message
// expect: prints_message build-failed
// 少了一个分号，还调用了没有声明的函数。
#include <stdio.h>

int main(int argc, char **argv)
{
    int fd[2];
    if (pipe(fd) < 0)
        return 1;
    printf("%s\n", argv[argc - 1]) return 0;
}
