// ring_prod：生产者。
//
//   ring_prod NAME ID N     放入 N 条记录，第 i 条的正文是“ID:i”
//   ring_prod NAME stop     放入一颗毒丸：不会再有记录了
//
// 命令行解析和信号处理已经写好，要你完成的是 produce 和 stop。

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
    (void)r;
    (void)id;
    (void)n;
    // TODO：放入 n 条记录，每个成员都要填；第 i 条的正文是“id:i”。
    return EXIT_OK;
}

static int stop(struct ring *r)
{
    (void)r;
    // TODO：放入一颗毒丸。
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
    return stopping ? stop(r) : produce(r, id, n);
}
