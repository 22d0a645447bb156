/* first_frame ROUNDS TEXT COMMAND…: start a terminal program on a pseudo-terminal of 80 by 24, wait
 * until it has written TEXT, send "q", wait for its end. Prints min, median and max of the time to
 * TEXT and the peak resident memory of the program. Fails when the median is over the limit. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROUNDS = 200, DEADLINE_MS = 10000, LIMIT_MS = 30 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Milliseconds until TEXT came; -1 when it did not. The rest of the output is read until the end.
 */
static double round_trip(const char *text, char **command, long *peak_kb)
{
    struct winsize size = {.ws_row = 24, .ws_col = 80};
    static char seen[1 << 20];
    size_t len = 0;
    double start = now(), found = -1;
    struct rusage usage;
    int master, status;
    pid_t pid = forkpty(&master, NULL, NULL, &size);
    if (pid < 0)
        return -1;
    if (pid == 0) {
        setenv("TERM", "xterm-256color", 1);
        execvp(command[0], command);
        _exit(127);
    }
    for (;;) {
        struct pollfd fd = {.fd = master, .events = POLLIN};
        if (poll(&fd, 1, DEADLINE_MS) <= 0)
            break;
        ssize_t n = read(master, seen + len, sizeof seen - 1 - len);
        if (n <= 0)
            break;
        len += (size_t)n;
        seen[len] = '\0';
        if (found < 0 && strstr(seen, text)) {
            found = now() - start;
            if (write(master, "q", 1) != 1)
                break;
        }
        if (len > sizeof seen / 2)
            len = 0;
    }
    close(master);
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    if (usage.ru_maxrss > *peak_kb)
        *peak_kb = usage.ru_maxrss;
    return found;
}

int main(int argc, char **argv)
{
    static double times[MAX_ROUNDS];
    int rounds = argc > 3 ? atoi(argv[1]) : 0;
    long peak = 0;
    if (rounds < 1 || rounds > MAX_ROUNDS)
        return 64;
    for (int i = -1; i < rounds; i++) {
        double ms = round_trip(argv[2], argv + 3, &peak);
        if (ms < 0) {
            fprintf(stderr, "first_frame: \"%s\" never came\n", argv[2]);
            return 1;
        }
        if (i >= 0)
            times[i] = ms;
    }
    qsort(times, (size_t)rounds, sizeof times[0], compare);
    double median = times[rounds / 2];
    printf(
        "%-34s min %8.2f  median %8.2f  max %8.2f ms  (n=%d)  peak memory %.1f MB  limit %d: %s\n",
        "first frame", times[0], median, times[rounds - 1], rounds, (double)peak / 1024, LIMIT_MS,
        median <= LIMIT_MS ? "met" : "MISSED");
    return median <= LIMIT_MS ? 0 : 1;
}
