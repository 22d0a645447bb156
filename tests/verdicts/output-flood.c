// run: pipe-hello prints_message
// expect: prints_message output-flood
// read 返回 0 的时候没有退出循环，一直打印同一句话。
#include <stdio.h>

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    for (;;)
        printf("child got 0 bytes: %s\n", argv[1]);
}
