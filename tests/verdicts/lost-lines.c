// run: sem-posix small_games
// expect: small_games lost-lines
// 多个工人里，1 号的第一行没有打印出来。
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    long people = strtol(argv[1], NULL, 10), rounds = strtol(argv[2], NULL, 10);
    for (long round = 1; round <= rounds; round++)
        for (long i = 1; i <= people; i++)
            if (people == 1 || round > 1 || i > 1)
                printf("%ld:%ld\n", round, i);
    return 0;
}
