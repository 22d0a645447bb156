// expect: one_to_one no-pill
// file: ring_prod.c
// stop 还没有写。

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2, BIGGEST = 1000000 };

static void on_usr1(int sig)
{
    (void)sig;
}

// SIGUSR1 什么也不做，但会打断等待。没有 SA_RESTART：sem_wait 会返回 EINTR。
static void install_usr1(void)
{
    struct sigaction sa = {.sa_handler = on_usr1};
    sigemptyset(&sa.sa_mask);
    sigaction(SIGUSR1, &sa, NULL);
}

static int usage(void)
{
    fprintf(stderr, "用法：ring_prod NAME ID N | ring_prod NAME stop\n");
    return EXIT_USAGE;
}

static int fail(const char *what)
{
    fprintf(stderr, "ring_prod: %s: %s\n", what, strerror(errno));
    return EXIT_RUNTIME;
}

static bool parse(const char *text, uint32_t least, uint32_t *value)
{
    char *end;
    errno = 0;
    long v = strtol(text, &end, 10);
    *value = (uint32_t)v;
    return errno == 0 && end != text && *end == '\0' && v >= (long)least && v <= BIGGEST;
}

// 以一个 '/' 开头，此外没有 '/'，也不能只有 '/'。
static bool name_ok(const char *name)
{
    return name[0] == '/' && name[1] != '\0' && strchr(name + 1, '/') == NULL;
}

static int produce(struct ring *r, uint32_t id, uint32_t n)
{
    for (uint32_t i = 1; i <= n; i++) {
        struct ring_record record = {.kind = RING_ITEM, .producer = id, .number = i};
        // 最长是“1000000:1000000”，放得下。
        record.length = (uint32_t)snprintf(record.text, sizeof record.text, "%u:%u", id, i);
        if (ring_put(r, &record) == -1)
            return fail("ring_put");
    }
    return EXIT_OK;
}

static int stop(struct ring *r)
{
    (void)r;
    return EXIT_OK;
}

int main(int argc, char **argv)
{
    uint32_t id = 0, n = 0;
    bool stopping = argc == 3 && strcmp(argv[2], "stop") == 0;
    bool producing = argc == 4 && parse(argv[2], 1, &id) && parse(argv[3], 0, &n);
    if ((!stopping && !producing) || !name_ok(argv[1]))
        return usage();

    install_usr1();
    struct ring *r = ring_open(argv[1]);
    if (r == NULL)
        return fail(argv[1]);
    // 进程结束时映射自动解除；名字留着，由 ring_cons NAME rm 来拆。
    return stopping ? stop(r) : produce(r, id, n);
}
