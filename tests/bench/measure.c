/* measure: run commands in turn, N rounds, and print min, median and max of each in milliseconds,
 * and the ratio of the medians of the first two.
 *
 *     measure ROUNDS NAME1 "shell command 1" NAME2 "shell command 2" …
 *
 * Interleaving makes the commands meet the same moods of the machine; one round before the first is
 * thrown away (caches). Output of the commands is dropped; a command that fails ends it all. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_COMMANDS = 8, MAX_ROUNDS = 1000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double run(const char *command)
{
    double start = now();
    int status = 0;
    pid_t pid = fork();
    if (pid < 0) {
        perror("fork");
        exit(2);
    }
    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (status != 0) {
        fprintf(stderr, "measure: failed: %s\n", command);
        exit(1);
    }
    return now() - start;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static double times[MAX_COMMANDS][MAX_ROUNDS];
    int rounds = argc > 3 ? atoi(argv[1]) : 0;
    int commands = (argc - 2) / 2;
    double median[MAX_COMMANDS] = {0};
    if (rounds < 1 || rounds > MAX_ROUNDS || commands < 1 || commands > MAX_COMMANDS) {
        fprintf(stderr, "usage: measure ROUNDS NAME COMMAND [NAME COMMAND…]\n");
        return 64;
    }
    for (int round = -1; round < rounds; round++)
        for (int c = 0; c < commands; c++) {
            double ms = run(argv[3 + 2 * c]);
            if (round >= 0)
                times[c][round] = ms;
        }
    for (int c = 0; c < commands; c++) {
        qsort(times[c], (size_t)rounds, sizeof times[c][0], compare);
        median[c] = times[c][rounds / 2];
        printf("%-34s min %8.2f  median %8.2f  max %8.2f ms  (n=%d)\n", argv[2 + 2 * c],
               times[c][0], median[c], times[c][rounds - 1], rounds);
    }
    if (commands >= 2)
        printf("%-34s %.2f\n", "ratio of medians, first : second", median[0] / median[1]);
    return 0;
}
