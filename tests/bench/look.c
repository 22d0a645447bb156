/* What one look of the observer costs: 8 processes with 64 descriptors each, all blocked in read().
 * A look at processes that move, and the confirming look of a proof. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "observe/observe.h"

enum { PROCESSES = 8, DESCRIPTORS = 64, ROUNDS = 301 };

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, double *ms, int n)
{
    if (n == 0)
        return;
    qsort(ms, (size_t)n, sizeof *ms, compare);
    printf("%-34s min %8.3f  median %8.3f  max %8.3f ms  (n=%d)\n", name, ms[0], ms[n / 2],
           ms[n - 1], n);
}

int main(void)
{
    static double cheap[ROUNDS], confirming[ROUNDS];
    int gate[2], n_cheap = 0, n_confirming = 0;
    struct watch watches[PROCESSES] = {{.pid = 0}};
    int fds[PROCESSES];
    if (pipe2(gate, 0) != 0)
        return 2;
    for (int i = 0; i < PROCESSES; i++) {
        pid_t pid = fork();
        char c;
        if (pid < 0)
            return 2;
        if (pid == 0) {
            for (int k = 5; k < DESCRIPTORS; k++)
                dup(gate[0]);
            _exit(read(gate[0], &c, 1) < 0);
        }
        watches[i] = (struct watch){.pid = pid, .student = true};
        fds[i] = (int)syscall(SYS_pidfd_open, pid, 0);
    }
    int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (int round = 0; round < ROUNDS; round++) {
        struct observer *o = observer_new(proc, NULL);
        double start = clock_ms();
        observer_look(o, watches, PROCESSES, 0); /* nothing to compare with yet */
        cheap[n_cheap++] = clock_ms() - start;
        enum observation seen;
        double last;
        do {
            start = clock_ms();
            seen = observer_look(o, watches, PROCESSES, 0);
            last = clock_ms() - start;
        } while (seen != OBSERVE_HUNG && n_confirming < 31);
        if (n_confirming < 31)
            confirming[n_confirming++] = last;
        observer_free(o);
    }
    print("one look, 8 processes", cheap, n_cheap);
    print("the look that proves a hang", confirming, n_confirming);
    for (int i = 0; i < PROCESSES; i++)
        if (fds[i] >= 0)
            syscall(SYS_pidfd_send_signal, fds[i], SIGKILL, NULL, 0);
    for (int i = 0; i < PROCESSES; i++)
        while (waitpid(watches[i].pid, NULL, 0) < 0 && errno == EINTR)
            ;
    return 0;
}
