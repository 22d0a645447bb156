// run: pipe-hello prints_message
// expect: prints_message build-failed
// 变量名写错了一个字母，还忘了包含声明 pipe 的头文件。
#include <stdio.h>

int main(int argc, char **argv)
{
    int fd[2];
    if (pipe(fd) < 0)
        return 1;
    printf("%s\n", argv[arc - 1]);
    return 0;
}
