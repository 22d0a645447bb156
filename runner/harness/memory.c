/* Memory of all programs of a test together. rlimits count per process only; where there is no
 * control group to count for us, this is the limit for the whole. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "harness/state.h"

/* A whole small file of /proc; false when the process vanished. */
static bool read_proc(const char *path, char *text, size_t size)
{
    int fd = openat(lab.box.proc, path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* Resident pages; shared ones count in full. */
static unsigned long long pages_of(pid_t pid)
{
    char path[64], text[128];
    unsigned long size, rss;
    snprintf(path, sizeof path, "%d/statm", (int)pid);
    if (!read_proc(path, text, sizeof text) || sscanf(text, "%lu %lu", &size, &rss) != 2)
        return 0;
    return rss * (unsigned long long)sysconf(_SC_PAGESIZE);
}

/* Its share of the pages it has in common with others: exact, but the kernel has to walk them. */
static unsigned long long share_of(pid_t pid)
{
    char path[64], text[2048];
    unsigned long long kib = 0;
    snprintf(path, sizeof path, "%d/smaps_rollup", (int)pid);
    const char *line = read_proc(path, text, sizeof text) ? strstr(text, "\nPss:") : NULL;
    if (line)
        sscanf(line + 5, "%llu", &kib);
    return kib << 10;
}

/* Bytes of a process and all below it. */
static unsigned long long sum_tree(pid_t root, unsigned long long (*of)(pid_t))
{
    struct proc_info *list = NULL;
    size_t n = 0;
    unsigned long long sum = 0;
    if (observe_tree(lab.box.proc, root, &list, &n) != 0)
        return 0;
    for (size_t i = 0; i < n; i++)
        if (list[i].pid != lab.test.init)
            sum += of(list[i].pid);
    free(list);
    return sum;
}

/* Of all programs of the student and of what outlived them. */
static unsigned long long sum_all(unsigned long long (*of)(pid_t))
{
    unsigned long long sum = sum_tree(lab.test.init, of);
    for (size_t i = 0; i < lab.n_procs; i++)
        if (!lab.procs[i]->ended && lab.procs[i]->side == LAB_STUDENT)
            sum += sum_tree(lab.procs[i]->pid, of);
    return sum;
}

/* System V segments stay when nobody has them attached. Column 15 of sysvipc/shm is what is
 * resident (proc(5)); it shows the IPC namespace of the reader, the test's. */
static unsigned long long segments(void)
{
    unsigned long long sum = 0, rss;
    int fd = openat(lab.box.proc, "sysvipc/shm", O_RDONLY | O_CLOEXEC);
    FILE *f = fd >= 0 ? fdopen(fd, "r") : NULL;
    char line[512];
    if (!f && fd >= 0)
        close(fd);
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "%*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &rss) == 1)
            sum += rss;
    if (f)
        fclose(f);
    return sum;
}

void lab_check_memory(void)
{
    static double next;
    int limit_mb = lab.limits.memory_mb / 2; /* of the address space one process may have */
    unsigned long long limit = (unsigned long long)limit_mb << 20;
    if (lab.box.mode != SANDBOX_BWRAP || lab.asan || clock_ms() < next)
        return;
    next = clock_ms() + 40;
    for (size_t i = 0; i < lab.n_procs; i++)
        if (lab.procs[i]->no_memory_limit)
            return; /* ThreadSanitizer's shadow memory */
    if (sum_all(pages_of) + segments() <= limit || sum_all(share_of) + segments() <= limit)
        return;
    struct failure f = {.verdict = VERDICT_LIMIT, .diagnosis = "memory-total"};
    lab_say(f.symptom, MSG_HARNESS_MEMORY, limit_mb);
    lab_say(f.hint, MSG_HARNESS_MEMORY_HINT);
    lab_fail_with(&f);
}
