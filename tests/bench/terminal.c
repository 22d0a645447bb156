/* terminal ROUNDS PROGRAM FILE ANSWER: the figures of the learner's terminal, each with its limit.
 *
 * On a pseudo terminal of 160 by 50: from a key to the screen painted and the program asleep again,
 * in a page of 2,000 lines; what it does when nothing happens; its peak memory; from a save of
 * ANSWER as FILE to the first line of a result. The environment tells the program its course and
 * workspace: the exercise with the long page is 2.1, the one that is graded 1.1. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "terminal.h"

enum { MAX_ROUNDS = 4000, IDLE_SECONDS = 5 };

static double now_ms(void)
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

static bool verdict(double value, double limit)
{
    printf("  limit %g: %s\n", limit, value <= limit ? "met" : "MISSED");
    return value <= limit;
}

static void times_print(const char *name, double *times, int n)
{
    qsort(times, (size_t)n, sizeof *times, compare);
    printf("%-34s min %8.2f  median %8.2f  max %8.2f ms  (n=%d)", name, times[0], times[n / 2],
           times[n - 1], n);
}

static bool type(struct terminal *t, const char *keys)
{
    terminal_type(t, keys, strlen(keys));
    return terminal_settle(t) && t->life == LIFE_RUNS;
}

/* ---- keys ---- */

/* Time on a processor so far: the first field of schedstat, in nanoseconds. */
static double computed_ms(pid_t pid)
{
    char path[64], text[128] = "";
    snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

    if (fd >= 0)
        close(fd);
    return n > 0 ? strtod(text, NULL) / 1e6 : -1;
}

/* Scrolling, the ends, a full repaint, and twice the whole page laid out for another width. */
static bool keys_bench(struct terminal *t, int rounds)
{
    static const char *const keys[] = {"j",       "j", " ",    "\033[6~", "G", "k", "b",
                                       "\033[5~", "j", "\014", "\033OH",  "z", "z"};
    static double painted[MAX_ROUNDS], computed[MAX_ROUNDS];
    int n = 0;

    if (!type(t, "g2.1\r") || !type(t, "t"))
        return false;
    for (int i = 0; i < rounds; i++) {
        for (size_t k = 0; k < sizeof keys / sizeof *keys && n < MAX_ROUNDS; k++) {
            double begin = now_ms(), used = computed_ms(t->program);

            if (!type(t, keys[k]))
                return false;
            painted[n] = now_ms() - begin;
            computed[n++] = computed_ms(t->program) - used;
        }
    }
    times_print("key to painted screen", painted, n);
    bool good = verdict(painted[n - 1], 16);
    times_print("  of it computing", computed, n);
    return verdict(computed[n - 1], 16) && good;
}

/* ---- rest, memory ---- */

static long status_number(pid_t pid, const char *name)
{
    char path[64], text[8192];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;

    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, name);
    return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static long switches(pid_t pid)
{
    return status_number(pid, "\nvoluntary_ctxt_switches:") +
           status_number(pid, "\nnonvoluntary_ctxt_switches:");
}

static bool idle_bench(const struct terminal *t)
{
    long before = switches(t->program);

    sleep(IDLE_SECONDS); /* the figure is about time that passes */
    long woken = switches(t->program) - before;
    printf("%-34s woken %ld times in %d s", "idle", woken, IDLE_SECONDS);
    return verdict((double)woken, 0);
}

static bool memory_bench(const struct terminal *t)
{
    double mb = (double)status_number(t->program, "\nVmHWM:") / 1024;

    printf("%-34s %.1f MB", "peak memory", mb);
    return verdict(mb, 16);
}

/* ---- saving ---- */

static bool copy(const char *from, const char *to)
{
    static char text[1 << 16];
    int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_TRUNC | O_CLOEXEC);
    ssize_t n = in >= 0 ? read(in, text, sizeof text) : -1;
    bool done = out >= 0 && n > 0 && write(out, text, (size_t)n) == n;

    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return done;
}

static bool save_bench(struct terminal *t, int rounds, const char *file, const char *answer)
{
    static double times[MAX_ROUNDS];

    if (!type(t, "g1.1\r") || !type(t, "s"))
        return false;
    t->wanted = "✓";
    for (int i = 0; i < rounds; i++) {
        double begin = now_ms();

        t->seen = false;
        if (!copy(answer, file) || !terminal_await_text(t))
            return false;
        times[i] = now_ms() - begin;
        /* what it still paints of this round must not count for the next */
        if (!terminal_await_alone(t) || !terminal_settle(t))
            return false;
    }
    times_print("save to the first result line", times, rounds);
    return verdict(times[rounds / 2], 1000);
}

int main(int argc, char **argv)
{
    struct terminal t;
    bool good = false;
    int rounds = argc == 5 ? atoi(argv[1]) : 0;

    if (rounds < 1 || rounds > MAX_ROUNDS)
        return 64;
    setenv("TERM", "xterm-256color", 1);
    if (!terminal_open(&t, 160, 50, (char *[]){argv[2], NULL}))
        return 2;
    if (terminal_settle(&t)) {
        good = keys_bench(&t, rounds);
        good &= memory_bench(&t);
        good &= type(&t, "G") && idle_bench(&t); /* the page is laid out to its end */
        good &= save_bench(&t, rounds, argv[3], argv[4]);
    }
    if (t.life != LIFE_RUNS)
        fprintf(stderr, "terminal: the program ended\n");
    terminal_release(&t);
    return good ? 0 : 1;
}
