/* Eight processes in pairs that pass a byte to and fro, until each has used a third of a second.
 */
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void pass(int in, int out)
{
    char c = 0;
    while (clock() < CLOCKS_PER_SEC / 3)
        if (write(out, &c, 1) != 1 || read(in, &c, 1) != 1)
            break;
    _exit(0);
}

int main(int argc, char **argv)
{
    for (int pair = 0; pair < 4; pair++) {
        int a[2], b[2];
        if (pipe(a) < 0 || pipe(b) < 0)
            return 1;
        for (int side = 0; side < 2; side++) {
            pid_t pid = fork();
            if (pid < 0)
                return 1;
            if (pid == 0) {
                close(side ? a[1] : b[1]);
                close(side ? b[0] : a[0]);
                pass(side ? a[0] : b[0], side ? b[1] : a[1]);
            }
        }
        close(a[0]);
        close(a[1]);
        close(b[0]);
        close(b[1]);
    }
    while (wait(NULL) > 0)
        ;
    printf("%s\n", argc > 1 ? argv[1] : "");
    return 0;
}
