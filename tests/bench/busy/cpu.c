/* Two and a half seconds of work in one process, then the right answer to prints_message. */
#include <stdio.h>
#include <time.h>

int main(int argc, char **argv)
{
    volatile unsigned long sum = 0;
    while (clock() < 5 * CLOCKS_PER_SEC / 2)
        for (int i = 0; i < 100000; i++)
            sum += (unsigned long)i;
    printf("%s\n", argc > 1 ? argv[1] : "");
    return 0;
}
