// expect: words_as_given through-a-shell
// 拼成一行交给 system：引号、星号、$ 都被 shell 解释了。
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char **stages[64];

static int split(int argc, char **argv)
{
    int count = 0;

    if (argc < 3 || strcmp(argv[1], "--") != 0)
        return -1;
    for (int i = 2; i <= argc; i++) {
        if (count == 64 || i == argc || strcmp(argv[i], ":") == 0)
            return -1;
        stages[count++] = &argv[i];
        while (i < argc && strcmp(argv[i], ":") != 0)
            i++;
        if (i == argc)
            return count;
        argv[i] = NULL;
    }
    return -1;
}

int main(int argc, char **argv)
{
    char line[4096] = "";

    if (split(argc, argv) == -1)
        return 2;
    for (int i = 2; i < argc; i++) {
        strcat(line, argv[i] == NULL ? "|" : argv[i]);
        strcat(line, " ");
    }
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
