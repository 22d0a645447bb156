/* cpu_share COMMAND…: run it; print wall time and which share of all CPUs it and its children used.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Busy and total jiffies of the machine (proc(5), /proc/stat): children of children that nobody
 * waited for are missing in rusage, the machine's own count misses nothing. */
static void machine(double *busy, double *total)
{
    unsigned long long v[8] = {0};
    FILE *f = fopen("/proc/stat", "r");
    if (!f || fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu %llu", &v[0], &v[1], &v[2], &v[3],
                     &v[4], &v[5], &v[6], &v[7]) != 8)
        fprintf(stderr, "cannot read /proc/stat\n");
    if (f)
        fclose(f);
    *total = 0;
    for (int i = 0; i < 8; i++)
        *total += (double)v[i];
    *busy = *total - (double)v[3] - (double)v[4];
}

int main(int argc, char **argv)
{
    double busy0, total0, busy1, total1, start = now();
    int status = 0;
    if (argc < 2)
        return 64;
    machine(&busy0, &total0);
    pid_t pid = fork();
    if (pid < 0)
        return 2;
    if (pid == 0) {
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    machine(&busy1, &total1);
    printf("wall %.1f s, %.0f %% of all CPUs busy\n", now() - start,
           100 * (busy1 - busy0) / (total1 - total0));
    return status != 0;
}
