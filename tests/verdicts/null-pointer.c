// run: pipe-hello prints_message
// expect: prints_message null-pointer
// 没有检查 getenv 的返回值：变量没有设置时它是 NULL。
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *name = getenv("PIPE_HELLO_NAME"); /* 没有设置就是 NULL */
    name[0] = 'x';
    puts(name);
    return 0;
}
