// ring_cons：消费者。
//
//   ring_cons NAME       打印每条记录的正文，一条一行，遇到毒丸为止
//   ring_cons NAME rm    删除名字
//
// 命令行解析和信号处理已经写好，要你完成的是 consume 和 removal。

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "ring.h"

enum { EXIT_OK = 0, EXIT_RUNTIME = 1, EXIT_USAGE = 2 };

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
    fprintf(stderr, "用法：ring_cons NAME | ring_cons NAME rm\n");
    return EXIT_USAGE;
}

static int fail(const char *what)
{
    fprintf(stderr, "ring_cons: %s: %s\n", what, strerror(errno));
    return EXIT_RUNTIME;
}

// 以一个 '/' 开头，此外没有 '/'，也不能只有 '/'。
static bool name_ok(const char *name)
{
    return name[0] == '/' && name[1] != '\0' && strchr(name + 1, '/') == NULL;
}

static int consume(struct ring *r)
{
    (void)r;
    // TODO：取一条打印一条，直到毒丸。正文没有 '\0' 结尾；取出来的记录要让读者马上看到。
    return EXIT_OK;
}

static int removal(const char *name)
{
    (void)name;
    // TODO：删除名字；没有这个名字是运行错误。
    return EXIT_OK;
}

int main(int argc, char **argv)
{
    bool removing = argc == 3 && strcmp(argv[2], "rm") == 0;
    if ((argc != 2 && !removing) || !name_ok(argv[1]))
        return usage();
    if (removing)
        return removal(argv[1]);

    install_usr1();
    struct ring *r = ring_open(argv[1]);
    return r == NULL ? fail(argv[1]) : consume(r);
}
