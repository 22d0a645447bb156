#include <stdio.h>

int main(void)
{
    /* TODO: 打印一行 */
    return 0;
}
