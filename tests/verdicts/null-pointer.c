// run: pipe-hello prints_message
// expect: prints_message null-pointer
// malloc 之外的返回值也会是 NULL：getenv 没有检查。
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    char *name = getenv("PIPE_HELLO_NAME"); /* 没有设置就是 NULL */
    name[0] = 'x';
    puts(name);
    return 0;
}
