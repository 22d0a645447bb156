// run: pipe-hello prints_message
// expect: prints_message abort
// 同一块内存 free 了两次，C 库发现后调用 abort。
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char *copy = strdup(argv[argc - 1]);
    char *alias = copy;
    free(copy);
    free(alias);
    return 0;
}
