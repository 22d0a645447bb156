// run: pipe-hello prints_message
// expect: prints_message segfault
// 往字符串常量里写。
#include <stdio.h>
#include <string.h>

static char *prefix = "child got ";

int main(int argc, char **argv)
{
    if (argc == 2)
        strcpy(prefix, argv[1]);
    puts(prefix);
    return 0;
}
